// What a worker counts, as one list: every number with its place in `GET /health`, its kind and what it means. Each
// part adds its own; health_view.h and metrics_view.h make of the same list JSON for people and text for Prometheus,
// whose names follow from the places: ringd_GROUP_NAME, counters end in _total, times are in seconds. Must not know:
// how a number is counted, how it is printed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/histogram.h"

namespace ringfence {

struct Measure {
  struct Counter {
    std::uint64_t value;  // since the start of the process
  };
  struct Gauge {
    std::int64_t value;  // now
  };
  struct Flag {
    bool value;
  };
  struct Milliseconds {  // its name ends in _ms
    std::int64_t value;
  };
  struct Text {
    std::string value;
  };
  struct State {  // one of all
    std::string_view value;
    std::vector<std::string_view> all;
  };
  struct Counts {  // counters that belong together; of_what: what tells them apart
    std::string_view of_what;
    std::vector<std::pair<std::string_view, std::uint64_t>> values;
  };
  struct Times {
    std::string_view of_what;
    std::vector<std::pair<std::string_view, Histogram>> values;
  };

  std::string_view group, name;  // group "": of the worker as a whole
  std::string help;              // one line
  std::variant<Counter, Gauge, Flag, Milliseconds, Text, State, Counts, Times> value;
};

// Groups, names and what tells counters apart are words of our own that live as long as the program, so their number
// is bounded by what is written there.
class Measures {
 public:
  // Of those added from here on.
  void group(std::string_view group) noexcept { group_ = group; }

  void counter(std::string_view name, std::uint64_t value, std::string help) {
    add(name, std::move(help), Measure::Counter{value});
  }
  void gauge(std::string_view name, auto value, std::string help) {
    add(name, std::move(help), Measure::Gauge{static_cast<std::int64_t>(value)});
  }
  void flag(std::string_view name, bool value, std::string help) { add(name, std::move(help), Measure::Flag{value}); }
  void milliseconds(std::string_view name, std::int64_t value, std::string help) {
    add(name, std::move(help), Measure::Milliseconds{value});
  }
  void text(std::string_view name, std::string value, std::string help) {
    add(name, std::move(help), Measure::Text{std::move(value)});
  }
  void state(std::string_view name, std::string_view value, std::vector<std::string_view> all, std::string help) {
    add(name, std::move(help), Measure::State{value, std::move(all)});
  }
  void counts(std::string_view name, Measure::Counts counts, std::string help) {
    add(name, std::move(help), std::move(counts));
  }
  void times(std::string_view name, Measure::Times times, std::string help) {
    add(name, std::move(help), std::move(times));
  }
  void append(Measures more) {
    for (Measure& one : more.all_) all_.push_back(std::move(one));
  }

  [[nodiscard]] const std::vector<Measure>& all() const noexcept { return all_; }

 private:
  void add(std::string_view name, std::string help, decltype(Measure::value) value) {
    all_.push_back({.group = group_, .name = name, .help = std::move(help), .value = std::move(value)});
  }

  std::string_view group_;
  std::vector<Measure> all_;
};

}  // namespace ringfence
