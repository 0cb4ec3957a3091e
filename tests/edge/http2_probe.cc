// See http2_probe.h. RFC 9113 frames and RFC 7541 literals, only as much as one request needs.
#include "edge/http2_probe.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace ringfence::test {
namespace {

enum FrameType : std::uint8_t { kData = 0, kHeaders = 1, kReset = 3, kSettings = 4, kWindowUpdate = 8 };
constexpr std::uint8_t kEndStream = 1;
constexpr std::uint8_t kEndHeaders = 4;
constexpr std::size_t kFrameHead = 9;
constexpr std::size_t kFrameMost = 16384;
constexpr std::size_t kWindow = 60000;

std::string frame(FrameType type, std::uint8_t flags, std::uint8_t stream, std::string_view payload) {
  std::string text;
  for (const int shift : {16, 8, 0}) text.push_back(static_cast<char>((payload.size() >> shift) & 0xff));
  text.push_back(static_cast<char>(type));
  text.push_back(static_cast<char>(flags));
  text.append(3, '\0').push_back(static_cast<char>(stream));
  return text.append(payload);
}

// A literal header without indexing; names and values here are shorter than 127 bytes.
std::string literal(std::string_view name, std::string_view value) {
  std::string text(1, '\0');
  text.push_back(static_cast<char>(name.size()));
  text.append(name).push_back(static_cast<char>(value.size()));
  return text.append(value);
}

std::string data_frames(std::string_view body, std::size_t begin, std::size_t end) {
  std::string text;
  end = std::min(end, body.size());
  for (std::size_t at = begin; at < end; at += kFrameMost) {
    const std::string_view part = body.substr(at, std::min(kFrameMost, end - at));
    text += frame(kData, at + part.size() == body.size() ? kEndStream : 0, 1, part);
  }
  return text;
}

std::string request_frames(const HttpRequest& request, std::string_view settings = {}) {
  std::string headers = literal(":method", request.method) + literal(":path", request.path) +
                        literal(":scheme", "http") + literal(":authority", "edge.test");
  for (const auto& [name, value] : request.headers) headers += literal(name, value);
  if (!request.chunked) headers += literal("content-length", std::to_string(request.body.size()));
  std::string text = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0, settings);
  text += frame(kHeaders, kEndHeaders, 1, headers);
  return text + data_frames(request.body, 0, kWindow);
}

// nginx names 200, 400 and some more by their place in the static table, and spells all others out.
int status_of(std::string_view block) {
  static constexpr int kIndexed[] = {200, 204, 206, 304, 400, 404, 500};
  if (block.empty()) return 0;
  const auto first = static_cast<std::uint8_t>(block[0]);
  if (first >= 0x88 && first <= 0x8e) return kIndexed[first - 0x88];
  if (block.size() <= 5 || first != 0x48) return 0;
  return static_cast<int>(std::strtol(std::string(block.substr(2, 3)).c_str(), nullptr, 10));
}

struct Frame {
  bool whole = false;
  std::uint8_t flags = 0;
  std::uint8_t stream = 0;
  std::string payload;
};

// Skips others; not whole when the connection ended or the stream was reset before one came.
Frame next_frame(RawClient& client, FrameType wanted) {
  for (;;) {
    const std::string head = client.read(kFrameHead);
    if (head.size() < kFrameHead) return {};
    std::size_t length = 0;
    for (std::size_t i = 0; i < 3; ++i) length = (length << 8) | static_cast<std::uint8_t>(head[i]);
    std::string payload = client.read(length);
    if (payload.size() < length || head[3] == kReset) return {};
    if (head[3] == wanted)
      return {true, static_cast<std::uint8_t>(head[4]), static_cast<std::uint8_t>(head[8]), std::move(payload)};
  }
}

}  // namespace

int http2_status(const std::string& unix_socket, const HttpRequest& request) {
  RawClient client(unix_socket);
  if (!client.write(request_frames(request))) return 0;
  if (request.chunked && request.body.size() > kWindow) {
    Frame window{.whole = true};
    while (window.whole && window.stream == 0) window = next_frame(client, kWindowUpdate);  // the stream's own
    (void)client.write(data_frames(request.body, kWindow, request.body.size()));            // may be refused midway
  }
  return status_of(next_frame(client, kHeaders).payload);
}

bool SlowHttp2Client::send(const HttpRequest& request) const {
  constexpr std::string_view kNoWindow("\0\4\0\0\0\0", 6);  // SETTINGS_INITIAL_WINDOW_SIZE = 0
  return client_.write(request_frames(request, kNoWindow));
}

int SlowHttp2Client::status() { return status_of(next_frame(client_, kHeaders).payload); }

std::string SlowHttp2Client::body() {
  std::string text;
  if (!client_.write(frame(kWindowUpdate, 0, 1, std::string_view("\0\1\0\0", 4)))) return text;
  for (;;) {
    const Frame data = next_frame(client_, kData);
    text += data.payload;
    if (!data.whole || (data.flags & kEndStream) != 0) return text;
  }
}

}  // namespace ringfence::test
