# Every third-party library, found once. IMPORTED targets are SYSTEM, so their headers may warn without failing us.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)
if(NOT RINGFENCE_WORKER)
  return()  # the module alone asks for no more
endif()
pkg_check_modules(uv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
find_package(date REQUIRED CONFIG)  # date::date-tz, built to read the system's own zoneinfo

# Debian's hiredis.pc adds -I/usr/include/hiredis, which puts headers named async.h and read.h on everyone's path.
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_library(PkgConfig::hiredis INTERFACE IMPORTED)
target_link_libraries(PkgConfig::hiredis INTERFACE ${HIREDIS_LIBRARY})
