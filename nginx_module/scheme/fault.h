// A message of the configuration's reader: one sentence that says what is wrong and what was expected. Of fixed size,
// so that nothing is allocated to complain. Used by recipe and key. Must not know: where the line stood.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace ringfence::scheme {

class [[nodiscard]] Fault {
 public:
  Fault() noexcept = default;  // no fault
  // The parts joined; what does not fit is cut. Never a secret.
  Fault(std::initializer_list<std::string_view> parts) noexcept {
    for (const std::string_view part : parts) append(part);
  }
  void append(std::string_view part) noexcept { size_ += part.copy(text_.data() + size_, text_.size() - size_); }
  [[nodiscard]] explicit operator bool() const noexcept { return size_ != 0; }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 400> text_{};
  std::size_t size_ = 0;
};

}  // namespace ringfence::scheme
