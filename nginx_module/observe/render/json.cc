// webhook_status json: see render.h. Members are only ever added; what is there keeps its name and its place.
#include "observe/render.h"

namespace ringfence::observe {
namespace {

// {"accepted":1,...} of every outcome.
void put_outcomes(TextWriter& out, const PerOutcome& numbers) noexcept {
  out << "{";
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    out << (i == 1 ? "\"" : ",\"") << name_of(static_cast<Outcome>(i)) << "\":" << numbers[i];
  }
  out << "}";
}

void put_scheme(TextWriter& out, const SchemeNumbers& scheme, std::span<const std::uint32_t> bounds_us) noexcept {
  out << "{\"outcomes\":";
  put_outcomes(out, scheme.outcomes);
  out << ",\"dry_run\":";
  put_outcomes(out, scheme.dry_run);
  out << ",\"verify\":{\"count\":" << verify_count(scheme) << ",\"sum_us\":" << scheme.verify_ns / 1000
      << ",\"at_most_us\":{";
  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < bounds_us.size(); ++i) {
    cumulated += scheme.verify_times[i];
    out << (i == 0 ? "\"" : ",\"") << bounds_us[i] << "\":" << cumulated;
  }
  out << "}}}";
}

void put_zone(TextWriter& out, const ZoneNumbers& zone) noexcept {
  const DedupStats& t = zone.table;
  out << "{\"bytes\":" << zone.bytes << ",\"capacity\":" << t.capacity << ",\"entries\":" << t.entries
      << ",\"claims\":" << t.claims << ",\"commits\":" << t.commits << ",\"releases\":" << t.releases
      << ",\"duplicates\":" << t.duplicates << ",\"in_flight\":" << t.in_flight
      << ",\"evictions_early\":" << t.evictions_early << ",\"full\":" << t.full << "}";
}

// "name":value of each element.
template <class Elements, class Put>
void put_named(TextWriter& out, const Elements& elements, Put put) noexcept {
  bool first = true;
  for (const auto& element : elements) {
    out << (first ? "\"" : ",\"");
    out.json(element.name) << "\":";
    put(element);
    first = false;
  }
}

}  // namespace

void write_json(TextWriter& out, const Snapshot& snapshot) noexcept {
  PerOutcome all{};
  for (const SchemeNumbers& scheme : snapshot.schemes) {
    for (std::size_t i = 0; i < kOutcomes; ++i) all[i] += scheme.outcomes[i];
  }
  out << "{\"outcomes\":";
  put_outcomes(out, all);
  out << ",\"worker\":{\"frames_sent\":" << snapshot.frames_sent << ",\"bytes_sent\":" << snapshot.bytes_sent
      << ",\"retries\":" << snapshot.retries << ",\"broken_replies\":" << snapshot.broken_replies
      << ",\"api_requests\":" << snapshot.api_requests << "},\"handovers\":{";
  for (const Outcome result : kHandoverResults) {
    out << (result == kHandoverResults[0] ? "\"" : ",\"") << name_of(result) << "\":" << of(snapshot.handovers, result);
  }
  out << "},\"zones\":{";
  put_named(out, snapshot.zones, [&](const ZoneNumbers& zone) { put_zone(out, zone); });
  out << "},\"schemes\":{";
  put_named(out, snapshot.schemes,
            [&](const SchemeNumbers& scheme) { put_scheme(out, scheme, snapshot.verify_bounds_us); });
  out << "},\"log_suppressed\":" << snapshot.log_suppressed << ",\"version\":\"";
  out.json(snapshot.version) << "\"}\n";
}

}  // namespace ringfence::observe
