// See recipe_check.h.
#include "scheme/recipe_check.h"

#include <algorithm>
#include <span>

namespace ringfence::scheme {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

std::span<const Method> methods_of(const Plan& plan) noexcept { return {plan.methods.data(), plan.method_count}; }
std::span<const Content> contents_of(const Plan& plan) noexcept { return {plan.contents.data(), plan.content_count}; }
std::span<const IdRule> ids_of(const Plan& plan) noexcept { return {plan.ids.data(), plan.id_count}; }
std::span<const Piece> pieces_of(const Content& content) noexcept { return {content.pieces.data(), content.count}; }
std::span<const Source> sources_of(const IdRule& rule) noexcept { return {rule.sources.data(), rule.count}; }

bool has(const Content& content, PieceKind kind) noexcept {
  return std::ranges::any_of(pieces_of(content), [kind](const Piece& piece) { return piece.kind == kind; });
}
bool has(const Content& content, PieceKind kind, std::uint8_t index) noexcept {
  return std::ranges::any_of(pieces_of(content),
                             [=](const Piece& piece) { return piece.kind == kind && piece.index == index; });
}
bool has_form(const Content& content) noexcept {
  return has(content, PieceKind::form_sorted) || has(content, PieceKind::form_plivo);
}
bool has_url(const Content& content) noexcept {
  return has(content, PieceKind::url) || has(content, PieceKind::url_decoded) || has(content, PieceKind::url_sorted);
}
bool covers_body(const Content& content) noexcept {
  return has(content, PieceKind::body) || has_form(content) || !content.digest.empty();
}
bool is_token(const Plan& plan) noexcept { return plan.methods[0].algorithm == Algorithm::token; }
bool is_at(const Source& source, Place place, std::uint8_t index) noexcept {
  return source.place == place && source.index == index;
}

bool covers(const Plan& plan, const Content& content, const Source& source) noexcept {
  const bool is_timestamp = is_at(plan.timestamp, source.place, source.index);
  switch (source.place) {
    case Place::none:
    case Place::hash_content:
      return true;
    case Place::header:
      return has(content, PieceKind::header, source.index) || (is_timestamp && has(content, PieceKind::timestamp));
    case Place::field:
      return has(content, PieceKind::timestamp);
    case Place::json:
      return covers_body(content) || has(content, PieceKind::json, source.index) ||
             (is_timestamp && has(content, PieceKind::timestamp));
    case Place::form:
    case Place::hash_body:
      break;
  }
  return covers_body(content);
}

// JSON paths are looked up in bodies that are no form, form fields in those that are.
bool applies(const Plan& plan, const Content& content, const Source& source) noexcept {
  if (plan.content_count < 2) return true;
  if (source.place == Place::json) return !content.for_form;
  return source.place != Place::form || content.for_form;
}

Fault check_two_methods(const Plan& plan) noexcept {
  const Method& first = plan.methods[0];
  const Method& second = plan.methods[1];
  if (first.algorithm == Algorithm::token || second.algorithm == Algorithm::token) {
    return {"a token beside another algorithm would make its signature optional; expected a scheme for each"};
  }
  if (!is_at(second.signature, first.signature.place, first.signature.index) || first.list != second.list ||
      first.separator != second.separator) {
    return {"the two algorithms have different signature sources; expected the same header=, list= and separator="};
  }
  if (first.name.empty() || second.name.empty() || first.name == second.name) {
    return {"the two algorithms' signatures cannot be told apart; expected a name= of its own for each"};
  }
  const bool is_begun = !first.key_prefix.empty() && (first.key_prefix.starts_with(second.key_prefix) ||
                                                      second.key_prefix.starts_with(first.key_prefix));
  if (second.key_prefix.empty() || is_begun) {
    return {"the two algorithms' keys cannot be told apart; expected a key prefix= of its own for each"};
  }
  return {};
}

Fault check_timestamp(const Plan& plan) noexcept {
  if (!plan.has_timestamp) {
    for (const Content& content : contents_of(plan)) {
      if (has(content, PieceKind::timestamp)) return {"the content holds {timestamp}, but \"timestamp\" is missing"};
    }
    return {};
  }
  if (is_token(plan)) return {"a token signs no timestamp: whoever has the token writes any; remove \"timestamp\""};
  if (plan.timestamp.place == Place::field) {
    const Method& method = plan.methods[0];
    if (method.separator == 0 || method.list == 0) {
      return {"\"timestamp field=\" needs a signature made of named entries; expected list= and separator= there"};
    }
    for (const Method& one : methods_of(plan)) {
      if (one.name == plan.timestamp.name) return {"\"timestamp field=\" names the entry that holds the signature"};
    }
  }
  for (const Method& method : methods_of(plan)) {
    if (is_at(method.signature, plan.timestamp.place, plan.timestamp.index)) {
      return {"\"timestamp\" and \"signature\" are read from the same place"};
    }
  }
  if (!is_signed(plan, plan.timestamp)) {
    return {
        "the timestamp is not part of the content, so that whoever replays a request may write any; expected "
        "{timestamp} in it, or no \"timestamp\""};
  }
  return {};
}

Fault check_content(const Plan& plan, const Content& content) noexcept {
  const auto is_literal = [](const Piece& piece) { return piece.kind == PieceKind::literal; };
  if (std::ranges::all_of(pieces_of(content), is_literal)) {
    return {"the content holds nothing of the request; expected {body} or another placeholder in it"};
  }
  if (!content.for_form && has_form(content)) {
    return {"the content holds a form, but is not marked as one; expected content \"...\" form"};
  }
  if (!content.digest.empty() && !has_url(content)) {
    return {"\"digest=\" is an argument of the URL, which the content does not hold; expected {url} in it"};
  }
  if (!content.digest.empty() && (has(content, PieceKind::body) || has_form(content))) {
    return {"\"digest=\" stands for the body, which the content holds anyway; remove one of them"};
  }
  for (const Method& method : methods_of(plan)) {
    const bool is_header = method.signature.place == Place::header;
    if (has(content, is_header ? PieceKind::header : PieceKind::json, method.signature.index)) {
      return {"the content holds the signature itself, which cannot sign itself"};
    }
  }
  return {};
}

// A form has no JSON: what can only be found there would refuse every one.
Fault check_form(const Plan& plan, const Content& content) noexcept {
  const auto is_json_piece = [](const Piece& piece) { return piece.kind == PieceKind::json; };
  if (std::ranges::any_of(pieces_of(content), is_json_piece)) {
    return {"the content for forms holds {json:...}, which no form has"};
  }
  if (plan.timestamp.place == Place::json || plan.methods[0].signature.place == Place::json) {
    return {"the signature or timestamp is in a JSON body, which no form has; remove the content for forms"};
  }
  const auto media = std::span(plan.media).first(plan.media_count);
  if (!media.empty() && std::ranges::find(media, kFormType) == media.end()) {
    return {"there is a content for forms, but \"media\" refuses them; expected ", kFormType, " in it"};
  }
  return {};
}

Fault check_contents(const Plan& plan) noexcept {
  if (is_token(plan)) {
    if (plan.content_count != 0) return {"a token signs nothing, so that \"content\" would be ignored; remove it"};
    return {};
  }
  if (plan.content_count == 0) return {"\"content\" is missing; expected what is signed, as in \"{timestamp}.{body}\""};
  for (const Content& content : contents_of(plan)) {
    if (Fault fault = check_content(plan, content)) return fault;
    if (!content.for_form) continue;
    if (Fault fault = check_form(plan, content)) return fault;
  }
  return {};
}

Fault check_ids(const Plan& plan) noexcept {
  if (plan.id_count == 0) {
    return {"\"id\" is missing; expected what tells one event from another, hash=content if nothing does"};
  }
  for (std::size_t i = 0; i < plan.id_count; ++i) {
    const IdRule& rule = plan.ids[i];
    for (const Source& source : sources_of(rule)) {
      if (source.place != Place::hash_body && source.place != Place::hash_content) continue;
      if (rule.count > 1 || rule.except_count != 0)
        return {"\"id hash=\" stands alone, without other values or except="};
      if (i + 1 != plan.id_count) return {"\"id hash=\" always has a value, so that the \"id\" after it is never used"};
      if (source.place == Place::hash_body && std::ranges::any_of(contents_of(plan), has_form)) {
        return {
            "\"id hash=body\" is another one for the same form with its fields in another order, which is not signed; "
            "expected hash=content"};
      }
      if (source.place == Place::hash_content && is_token(plan)) {
        return {"\"id hash=content\" needs something that is signed, and a token signs nothing; expected hash=body"};
      }
    }
  }
  return {};
}

// A form is signed with nothing between a field's name and its value: cut at another place it is the same text with
// other fields.
bool fixes_id(const Plan& plan, const Source& source) noexcept {
  return is_signed(plan, source) && (source.place != Place::form || !std::ranges::any_of(contents_of(plan), has_form));
}

}  // namespace

bool is_signed(const Plan& plan, const Source& source) noexcept {
  if (source.place == Place::none) return true;
  if (plan.content_count == 0) return false;
  return std::ranges::all_of(contents_of(plan), [&](const Content& content) {
    return !applies(plan, content, source) || covers(plan, content, source);
  });
}

Fault check_plan(const Plan& plan) noexcept {
  if (plan.method_count == 2) {
    if (Fault fault = check_two_methods(plan)) return fault;
  }
  if (Fault fault = check_contents(plan)) return fault;
  if (Fault fault = check_timestamp(plan)) return fault;
  return check_ids(plan);
}

void derive_flags(Plan& plan) noexcept {
  const auto contents = contents_of(plan);
  const auto is_json = [](const Source& source) { return source.place == Place::json; };
  plan.has_timestamp = plan.timestamp.place != Place::none;
  plan.needs_url =
      std::ranges::any_of(contents, [](const Content& one) { return has_url(one) || !one.digest.empty(); });
  plan.needs_json = plan.paths.size() != 0;
  plan.signed_in_body = is_json(plan.timestamp) || is_json(plan.methods[0].signature);
  plan.covers_body = !contents.empty() && std::ranges::all_of(contents, covers_body);
  plan.covers_id = std::ranges::all_of(ids_of(plan), [&](const IdRule& rule) {
    return std::ranges::all_of(sources_of(rule), [&](const Source& source) { return fixes_id(plan, source); });
  });
}

}  // namespace ringfence::scheme
