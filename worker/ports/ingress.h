// What the sockets hand inwards. Implemented by the engine (events) and engine/control (operator requests); called by
// adapters/ingest. Views are valid during the call only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "shared/frame.h"

namespace ringfence {

struct VerdictReply {
  Verdict verdict = Verdict::later;
  std::uint16_t retry_after_s = 1;
  std::string reason;
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  // `done` runs exactly once, possibly before this returns, at the latest after limits::kVerdictMs.
  virtual void on_event(const EventFrame& frame, std::function<void(VerdictReply)> done) = 0;
};

struct ControlReply {
  std::uint16_t status = 200;
  std::string_view content_type = "application/json";  // a literal
  std::string body;
};

class RequestSink {
 public:
  virtual ~RequestSink() = default;
  virtual void on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) = 0;
};

}  // namespace ringfence
