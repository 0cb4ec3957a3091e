// The identifiers of the house as distinct types, so that no function can be given a leg where it wants a session.
// Must not know: where an id comes from on the wire (worker/core/webhook_event) or how it is stored.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ringfence {

template <class Tag>
struct Id {
  std::string text;
  [[nodiscard]] bool empty() const noexcept { return text.empty(); }
  auto operator<=>(const Id&) const = default;
};

using SessionId = Id<struct SessionTag>;  // one inbound call being rung; the parent's provider leg id
using EventId = Id<struct EventTag>;      // `data.id` of a webhook, `result:<command>.<n>`, `tick:<version>`
using CommandId = Id<struct CommandTag>;  // UUID sent to the provider as `command_id`

// What is stored under a name that begins so is no call: kept as one and claimed when it is due, but never listed. No
// webhook can name it.
inline constexpr char kUnlisted = '~';
[[nodiscard]] inline bool is_listed(const SessionId& session) noexcept { return !session.text.starts_with(kUnlisted); }

// 16 bytes of BLAKE2b over `parts` joined with '/', as a version-8 UUID (RFC 9562: custom). The same parts give the
// same id on every worker and after every crash, which is what makes a resend identical.
[[nodiscard]] std::string derived_uuid(std::string_view a, std::string_view b, std::string_view c, std::string_view d);

// 64 bits of BLAKE2b as 16 hex digits: the mark of an applied event inside its session (24 bytes in Redis, not 145).
[[nodiscard]] std::string short_hash(std::string_view text);

}  // namespace ringfence

template <class Tag>
struct std::hash<ringfence::Id<Tag>> {
  std::size_t operator()(const ringfence::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.text); }
};
