// See html_parts.h. Bars are drawn by CSS and always stand beside their number, for those who see no CSS.
#include "observe/html_parts.h"

#include <algorithm>

#include "observe/words.h"

namespace ringfence::observe {
namespace {

constexpr std::string_view kNbsp = "&#160;";

// The tone of an outcome as its CSS class; a duplicate has the colour of the page.
[[nodiscard]] std::string_view class_of(Outcome outcome) noexcept {
  if (outcome == Outcome::duplicate) return "copy";
  switch (words_for(outcome).tone) {
    case Tone::taken:
      return "taken";
    case Tone::again:
      return "again";
    case Tone::no:
      break;
  }
  return "no";
}

void put_number_cell(TextWriter& out, std::uint64_t number) noexcept {
  out << "<td class=\"num\">";
  out.grouped(number) << "</td>";
}

void put_bar(TextWriter& out, std::uint64_t part, std::uint64_t whole) noexcept {
  out << "<span class=\"bar\"><span style=\"width:";
  out.quotient(std::min(part, whole) * 100, whole, 1) << "%\"></span></span>";
}

void put_table_head(TextWriter& out) noexcept {
  out << "<div class=\"wide\">\n<table class=\"results\">\n<thead>\n<tr><th>Result</th><th "
         "class=\"num\">Requests</th><th class=\"num\">Share</th><th>What it means</th><th>What to "
         "do</th></tr>"
         "\n</thead>\n<tbody>\n";
}

void put_table_end(TextWriter& out) noexcept { out << "</tbody>\n</table>\n</div>\n"; }

void put_outcomes(TextWriter& out, const PerOutcome& numbers, std::string_view suffix) noexcept {
  const std::uint64_t all = sum(numbers);
  put_table_head(out);
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    if (numbers[i] == 0) continue;
    const auto outcome = static_cast<Outcome>(i);
    const Words& words = words_for(outcome);
    out << "<tr class=\"" << class_of(outcome) << "\"><th scope=\"row\">" << name_of(outcome) << suffix << "</th>";
    put_number_cell(out, numbers[i]);
    out << "<td class=\"num\">";
    put_percent(out, numbers[i], all);
    out << "</td><td>" << words.meaning << "</td><td>" << words.advice << "</td></tr>\n";
  }
  put_table_end(out);
}

// The bound below which so many of a hundred lie; 0: beyond all bounds.
[[nodiscard]] std::uint32_t bound_of(const SchemeNumbers& scheme, std::span<const std::uint32_t> bounds_us,
                                     std::uint64_t percent) noexcept {
  const std::uint64_t all = verify_count(scheme);
  std::uint64_t cumulated = 0;
  for (std::size_t i = 0; i < bounds_us.size(); ++i) {
    cumulated += scheme.verify_times[i];
    if (cumulated >= all - all * (100 - percent) / 100) return bounds_us[i];
  }
  return 0;
}

void put_times(TextWriter& out, const SchemeNumbers& scheme, std::span<const std::uint32_t> bounds_us) noexcept {
  out << "<details>\n<summary>How long checks took</summary>\n<table>\n<thead>\n<tr><th>Time</th>"
         "<th class=\"num\">Checks</th><th>Share</th></tr>\n</thead>\n<tbody>\n";
  const std::uint64_t all = verify_count(scheme);
  for (std::size_t i = 0; i <= bounds_us.size(); ++i) {
    const bool is_last = i == bounds_us.size();
    out << "<tr><td class=\"num\">" << (is_last ? "longer" : "up to ");
    if (!is_last) out << bounds_us[i] << kNbsp << "&#181;s";
    out << "</td>";
    put_number_cell(out, scheme.verify_times[i]);
    out << "<td>";
    put_bar(out, scheme.verify_times[i], all);
    out << "</td></tr>\n";
  }
  out << "</tbody>\n</table>\n</details>\n";
}

void put_verify(TextWriter& out, const SchemeNumbers& scheme, std::span<const std::uint32_t> bounds_us) noexcept {
  const std::uint64_t all = verify_count(scheme);
  if (all == 0) return;
  out << "<p class=\"soft\">Checking a signature took ";
  out.quotient(scheme.verify_ns, all * 1000, 1) << kNbsp << "&#181;s on average";
  if (const std::uint32_t bound = bound_of(scheme, bounds_us, 99); bound > 0) {
    out << "; 99 of 100 were done within " << bound << kNbsp << "&#181;s";
  }
  out << ".</p>\n";
  put_times(out, scheme, bounds_us);
}

void put_bytes(TextWriter& out, std::uint64_t bytes) noexcept {
  constexpr std::uint64_t kKilo = 1024, kMega = kKilo * kKilo;
  const bool is_small = bytes < kMega;
  const std::uint64_t unit = is_small ? kKilo : kMega;
  out.quotient(bytes, unit, bytes % unit == 0 ? 0 : 1) << kNbsp << (is_small ? "KB" : "MB");
}

}  // namespace

void put_percent(TextWriter& out, std::uint64_t part, std::uint64_t whole) noexcept {
  if (whole == 0) {
    out << "-";
  } else if (part > 0 && part < whole && part * 1000 < whole) {
    out << "&lt;" << kNbsp << "0.1" << kNbsp << "%";
  } else if (part < whole && (whole - part) * 1000 < whole) {
    out << "&gt;" << kNbsp << "99.9" << kNbsp << "%";
  } else {
    out.quotient(part * 100, whole, part == 0 || part == whole ? 0 : 1) << kNbsp << "%";
  }
}

void put_scheme(TextWriter& out, const SchemeNumbers& scheme, std::span<const std::uint32_t> bounds_us) noexcept {
  out << "<section>\n<h2>";
  out.html(scheme.name) << "</h2>\n";
  if (sum(scheme.outcomes) > 0) {
    put_outcomes(out, scheme.outcomes, "");
  } else if (sum(scheme.dry_run) == 0) {
    out << "<p>No request yet.</p>\n";
  }
  if (sum(scheme.dry_run) > 0) {
    out << "<h3>Dry run: what would have become of them</h3>\n";
    put_outcomes(out, scheme.dry_run, "_dry_run");
  }
  put_verify(out, scheme, bounds_us);
  out << "</section>\n";
}

void put_zones(TextWriter& out, std::span<const ZoneNumbers> zones) noexcept {
  out << "<section>\n<h2>Dedup memory</h2>\n<p class=\"soft\">Ids whose window is over keep their place until it is "
         "needed, so a full zone is no trouble by itself.</p>\n<div "
         "class=\"wide\">\n<table>\n<thead>\n<tr><th>Zone</th>"
         "<th>In use</th><th class=\"num\">Size</th><th class=\"num\">Remembered</th><th class=\"num\">Duplicates</th>"
         "<th class=\"num\">Copies in flight</th><th class=\"num\">Given up</th>"
         "<th class=\"num\">Forgotten early</th><th class=\"num\">No room</th></tr>\n</thead>\n<tbody>\n";
  for (const ZoneNumbers& zone : zones) {
    const DedupStats& t = zone.table;
    out << "<tr><th scope=\"row\">";
    out.html(zone.name) << "</th><td>";
    put_bar(out, t.entries, t.capacity);
    out.grouped(t.entries) << " of ";
    out.grouped(t.capacity) << "</td><td class=\"num\">";
    put_bytes(out, zone.bytes);
    out << "</td>";
    for (const std::uint64_t number : {t.commits, t.duplicates, t.in_flight, t.releases, t.evictions_early, t.full}) {
      put_number_cell(out, number);
    }
    out << "</tr>\n";
  }
  put_table_end(out);
  out << "</section>\n";
}

void put_handover(TextWriter& out, const Snapshot& snapshot) noexcept {
  out << "<section>\n<h2>Handed to the worker</h2>\n<div class=\"wide\">\n<table>\n<thead>\n<tr><th>Its verdict</th>"
         "<th class=\"num\">Events</th><th class=\"num\">Share</th></tr>\n</thead>\n<tbody>\n";
  for (const Outcome result : kHandoverResults) {
    const std::uint64_t number = of(snapshot.handovers, result);
    out << "<tr class=\"" << class_of(result) << "\"><th scope=\"row\">" << name_of(result) << "</th>";
    put_number_cell(out, number);
    out << "<td class=\"num\">";
    put_percent(out, number, sum(snapshot.handovers));
    out << "</td></tr>\n";
  }
  put_table_end(out);
  out << "<p class=\"soft\">";
  out.grouped(snapshot.frames_sent) << " frames, ";
  put_bytes(out, snapshot.bytes_sent);
  out << "; ";
  out.grouped(snapshot.retries) << " sent again because a worker was lost. ";
  out.grouped(snapshot.api_requests) << " requests passed on by <code>ringd_api</code>.</p>\n</section>\n";
}

}  // namespace ringfence::observe
