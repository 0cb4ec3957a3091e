// An HTTP client over a Unix socket (libcurl: keep-alive, chunked, HTTP/2, Expect) and a raw one for bytes no proper
// client would send.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::test {

struct HttpRequest {
  std::string method = "POST";
  std::string path = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool http2 = false;    // prior knowledge
  bool chunked = false;  // no Content-Length
  bool tls = false;      // whatever certificate the server shows
  // Replaces the first header of that name, or adds it.
  HttpRequest& set(std::string_view name, std::string value);
  HttpRequest& remove(std::string_view name);
};

struct HttpResponse {
  int status = 0;                              // 0: no answer, see error
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string error;
  bool new_connection = true;
};

// One keep-alive connection at a time, as a provider's client has.
class HttpClient {
 public:
  explicit HttpClient(std::string unix_socket);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  [[nodiscard]] HttpResponse send(const HttpRequest& request);
  [[nodiscard]] HttpResponse get(std::string path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class RawClient {
 public:
  explicit RawClient(const std::string& unix_socket);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  [[nodiscard]] bool connected() const noexcept { return fd_ >= 0; }
  [[nodiscard]] bool write(std::string_view bytes) const;
  // Reads one response with a Content-Length; status 0 when the connection ended before.
  [[nodiscard]] HttpResponse read_response();
  // Exactly so many bytes, or fewer when the connection ended.
  [[nodiscard]] std::string read(std::size_t bytes);
  // True once the peer has closed.
  [[nodiscard]] bool closed_by_peer();

 private:
  bool fill();
  int fd_ = -1;
  std::string pending_;
};

// HTTP/1.1 text of a request with Content-Length, for RawClient.
[[nodiscard]] std::string raw_text(const HttpRequest& request);

}  // namespace ringfence::test
