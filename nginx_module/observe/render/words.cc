// See words.h. Sentences stay in ASCII and free of markup, so that every format can show them as they are.
#include "observe/words.h"

#include <array>

namespace ringfence::observe {
namespace {

using scheme::kOutcomes;
using scheme::Outcome;

struct Row {
  Outcome outcome;
  Words words;
};
constexpr std::array<Row, kOutcomes> kRows{{
    {Outcome::none, {Tone::no, "No verdict.", ""}},
    {Outcome::accepted,
     {Tone::taken, "Genuine, fresh and new; the worker made it durable or the backend answered 2xx.", "Nothing."}},
    {Outcome::duplicate,
     {Tone::taken, "A copy of an event that was accepted before. Answered 2xx, nobody was bothered.",
      "Nothing: senders repeat what they believe was lost."}},
    {Outcome::in_flight,
     {Tone::again, "A copy came while the first was still being handled.",
      "A few are normal. Many: the backend is slower than the sender's patience."}},
    {Outcome::malformed,
     {Tone::no, "No event could be made of it: not JSON, no id, an empty body.",
      "Compare the scheme's id, content and media with what the sender sends; the error log names the part."}},
    {Outcome::unsigned_,
     {Tone::no, "A part of the signature was missing, repeated or not well-formed.",
      "Scanners do this. If it is the provider: is it this scheme, and does a proxy in front drop headers?"}},
    {Outcome::forged,
     {Tone::no, "None of the keys here made this signature.",
      "After a key change, put the new key beside the old one. Otherwise something in front rewrites the body or "
      "the URL (webhook_url), or somebody is trying."}},
    {Outcome::stale,
     {Tone::no, "Signed too long ago, or in the future: outside webhook_tolerance.",
      "Check the clock of this machine. If it is right, somebody replays old requests, or they wait in a queue."}},
    {Outcome::method, {Tone::no, "Not a POST.", "Nothing: browsers and monitors do this."}},
    {Outcome::too_large,
     {Tone::no, "The body is larger than client_max_body_size or the module's own bound.",
      "Raise client_max_body_size, if the sender really sends that much."}},
    {Outcome::unsupported,
     {Tone::no, "A compressed body, or a media type the scheme does not have.",
      "Add the type to the scheme's media, or have the sender send it plainly."}},
    {Outcome::refused, {Tone::no, "The worker will never take it.", "The worker's log says why."}},
    {Outcome::later,
     {Tone::again, "The worker or the dedup memory had no room for it at that moment.",
      "If it goes on: is the worker overloaded, does its store answer, is a zone below full?"}},
    {Outcome::unavailable,
     {Tone::again, "No worker, no verdict in time, or no memory.",
      "Does the worker run, and may nginx open its socket? The error log has the connection error."}},
    {Outcome::failed,
     {Tone::again, "The backend behind the gate did not answer 2xx, or the client left first.",
      "Look at the backend. The event was not remembered, so the sender's next attempt gets through."}},
}};

// The table has to be in the order of the enumeration.
consteval bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].outcome != static_cast<Outcome>(i)) return false;
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

const Words& words_for(Outcome outcome) noexcept { return kRows[static_cast<std::size_t>(outcome)].words; }

}  // namespace ringfence::observe
