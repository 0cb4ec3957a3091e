// The payloads of the webhooks, field for field as captured from real calls and documented.
// Used by the state machine. Must not know: envelopes, signatures, delivery.
#pragma once

#include <cstdint>
#include <string>

#include "shared/json.h"
#include "telnyx_sim/model.h"

namespace ringfence::sim {

[[nodiscard]] std::string iso_time(std::int64_t at_us);  // 2026-05-19T23:30:15.038431Z

[[nodiscard]] Json initiated_payload(const Leg& leg);
[[nodiscard]] Json answered_payload(const Leg& leg);
[[nodiscard]] Json bridged_payload(const Leg& leg);
[[nodiscard]] Json hangup_payload(const Leg& leg);
[[nodiscard]] Json speak_payload(const Leg& leg, const Utterance& what, std::string_view status);  // status "": started
[[nodiscard]] Json playback_payload(const Leg& leg, const Utterance& what,
                                    std::string_view status);  // status "": started
[[nodiscard]] Json dtmf_payload(const Leg& leg, std::string_view digit);
[[nodiscard]] Json gather_payload(const Leg& leg, std::string_view digits, std::string_view status);
[[nodiscard]] Json detection_payload(const Leg& leg, std::string_view result);
[[nodiscard]] Json recording_payload(const Leg& leg, const Recording& recording, std::int64_t saved_us);

// The call resource of dial's answer and GET /calls/{id}; `dialling` is how dial reports it (never alive yet).
[[nodiscard]] Json call_resource(const Leg& leg, std::int64_t now_us, bool dialling);
[[nodiscard]] Json active_call_resource(const Leg& leg, std::int64_t now_us);

}  // namespace ringfence::sim
