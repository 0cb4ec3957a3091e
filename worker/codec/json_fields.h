// Lists of fields walked by a writer and by a reader, so that the two cannot differ, and the lists of what several
// stored forms share. Defaults are left out. Used by session_json.cc, event_json.cc and history. Must not know: what is
// stored where.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/command.h"
#include "core/plan.h"
#include "core/provider_words.h"
#include "shared/json.h"
#include "shared/json_escape.h"
#include "shared/limits.h"

namespace ringfence {

template <class Visitor>
void fields(Visitor& visit, Destination& to) {
  visit("device", to.device);
  visit("to", to.to);
  visit("after", to.after_ms);
  visit("timeout", to.timeout_ms);
  visit("priority", to.priority);
  visit("verify", to.verify);
}

template <class Visitor>
void fields(Visitor& visit, SipHeader& header) {
  visit("name", header.name);
  visit("value", header.value);
}

// These two: in the document they belong to, not in one of their own.
template <class Visitor>
void fields(Visitor& visit, Ending& ending) {
  visit("cause", ending.cause);
  visit("source", ending.source);
  visit("sip_cause", ending.sip_cause);
  visit("start_time", ending.start_time);
  visit("end_time", ending.end_time);
}

template <class Visitor>
void fields(Visitor& visit, Recording& recording) {
  visit("recording", recording.id);
  visit("recording_url", recording.url);
  visit("recording_leg", recording.call_leg_id);
  visit("recording_channels", recording.channels);
  visit("recording_started", recording.started_at);
  visit("recording_ended", recording.ended_at);
}

// But for the destinations, which are the legs.
template <class Visitor>
void fields(Visitor& visit, RingPlan& plan) {
  visit("route", plan.route);
  visit("organisation", plan.organisation);
  visit("user", plan.user);
  visit("name", plan.name);
  visit("greeting", plan.greeting);
  visit("note", plan.note);
  visit("ring", plan.ring_ms);
  visit("channels", plan.max_channels);
  visit("on_decline", plan.on_decline);
  visit("on_busy", plan.on_busy);
  visit("on_winner_lost", plan.on_winner_lost);
  visit("on_unanswered", plan.on_unanswered);
  visit("hold_losers", plan.hold_losers_ms);
  visit("no_record", plan.no_record);
  visit("busy", plan.busy);
  visit("notify", plan.notify);
  visit("notify_ringing", plan.notify_ringing);
  visit("home", plan.home);
  visit("outbound", plan.outbound);
  visit("caller_id", plan.caller_id);
  visit("headers", plan.headers);
}

// Writes text, not a tree: a document is rewritten with every event, and building and dumping a tree of it took a third
// of the worker's time. Keys are plain ASCII of ours; values are escaped.
class JsonFieldWriter {
 public:
  explicit JsonFieldWriter(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }
  void operator()(const char* key, std::string& value) {
    if (!value.empty()) text(key, value);
  }
  void operator()(const char* key, bool value) {
    if (!value) return;
    name(key);
    out_ += "true";
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void operator()(const char* key, Number value) {
    if (value != 0) number(key, static_cast<std::int64_t>(value));
  }
  // By name, so that a state that comes between two others in a later version changes no document.
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, Enum value) {
    if (value == Enum{}) return;
    name(key);
    out_ += '"';
    out_ += name_of(value);
    out_ += '"';
  }
  template <class Part>
  requires std::is_class_v<Part>
  void operator()(const char* key, Part& part) {
    name(key);
    write(part);
  }
  template <class Part>
  void operator()(const char* key, std::vector<Part>& parts) {
    if (parts.empty()) return;
    name(key);
    out_ += '[';
    for (Part& part : parts) {
      if (&part != parts.data()) out_ += ',';
      write(part);
    }
    out_ += ']';
  }
  void number(const char* key, std::int64_t value) {
    name(key);
    out_ += std::to_string(value);
  }
  void text(const char* key, std::string_view value) {
    name(key);
    out_ += '"';
    (void)append_json_escaped(out_, value, limits::kDocumentBytes);
    out_ += '"';
  }
  // `json` as it is.
  void part(const char* key, std::string_view json) {
    name(key);
    out_ += json;
  }
  // One object for each that `write_one(writer, index)` is to write.
  template <class WriteOne>
  void list(const char* key, std::size_t count, WriteOne write_one) {
    name(key);
    out_ += '[';
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) out_ += ',';
      JsonFieldWriter writer(out_);
      write_one(writer, i);
      writer.close();
    }
    out_ += ']';
  }

 private:
  void name(const char* key) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += key;
    out_ += "\":";
  }
  template <class Part>
  void write(Part& part) {
    JsonFieldWriter writer(out_);
    fields(writer, part);
    writer.close();
  }
  std::string& out_;
};

class JsonFieldReader {
 public:
  explicit JsonFieldReader(const json_t* object) : object_(object) {}
  // Whether the object, or a part read so far, has fields that no list names: a newer ringd wrote them.
  [[nodiscard]] bool has_more() const { return more_ || known_ != json_object_size(object_); }
  void number(const char* key, std::int64_t& value) {
    expect(key, JSON_INTEGER);
    value = get_int(object_, key);
  }
  void operator()(const char* key, std::string& value) {
    expect(key, JSON_STRING);
    value = std::string(get_text(object_, key));
  }
  void operator()(const char* key, bool& value) {
    const json_t* child = find(key);
    ok = ok && (child == nullptr || json_is_boolean(child));
    value = get_bool(object_, key);
  }
  void operator()(const char* key, int& value) {
    expect(key, JSON_INTEGER);
    const std::int64_t number = get_int(object_, key);
    // Nothing we count gets near; what does would be cut to another number.
    if (number < -kMostCounted || number > kMostCounted) {
      ok = false;
      return;
    }
    value = static_cast<int>(number);
  }
  void operator()(const char* key, Millis& value) {
    expect(key, JSON_INTEGER);
    value = get_int(object_, key);
    // A deadline far outside any calendar would overflow when a span is added to it.
    ok = ok && value >= 0 && value <= kLatestMs;
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(const char* key, Enum& value) {
    expect(key, JSON_STRING);
    const std::string_view text = get_text(object_, key);
    value = Enum{};
    if (text.empty()) return;
    for (int i = 0; name_of(static_cast<Enum>(i)) != "?"; ++i) {
      if (name_of(static_cast<Enum>(i)) != text) continue;
      value = static_cast<Enum>(i);
      return;
    }
    ok = false;
    newer = true;
  }
  template <class Part>
  requires std::is_class_v<Part>
  void operator()(const char* key, Part& part) { read(find(key), part); }
  template <class Part>
  void operator()(const char* key, std::vector<Part>& parts) {
    expect(key, JSON_ARRAY);
    const json_t* list = get_array(object_, key);
    const std::size_t count = json_array_size(list);
    if (count > limits::kOutbox) {
      ok = false;
      return;
    }
    parts.resize(count);
    for (std::size_t i = 0; i < count; ++i) read(json_array_get(list, i), parts[i]);
  }

  bool ok = true;
  bool newer = false;  // of what is not ok: a name that a newer ringd may have introduced

 private:
  static constexpr std::int64_t kMostCounted = 1'000'000'000;
  static constexpr Millis kLatestMs = 1LL << 50;
  // Absent is the default; another type is another program's document.
  void expect(const char* key, json_type type) {
    const json_t* child = find(key);
    ok = ok && (child == nullptr || json_typeof(child) == type);
  }
  template <class Part>
  void read(const json_t* object, Part& part) {
    if (!json_is_object(object)) {
      ok = false;
      return;
    }
    JsonFieldReader reader(object);
    fields(reader, part);
    ok = ok && reader.ok;
    newer = newer || reader.newer;
    more_ = more_ || reader.has_more();
  }
  const json_t* find(const char* key) {
    const json_t* child = json_object_get(object_, key);
    if (child != nullptr) ++known_;
    return child;
  }
  const json_t* object_;
  std::size_t known_ = 0;  // fields that are there and have been read
  bool more_ = false;
};

}  // namespace ringfence
