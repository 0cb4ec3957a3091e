// webhook_status prometheus: see render.h. Text format 0.0.4: each family once, its samples together. Labels are names
// from the configuration and our own words, so their number is bounded by what an operator wrote.
#include "observe/render.h"

namespace ringfence::observe {
namespace {

constexpr std::uint64_t kNs = 1'000'000'000;  // in a second
constexpr unsigned kMicroDigits = 6;

class Families {
 public:
  explicit Families(TextWriter& out) noexcept : out_(out) {}

  // Begins a family; `name` without the prefix they all have.
  void begin(std::string_view name, std::string_view type, std::string_view help) noexcept {
    name_ = name;
    out_ << "# HELP nginx_webhook_" << name << " " << help << "\n# TYPE nginx_webhook_" << name << " " << type << "\n";
  }
  // One sample's name and labels, up to the space before the value. `suffix`: of a histogram.
  struct Label {
    std::string_view name, value, suffix = {};  // suffix: more of the value, one of our own words
  };
  TextWriter& sample(std::initializer_list<Label> labels, std::string_view suffix = {}) noexcept {
    out_ << "nginx_webhook_" << name_ << suffix;
    std::string_view before = "{";
    for (const Label& label : labels) {
      out_ << before << label.name << "=\"";
      out_.label(label.value) << label.suffix << "\"";
      before = ",";
    }
    return out_ << (labels.size() == 0 ? " " : "} ");
  }
  void single(std::string_view name, std::string_view help, std::uint64_t value) noexcept {
    begin(name, "counter", help);
    sample({}) << value << "\n";
  }

 private:
  TextWriter& out_;
  std::string_view name_;
};

void put_requests(Families& families, const Snapshot& snapshot) noexcept {
  families.begin("requests_total", "counter",
                 "Requests by what became of them; _dry_run: what would have, had webhook_dry_run been off.");
  for (const SchemeNumbers& scheme : snapshot.schemes) {
    const auto put = [&](const PerOutcome& numbers, std::string_view suffix) {
      for (std::size_t i = 1; i < kOutcomes; ++i) {
        const std::string_view result = name_of(static_cast<Outcome>(i));
        families.sample({{"scheme", scheme.name}, {"result", result, suffix}}) << numbers[i] << "\n";
      }
    };
    put(scheme.outcomes, "");
    if (sum(scheme.dry_run) > 0) put(scheme.dry_run, "_dry_run");  // most never see one
  }
}

// Microseconds as seconds, without zeros at the end: 2 -> 0.000002, 5000 -> 0.005.
[[nodiscard]] std::string_view seconds(std::uint32_t us, std::span<char> room) noexcept {
  TextWriter text(room);
  unsigned digits = kMicroDigits;
  std::uint64_t divisor = 1'000'000;
  while (us % 10 == 0 && digits > 0) {
    us /= 10;
    divisor /= 10;
    --digits;
  }
  text.quotient(us, divisor, digits);
  return {room.data(), text.size()};
}

void put_verify(Families& families, const Snapshot& snapshot) noexcept {
  families.begin("verify_seconds", "histogram", "Time it took to check the signature of one request, all keys tried.");
  for (const SchemeNumbers& scheme : snapshot.schemes) {
    std::uint64_t cumulated = 0;
    for (std::size_t i = 0; i < snapshot.verify_bounds_us.size(); ++i) {
      char room[24];
      cumulated += scheme.verify_times[i];
      families.sample({{"scheme", scheme.name}, {"le", seconds(snapshot.verify_bounds_us[i], room)}}, "_bucket")
          << cumulated << "\n";
    }
    const std::uint64_t all = verify_count(scheme);
    families.sample({{"scheme", scheme.name}, {"le", "+Inf"}}, "_bucket") << all << "\n";
    families.sample({{"scheme", scheme.name}}, "_sum").quotient(scheme.verify_ns, kNs, 9) << "\n";
    families.sample({{"scheme", scheme.name}}, "_count") << all << "\n";
  }
}

struct ZoneFamily {
  std::string_view name, type, help;
  std::uint64_t DedupStats::*number;
};
constexpr std::array<ZoneFamily, 9> kZoneFamilies{{
    {"dedup_entries", "gauge", "Slots in use, expired ones that nobody has asked about included.",
     &DedupStats::entries},
    {"dedup_capacity", "gauge", "Slots there are.", &DedupStats::capacity},
    {"dedup_claims_total", "counter", "Events claimed: seen for the first time.", &DedupStats::claims},
    {"dedup_commits_total", "counter", "Claims that became durable.", &DedupStats::commits},
    {"dedup_releases_total", "counter", "Claims given up, because the hand-over or the backend failed.",
     &DedupStats::releases},
    {"dedup_duplicates_total", "counter", "Copies of an event that was done.", &DedupStats::duplicates},
    {"dedup_in_flight_total", "counter", "Copies of an event that was being handed over.", &DedupStats::in_flight},
    {"dedup_evictions_early_total", "counter", "Ids forgotten before their window was over, for want of memory.",
     &DedupStats::evictions_early},
    {"dedup_full_total", "counter", "Events turned away because every slot they fit was claimed.", &DedupStats::full},
}};

void put_zones(Families& families, const Snapshot& snapshot) noexcept {
  for (const ZoneFamily& family : kZoneFamilies) {
    families.begin(family.name, family.type, family.help);
    for (const ZoneNumbers& zone : snapshot.zones) {
      families.sample({{"zone", zone.name}}) << zone.table.*family.number << "\n";
    }
  }
  families.begin("zone_bytes", "gauge", "Shared memory of a webhook_zone.");
  for (const ZoneNumbers& zone : snapshot.zones) families.sample({{"zone", zone.name}}) << zone.bytes << "\n";
}

void put_handover(Families& families, const Snapshot& snapshot) noexcept {
  families.begin("handover_total", "counter",
                 "Events handed to a worker, by its verdict; unavailable: there was none.");
  for (const Outcome result : kHandoverResults) {
    families.sample({{"result", name_of(result)}}) << of(snapshot.handovers, result) << "\n";
  }
  families.single("handover_frames_total", "Event frames that began to reach a worker, retries included.",
                  snapshot.frames_sent);
  families.single("handover_bytes_total", "Bytes sent to workers.", snapshot.bytes_sent);
  families.single("handover_retries_total", "Frames sent again because a worker was lost.", snapshot.retries);
  families.single("handover_broken_replies_total", "Replies of a worker that were no verdict.",
                  snapshot.broken_replies);
  families.single("api_requests_total", "Requests passed on by ringd_api.", snapshot.api_requests);
  families.single("log_suppressed_total", "Refusals left out of the error log because there were too many.",
                  snapshot.log_suppressed);
}

}  // namespace

void write_prometheus(TextWriter& out, const Snapshot& snapshot) noexcept {
  Families families(out);
  families.begin("info", "gauge", "The module and the nginx it runs in.");
  families.sample({{"version", snapshot.version}, {"nginx", snapshot.server_version}}) << "1\n";
  put_requests(families, snapshot);
  put_verify(families, snapshot);
  put_zones(families, snapshot);
  put_handover(families, snapshot);
}

}  // namespace ringfence::observe
