// The sentence of a refusal in the error log. It names headers, paths and keys as the configuration spells them and
// quotes nothing of the request, so there is nothing to escape and nothing to leak.
#include <algorithm>
#include <charconv>

#include "scheme/crypto.h"
#include "scheme/interpret.h"
#include "scheme/signature_list.h"

namespace ringfence::scheme {
namespace {

// Writes up to the end of what it was given, and then no more.
class Sentence {
 public:
  explicit Sentence(std::span<char> out) noexcept : out_(out) {}
  Sentence& operator<<(std::string_view text) noexcept {
    size_ += text.copy(out_.data() + size_, out_.size() - size_);
    return *this;
  }
  Sentence& operator<<(std::int64_t number) noexcept {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
  }
  [[nodiscard]] std::string_view text() const noexcept { return {out_.data(), size_}; }

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
};

// Everything a sentence may speak of.
struct Case {
  const Plan& plan;
  const Tolerance& tolerance;
  const Presented& presented;
  std::span<const Key> keys;
};

void write_source(const Plan& plan, const Source& source, Sentence& out) noexcept {
  switch (source.place) {
    case Place::header:
      out << "header \"" << plan.headers[source.index] << "\"";
      return;
    case Place::field:
      out << "field \"" << source.name << "\" beside the signature";
      return;
    case Place::json:
      out << "JSON value " << plan.paths.at(source.index).text;
      return;
    case Place::form:
      out << "form field \"" << source.name << "\"";
      return;
    case Place::hash_body:
    case Place::hash_content:
      out << "a hash of the request";
      return;
    case Place::none:
      return;
  }
}

// `header "stripe-signature", entry "v1"`, for each method.
void write_signature_sources(const Plan& plan, Sentence& out) noexcept {
  for (std::size_t i = 0; i < plan.method_count; ++i) {
    const Method& method = plan.methods[i];
    const bool same_header = i != 0 && same_source(method.signature, plan.methods[i - 1].signature);
    if (i != 0) out << " or ";
    if (!same_header) write_source(plan, method.signature, out);
    if (method.separator == 0 || method.name.empty()) continue;
    out << (same_header ? "\"" : ", entry \"") << method.name << "\"";
  }
}

// The signatures' shape in words, for somebody who compares it with what arrives.
void write_expected(const Plan& plan, Sentence& out) noexcept {
  for (std::size_t i = 0; i < plan.method_count; ++i) {
    const Method& method = plan.methods[i];
    if (i != 0) out << ", or ";
    if (!method.prefix.empty()) out << "\"" << method.prefix << "\" and ";
    const auto bytes = static_cast<std::int64_t>(signature_bytes(method.algorithm));
    if (method.encoding == TextEncoding::hex) out << "hex";
    if (method.encoding == TextEncoding::base64) out << "base64";
    if (method.encoding == TextEncoding::plain) out << "the token";
    if (bytes != 0) out << " of " << bytes << " bytes";
  }
}

bool has_candidate(const Presented& presented, const Key& key) noexcept {
  const auto candidates = std::span(presented.candidates).first(presented.count);
  return std::ranges::any_of(candidates, [&](const Candidate& one) { return one.method == key.method; });
}

// `"2024", 2`: what the operator calls them, or their numbers in the ring.
bool write_tried_keys(const Case& of, Sentence& out) noexcept {
  bool any = false;
  for (std::size_t i = 0; i < of.keys.size(); ++i) {
    if (!has_candidate(of.presented, of.keys[i])) continue;
    out << (any ? ", " : "");
    any = true;
    if (of.keys[i].label.empty()) {
      out << static_cast<std::int64_t>(i + 1);
    } else {
      out << "\"" << of.keys[i].label << "\"";
    }
  }
  return any;
}

void write_no_key_matches(const Case& of, Sentence& out) noexcept {
  const bool any = std::ranges::any_of(of.keys, [&](const Key& key) { return has_candidate(of.presented, key); });
  if (!any) {
    out << "this location has no key of the kind that signed the request; add the provider's key for it";
    return;
  }
  out << "no key made this signature, tried: ";
  write_tried_keys(of, out);
  out << "; check that the key belongs to this endpoint";
  if (of.plan.needs_url) out << ", that webhook_url is the URL as the provider has it";
  out << " and that nothing in between changes the request";
}

void write_age(const Case& of, Sentence& out) noexcept {
  const bool old = of.presented.age_s >= 0;
  out << "the timestamp is " << (old ? of.presented.age_s : -of.presented.age_s) << (old ? " s old" : " s ahead")
      << ", tolerance " << (old ? of.tolerance.past_s : of.tolerance.future_s) << " s";
  out << (old ? "; a late or repeated request, or a clock that is wrong" : "; check this machine's clock");
}

void write_signature_trouble(Reason reason, const Case& of, Sentence& out) noexcept {
  if (reason == Reason::signature_missing) {
    out << "no signature in ";
    write_signature_sources(of.plan, out);
    for (const Content& content : std::span(of.plan.contents).first(of.plan.content_count)) {
      for (const Piece& piece : std::span(content.pieces).first(content.count)) {
        if (piece.kind == PieceKind::json) out << ", or no JSON value " << of.plan.paths.at(piece.index).text;
      }
    }
    out << "; either the sender is not the provider, or something in between removes it";
  } else if (reason == Reason::signature_repeated) {
    write_signature_sources(of.plan, out);
    out << " stands in the request more than once, and nobody can tell which copy the backend would read";
  } else if (reason == Reason::signature_malformed) {
    write_signature_sources(of.plan, out);
    out << " is not well-formed; expected ";
    write_expected(of.plan, out);
  } else if (reason == Reason::signatures_too_many) {
    write_signature_sources(of.plan, out);
    out << " has more signatures than are tried for one request";
  } else {
    write_signature_sources(of.plan, out);
    out << " says that the sender has no secret configured; set one at the provider";
  }
}

void write_timestamp_trouble(Reason reason, const Case& of, Sentence& out) noexcept {
  out << (reason == Reason::timestamp_missing ? "no timestamp in " : "the timestamp in ");
  write_source(of.plan, of.plan.timestamp, out);
  if (reason == Reason::timestamp_missing) out << "; either the sender is not the provider, or something removes it";
  if (reason == Reason::timestamp_repeated) out << " stands there more than once";
  if (reason == Reason::timestamp_malformed) {
    out << " is not the decimal digits of Unix " << (of.plan.unit == Unit::seconds ? "seconds" : "milliseconds");
  }
}

void write_needed_headers(const Plan& plan, Sentence& out) noexcept {
  bool any = false;
  const auto write = [&](std::size_t index) {
    out << (any ? ", \"" : "\"") << plan.headers[index] << "\"";
    any = true;
  };
  std::array<bool, kHeaders> needed{};
  for (const Content& content : std::span(plan.contents).first(plan.content_count)) {
    for (const Piece& piece : std::span(content.pieces).first(content.count)) {
      if (piece.kind == PieceKind::header) needed[piece.index] = true;
    }
  }
  for (const IdRule& rule : std::span(plan.ids).first(plan.id_count)) {
    for (const Source& source : std::span(rule.sources).first(rule.count)) {
      if (source.place == Place::header) needed[source.index] = true;
    }
  }
  for (std::size_t i = 0; i < plan.header_count; ++i) {
    if (needed[i]) write(i);
  }
}

void write_ids(const Plan& plan, Sentence& out) noexcept {
  for (std::size_t i = 0; i < plan.id_count; ++i) {
    if (i != 0) out << ", or ";
    for (std::size_t j = 0; j < plan.ids[i].count; ++j) {
      if (j != 0) out << " with ";
      write_source(plan, plan.ids[i].sources[j], out);
    }
  }
}

void write_digest_trouble(Reason reason, const Plan& plan, Sentence& out) noexcept {
  std::string_view argument;
  for (const Content& content : std::span(plan.contents).first(plan.content_count)) {
    if (!content.digest.empty()) argument = content.digest;
  }
  if (reason == Reason::digest_missing) {
    out << "the URL has not exactly one argument \"" << argument << "\", the SHA-256 that covers the body";
  } else {
    out << "the body is not the one whose SHA-256 the URL has in \"" << argument
        << "\"; something in between changes the body";
  }
}

void write_media_types(const Plan& plan, Sentence& out) noexcept {
  out << "the media type is not what the scheme signs";
  for (std::size_t i = 0; i < plan.media_count; ++i) out << (i == 0 ? "; expected " : " or ") << plan.media[i];
}

// What needs nothing of the plan.
std::string_view fixed_text(Reason reason) noexcept {
  switch (reason) {
    case Reason::not_post:
      return "the method is not POST";
    case Reason::subrequest:
      return "a subrequest asks for this location, and its main request was not verified by the same gate";
    case Reason::content_coding:
      return "the body has a content coding, but what was signed is known of a plain one only";
    case Reason::body_too_large:
      return "the body is larger than client_max_body_size or the module's own bound";
    case Reason::body_empty:
      return "the body is empty";
    case Reason::form_malformed:
      return "the form or the query has a broken % sequence or too many fields";
    case Reason::id_done:
      return "an event of this id was accepted before";
    case Reason::copy_in_flight:
      return "a copy of this event is with the backend right now";
    case Reason::zone_full:
      return "the dedup zone has no room beside events in flight; make webhook_zone larger";
    case Reason::worker_accepted:
      return "the worker made the event durable";
    case Reason::worker_duplicate:
      return "the worker has had this event";
    case Reason::worker_refused:
      return "the worker will not take this event";
    case Reason::worker_later:
      return "the worker cannot take the event now";
    case Reason::worker_away:
      return "no worker answered in time";
    case Reason::backend_accepted:
      return "the backend answered with success";
    case Reason::backend_failed:
      return "the backend did not answer with success; the event may come again";
    case Reason::client_gone:
      return "the sender left before the backend had answered";
    case Reason::no_memory:
      return "there is no memory for the request";
    default:
      return {};
  }
}

}  // namespace

std::string_view explain(Reason reason, const Plan& plan, const Tolerance& tolerance, const Presented& presented,
                         std::span<const Key> keys, std::span<char> out) noexcept {
  Sentence sentence{out};
  const Case of{plan, tolerance, presented, keys};
  switch (reason) {
    case Reason::signature_missing:
    case Reason::signature_repeated:
    case Reason::signature_malformed:
    case Reason::signatures_too_many:
    case Reason::sender_has_no_secret:
      write_signature_trouble(reason, of, sentence);
      break;
    case Reason::timestamp_missing:
    case Reason::timestamp_repeated:
    case Reason::timestamp_malformed:
      write_timestamp_trouble(reason, of, sentence);
      break;
    case Reason::header_missing:
    case Reason::header_repeated:
      sentence << (reason == Reason::header_missing ? "a header that the scheme needs is missing or empty, of: "
                                                    : "a header that the scheme needs stands there twice, of: ");
      write_needed_headers(plan, sentence);
      break;
    case Reason::too_old:
    case Reason::too_far_ahead:
      write_age(of, sentence);
      break;
    case Reason::media_type:
      write_media_types(plan, sentence);
      break;
    case Reason::body_not_json:
      sentence << "the body is not JSON that every reader understands alike, or it nests too deep";
      break;
    case Reason::digest_missing:
    case Reason::digest_differs:
      write_digest_trouble(reason, plan, sentence);
      break;
    case Reason::no_key_matches:
      write_no_key_matches(of, sentence);
      break;
    case Reason::id_missing:
      sentence << "no usable id (printable, without spaces, at most 255 characters) in ";
      write_ids(plan, sentence);
      break;
    default:
      sentence << fixed_text(reason);
      break;
  }
  return sentence.text();
}

}  // namespace ringfence::scheme
