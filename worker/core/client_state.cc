// client_state: see client_state.h.
#include "core/client_state.h"

#include "core/command.h"
#include "shared/base64.h"
#include "shared/json.h"
#include "shared/json_escape.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

// R-018: a foreign client_state may be anything up to what the provider stores; beyond this it is not ours.
constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostHomeBytes = 16;  // short_hash()
constexpr std::int64_t kMostSeconds = 1LL << 40;

}  // namespace

// Without a tree: there is one for each device that is dialled.
std::string encode_client_state(const ClientState& state) {
  std::string json = R"({"rf":1,"s":")";
  static_cast<void>(append_json_escaped(json, state.session.text, kMostBytes));
  json += R"(","l":)" + std::to_string(state.leg) + R"(,"g":)" + std::to_string(state.generation);
  if (!state.home.empty()) {
    json += R"(,"h":")";
    static_cast<void>(append_json_escaped(json, state.home, kMostBytes));
    json += R"(","t":)" + std::to_string(state.begun_ms / 1000);
  }
  json += '}';
  return encode_base64(as_bytes(json));
}

std::optional<ClientState> decode_client_state(std::string_view base64) {
  if (base64.empty() || base64.size() > kMostBytes) return std::nullopt;
  const auto text = decode_base64(base64);
  if (!text) return std::nullopt;
  const auto json = parse_json(*text);
  if (!json || !json_is_object(json->get()) || get_int(json->get(), "rf") != 1) return std::nullopt;
  const std::string_view session = get_text(json->get(), "s");
  const std::int64_t leg = get_int(json->get(), "l", kUnknownLeg);
  const std::int64_t generation = get_int(json->get(), "g");
  const std::string_view home = get_text(json->get(), "h");
  const std::int64_t begun_s = get_int(json->get(), "t");
  if (home.size() > kMostHomeBytes || begun_s < 0 || begun_s > kMostSeconds) return std::nullopt;
  const bool plausible = !session.empty() && session.front() != kUnlisted && session.size() <= limits::kFieldBytes &&
                         leg >= kParent && leg < static_cast<std::int64_t>(limits::kLegs) && generation >= 1 &&
                         generation <= 1'000'000;
  if (!plausible) return std::nullopt;
  return ClientState{.session = {std::string(session)},
                     .leg = static_cast<int>(leg),
                     .generation = static_cast<int>(generation),
                     .home = std::string(home),
                     .begun_ms = begun_s * 1000};
}

bool lives_elsewhere(const ClientState& state, std::string_view own, Millis now_ms) noexcept {
  return !state.home.empty() && state.home != own && now_ms - state.begun_ms < limits::kFallbackHomeMs;
}

}  // namespace ringfence
