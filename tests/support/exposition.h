// Reads Prometheus text format 0.0.4 and is stricter than a scraper: a family is told once, its samples stand together,
// nothing is repeated, histograms add up. Used by the tests of webhook_status and of ringd; header only. Must
// not know: which metrics.
#pragma once

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::test {

class Exposition {
 public:
  // error() tells what is wrong with the text; empty: nothing.
  explicit Exposition(std::string_view text) {
    if (text.empty() || text.back() != '\n') error_ = "does not end with a line feed";
    while (!text.empty() && error_.empty()) {
      const std::size_t end = text.find('\n');
      line_ = text.substr(0, end);
      text.remove_prefix(end + 1);
      take_line();
    }
    if (error_.empty()) check_histograms();
  }

  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  // By name and labels as written: value("x_total{a=\"b\"}"); -1: no such sample.
  [[nodiscard]] double value(const std::string& sample) const {
    const auto found = samples_.find(sample);
    return found == samples_.end() ? -1 : found->second;
  }
  [[nodiscard]] std::size_t size() const noexcept { return samples_.size(); }

 private:
  static bool is_name(std::string_view text, std::string_view also) {
    if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
    return text.find_first_not_of(std::string("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") +
                                  std::string(also)) == std::string_view::npos;
  }
  void fail(std::string_view why) {
    if (error_.empty()) error_ = std::string(why) + ": " + std::string(line_);
  }

  void take_line() {
    if (line_.starts_with("# HELP ")) return begin_family();
    if (line_.starts_with("# TYPE ")) return take_type();
    if (line_.empty() || line_[0] == '#') return fail("a comment or an empty line");
    take_sample();
  }
  void begin_family() {
    const std::string_view rest = line_.substr(7);
    family_ = rest.substr(0, rest.find(' '));
    if (!is_name(family_, ":")) return fail("not a metric name");
    if (family_.size() + 1 >= rest.size()) return fail("no help");
    if (!families_.insert(family_).second) return fail("told twice");
    type_.clear();
  }
  void take_type() {
    const std::string_view rest = line_.substr(7);
    const std::size_t space = rest.find(' ');
    if (rest.substr(0, space) != family_ || !type_.empty()) return fail("TYPE does not follow its HELP");
    type_ = rest.substr(space + 1);
    if (type_ != "counter" && type_ != "gauge" && type_ != "histogram") return fail("no such type");
    if (type_ == "counter" && !family_.ends_with("_total")) return fail("a counter's name ends in _total");
  }

  using Labels = std::vector<std::pair<std::string, std::string>>;
  // Consumes {a="b",c="d"}; false after having failed.
  bool take_labels(std::string_view& rest, Labels& labels) {
    std::set<std::string> seen;
    do {
      rest.remove_prefix(1);
      const std::size_t equals = rest.find("=\"");
      if (equals == std::string_view::npos || !is_name(rest.substr(0, equals), "")) return fail("not a label"), false;
      labels.emplace_back(rest.substr(0, equals), "");
      if (!seen.insert(labels.back().first).second) return fail("a label twice"), false;
      rest.remove_prefix(equals + 2);
      while (!rest.empty() && rest[0] != '"') {
        if (rest[0] == '\\') {
          rest.remove_prefix(1);
          if (rest.empty() || std::string_view("\\\"n").find(rest[0]) == std::string_view::npos) {
            return fail("no such escape"), false;
          }
        }
        labels.back().second += rest[0];
        rest.remove_prefix(1);
      }
      if (rest.size() < 2) return fail("a label without end"), false;
      rest.remove_prefix(1);
    } while (rest[0] == ',');
    if (rest[0] != '}') return fail("labels without end"), false;
    rest.remove_prefix(1);
    return true;
  }
  void take_sample() {
    if (type_.empty()) return fail("a sample without HELP and TYPE");
    std::string_view rest = line_;
    const std::string name(rest.substr(0, rest.find_first_of("{ ")));
    const std::string suffix = name.starts_with(family_) ? name.substr(family_.size()) : "?";
    const bool fits =
        type_ == "histogram" ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count" : suffix.empty();
    if (!fits) return fail("a sample away from its family");
    rest.remove_prefix(name.size());
    Labels labels;
    if (!rest.empty() && rest[0] == '{' && !take_labels(rest, labels)) return;
    if (rest.size() < 2 || rest[0] != ' ') return fail("no value");
    const std::string text(rest.substr(1));
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (*end != '\0' || text.find_first_not_of("0123456789.eE+-") != std::string::npos) return fail("not a number");
    if (!samples_.emplace(line_.substr(0, line_.size() - rest.size()), value).second) return fail("a sample twice");
    if (type_ == "histogram") note(suffix, labels, value);
  }

  struct Histogram {
    double last_bound = -1, last = 0, infinite = -1, count = -2, sum = -1;
    bool cumulated = true;
  };
  void note(const std::string& suffix, const Labels& labels, double value) {
    std::string key = family_, bound;
    for (const auto& [label, text] : labels) {
      if (label == "le") {
        bound = text;
      } else {
        key += "|" + label + "=" + text;
      }
    }
    Histogram& one = histograms_[key];
    if (suffix == "_count") one.count = value;
    if (suffix == "_sum") one.sum = value;
    if (suffix != "_bucket") return;
    one.cumulated = one.cumulated && value >= one.last && one.infinite < 0;
    one.last = value;
    if (bound == "+Inf") {
      one.infinite = value;
    } else {
      const double number = std::strtod(bound.c_str(), nullptr);
      one.cumulated = one.cumulated && number > one.last_bound;
      one.last_bound = number;
    }
  }
  void check_histograms() {
    for (const auto& [key, one] : histograms_) {
      if (!one.cumulated || one.infinite != one.count || one.sum < 0) error_ = "a histogram does not add up: " + key;
    }
  }

  std::string error_;
  std::string_view line_;
  std::string family_, type_;
  std::set<std::string> families_;
  std::map<std::string, double> samples_;
  std::map<std::string, Histogram> histograms_;
};

}  // namespace ringfence::test
