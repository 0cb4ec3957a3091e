// See agent_headers.h.
#include "directory/agent_headers.h"

#include <algorithm>
#include <array>

#include "core/mask.h"
#include "shared/base64.h"
#include "shared/ids.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::array<std::string_view, 3> kSharings{"none", "masked", "full"};

bool is_printable(std::string_view text) {
  const auto plain = [](char c) { return c >= 0x20 && c <= 0x7e; };
  // Blanks at the ends would be lost, and what looks encoded would be decoded.
  return std::all_of(text.begin(), text.end(), plain) && !text.starts_with(' ') && !text.ends_with(' ') &&
         !text.starts_with("=?");
}

// At most so many bytes, without half a character at the end.
std::string_view cut(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  std::size_t length = most_bytes;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return text.substr(0, length);
}

// Without control characters, whose escapes would make the JSON long. set_text() sees to what is no UTF-8.
std::string readable(std::string_view text, std::size_t most_bytes) {
  std::string out(cut(text, most_bytes));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

std::string user_data(const AgentCall& call) {
  constexpr std::size_t kPartBytes = 64;  // four of them, escaped and in base64, stay below kSipHeaderBytes
  Json data = json_object_new();
  const auto add = [&](const char* key, std::string_view value) {
    if (!value.empty()) set_text(data.get(), key, readable(value, kPartBytes));
  };
  add("called", call.called);
  if (call.sharing == Sharing::masked) add("caller", mask_number(call.caller));
  if (call.sharing == Sharing::full) {
    add("caller", call.caller);
    add("caller_name", call.caller_name);
    add("user", call.user);
  }
  return encode_base64(as_bytes(dump_json(data.get())));
}

}  // namespace

std::string_view name_of(Sharing sharing) noexcept { return kSharings[static_cast<std::size_t>(sharing)]; }

std::string header_value(std::string_view text, std::size_t most_bytes) {
  if (is_printable(text)) return std::string(text.substr(0, most_bytes));
  constexpr std::string_view kBefore = "=?UTF-8?B?", kAfter = "?=";
  const std::size_t around = kBefore.size() + kAfter.size();
  if (most_bytes < around + 4) return {};
  const std::string_view kept = cut(text, (most_bytes - around) / 4 * 3);
  return std::string(kBefore) + encode_base64(as_bytes(kept)) + std::string(kAfter);
}

std::vector<SipHeader> agent_headers(const Agent& agent, const AgentCall& call) {
  std::vector<SipHeader> headers;
  std::size_t total = 0;
  const auto add = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    SipHeader header{std::string(name), header_value(text, limits::kSipHeaderBytes)};
    total += header.name.size() + header.value.size() + 4;
    if (total <= limits::kSipHeadersBytes) headers.push_back(std::move(header));
  };
  // Those that an agent cannot do without come first: what is too much is left out from the end.
  add("X-Org-Id", call.organisation);
  add("X-Thread-Id", derived_uuid("thread", call.organisation, call.thread, ""));
  add("X-Base-Url", agent.base_url);
  add("X-User-Status", call.within_hours ? "available" : "unavailable");
  add("X-User-Data", user_data(call));
  add("X-Agent-Introduction", agent.introduction);
  add("X-Agent-Voice", agent.voice);
  add("X-Agent-Personality", agent.personality);
  if (call.sharing == Sharing::full) add("X-Conversation-Summary", call.summary);
  return headers;
}

}  // namespace ringfence
