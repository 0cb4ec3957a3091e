// The shim for nginx's own build: `config` and `config.make`, run as nginx's configure runs them, with a cmake that
// only notes what it is asked for. That nginx builds and loads the module for real is what tools/versions shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <filesystem>
#include <string>

#include "support/files.h"
#include "support/process.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kShim = RINGFENCE_SOURCE_DIR "/nginx_module";
constexpr const char* kModule = "ngx_http_webhook_module.so";

class NginxBuildTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Builds a "module" that holds how often it was built.
    write_text(dir.file("cmake"), "#!/bin/sh\necho \"$@\" >> " + dir.file("asked") + "\nmkdir -p " +
                                      dir.file("objs/webhook/nginx_module") + "\nwc -l < " + dir.file("asked") + " > " +
                                      dir.file("objs/webhook/nginx_module/") + kModule + "\n");
    ASSERT_EQ(::chmod(dir.file("cmake").c_str(), 0755), 0);
    std::filesystem::create_directory(dir.file("objs"));
  }
  // The exit code; what was said is in `said`.
  int shell(const std::string& script) {
    const std::string begin = "PATH=" + dir.path() + ":$PATH\ncd " + dir.path() + "\n";
    const pid_t pid = spawn({"/bin/sh", "-e", "-c", begin + script}, {}, dir.file("said"));
    int status = 0;
    ::waitpid(pid, &status, 0);
    said = read_text(dir.file("said"));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int configure(const std::string& variables) {
    return shell("ngx_addon_dir=" + std::string(kShim) + " ngx_module_link=DYNAMIC NGX_OBJS=objs NGX_MAKEFILE=" +
                 "objs/Makefile NGX_PREFIX=/opt/nginx NGX_MODULES_PATH=modules\n" + variables +
                 "\nprintf 'build:\\ninstall: build\\nmodules:\\n' > objs/Makefile\n" +
                 ". $ngx_addon_dir/config\n. $ngx_addon_dir/config.make\n");
  }
  [[nodiscard]] std::string installed(const std::string& path) const { return dir.file("root" + path); }

  TempDir dir;
  std::string said;
};

TEST_F(NginxBuildTest, MakeModulesBuildsItForThisNginx) {
  ASSERT_EQ(configure(""), 0) << said;
  ASSERT_EQ(shell("make -f objs/Makefile modules"), 0) << said;
  EXPECT_TRUE(std::filesystem::exists(dir.file("objs/") + kModule));
  EXPECT_THAT(read_text(dir.file("asked")), HasSubstr("RINGFENCE_NGINX_BUILD_DIR=" + dir.file("objs") + " "));
}

TEST_F(NginxBuildTest, MakeInstallPutsItWhereNginxLooks) {
  ASSERT_EQ(configure(""), 0) << said;
  ASSERT_EQ(shell("make -f objs/Makefile install DESTDIR=" + installed("")), 0) << said;
  EXPECT_TRUE(std::filesystem::exists(installed("/opt/nginx/modules/") + kModule));
  ASSERT_EQ(configure("NGX_MODULES_PATH=/usr/lib/nginx/modules"), 0) << said;
  ASSERT_EQ(shell("make -f objs/Makefile install DESTDIR=" + installed("")), 0) << said;
  EXPECT_TRUE(std::filesystem::exists(installed("/usr/lib/nginx/modules/") + kModule));
}

// A running nginx has the installed file mapped: written into, it would end that nginx.
TEST_F(NginxBuildTest, AnInstalledOneIsMovedAsideAndNotWrittenInto) {
  ASSERT_EQ(configure(""), 0) << said;
  const std::string module = installed("/opt/nginx/modules/") + kModule;
  ASSERT_EQ(shell("make -f objs/Makefile install DESTDIR=" + installed("")), 0) << said;
  const std::string before = read_text(module);
  ASSERT_EQ(shell("make -f objs/Makefile install DESTDIR=" + installed("")), 0) << said;
  EXPECT_EQ(read_text(module + ".old"), before);
  EXPECT_NE(read_text(module), before);
}

TEST_F(NginxBuildTest, AStaticModuleIsRefusedWithASentence) {
  EXPECT_EQ(configure("ngx_module_link=YES"), 1);
  EXPECT_THAT(said, HasSubstr("the webhook module is dynamic: use --add-dynamic-module=" + std::string(kShim)));
}

}  // namespace
}  // namespace ringfence::test
