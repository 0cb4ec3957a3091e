// Every preset, judged by the provider's own library: cases.mjs makes requests with those libraries and asks them what
// they think; here each goes over real HTTP to a real nginx. Needs node and tests/sdk/install.
#include <gtest/gtest.h>
#include <jansson.h>
#include <sys/wait.h>

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "support/files.h"
#include "support/http_client.h"
#include "support/nginx_fixture.h"
#include "support/process.h"
#include "support/wait.h"

namespace ringfence::test {
namespace {

const std::string kHere = RINGFENCE_SOURCE_DIR "/tests/sdk";

struct JsonDeleter {
  void operator()(json_t* json) const noexcept { json_decref(json); }
};
using Json = std::unique_ptr<json_t, JsonDeleter>;

std::string text_of(const json_t* object, const char* key) {
  const char* text = json_string_value(json_object_get(object, key));
  return text != nullptr ? text : "";
}
bool has(const json_t* object, const char* key) { return json_is_string(json_object_get(object, key)); }

// What cases.mjs prints. Records a failure and returns nothing when it does not end well.
std::vector<Json> read_cases() {
  const TempDir dir;
  const pid_t pid = spawn({"/usr/bin/env", "node", kHere + "/cases.mjs"}, {}, dir.file("cases"));
  int status = -1;
  const bool ended = wait_until([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, std::chrono::seconds(60));
  std::istringstream output(read_text(dir.file("cases")));
  std::vector<Json> cases;
  std::string others;
  for (std::string line; std::getline(output, line);) {
    Json json(line.starts_with('{') ? json_loads(line.c_str(), 0, nullptr) : nullptr);
    if (json) {
      cases.push_back(std::move(json));
    } else {
      others += line + "\n";
    }
  }
  if (!ended || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    ADD_FAILURE() << "cases.mjs did not end well: " << others;
    return {};
  }
  return cases;
}

class SdkTest : public ::testing::Test {
 protected:
  // A location in front of a backend that answers 200, for each that the cases are sent to.
  NginxSetup setup(const std::vector<Json>& cases) {
    NginxSetup made;
    made.http = "webhook_zone sdk:1m;\nserver { listen unix:{dir}/backend.sock; location / { return 200 handled; } }\n";
    made.server = "webhook_log_level info;\n";
    for (const char* name : {"status", "reason", "id", "type", "key", "partition", "attempt"}) {
      made.server += std::string("add_header x-seen-") + name + " $webhook_" + name + " always;\n";
    }
    for (const Json& one : cases) {
      if (!has(one.get(), "preset")) continue;
      const std::string location = text_of(one.get(), "location");
      std::string lines;
      for (std::size_t i = 0; i < json_array_size(json_object_get(one.get(), "keys")); ++i) {
        lines += std::string(json_string_value(json_array_get(json_object_get(one.get(), "keys"), i))) + "\n";
      }
      write_text(nginx.file(location + ".keys"), lines);
      made.server += "location = /" + location + " { webhook " + text_of(one.get(), "preset") +
                     "; webhook_key_file {dir}/" + location + ".keys; proxy_pass http://unix:{dir}/backend.sock;";
      if (has(one.get(), "dedup")) made.server += " webhook_dedup zone=sdk;";
      if (has(one.get(), "url")) made.server += " webhook_url \"" + text_of(one.get(), "url") + "\";";
      made.server += " }\n";
    }
    return made;
  }

  static HttpRequest request_of(const json_t* one) {
    HttpRequest request;
    request.method = text_of(one, "method");
    request.path = text_of(one, "target");
    request.body = text_of(one, "body");
    const json_t* headers = json_object_get(one, "headers");
    for (std::size_t i = 0; i < json_array_size(headers); ++i) {
      const json_t* pair = json_array_get(headers, i);
      request.headers.emplace_back(json_string_value(json_array_get(pair, 0)),
                                   json_string_value(json_array_get(pair, 1)));
    }
    return request;
  }

  NginxFixture nginx;
};

const std::map<std::string, int> kStatuses = {{"accepted", 200}, {"duplicate", 200},  {"malformed", 400},
                                              {"unsigned", 403}, {"forged", 403},     {"stale", 403},
                                              {"method", 405},   {"unsupported", 415}};

std::string seen(const HttpResponse& response, const std::string& name) {
  const auto at = response.headers.find("x-seen-" + name);
  return at != response.headers.end() ? at->second : "";
}

void expect_judged(const json_t* one, const HttpResponse& response) {
  const std::string expected = text_of(one, "expect");
  EXPECT_EQ(seen(response, "status"), expected) << "reason: " << seen(response, "reason") << response.error;
  EXPECT_EQ(response.status, kStatuses.at(expected));
  EXPECT_EQ(response.body == "handled", expected == "accepted") << "what the backend got";
  for (const char* name : {"reason", "id", "type", "key", "partition", "attempt"}) {
    if (!has(one, name)) continue;
    EXPECT_EQ(seen(response, name), text_of(one, name)) << name;
  }
}

// The library and we must agree, but where a case says why not; then they must not, or the reason is out of date.
void expect_agreed(const json_t* one) {
  if (!has(one, "sdk")) {
    EXPECT_FALSE(has(one, "differs")) << "differs from a library that was not asked";
    return;
  }
  const bool agreed = (text_of(one, "sdk") == "accepts") == (text_of(one, "expect") == "accepted");
  EXPECT_EQ(agreed, !has(one, "differs"))
      << "the provider's library " << text_of(one, "sdk") << " it"
      << (agreed ? ", so it no longer " : "; reason given: ") << text_of(one, "differs");
}

TEST_F(SdkTest, EveryPresetAndItsProvidersLibrarySayTheSame) {
  if (!std::filesystem::exists(kHere + "/node_modules/.ringfence-lock")) {
    GTEST_SKIP() << "node or the providers' libraries are not here; tests/sdk/install gets them";
  }
  const std::vector<Json> cases = read_cases();
  ASSERT_FALSE(cases.empty());
  ASSERT_TRUE(nginx.start(setup(cases)));
  HttpClient client(nginx.http_socket());
  std::map<std::string, std::pair<int, int>> counts;  // cases, and those a library was asked about
  for (const Json& one : cases) {
    if (has(one.get(), "preset")) continue;
    const std::string location = text_of(one.get(), "location");
    SCOPED_TRACE(location + ": " + text_of(one.get(), "name"));
    expect_judged(one.get(), client.send(request_of(one.get())));
    expect_agreed(one.get());
    ++counts[location].first;
    counts[location].second += has(one.get(), "sdk") ? 1 : 0;
  }
  for (const auto& [location, count] : counts) {
    std::cout << "  " << location << ": " << count.first << " cases, " << count.second
              << " judged by the library too\n";
  }
}

}  // namespace
}  // namespace ringfence::test
