// See conversation.h.
#include "core/conversation.h"

#include <algorithm>
#include <string_view>

namespace ringfence {
namespace {

constexpr std::string_view kConversation = "conversation/phone", kMessage = "message/phone_call";
constexpr std::string_view kSpeltAnonymous = "+266696687";  // on a keypad; what some networks say of a withheld number

bool can_be_called(std::string_view number) {
  constexpr std::size_t kShortest = 9;  // with its plus
  return number.size() >= kShortest && number.front() == '+' && number != kSpeltAnonymous &&
         std::ranges::all_of(number.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string conversation_id(const Session& session) {
  // A device of ours calls out by the name of its credential; who is called sees the number of its plan.
  const bool outbound = session.plan.outbound && !session.legs.empty();
  const std::string& ours = outbound ? session.plan.caller_id : session.parent.to;
  const std::string& theirs = outbound ? session.legs.front().destination.to : session.parent.from;
  if (!can_be_called(ours) || !can_be_called(theirs)) return {};
  return derived_uuid(kConversation, session.plan.organisation, ours, theirs);
}

std::string message_id(const Session& session) {
  if (session.parent.call_session_id.empty()) return {};
  return derived_uuid(kMessage, session.plan.organisation, session.parent.call_session_id, "");
}

}  // namespace ringfence
