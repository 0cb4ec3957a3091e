// webhook_status html: see render.h. A page that needs nothing but itself: no script, no other resource, readable in a
// text browser, and well-formed as XML too. What is shown in detail per scheme and zone is in html_parts.
#include "observe/html_parts.h"
#include "observe/render.h"
#include "observe/style.h"
#include "observe/words.h"

namespace ringfence::observe {
namespace {

struct Totals {
  std::uint64_t taken = 0, duplicates = 0, again = 0, no = 0;
};

[[nodiscard]] Totals totals_of(const Snapshot& snapshot) noexcept {
  Totals totals;
  for (const SchemeNumbers& scheme : snapshot.schemes) {
    for (std::size_t i = 1; i < kOutcomes; ++i) {
      const auto outcome = static_cast<Outcome>(i);
      if (outcome == Outcome::duplicate) {
        totals.duplicates += scheme.outcomes[i];
        continue;
      }
      switch (words_for(outcome).tone) {
        case Tone::taken:
          totals.taken += scheme.outcomes[i];
          break;
        case Tone::again:
          totals.again += scheme.outcomes[i];
          break;
        case Tone::no:
          totals.no += scheme.outcomes[i];
          break;
      }
    }
  }
  return totals;
}

void put_head(TextWriter& out, const Snapshot& snapshot) noexcept {
  out << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
         "<meta name=\"robots\" content=\"noindex\"/>\n"
         "<title>Webhooks</title>\n<style>"
      << kStyle << "</style>\n</head>\n<body>\n<header>\n<h1>Webhooks</h1>\n<p class=\"soft\">";
  if (!snapshot.taken_at.empty()) out.html(snapshot.taken_at) << ", counted since nginx was started. ";
  out << "Module ";
  out.html(snapshot.version) << " in nginx ";
  out.html(snapshot.server_version) << ".</p>\n</header>\n";
}

void put_tile(TextWriter& out, std::string_view tone, std::string_view title, std::uint64_t number,
              std::uint64_t all) noexcept {
  out << "<div class=\"" << tone << "\"><dt>" << title << "</dt><dd>";
  out.grouped(number) << " <small>";
  put_percent(out, number, all);
  out << "</small></dd></div>\n";
}

void put_tiles(TextWriter& out, const Totals& totals) noexcept {
  const std::uint64_t all = totals.taken + totals.duplicates + totals.again + totals.no;
  out << "<dl class=\"tiles\">\n";
  put_tile(out, "taken", "Accepted", totals.taken, all);
  put_tile(out, "copy", "Duplicates stopped", totals.duplicates, all);
  put_tile(out, "again", "Told to come again", totals.again, all);
  put_tile(out, "no", "Turned away", totals.no, all);
  out << "</dl>\n";
}

// The few things that are wrong whatever the traffic is; each a sentence that ends in something to do.
class Look {
 public:
  explicit Look(TextWriter& out) noexcept : out_(out) {}
  TextWriter& item() noexcept {
    out_ << (any_ ? "</li>\n<li>" : "<div class=\"look\">\n<h2>Worth a look</h2>\n<ul>\n<li>");
    any_ = true;
    return out_;
  }
  TextWriter& more() noexcept { return out_; }
  void finish() noexcept {
    out_ << (any_ ? "</li>\n</ul>\n</div>\n" : "<div class=\"look well\">\n<p>Nothing needs attention.</p>\n</div>\n");
  }

 private:
  TextWriter& out_;
  bool any_ = false;
};

void look_at_scheme(Look& look, const SchemeNumbers& scheme) noexcept {
  constexpr std::uint64_t kEnough = 20;  // requests before a share says anything
  const std::uint64_t all = sum(scheme.outcomes);
  if (all >= kEnough && of(scheme.outcomes, Outcome::forged) > all / 2) {
    (look.item() << "Most requests to <b>").html(scheme.name)
        << "</b> carry a signature no key here made: a wrong key, a wrong scheme, or something in front that rewrites "
           "them.";
  }
  if (all >= kEnough && of(scheme.outcomes, Outcome::stale) > all / 2) {
    (look.item() << "Most requests to <b>").html(scheme.name)
        << "</b> were signed at another time than this machine thinks it is. Check its clock.";
  }
  if (const std::uint64_t dry = sum(scheme.dry_run); dry > 0) {
    (look.item() << "<b>").html(scheme.name) << "</b> has been in dry run: ";
    look.more().grouped(dry) << " of its requests went on, whatever the verdict was.";
  }
}

void look_at_zone(Look& look, const ZoneNumbers& zone) noexcept {
  if (zone.table.evictions_early > 0) {
    (look.item() << "Zone <b>").html(zone.name) << "</b> forgot ";
    look.more().grouped(zone.table.evictions_early)
        << " ids before their window was over; a late copy of those would have been taken for new. Give it more "
           "memory.";
  }
  if (zone.table.full > 0) {
    (look.item() << "Zone <b>").html(zone.name) << "</b> turned away ";
    look.more().grouped(zone.table.full)
        << " events for want of room; their senders were told to come again. Give it more memory.";
  }
}

void put_look(TextWriter& out, const Snapshot& snapshot) noexcept {
  Look look(out);
  for (const SchemeNumbers& scheme : snapshot.schemes) look_at_scheme(look, scheme);
  for (const ZoneNumbers& zone : snapshot.zones) look_at_zone(look, zone);
  if (snapshot.broken_replies > 0) {
    look.item().grouped(snapshot.broken_replies)
        << " replies of a worker were no verdicts. Is it ringd that listens there, and of this release?";
  }
  if (snapshot.log_suppressed > 0) {
    look.item().grouped(snapshot.log_suppressed)
        << " refusals were left out of the error log, because there were more than 20 a second.";
  }
  look.finish();
}

}  // namespace

void write_html(TextWriter& out, const Snapshot& snapshot) noexcept {
  put_head(out, snapshot);
  out << "<main>\n";
  put_tiles(out, totals_of(snapshot));
  put_look(out, snapshot);
  if (snapshot.schemes.empty()) out << "<section>\n<p>No location verifies webhooks yet.</p>\n</section>\n";
  for (const SchemeNumbers& scheme : snapshot.schemes) put_scheme(out, scheme, snapshot.verify_bounds_us);
  if (!snapshot.zones.empty()) put_zones(out, snapshot.zones);
  if (sum(snapshot.handovers) + snapshot.frames_sent + snapshot.api_requests > 0) put_handover(out, snapshot);
  out << "</main>\n<footer>\n<p>These are all requests since nginx was started; a reload keeps the numbers, a restart "
         "does not. For monitoring, the same numbers come from <code>webhook_status prometheus</code> and "
         "<code>webhook_status json</code>.</p>\n</footer>\n</body>\n</html>\n";
}

}  // namespace ringfence::observe
