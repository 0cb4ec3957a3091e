// A flat JSON line; see json_line.h.
#include "adapters/system/json_line.h"

#include <cstdio>

#include "core/utc_time.h"
#include "shared/json_escape.h"

namespace ringfence {
namespace {

constexpr std::string_view kEnd = "}\n";
constexpr std::string_view kCutEnd = ",\"cut\":\"true\"}\n";

}  // namespace

std::string iso8601(Millis unix_ms) {
  std::string text = format_utc(unix_ms);
  const Millis millis = ((unix_ms % 1000) + 1000) % 1000;
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(millis));
  text.pop_back();
  return text + fraction;
}

void JsonLine::add(std::string_view name, std::string_view value) {
  const std::size_t overhead = name.size() * 6 + 6 + kCutEnd.size();  // the name escaped at its worst, quotes, the end
  if (text_.size() + overhead >= max_bytes_) {
    cut_ = true;
    return;
  }
  text_ += open_ ? ",\"" : "{\"";
  open_ = true;
  static_cast<void>(append_json_escaped(text_, name, name.size() * 6));
  text_ += "\":\"";
  const std::size_t room = max_bytes_ - text_.size() - 1 - kCutEnd.size();
  if (!append_json_escaped(text_, value, room)) cut_ = true;
  text_ += '"';
}

std::string_view JsonLine::finish() {
  if (!open_) text_ += '{';
  text_ += cut_ ? (open_ ? kCutEnd : kCutEnd.substr(1)) : kEnd;
  return text_;
}

}  // namespace ringfence
