// libcurl's multi interface on the uv loop: carries HTTP requests, owns transfers, sockets and the pool of easy
// handles. Owned by TelnyxClient, by CredentialsClient and by WebhookNotifier, one each. Works only in drain(), never
// inside curl's callbacks: curl forbids adding and removing handles there. Must not know: commands, retries, JSON.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/http/base_url.h"
#include "adapters/http/http_request.h"
#include "adapters/uv/loop.h"
#include "core/plan.h"

namespace ringfence {

struct CurlSettings {
  BaseUrl base;
  std::string ca_file;  // empty: the system's
  Millis connect_ms = 1000;
  long host_connections = 0;    // to one host at once; 0: as many as the provider is given
  std::size_t reply_bytes = 0;  // a longer reply ends the transfer with CURLE_WRITE_ERROR
};

struct HttpReply {
  CURLcode code = CURLE_OK;
  long request_bytes = 0;  // 0: no byte of the request left
  int status = 0;          // 0: no answer
  Millis retry_after_ms = 0;
  Millis left_after_ms = 0;  // since start(), connecting included
  std::string body;
};

// Header lines, sent with every request that has none of its own. Its memory may hold a secret and is wiped when freed.
struct HeadersDelete {
  void operator()(curl_slist* headers) const noexcept;
};
using Headers = std::unique_ptr<curl_slist, HeadersDelete>;
// Null when there is no memory. Wipes `api_key`.
[[nodiscard]] Headers make_headers(std::string& api_key);
// Null when there are none or no memory.
[[nodiscard]] Headers make_header_list(const std::vector<std::string>& lines);

class CurlLoop {
 public:
  using Done = std::function<void(HttpReply)>;

  CurlLoop(UvLoop& loop, CurlSettings settings, Headers headers);
  ~CurlLoop();  // transfers under way are dropped and their `done` never runs
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  [[nodiscard]] bool ready() const noexcept { return multi_ != nullptr; }
  // Runs `done` once, later, on the loop; `done` may start more or destroy this. False: nothing started, no `done`.
  [[nodiscard]] bool start(const HttpRequest& request, Millis deadline_ms, Done done);
  // Requests curl can really have on the wire at once; more would queue inside curl. Fewer over TLS, too, while the
  // server speaks nothing newer than HTTP/1.
  [[nodiscard]] std::size_t capacity() const noexcept;

 private:
  struct EasyDelete {
    void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
  };
  using Easy = std::unique_ptr<CURL, EasyDelete>;
  struct Transfer {
    Easy easy;
    Headers headers;                       // of this request alone
    std::string request_body, reply_body;  // curl reads the first in place
    std::size_t reply_bytes = 0;
    bool once = false;
    Done done;
  };
  // That of a connection lives as long as it; of other sockets (a resolver's) as long as curl wants to know of them.
  struct Poller {
    explicit Poller(CurlLoop& loop) : owner(&loop) {}
    CurlLoop* owner;
    curl_socket_t fd = CURL_SOCKET_BAD;
    bool of_connection = false;
    int wanted = 0, watched = 0;  // by curl, and by us: events of uv_poll
    UvHandle<uv_poll_t> handle;
  };

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* nothing) noexcept;
  static int on_timer(CURLM* multi, long timeout_ms, void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* transfer) noexcept;
  static int on_new_socket(void* self, curl_socket_t fd, curlsocktype purpose) noexcept;
  static int on_close_socket(void* self, curl_socket_t fd) noexcept;
  static void on_poll(uv_poll_t* handle, int status, int events) noexcept;

  void set_multi_options();
  [[nodiscard]] bool prepare(Transfer& transfer, const HttpRequest& request, Millis deadline_ms);
  [[nodiscard]] Poller* poller_of(curl_socket_t fd);  // null when it cannot be polled
  void watch(curl_socket_t fd, int what);
  void act(curl_socket_t fd, int events);
  void drain();
  HttpReply finish(CURL* easy, CURLcode code, Done& done);
  [[nodiscard]] Easy take_easy();

  UvLoop& loop_;
  CurlSettings settings_;
  Headers headers_;
  UvTimer timer_;
  CURLM* multi_ = nullptr;
  bool streams_ = true;  // the latest answer over TLS came over HTTP/2: a connection carries many requests
  std::vector<Easy> idle_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::unordered_map<curl_socket_t, std::unique_ptr<Poller>> pollers_;
  bool* destroyed_ = nullptr;  // set while drain() is on the stack
};

}  // namespace ringfence
