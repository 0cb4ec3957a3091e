// What an AI agent is told about the call it is given, as SIP headers: printable ASCII, of bounded length, and
// with no more of the caller than the organisation lets it have. Used by directory_decision.cc.
// Must not know: how a call is transferred.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plan.h"

namespace ringfence {

// What of the caller may leave the house with a call to an agent.
enum class Sharing : std::uint8_t {
  none,    // nothing
  masked,  // the last digits of the number
  full     // number, name, and a summary of the conversation so far
};
[[nodiscard]] std::string_view name_of(Sharing sharing) noexcept;

struct Agent {
  std::string name, to;  // to: a SIP URI
  std::string base_url;
  std::string introduction, voice, personality;
};

struct AgentCall {
  std::string_view organisation, user;  // user empty: the agent is the receiver
  std::string_view called, caller, caller_name;
  std::string_view thread;   // what tells this conversation from others
  std::string_view summary;  // of the conversation so far, if there is one at hand
  bool within_hours = true;
  Sharing sharing = Sharing::masked;
};

[[nodiscard]] std::vector<SipHeader> agent_headers(const Agent& agent, const AgentCall& call);

// As it is when printable ASCII, else as an encoded word of RFC 2047 (=?UTF-8?B?...?=), which never ends inside of a
// character; at most `most_bytes` long.
[[nodiscard]] std::string header_value(std::string_view text, std::size_t most_bytes);

}  // namespace ringfence
