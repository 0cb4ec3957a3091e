// Schemes as an operator may write them, also by mistake: the input is the lines of webhook_scheme, a line of three
// dashes, and a request (request.h) that is judged by whatever the lines compile to.
#include <algorithm>
#include <string>

#include "request.h"
#include "scheme/recipe.h"
#include "words.h"

namespace ringfence::fuzz {
namespace {

void check_source(const scheme::Plan& plan, const scheme::Source& source) {
  require(source.place != scheme::Place::header || source.index < plan.header_count, "a header's index is one");
  require(source.place != scheme::Place::json || source.index < plan.paths.size(), "a path's index is one");
}

void check_piece(const scheme::Plan& plan, const scheme::Piece& piece) {
  require(piece.kind != scheme::PieceKind::header || piece.index < plan.header_count, "a piece's header is one");
  require(piece.kind != scheme::PieceKind::json || piece.index < plan.paths.size(), "a piece's path is one");
}

// A scheme that has our secret among its words may say it: words are no secrets.
bool names_secret(std::string_view lines) {
  const auto same = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
  return std::search(lines.begin(), lines.end(), kSecret.begin(), kSecret.end(), same) != lines.end();
}

// A plan lies inside its arrays, and its flags say of it what is so.
void check_plan(const scheme::Plan& plan) {
  require(plan.header_count <= plan.headers.size() && plan.method_count <= plan.methods.size(), "counts are bounded");
  require(plan.content_count <= plan.contents.size() && plan.id_count <= plan.ids.size(), "counts are bounded");
  require(plan.media_count <= plan.media.size(), "counts are bounded");
  require(plan.method_count > 0 && plan.id_count > 0, "a scheme has an algorithm and an id");
  require(plan.past_s >= 0 && plan.future_s >= 0, "a tolerance is not negative");
  for (std::size_t i = 0; i < plan.header_count; ++i) {
    require(!plan.headers[i].empty(), "a header has a name");
    for (std::size_t j = 0; j < i; ++j) require(plan.headers[i] != plan.headers[j], "a header has one slot");
  }
  for (const scheme::Method& method : std::span(plan.methods).first(plan.method_count)) {
    const scheme::Place place = method.signature.place;
    require(place == scheme::Place::header || place == scheme::Place::json, "a signature is in a header or the body");
    require(method.algorithm == scheme::Algorithm::token || plan.content_count > 0, "what is signed is said");
    check_source(plan, method.signature);
  }
  for (const scheme::Content& content : std::span(plan.contents).first(plan.content_count)) {
    require(content.count > 0 && content.count <= content.pieces.size(), "counts are bounded");
    for (const scheme::Piece& piece : std::span(content.pieces).first(content.count)) check_piece(plan, piece);
  }
  for (const scheme::IdRule& rule : std::span(plan.ids).first(plan.id_count)) {
    require(rule.count > 0 && rule.count <= rule.sources.size(), "an id has values");
    require(rule.except_count <= rule.except.size(), "counts are bounded");
    for (const scheme::Source& source : std::span(rule.sources).first(rule.count)) check_source(plan, source);
  }
  for (const scheme::Source& source : {plan.timestamp, plan.type, plan.partition, plan.attempt}) {
    check_source(plan, source);
  }
  require(plan.has_timestamp == (plan.timestamp.place != scheme::Place::none), "has_timestamp is right");
  for (const std::string_view sentence : scheme::unprotected(plan)) require(sentence.size() < 1000, "a sentence ends");
}

}  // namespace
}  // namespace ringfence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringfence;
  static const bool ready = sodium_init() >= 0;
  fuzz::require(ready, "libsodium starts");
  const std::string_view text = as_text({data, size});
  const std::size_t end = text.find("---\n");
  const auto lines = fuzz::split_lines(text.substr(0, end));
  scheme::Recipe recipe("fuzzed");
  if (!fuzz::compile(lines, recipe)) return 0;
  fuzz::check_plan(recipe.plan());
  if (end == std::string_view::npos || fuzz::names_secret(text.substr(0, end))) return 0;
  const fuzz::Keys keys(recipe.plan());
  fuzz::judge(recipe.plan(), keys.all(), text.substr(end + 4));
  return 0;
}
