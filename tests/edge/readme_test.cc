// The configurations in the module's README are loaded by nginx as they stand there, each in the context it is shown
// for: a reader's first paste must work.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "edge/edge_test.h"
#include "support/files.h"

namespace ringfence::test {
namespace {

// The fenced nginx blocks of a Markdown text.
std::vector<std::string> nginx_blocks(std::string_view text) {
  constexpr std::string_view kOpen = "```nginx\n";
  std::vector<std::string> blocks;
  for (std::size_t at = 0; (at = text.find(kOpen, at)) != std::string_view::npos;) {
    at += kOpen.size();
    const std::size_t end = text.find("```", at);
    blocks.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return blocks;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
}

class ReadmeTest : public EdgeTest {
 protected:
  // The key files the README names, with keys of the right kind.
  void write_keys() const {
    for (const char* name : {"stripe", "github", "twilio", "retell", "calcom"}) {
      write_text(nginx.file(std::string(name) + ".keys"), "a7c1f0d2-9b1e4e55-8a02 # the only one\n");
    }
    write_text(nginx.file("telnyx.keys"), signer.public_key() + "\n");
  }

  // Where a block belongs, by what it begins with; a whole configuration brings its own http { }.
  [[nodiscard]] NginxSetup placed(std::string block) const {
    replace_all(block, "/etc/nginx/webhook/", nginx.file(""));
    replace_all(block, "include          fastcgi_params", "include /etc/nginx/fastcgi_params");
    NginxSetup made;
    if (const std::size_t http = block.find("http {"); http != std::string::npos) {
      // The fixture has the frame; the block's http context is what counts.
      block = block.substr(http + 6, block.rfind('}') - http - 6);
      made.http = block;
    } else if (block.starts_with("location")) {
      made.http = "webhook_zone hooks:1m;";
      made.server = block;
    } else {
      made.http = "webhook_zone hooks:1m;" + block;
    }
    replace_all(made.http, "listen 8080", "listen unix:" + nginx.file("readme.sock"));
    if (made.http.contains("server {") && !made.http.contains("listen")) {
      replace_all(made.http, "server {", "server { listen unix:" + nginx.file("readme.sock") + ";");
    }
    return made;
  }
};

TEST_F(ReadmeTest, EveryConfigurationInItLoads) {
  const std::vector<std::string> blocks =
      nginx_blocks(read_text(std::string(RINGFENCE_SOURCE_DIR) + "/nginx_module/README.md"));
  ASSERT_GT(blocks.size(), 8U);
  write_keys();
  for (const std::string& block : blocks) {
    const NginxFixture::Check check = nginx.check(placed(block));
    EXPECT_EQ(check.exit_code, 0) << block << "\n" << check.output;
  }
}

}  // namespace
}  // namespace ringfence::test
