// See conversation.h.
#include "core/conversation.h"

#include <string_view>

namespace ringfence {
namespace {

constexpr std::string_view kConversation = "conversation/phone", kMessage = "message/phone_call";

}  // namespace

std::string conversation_id(const Session& session) {
  const Parent& parent = session.parent;
  if (parent.from.empty() || parent.to.empty()) return {};
  const bool ours_calls = session.plan.outbound;
  const std::string& ours = ours_calls ? parent.from : parent.to;
  const std::string& theirs = ours_calls ? parent.to : parent.from;
  return derived_uuid(kConversation, session.plan.organisation, ours, theirs);
}

std::string message_id(const Session& session) {
  if (session.parent.call_session_id.empty()) return {};
  return derived_uuid(kMessage, session.plan.organisation, session.parent.call_session_id, "");
}

}  // namespace ringfence
