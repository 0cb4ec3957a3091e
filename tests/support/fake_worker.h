// The worker's end of the socket, scripted: what it answers to each frame is decided by the test. One thread.
// Every byte that reaches it is counted, so that "nothing reached the worker" can be asserted.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shared/frame.h"

namespace ringfence::test {

// An event frame as it arrived, owning its text.
struct SeenEvent {
  std::int64_t received_ms = 0;
  std::string scheme, id, type, partition, trace_parent, body;
  std::vector<std::pair<std::string, std::string>> headers;
  int connection = 0;  // counts from 1 in order of accept
};

// A request frame, likewise.
struct SeenRequest {
  std::string method, target, body;
  int connection = 0;
};

struct WorkerReply {
  std::string bytes;   // sent as they are
  bool close = false;  // the connection ends after them
  bool hold = false;   // the verdict is not complete until release_held() sends more
};

[[nodiscard]] WorkerReply reply_with(Verdict verdict, std::uint16_t retry_after_s = 1, std::string_view reason = "");

[[nodiscard]] WorkerReply answer_with(std::uint16_t status, std::string_view body = "",
                                      std::string_view content_type = "application/json");

class FakeWorker {
 public:
  // Called on the worker's thread, one call at a time.
  using Script = std::function<WorkerReply(const SeenEvent&)>;
  using RequestScript = std::function<WorkerReply(const SeenRequest&)>;

  explicit FakeWorker(std::string unix_socket);  // accepts everything until told otherwise
  ~FakeWorker();
  FakeWorker(const FakeWorker&) = delete;
  FakeWorker& operator=(const FakeWorker&) = delete;

  void set_script(Script script);
  void set_request_script(RequestScript script);  // until then every request is answered 200 and "{}"
  // What a connection accepted from now on is told at once; nothing is read from it then.
  void greet(std::string bytes);
  bool start();             // listens; true at once when it already does
  void stop();              // closes every connection and the socket
  void drop_connections();  // closes every connection, keeps listening
  void release_held(const WorkerReply& reply);

  [[nodiscard]] std::vector<SeenEvent> seen() const;
  [[nodiscard]] std::vector<SeenRequest> requests() const;
  [[nodiscard]] std::size_t bytes_received() const;
  [[nodiscard]] int connections_accepted() const;
  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] bool saw_broken_frame() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringfence::test
