// See http2_probe.h. RFC 9113 frames and RFC 7541 literals, only as much as one request needs.
#include "edge/http2_probe.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace ringfence::test {
namespace {

enum FrameType : std::uint8_t { kData = 0, kHeaders = 1, kReset = 3, kSettings = 4 };
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

std::string request_frames(const HttpRequest& request) {
  std::string headers = literal(":method", request.method) + literal(":path", request.path) +
                        literal(":scheme", "http") + literal(":authority", "edge.test");
  for (const auto& [name, value] : request.headers) headers += literal(name, value);
  headers += literal("content-length", std::to_string(request.body.size()));
  std::string text = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0, "");
  text += frame(kHeaders, kEndHeaders, 1, headers);
  const std::string_view body = std::string_view(request.body).substr(0, kWindow);
  for (std::size_t at = 0; at < body.size(); at += kFrameMost) {
    const std::string_view part = body.substr(at, kFrameMost);
    text += frame(kData, at + part.size() == request.body.size() ? kEndStream : 0, 1, part);
  }
  return text;
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

}  // namespace

int http2_status(const std::string& unix_socket, const HttpRequest& request) {
  RawClient client(unix_socket);
  if (!client.write(request_frames(request))) return 0;
  for (;;) {
    const std::string head = client.read(kFrameHead);
    if (head.size() < kFrameHead) return 0;
    std::size_t length = 0;
    for (std::size_t i = 0; i < 3; ++i) length = (length << 8) | static_cast<std::uint8_t>(head[i]);
    const std::string payload = client.read(length);
    if (payload.size() < length || head[3] == kReset) return 0;
    if (head[3] == kHeaders) return status_of(payload);
  }
}

}  // namespace ringfence::test
