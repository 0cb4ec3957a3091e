// Reads a page as strictly as XML wants it: every element closed in turn, every attribute quoted and once, nothing that
// should have been escaped. Used by the tests of webhook_status; header only. Must not know: what the page is about.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::test {

class Markup {
 public:
  // error() tells what is wrong with the text; empty: nothing. text() is what a reader sees, a space for each tag.
  explicit Markup(std::string_view page) : rest_(page) {
    if (!skip("<!DOCTYPE html>\n")) fail("no doctype");
    while (!rest_.empty() && error_.empty()) {
      if (rest_[0] == '<') {
        take_tag();
      } else {
        take_text();
      }
    }
    if (error_.empty() && !open_.empty()) fail("left open: " + open_.back());
    if (error_.empty() && !elements_.contains("html")) fail("nothing there");
  }

  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool has(const std::string& element) const { return elements_.contains(element); }
  // Attributes of that name anywhere: href, src, onclick...
  [[nodiscard]] bool has_attribute(const std::string& name) const { return attributes_.contains(name); }

 private:
  void fail(const std::string& why) {
    if (error_.empty()) error_ = why + " before: " + std::string(rest_.substr(0, 60));
  }
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string take_name() {
    const std::size_t end = rest_.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-");
    const std::string name(rest_.substr(0, end));
    if (name.empty()) fail("no name");
    rest_.remove_prefix(name.size());
    return name;
  }
  void take_entity() {
    if (skip("&amp;") || skip("&lt;") || skip("&gt;") || skip("&quot;")) return;
    const std::size_t end = rest_.find(';');
    if (end == std::string_view::npos || end < 3 || !rest_.starts_with("&#") ||
        rest_.substr(2, end - 2).find_first_not_of("0123456789") != std::string_view::npos) {
      return fail("no entity");
    }
    rest_.remove_prefix(end + 1);
  }
  void take_text() {
    if (open_.empty() && rest_ != "\n") return fail("text outside");
    if (rest_[0] == '&') return take_entity();
    const auto c = static_cast<unsigned char>(rest_[0]);
    if (c < 0x20 && c != '\n') return fail("a control character");
    if (open_.empty() || open_.back() != "style") text_ += rest_[0];
    rest_.remove_prefix(1);
  }
  void take_attribute(std::set<std::string>& seen) {
    const std::string name = take_name();
    attributes_.insert(name);
    if (!seen.insert(name).second) return fail("twice: " + name);
    if (!skip("=\"")) return fail("an attribute without quotes");
    while (error_.empty() && !skip("\"")) {
      if (rest_.empty() || rest_[0] == '<') return fail("an attribute without end");
      if (rest_[0] == '&') {
        take_entity();
      } else {
        rest_.remove_prefix(1);
      }
    }
  }
  void take_tag() {
    text_ += ' ';
    if (skip("</")) {
      const std::string name = take_name();
      if (!skip(">") || open_.empty() || open_.back() != name) return fail("closes what is not open: " + name);
      open_.pop_back();
      return;
    }
    rest_.remove_prefix(1);
    const std::string name = take_name();
    if (open_.empty() && elements_.contains("html")) return fail("after the end: " + name);
    elements_.insert(name);
    std::set<std::string> seen;
    while (error_.empty() && skip(" ")) take_attribute(seen);
    if (skip("/>")) return;
    if (!skip(">")) return fail("a tag without end: " + name);
    open_.push_back(name);
  }

  std::string_view rest_;
  std::string error_, text_;
  std::vector<std::string> open_;
  std::set<std::string> elements_, attributes_;
};

}  // namespace ringfence::test
