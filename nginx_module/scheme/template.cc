// See template.h.
#include "scheme/template.h"

#include <algorithm>

#include "scheme/recipe_source.h"
#include "scheme/recipe_words.h"

namespace ringfence::scheme {
namespace {

static_assert(kPieces == 12, "a message below says so");

struct Placeholder {
  std::string_view name;
  PieceKind kind;
  bool once;  // as long as the body: the request's one block has room for one
};
constexpr std::array<Placeholder, 10> kPlaceholders = {{
    {"timestamp", PieceKind::timestamp, false},
    {"body", PieceKind::body, true},
    {"method", PieceKind::method, false},
    {"url", PieceKind::url, false},
    {"url-decoded", PieceKind::url_decoded, true},
    {"url-sorted", PieceKind::url_sorted, true},
    {"header", PieceKind::header, false},
    {"json", PieceKind::json, false},
    {"form-sorted", PieceKind::form_sorted, true},
    {"form-plivo", PieceKind::form_plivo, true},
}};

Fault add_piece(Content& content, const Piece& piece) noexcept {
  if (content.count == kPieces)
    return {"the content has too many parts; at most 12 placeholders and texts between them"};
  content.pieces[content.count++] = piece;
  return {};
}

bool has_piece(const Content& content, PieceKind kind) noexcept {
  const auto end = content.pieces.begin() + static_cast<std::ptrdiff_t>(content.count);
  return std::any_of(content.pieces.begin(), end, [kind](const Piece& piece) { return piece.kind == kind; });
}

Fault unknown_placeholder(std::string_view name) noexcept {
  std::array<std::string_view, kPlaceholders.size()> names{};
  std::ranges::transform(kPlaceholders, names.begin(), &Placeholder::name);
  return unknown_word("placeholder", name, names);
}

// `inner` is what stands between the braces: a name, or name:argument.
Fault add_placeholder(Plan& plan, Content& content, std::string_view inner) noexcept {
  const std::size_t colon = inner.find(':');
  const std::string_view name = inner.substr(0, colon);
  const auto placeholder = std::ranges::find(kPlaceholders, name, &Placeholder::name);
  if (placeholder == kPlaceholders.end()) return unknown_placeholder(name);
  Piece piece{placeholder->kind, 0, {}};
  const bool needs_argument = piece.kind == PieceKind::header || piece.kind == PieceKind::json;
  if (needs_argument != (colon != std::string_view::npos)) {
    if (!needs_argument) return {"placeholder {", name, "} takes no argument"};
    return {"placeholder {", name, "} does not say which; expected one like ",
            piece.kind == PieceKind::header ? "{header:x-id}" : "{json:/data/id}"};
  }
  if (placeholder->once && has_piece(content, piece.kind)) {
    return {"placeholder {", name, "} is repeated; the content can hold it once"};
  }
  if (needs_argument) {
    piece.text = inner.substr(colon + 1);
    Fault fault = piece.kind == PieceKind::header ? add_header(plan, piece.text, piece.index)
                                                  : add_path(plan, piece.text, piece.index);
    if (fault) return fault;
  }
  return add_piece(content, piece);
}

}  // namespace

Fault read_template(Plan& plan, std::string_view text, Content& content) noexcept {
  while (!text.empty()) {
    const std::size_t brace = text.find_first_of("{}");
    const bool is_doubled =
        brace != std::string_view::npos && brace + 1 < text.size() && text[brace] == text[brace + 1];
    const std::size_t literal = is_doubled ? brace + 1 : std::min(brace, text.size());
    if (literal != 0) {
      if (Fault fault = add_piece(content, {PieceKind::literal, 0, text.substr(0, literal)})) return fault;
    }
    text.remove_prefix(literal + (is_doubled ? 1 : 0));
    if (is_doubled || text.empty()) continue;
    if (text.front() == '}') return {"the content has a \"}\" without a \"{\"; a brace of the text is written twice"};
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos) {
      return {"\"", shown(text), "\" of the content has no closing brace; a brace of the text is written twice"};
    }
    if (Fault fault = add_placeholder(plan, content, text.substr(1, close - 1))) return fault;
    text.remove_prefix(close + 1);
  }
  return {};
}

}  // namespace ringfence::scheme
