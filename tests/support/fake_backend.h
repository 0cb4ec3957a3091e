// An HTTP application behind nginx, scripted: what it answers to each request is decided by the test. One thread.
// Everything that reaches it is kept as it came, so that "nothing reached the backend" can be asserted.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::test {

struct ProxiedRequest {
  std::string method, target;
  std::vector<std::pair<std::string, std::string>> headers;  // names as they came
  std::string body;
  // The values of all headers of this name (in lower case), joined by '|'; "-" when there is none.
  [[nodiscard]] std::string header(std::string_view name) const;
};

struct BackendReply {
  int status = 200;
  std::string headers;  // more lines, each with its \r\n
  std::string body = "taken\n";
  bool die = false;   // the connection ends without an answer
  bool hold = false;  // the answer waits for release_held()
};

class FakeBackend {
 public:
  // Called on the backend's thread, one call at a time.
  using Script = std::function<BackendReply(const ProxiedRequest&)>;

  explicit FakeBackend(std::string unix_socket);  // answers 200 until told otherwise
  ~FakeBackend();
  FakeBackend(const FakeBackend&) = delete;
  FakeBackend& operator=(const FakeBackend&) = delete;

  void set_script(Script script);
  void answer_with(BackendReply reply);  // the same to everything
  bool start();
  void stop();  // closes every connection and the socket
  void release_held(const BackendReply& reply);

  [[nodiscard]] std::vector<ProxiedRequest> seen() const;
  [[nodiscard]] std::size_t count() const { return seen().size(); }
  [[nodiscard]] std::size_t held() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringfence::test
