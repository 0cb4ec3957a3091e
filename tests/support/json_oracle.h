// What scan_json() has to say about a text, worked out the slow way: jansson decides whether it is JSON and what a key
// spells, a tree of spans is built over the text, and the paths are looked up in it. Used by the unit tests and by the
// fuzzer of the scanner. Must not know: how the scanner works.
#pragma once

#include <jansson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/json.h"
#include "shared/json_scan.h"
#include "shared/limits.h"

namespace ringfence::test {

// Objects, arrays, both under one name, one path a part of another, neighbours, and the deepest there may be.
inline constexpr std::string_view kOraclePaths[] = {"/data/id",
                                                    "/data/event_type",
                                                    "/data/payload/call_session_id",
                                                    "/data/payload",
                                                    "/id",
                                                    "/events/0/id",
                                                    "/events",
                                                    "/0",
                                                    "/events/10",
                                                    "/0/0/0/0/0/\xc3\xa9",
                                                    "/\xf0\x9f\x9a\x80",
                                                    "/a b"};
static_assert(std::size(kOraclePaths) == JsonPaths::kPaths);

inline Json load_json(std::string_view text, std::size_t flags) {
  return Json(json_loadb(text.data(), text.size(), flags | JSON_DECODE_ANY, nullptr));
}

// The text with everything replaced that RFC 8259 allows and jansson refuses: numbers out of range, \u0000, and
// surrogates without a partner. Whether the rest is JSON stays as it was.
class Tamed {
 public:
  explicit Tamed(std::string_view text) : rest_(text) {
    while (!rest_.empty()) {
      if (rest_.front() == '"') {
        string();
      } else if (!number()) {
        copy(1);
      }
    }
  }
  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  void copy(std::size_t count) {
    count = std::min(count, rest_.size());
    out_.append(rest_.substr(0, count));
    rest_.remove_prefix(count);
  }
  // A run of a number's characters, which becomes "0" when it is one.
  bool number() {
    const std::size_t run = std::min(rest_.find_first_not_of("0123456789+-.eE"), rest_.size());
    if (run == 0) return false;
    if (is_number(rest_.substr(0, run))) {
      out_ += '0';
      rest_.remove_prefix(run);
    } else {
      copy(run);
    }
    return true;
  }
  static bool is_number(std::string_view text) {
    std::size_t at = 0;
    const auto skip = [&](std::string_view set) {
      const bool is = at < text.size() && set.contains(text[at]);
      at += is ? 1 : 0;
      return is;
    };
    const auto digits = [&] {
      const std::size_t before = at;
      while (skip("0123456789")) continue;
      return at > before;
    };
    skip("-");
    if (!skip("0") && !digits()) return false;
    if (skip(".") && !digits()) return false;
    if (skip("eE")) {
      skip("+-");
      if (!digits()) return false;
    }
    return at == text.size();
  }
  // -1: not \u with four hex digits.
  static int unit(std::string_view text) {
    if (text.size() < 6 || !text.starts_with("\\u")) return -1;
    unsigned value = 0;  // a signed one could begin with a '-'
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, value, 16);
    return error == std::errc() && end == text.data() + 6 ? static_cast<int>(value) : -1;
  }
  void string() {
    copy(1);
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() != '\\') {
        copy(1);
        continue;
      }
      const int first = unit(rest_);
      const bool high = first >= 0xd800 && first <= 0xdbff;
      const bool low = first >= 0xdc00 && first <= 0xdfff;
      const int second = high ? unit(rest_.substr(6)) : -1;
      if (high && second >= 0xdc00 && second <= 0xdfff) {
        copy(12);
      } else if (high || low || first == 0) {
        out_ += "\\udbff\\udffd";
        rest_.remove_prefix(6);
      } else {
        copy(2);
      }
    }
    copy(1);
  }

  std::string_view rest_;
  std::string out_;
};

// A tree of spans over a text that is known to be JSON.
struct Node {
  char kind = 0;  // { [ " 0 (a number) or t (a word)
  std::string_view text;
  std::vector<std::string> names;  // of an object's items
  std::vector<Node> items;
  std::size_t depth = 0;  // of containers in it
};

class TreeBuilder {
 public:
  explicit TreeBuilder(std::string_view text) : text_(text) {}
  Node build() {
    space();
    Node node;
    const std::size_t begin = at_;
    const char c = text_[at_];
    if (c == '{' || c == '[') {
      node.kind = c;
      container(node);
    } else if (c == '"') {
      node.kind = '"';
      node.text = string();
    } else {
      while (at_ < text_.size() && !std::string_view(" \t\r\n,]}").contains(text_[at_])) ++at_;
      node.kind = std::string_view("tfn").contains(c) ? 't' : '0';
      node.text = text_.substr(begin, at_ - begin);
    }
    return node;
  }

 private:
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }
  std::string_view string() {
    const std::size_t begin = ++at_;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    return text_.substr(begin, at_++ - begin);
  }
  void container(Node& node) {
    node.depth = 1;
    ++at_;
    space();
    while (text_[at_] != '}' && text_[at_] != ']') {
      if (node.kind == '{') {
        node.names.push_back(spelled(string()));
        space();
        ++at_;  // the colon
      }
      Node child = build();
      node.depth = std::max(node.depth, child.depth + 1);
      node.items.push_back(std::move(child));
      space();
      if (text_[at_] == ',') ++at_;
      space();
    }
    ++at_;
  }
  // What no key of ours spells for a key that is not Unicode.
  static std::string spelled(std::string_view raw) {
    const Json json = load_json("\"" + std::string(raw) + "\"", JSON_ALLOW_NUL);
    return json ? std::string(json_string_value(json.get()), json_string_length(json.get())) : "\xff";
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// False: a key on the way is repeated. `found` is what is there, nullptr when nothing is.
inline bool look_up(const Node& root, std::string_view path, const Node*& found) {
  found = &root;
  while (!path.empty() && found != nullptr) {
    const std::string_view segment = path.substr(1, path.find('/', 1) - 1);
    path.remove_prefix(1 + segment.size());
    const Node* next = nullptr;
    for (std::size_t i = 0; i < found->items.size(); ++i) {
      if ((found->names.empty() ? std::to_string(i) : found->names[i]) != segment) continue;
      if (next != nullptr) return false;
      next = &found->items[i];
    }
    found = next;
  }
  return true;
}

inline JsonFound as_found(const Node* node) {
  if (node == nullptr) return {};
  if (node->kind == '0') return {.kind = JsonFound::Kind::number, .text = node->text};
  const bool token = node->kind == '"' && !node->text.empty() && node->text.size() <= limits::kFieldBytes &&
                     std::ranges::all_of(node->text, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
  if (token) return {.kind = JsonFound::Kind::token, .text = node->text};
  return {.kind = JsonFound::Kind::other, .text = {}};
}

// nullopt: to be refused.
inline std::optional<std::vector<JsonFound>> expected_of(std::string_view text) {
  if (text.contains('\0')) return std::nullopt;  // jansson overlooks one behind a number or a word
  const Json json = load_json(Tamed(text).text(), 0);
  if (!json) return std::nullopt;
  const Node root = TreeBuilder(text).build();
  if (root.depth > limits::kJsonDepth) return std::nullopt;
  std::vector<JsonFound> expected;
  for (const std::string_view path : kOraclePaths) {
    const Node* node = nullptr;
    if (!look_up(root, path, node)) return std::nullopt;
    expected.push_back(as_found(node));
  }
  return expected;
}

// Is the string at one of the paths the one that jansson has there? Says something about the tree above.
inline bool jansson_agrees(std::string_view text, std::string_view path, std::string_view token) {
  const Json json = load_json(Tamed(text).text(), 0);
  const json_t* at = json.get();
  while (!path.empty() && at != nullptr) {
    const std::string segment(path.substr(1, path.find('/', 1) - 1));
    path.remove_prefix(1 + segment.size());
    at = json_is_array(at) ? json_array_get(at, std::stoul(segment)) : json_object_get(at, segment.c_str());
  }
  return json_is_string(at) && token == json_string_value(at);
}

// Runs the scanner over `text`. Empty: it says what it should; else what it does not. `accepted` tells which.
inline std::string scan_and_compare(std::string_view text, bool& accepted) {
  JsonPaths paths;
  for (std::size_t i = 0; i < JsonPaths::kPaths; ++i) {
    std::uint8_t index = 0;
    if (paths.add(kOraclePaths[i], index) != JsonPaths::Fault::ok || index != i) return "a path is not taken";
  }
  std::array<JsonFound, JsonPaths::kPaths> found;
  accepted = scan_json(as_bytes(text), paths, found);
  const auto expected = expected_of(text);
  if (accepted != expected.has_value()) return accepted ? "taken, should be refused" : "refused, should be taken";
  if (!accepted) return {};
  for (std::size_t i = 0; i < JsonPaths::kPaths; ++i) {
    const JsonFound& want = (*expected)[i];
    const bool same = found[i].kind == want.kind && found[i].text.size() == want.text.size() &&
                      (want.text.empty() || found[i].text.data() == want.text.data());
    if (!same) return "another value at " + std::string(kOraclePaths[i]) + ": " + std::string(found[i].text);
    if (want.kind == JsonFound::Kind::token && !jansson_agrees(text, kOraclePaths[i], want.text)) {
      return "jansson has another value at " + std::string(kOraclePaths[i]);
    }
  }
  return {};
}

}  // namespace ringfence::test
