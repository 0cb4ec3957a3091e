// See health_view.h.
#include "engine/health_view.h"

#include <string>

namespace ringfence {
namespace {

// As Prometheus has it: how many took up to so many ms; the last is all of them.
Json times(const Histogram& histogram) {
  Json view = json_object_new(), up_to = json_object_new();
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < Histogram::kBoundsMs.size(); ++i) {
    sum += histogram.counts.at(i);
    set_int(up_to.get(), std::to_string(Histogram::kBoundsMs.at(i)).c_str(), sum);
  }
  set_json(view.get(), "up_to_ms", std::move(up_to));
  set_int(view.get(), "count", histogram.count);
  set_int(view.get(), "sum_ms", histogram.sum_ms);
  return view;
}

struct Put {
  json_t* into;
  std::string name;

  void operator()(const Measure::Counter& one) const { set_int(into, name.c_str(), one.value); }
  void operator()(const Measure::Gauge& one) const { set_int(into, name.c_str(), one.value); }
  void operator()(const Measure::Flag& one) const { set_bool(into, name.c_str(), one.value); }
  void operator()(const Measure::Milliseconds& one) const { set_int(into, name.c_str(), one.value); }
  void operator()(const Measure::Text& one) const { set_text(into, name.c_str(), one.value); }
  void operator()(const Measure::State& one) const { set_text(into, name.c_str(), one.value); }
  void operator()(const Measure::Counts& counts) const {
    Json object = json_object_new();
    for (const auto& [what, value] : counts.values) set_int(object.get(), std::string(what).c_str(), value);
    set_json(into, name.c_str(), std::move(object));
  }
  void operator()(const Measure::Times& all) const {
    Json object = json_object_new();
    for (const auto& [what, value] : all.values) set_json(object.get(), std::string(what).c_str(), times(value));
    set_json(into, name.c_str(), std::move(object));
  }
};

}  // namespace

Json health_view(const Measures& measures) {
  Json view = json_object_new();
  for (const Measure& measure : measures.all()) {
    json_t* into = view.get();
    if (!measure.group.empty()) {
      const std::string group(measure.group);
      into = json_object_get(view.get(), group.c_str());
      if (into == nullptr) {
        set_json(view.get(), group.c_str(), json_object_new());
        into = json_object_get(view.get(), group.c_str());
      }
    }
    std::visit(Put{into, std::string(measure.name)}, measure.value);
  }
  return view;
}

}  // namespace ringfence
