// An event that is of no call, as far as its way to a consumer needs it: which family it is of, what it is about, and
// how far that has come. Read from the webhook's body, which is genuine and may say anything. Used by
// engine/forwarder.cc. Must not know: who wants it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/event.h"
#include "shared/bytes.h"

namespace ringfence {

struct OtherEvent {
  std::string id;    // the provider's
  std::string type;  // such as message.finalized
  // What it is about: the message of a message's event, else the event itself, which nothing can overtake.
  std::string subject;
  int stage = 0;          // how far a message has come, least far of all that it goes to; 0: not known
  bool dated = false;     // it says when
  Millis at_ms = 0;       // when, by the provider's clock; by ours where it does not say
  std::string data;       // `data` as JSON; empty when that is longer than limits::kForwardBytes
  std::size_t bytes = 0;  // of the webhook
};

// message.finalized -> message
[[nodiscard]] std::string_view family_of(std::string_view type) noexcept;

// `event` is what decode_webhook() made of `body`.
[[nodiscard]] OtherEvent read_other(const Event& event, ByteView body, Millis now_ms);

}  // namespace ringfence
