# One static library per folder, and the include rules of the house made physical: each library owns a private include
# root that holds nothing but a link to its folder, so a header is reachable only through target_link_libraries.

add_library(ringfence_build_flags INTERFACE)
target_compile_options(ringfence_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough
  -Wno-missing-field-initializers  # designated initialisers name what differs from the defaults; that is their point
  $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
if(RINGFENCE_TESTS AND (RINGFENCE_SANITIZE OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug"))
  # Lines in a backtrace are all that tests and sanitizers want; the rest is a quarter of the time of a build.
  target_compile_options(ringfence_build_flags INTERFACE -g1)
endif()
if(RINGFENCE_TESTS OR RINGFENCE_FUZZ)
  # Not where only the programs are built: a compiler we do not know may warn of what is no fault.
  target_compile_options(ringfence_build_flags INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in "literal" + std::string (GCC bug 105651) and overflows in sanitized vectors.
  target_compile_options(ringfence_build_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  # Clang has everything libstdc++'s <expected> asks for from version 16 on, but says so of concepts only from 19 on.
  target_compile_options(ringfence_build_flags INTERFACE -Wno-macro-redefined -D__cpp_concepts=202002L)
endif()
if(RINGFENCE_FUZZ)
  target_compile_options(ringfence_build_flags INTERFACE -D_GLIBCXX_ASSERTIONS
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
    -U_FORTIFY_SOURCE)
  target_link_options(ringfence_build_flags INTERFACE -fsanitize=address,undefined)
endif()
if(RINGFENCE_SANITIZE)
  target_compile_options(ringfence_build_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -U_FORTIFY_SOURCE)
  target_link_options(ringfence_build_flags INTERFACE -fsanitize=address,undefined)
endif()

# ringfence_include_root(TARGET SCOPE DIR AS): lets users of TARGET write #include "AS/header.h" for files in DIR.
function(ringfence_include_root target scope dir as)
  set(root ${CMAKE_BINARY_DIR}/include/${target})
  get_filename_component(parent ${root}/${as} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${dir} ${root}/${as} SYMBOLIC)
  target_include_directories(${target} ${scope} ${root})
endfunction()

# ringfence_library(NAME DIR folder [AS include-prefix] [INTERFACE] LINKS public... [PRIVATE private...])
function(ringfence_library name)
  cmake_parse_arguments(ARG "INTERFACE" "DIR;AS" "LINKS;PRIVATE" ${ARGN})
  if(NOT ARG_AS)
    set(ARG_AS ${name})
  endif()
  set(target ringfence_${name})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${ARG_DIR}/*.cc)
  if(ARG_INTERFACE OR NOT sources)
    add_library(${target} INTERFACE)
    ringfence_include_root(${target} INTERFACE ${ARG_DIR} ${ARG_AS})
    target_link_libraries(${target} INTERFACE ${ARG_LINKS})
  else()
    add_library(${target} STATIC ${sources})
    ringfence_include_root(${target} PUBLIC ${ARG_DIR} ${ARG_AS})
    target_link_libraries(${target} PUBLIC ${ARG_LINKS} PRIVATE ringfence_build_flags ${ARG_PRIVATE})
  endif()
  add_library(ringfence::${name} ALIAS ${target})
endfunction()
