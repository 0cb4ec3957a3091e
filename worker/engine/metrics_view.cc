// See metrics_view.h.
#include "engine/metrics_view.h"

#include <cstdlib>

namespace ringfence {
namespace {

constexpr std::string_view kPrefix = "ringd";
constexpr std::string_view kMs = "_ms";

void put_label(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

// Milliseconds as seconds, without zeros at the end: 5 -> 0.005, 2000 -> 2.
std::string seconds(std::int64_t ms) {
  const std::string rest = std::to_string(1000 + std::abs(ms % 1000)).substr(1);
  std::string text = (ms < 0 ? "-" : "") + std::to_string(std::abs(ms / 1000)) + "." + rest;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string seconds(std::uint64_t ms) { return seconds(static_cast<std::int64_t>(ms)); }

struct Label {
  std::string_view name, value;
};

class Family {
 public:
  Family(std::string& out, const Measure& measure) : out_(out), measure_(measure), name_(kPrefix) {
    if (!measure.group.empty()) name_ += "_" + std::string(measure.group);
    name_ += "_" + std::string(measure.name);
  }

  void operator()(const Measure::Counter& one) {
    begin("_total", "counter");
    sample({}, std::to_string(one.value));
  }
  void operator()(const Measure::Gauge& one) {
    begin("", "gauge");
    sample({}, std::to_string(one.value));
  }
  void operator()(const Measure::Flag& one) {
    begin("", "gauge");
    sample({}, one.value ? "1" : "0");
  }
  void operator()(const Measure::Milliseconds& one) {
    if (name_.ends_with(kMs)) name_.erase(name_.size() - kMs.size());
    begin("_seconds", "gauge");
    sample({}, seconds(one.value));
  }
  void operator()(const Measure::Text& one) {
    begin("_info", "gauge");
    sample({{measure_.name, one.value}}, "1");
  }
  void operator()(const Measure::State& one) {
    begin("", "gauge");
    for (const std::string_view state : one.all) sample({{measure_.name, state}}, state == one.value ? "1" : "0");
  }
  void operator()(const Measure::Counts& counts) {
    begin("_total", "counter");
    for (const auto& [what, value] : counts.values) sample({{counts.of_what, what}}, std::to_string(value));
  }
  void operator()(const Measure::Times& times) {
    begin("_seconds", "histogram");
    for (const auto& [what, value] : times.values) put(times.of_what, what, value);
  }

 private:
  void begin(std::string_view suffix, std::string_view type) {
    name_ += suffix;
    out_ += "# HELP " + name_ + " ";
    out_ += measure_.help;
    out_ += "\n# TYPE " + name_ + " ";
    out_ += type;
    out_ += "\n";
  }
  void sample(std::initializer_list<Label> labels, const std::string& value, std::string_view suffix = {}) {
    out_ += name_;
    out_ += suffix;
    char before = '{';
    for (const Label& label : labels) {
      out_ += before;
      out_ += label.name;
      out_ += "=\"";
      put_label(out_, label.value);
      out_ += '"';
      before = ',';
    }
    out_ += (labels.size() == 0 ? " " : "} ") + value + "\n";
  }
  void put(std::string_view of_what, std::string_view what, const Histogram& histogram) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < Histogram::kBoundsMs.size(); ++i) {
      sum += histogram.counts.at(i);
      const std::string bound = seconds(Histogram::kBoundsMs.at(i));
      sample({{of_what, what}, {"le", bound}}, std::to_string(sum), "_bucket");
    }
    sample({{of_what, what}, {"le", "+Inf"}}, std::to_string(histogram.count), "_bucket");
    sample({{of_what, what}}, seconds(histogram.sum_ms), "_sum");
    sample({{of_what, what}}, std::to_string(histogram.count), "_count");
  }

  std::string& out_;
  const Measure& measure_;
  std::string name_;
};

}  // namespace

std::string metrics_view(const Measures& measures) {
  std::string out;
  for (const Measure& measure : measures.all()) std::visit(Family(out, measure), measure.value);
  return out;
}

}  // namespace ringfence
