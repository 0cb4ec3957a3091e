// Forms and query strings as the providers that sign them read them, and the ways in which they write them down again
// to sign: Twilio, Plivo v3, HubSpot. Used by content and interpret. Must not know: keys, headers, verdicts.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "scheme/plan.h"
#include "shared/bytes.h"

namespace ringfence::scheme {

// The decoded fields of a body of application/x-www-form-urlencoded, or of a query.
class FormFields {
 public:
  // `scratch` must be as long as `text` and live as long as the fields. False: a broken % sequence, or too many fields.
  [[nodiscard]] bool parse(std::string_view text, ByteSpan scratch) noexcept;
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  void sort() noexcept;  // by name, then by value; bytewise
  // The value of a field that is there exactly once; "" otherwise.
  [[nodiscard]] std::string_view find_once(std::string_view name) const noexcept;

  void append_twilio(ByteWriter& out) const noexcept;       // names and values joined; a field twice counts once
  void append_plivo(ByteWriter& out) const noexcept;        // the same, a field twice stands twice
  void append_plivo_query(ByteWriter& out) const noexcept;  // name=value&name=value, decoded

 private:
  struct Field {
    std::uint32_t at;  // in the scratch; the value follows the name
    std::uint32_t name_bytes;
    std::uint32_t value_bytes;
  };
  [[nodiscard]] std::string_view name(const Field& field) const noexcept;
  [[nodiscard]] std::string_view value(const Field& field) const noexcept;
  [[nodiscard]] std::string_view joined(const Field& field) const noexcept;

  std::array<Field, kFormFields> fields_;  // written before it is read; 6 KB that most requests never touch
  std::size_t count_ = 0;
  std::string_view text_;
};

[[nodiscard]] std::string_view query_of(std::string_view url) noexcept;  // between '?' and '#'
// As written, not decoded; "" unless it is there exactly once.
[[nodiscard]] std::string_view query_argument(std::string_view url, std::string_view name) noexcept;

// Plivo v3: the URL with its query's fields sorted. False: the query is broken. `scratch` as long as the URL.
[[nodiscard]] bool append_url_sorted(std::string_view url, ByteSpan scratch, ByteWriter& out) noexcept;
// HubSpot v3: twelve escapes decoded, everything else as it is.
void append_url_decoded(std::string_view url, ByteWriter& out) noexcept;

}  // namespace ringfence::scheme
