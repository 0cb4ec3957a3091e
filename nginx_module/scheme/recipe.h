// Reads the lines of a scheme, one directive at a time, and compiles them to a Plan. The grammar is documented in
// nginx_module/README.md under webhook_scheme; presets.conf is written in it.
//
//   algorithm  hmac-sha1 | hmac-sha256 | hmac-sha512 | ed25519 | ecdsa-p256 | token;     begins a method
//   key        raw | hex | base64 | spki [prefix=text];                                  of that method
//   signature  header=name | json=/path [list=c] [separator=c] [name=text] [prefix=text]
//              [encoding=hex | base64 | plain] [unset=text];                             of that method
//   timestamp  header=name | field=name | json=/path [unit=s | ms];
//   tolerance  time [future=time];
//   content    "template" [form] [digest=argument];                                      twice: one with form, one
//   without id         source[,source...]  [except=value[,value...]];                            repeated: alternatives
//   in order type | partition | attempt   source; media      type...;
//
// A source is header=name, json=/a/b/0, form=name, hash=body or hash=content; in a list the first word says what the
// rest is: json=/event,/call/call_id. hash= names events only, and is the last alternative. Whatever would be ignored,
// or looks like protection and is none (a timestamp that is not signed), is refused. Must not know: nginx, keys,
// requests.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "scheme/fault.h"
#include "scheme/plan.h"

namespace ringfence::scheme {

class Recipe {
 public:
  explicit Recipe(std::string_view name) noexcept;
  // words[0] is the directive. Views are kept.
  [[nodiscard]] Fault add(std::span<const std::string_view> words) noexcept;
  // Everything there that a scheme needs, nothing that contradicts; works out what is derived.
  [[nodiscard]] Fault finish() noexcept;
  [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

 private:
  using Words = std::span<const std::string_view>;
  [[nodiscard]] Fault add_algorithm(Words words) noexcept;
  [[nodiscard]] Fault add_key(Words words) noexcept;
  [[nodiscard]] Fault add_signature(Words words) noexcept;
  [[nodiscard]] Fault add_timestamp(Words words) noexcept;
  [[nodiscard]] Fault add_tolerance(Words words) noexcept;
  [[nodiscard]] Fault add_content(Words words) noexcept;
  [[nodiscard]] Fault add_id(Words words) noexcept;
  [[nodiscard]] Fault add_hint(Words words) noexcept;  // type, partition, attempt
  [[nodiscard]] Fault add_media(Words words) noexcept;
  [[nodiscard]] Fault check_method_is_complete() const noexcept;
  [[nodiscard]] Method& method() noexcept { return plan_.methods[plan_.method_count - 1]; }

  Plan plan_;
  unsigned seen_ = 0;  // a bit a directive; key and signature: of the method that is being read
};

// What the scheme does not protect, a sentence each, for the start-up notice and the README: a body that is not signed,
// an id that is not, replays without a timestamp. Empty views after the last.
[[nodiscard]] std::array<std::string_view, 4> unprotected(const Plan& plan) noexcept;

// Seconds from "300", "300s", "5m", "1h", "3d"; -1: not a time.
[[nodiscard]] std::int64_t parse_time_s(std::string_view text) noexcept;

}  // namespace ringfence::scheme
