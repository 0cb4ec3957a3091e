// multi <-> uv: sockets, the timer, and draining; see curl_loop.h. Options of a transfer: curl_options.cc.
#include "adapters/http/curl_loop.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "shared/limits.h"

namespace ringfence {

CurlLoop::CurlLoop(UvLoop& loop, CurlSettings settings, Headers headers)
    : loop_(loop), settings_(std::move(settings)), headers_(std::move(headers)), timer_(loop) {
  // Counted by curl, so that this and any other user of curl in the process pair up.
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return;
  multi_ = curl_multi_init();
  if (multi_ == nullptr) {
    curl_global_cleanup();
    return;
  }
  set_multi_options();
}

CurlLoop::~CurlLoop() {
  if (destroyed_ != nullptr) *destroyed_ = true;
  if (multi_ == nullptr) return;
  for (auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_, easy);
  transfers_.clear();
  idle_.clear();
  // Closes the connections, which calls on_close_socket for each; hence before the pollers and the timer go.
  curl_multi_cleanup(multi_);
  pollers_.clear();
  curl_global_cleanup();
}

std::size_t CurlLoop::capacity() const noexcept {
  if (settings_.base.tls && streams_) return limits::kCommandsInFlight;
  return static_cast<std::size_t>(settings_.base.tls ? limits::kProviderConnections
                                                     : limits::kProviderConnectionsPlain);
}

bool CurlLoop::start(const HttpRequest& request, Millis deadline_ms, Done done) {
  if (multi_ == nullptr) return false;
  auto transfer = std::make_unique<Transfer>();
  transfer->easy = take_easy();
  transfer->done = std::move(done);
  if (!transfer->easy || !prepare(*transfer, request, deadline_ms)) return false;
  CURL* easy = transfer->easy.get();
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) return false;
  transfers_.emplace(easy, std::move(transfer));
  return true;
}

CurlLoop::Easy CurlLoop::take_easy() {
  if (idle_.empty()) return Easy(curl_easy_init());
  Easy easy = std::move(idle_.back());
  idle_.pop_back();
  return easy;
}

int CurlLoop::on_timer(CURLM*, long timeout_ms, void* self) noexcept {
  auto& loop = *static_cast<CurlLoop*>(self);
  if (timeout_ms < 0) {
    loop.timer_.stop();
  } else {
    // 0 stays 0: rounding up to 1 ms costs a millisecond on every request. Not acted on here: curl is on the stack.
    loop.timer_.start(timeout_ms, [&loop] { loop.act(CURL_SOCKET_TIMEOUT, 0); });
  }
  return 0;
}

int CurlLoop::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept {
  static_cast<CurlLoop*>(self)->watch(fd, what);
  return 0;
}

CurlLoop::Poller* CurlLoop::poller_of(curl_socket_t fd) {
  if (const auto known = pollers_.find(fd); known != pollers_.end()) return known->second.get();
  auto fresh = std::make_unique<Poller>(*this);
  fresh->fd = fd;
  if (uv_poll_init_socket(loop_.get(), fresh->handle.get(), fd) != 0) return nullptr;
  fresh->handle.get()->data = fresh.get();
  return (pollers_[fd] = std::move(fresh)).get();
}

void CurlLoop::watch(curl_socket_t fd, int what) {
  Poller* poller = poller_of(fd);
  if (poller == nullptr) return;  // the transfer then ends by its deadline
  if (what == CURL_POLL_REMOVE && !poller->of_connection) {
    // Stops synchronously, so the same number may be opened again before the handle's memory is freed.
    pollers_.erase(fd);
    return;
  }
  const bool any = what != CURL_POLL_REMOVE;
  poller->wanted =
      (any && (what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) | (any && (what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
  // Between two requests nothing is wanted, and right after the next is written the same again as before. To leave it
  // as it is saves the kernel several calls a request; what comes unasked is seen in on_poll.
  if (poller->wanted == poller->watched || (poller->wanted == 0 && poller->watched == UV_READABLE)) return;
  poller->watched = poller->wanted;
  if (poller->watched == 0) {
    uv_poll_stop(poller->handle.get());
  } else {
    uv_poll_start(poller->handle.get(), poller->watched, &CurlLoop::on_poll);
  }
}

void CurlLoop::on_poll(uv_poll_t* handle, int status, int events) noexcept {
  auto* poller = static_cast<Poller*>(handle->data);
  if (poller->wanted == 0) {  // an idle connection was closed by its peer: curl will find out when it wants to use it
    poller->watched = 0;
    uv_poll_stop(handle);
    return;
  }
  int flags = status < 0 ? CURL_CSELECT_ERR : 0;
  if ((events & UV_READABLE) != 0) flags |= CURL_CSELECT_IN;
  if ((events & UV_WRITABLE) != 0) flags |= CURL_CSELECT_OUT;
  poller->owner->act(poller->fd, flags);
}

void CurlLoop::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  drain();
}

// Everything finished is taken out of curl first; only then our callbacks run, one of which may destroy this.
void CurlLoop::drain() {
  std::vector<std::pair<Done, HttpReply>> finished;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;  // copied: removing the handle frees the message
    const CURLcode code = message->data.result;
    Done done;
    HttpReply reply = finish(easy, code, done);
    finished.emplace_back(std::move(done), std::move(reply));
  }
  bool destroyed = false;
  destroyed_ = &destroyed;
  for (auto& [done, reply] : finished) {
    done(std::move(reply));
    if (destroyed) return;
  }
  destroyed_ = nullptr;
}

namespace {

// Telnyx documents only x-ratelimit-reset, its samples read Retry-After: the standard one wins.
Millis retry_after_ms(CURL* easy, long status) {
  curl_off_t secs = 0;
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &secs);
  curl_header* header = nullptr;
  if (secs <= 0 && status == 429 &&
      curl_easy_header(easy, "x-ratelimit-reset", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
    const std::string_view text(header->value);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), secs);
    if (error != std::errc() || end != text.data() + text.size()) return 0;
  }
  // Compared before multiplied: the number is the peer's.
  const curl_off_t most_secs = limits::kRetryAfterMs / 1000;
  return secs <= 0 ? 0 : 1000 * std::min(secs, most_secs);
}

}  // namespace

HttpReply CurlLoop::finish(CURL* easy, CURLcode code, Done& done) {
  HttpReply reply;
  reply.code = code;
  long status = 0, version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &reply.request_bytes);
  curl_off_t left_after_us = 0;
  curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &left_after_us);
  reply.left_after_ms = left_after_us / 1000;
  reply.status = static_cast<int>(status);
  reply.retry_after_ms = retry_after_ms(easy, status);
  curl_multi_remove_handle(multi_, easy);

  const auto at = transfers_.find(easy);
  const std::unique_ptr<Transfer> transfer = std::move(at->second);
  transfers_.erase(at);
  if (status != 0 && version != CURL_HTTP_VERSION_NONE && !transfer->once) streams_ = version >= CURL_HTTP_VERSION_2_0;
  done = std::move(transfer->done);
  reply.body = std::move(transfer->reply_body);
  if (idle_.size() < capacity()) {
    curl_easy_reset(easy);
    idle_.push_back(std::move(transfer->easy));
  }
  return reply;
}

}  // namespace ringfence
