// Every option of the multi and of one transfer, each with its reason; the other half of curl_loop.h.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "adapters/http/curl_loop.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

void wipe(std::string& secret) noexcept {
  explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

bool append(Headers& headers, const char* line) {
  curl_slist* longer = curl_slist_append(headers.get(), line);
  if (longer == nullptr) return false;
  // The head only changes from null.
  if (!headers) headers.reset(longer);
  return true;
}

}  // namespace

void HeadersDelete::operator()(curl_slist* headers) const noexcept {
  for (const curl_slist* line = headers; line != nullptr; line = line->next) {
    explicit_bzero(line->data, strlen(line->data));
  }
  curl_slist_free_all(headers);
}

Headers make_headers(std::string& api_key) {
  static constexpr std::string_view kBearer = "Authorization: Bearer ";
  std::string authorization;
  authorization.reserve(kBearer.size() + api_key.size());  // no growth: it would leave a copy behind
  authorization.append(kBearer).append(api_key);
  Headers headers;
  // An empty Expect: curl would otherwise wait for "100 Continue" before long bodies.
  const bool done = append(headers, authorization.c_str()) && append(headers, "Content-Type: application/json") &&
                    append(headers, "Accept: application/json") && append(headers, "Expect:");
  wipe(authorization);
  wipe(api_key);
  return done ? std::move(headers) : Headers();
}

Headers make_header_list(const std::vector<std::string>& lines) {
  Headers headers;
  for (const std::string& line : lines) {
    if (!append(headers, line.c_str())) return {};
  }
  return headers;
}

void CurlLoop::set_multi_options() {
  const long to_provider = settings_.base.tls ? limits::kProviderConnections : limits::kProviderConnectionsPlain;
  const long connections = settings_.host_connections != 0 ? settings_.host_connections : to_provider;
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  // Without the cap every transfer past 100 streams opens a connection of its own.
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections);
}

bool CurlLoop::prepare(Transfer& transfer, const HttpRequest& request, Millis deadline_ms) {
  CURL* easy = transfer.easy.get();
  const std::string url = request.url.empty() ? settings_.base.prefix + request.path : request.url;
  const bool tls = request.url.empty() ? settings_.base.tls : request.url.starts_with("https:");
  transfer.headers = make_header_list(request.headers);
  if (!transfer.headers && !request.headers.empty()) return false;
  transfer.reply_bytes = settings_.reply_bytes;
  transfer.request_body = request.body;
  bool fine = curl_easy_setopt(easy, CURLOPT_URL, url.c_str()) == CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    fine = curl_easy_setopt(easy, option, value) == CURLE_OK && fine;
  };
  set(CURLOPT_HTTPHEADER, transfer.headers ? transfer.headers.get() : headers_.get());
  set(CURLOPT_USERAGENT, "ringfence");
  switch (request.method) {
    case HttpRequest::Method::get:
      break;
    case HttpRequest::Method::post:
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.request_body.size()));
      set(CURLOPT_POSTFIELDS, transfer.request_body.c_str());
      break;
    case HttpRequest::Method::del:
      set(CURLOPT_CUSTOMREQUEST, "DELETE");
      break;
  }
  set(CURLOPT_WRITEFUNCTION, &CurlLoop::on_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(deadline_ms));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings_.connect_ms));
  // What is sent is meant for this server and nobody else: no other protocol, no redirect, no proxy from the
  // environment.
  set(CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOPROXY, "*");
  // curl repeats what dies unanswered on a connection that was used before, or that others use beside it: then a new
  // one, which HTTP/1.1 keeps to itself, and which nobody gets afterwards.
  transfer.once = request.once;
  set(CURLOPT_FRESH_CONNECT, request.once ? 1L : 0L);
  set(CURLOPT_FORBID_REUSE, request.once ? 1L : 0L);
  const bool streams = tls && !request.once;
  set(CURLOPT_HTTP_VERSION, static_cast<long>(streams ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // Wait for a connection that can multiplex instead of opening one per request in a cold burst. Plain HTTP/1.1 cannot.
  set(CURLOPT_PIPEWAIT, streams ? 1L : 0L);
  if (!settings_.ca_file.empty()) set(CURLOPT_CAINFO, settings_.ca_file.c_str());
  // What the caller encoded goes out as it is.
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  // Else removing a handle waits for getaddrinfo: seconds of a stopped loop when DNS stalls.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_DNS_CACHE_TIMEOUT, 60L);
  set(CURLOPT_MAXAGE_CONN, limits::kProviderIdleSecs);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_SOCKOPTFUNCTION, &CurlLoop::on_new_socket);
  set(CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, &CurlLoop::on_close_socket);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
  return fine;
}

int CurlLoop::on_new_socket(void* self, curl_socket_t fd, curlsocktype) noexcept {
  if (Poller* poller = static_cast<CurlLoop*>(self)->poller_of(fd)) poller->of_connection = true;
  const unsigned unacked_ms = limits::kProviderUnackedMs;
  // Best effort: without it a dead path is noticed by the kernel, only minutes later.
  (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
  return CURL_SOCKOPT_OK;
}

int CurlLoop::on_close_socket(void* self, curl_socket_t fd) noexcept {
  static_cast<CurlLoop*>(self)->pollers_.erase(fd);  // stops at once; the number may be opened again right away
  return close(fd);
}

std::size_t CurlLoop::on_body(char* data, std::size_t size, std::size_t count, void* transfer) noexcept {
  auto& self = *static_cast<Transfer*>(transfer);
  auto& reply = self.reply_body;
  const std::size_t bytes = size * count;                 // size is always 1
  if (bytes > self.reply_bytes - reply.size()) return 0;  // ends the transfer with CURLE_WRITE_ERROR
  reply.append(data, bytes);
  return bytes;
}

}  // namespace ringfence
