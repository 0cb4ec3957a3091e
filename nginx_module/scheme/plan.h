// A signature scheme, compiled: what webhook_scheme { } or a preset says, in the form a request is judged by. Plain
// data of fixed size; its views borrow from the configuration text, which must live as long.
// Made by recipe.h, run by interpret.h. Must not know: nginx, keys, requests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "shared/json_scan.h"

namespace ringfence::scheme {

inline constexpr std::size_t kHeaders = 8;     // headers one scheme may look at; the widest preset has 4
inline constexpr std::size_t kMethods = 2;     // Standard Webhooks has v1 and v1a; nobody has three
inline constexpr std::size_t kPieces = 12;     // of one content template; Plivo's has 5
inline constexpr std::size_t kContents = 2;    // one for forms, one for the rest (Twilio)
inline constexpr std::size_t kSources = 4;     // alternatives of an id; values of one composite
inline constexpr std::size_t kExceptions = 8;  // values an id source does not stand for; Retell needs 6
inline constexpr std::size_t kMediaTypes = 4;
inline constexpr std::size_t kCandidates = 16;        // MACs or tokens tried for one request: a rotation sends 2 or 3
inline constexpr std::size_t kCandidatesSlow = 4;     // of public-key signatures, 42-100 us a key each
inline constexpr std::size_t kFormFields = 512;       // Twilio sends ~40
inline constexpr std::size_t kListBytes = 64 * 1024;  // of a signature header looked at; nginx allows less by default

enum class Algorithm : std::uint8_t { hmac_sha1, hmac_sha256, hmac_sha512, ed25519, ecdsa_p256, token };
enum class KeyEncoding : std::uint8_t { raw, hex, base64, spki };      // spki: base64 of a DER SubjectPublicKeyInfo
enum class TextEncoding : std::uint8_t { hex, base64, plain };         // plain: the text itself (token)
[[nodiscard]] std::string_view name_of(Algorithm algorithm) noexcept;  // as a scheme writes it: "hmac-sha256"
[[nodiscard]] std::string_view name_of(KeyEncoding encoding) noexcept;
enum class Unit : std::uint8_t { seconds, milliseconds };

// Where a value of the request is found.
enum class Place : std::uint8_t {
  none,
  header,        // index: into Plan::headers
  field,         // name: in the signature header, beside the signatures
  json,          // index: into Plan::paths
  form,          // name: a field of a form body, once
  hash_body,     // 32 hex digits over the body
  hash_content,  // the same over what was signed
};
struct Source {
  Place place = Place::none;
  std::uint8_t index = 0;
  std::string_view name;  // as written, for messages; the name for field and form
};

// One way to sign: an algorithm, its keys and how its signatures look in the (shared) signature source.
struct Method {
  Algorithm algorithm = Algorithm::hmac_sha256;
  KeyEncoding key_encoding = KeyEncoding::raw;
  std::string_view key_prefix;  // stripped when there
  std::string_view key_begins;  // must be there, and is part of the key
  Source signature;             // header or json
  char list = 0;                // separates entries; 0: the value is one entry
  char separator = 0;           // between an entry's name and its value; 0: entries have no name
  std::string_view name;        // entries of other names are skipped
  std::string_view prefix;      // every value begins with it
  TextEncoding encoding = TextEncoding::hex;
  std::string_view unset;  // the value that means the sender has no secret
};

enum class PieceKind : std::uint8_t {
  literal,      // text
  timestamp,    // the literal text that was presented
  body,         // at most once
  method,       // "POST"
  url,          // as the sender has it
  url_decoded,  // HubSpot: its own list of escapes decoded
  url_sorted,   // Plivo v3: the query's fields sorted
  header,       // index: into Plan::headers
  json,         // index: into Plan::paths
  form_sorted,  // Twilio: sorted, unique, name and value joined; "" for a body that is no form
  form_plivo,   // Plivo v3: "." and the form's fields sorted; "" for a body that is no form
};
struct Piece {
  PieceKind kind = PieceKind::literal;
  std::uint8_t index = 0;
  std::string_view text;
};
struct Content {
  std::array<Piece, kPieces> pieces{};
  std::size_t count = 0;
  bool for_form = false;    // only for bodies of application/x-www-form-urlencoded
  std::string_view digest;  // the query argument that must be the hex SHA-256 of the body; empty: none
};

// One way to name an event: all its values, joined by ':'.
struct IdRule {
  std::array<Source, kSources> sources{};
  std::size_t count = 0;
  std::array<std::string_view, kExceptions> except{};  // not this rule when one of its values is one of these
  std::size_t except_count = 0;
};

struct Plan {
  std::string_view name;
  std::array<std::string_view, kHeaders> headers{};  // lower case, in the order of Head::headers
  std::size_t header_count = 0;
  JsonPaths paths;

  std::array<Method, kMethods> methods{};
  std::size_t method_count = 0;
  Source timestamp;  // none, header, field or json
  Unit unit = Unit::seconds;
  std::int64_t past_s = 300;
  std::int64_t future_s = 300;
  std::array<Content, kContents> contents{};
  std::size_t content_count = 0;
  std::array<IdRule, kSources> ids{};  // the first that resolves; none resolving is malformed
  std::size_t id_count = 0;
  Source type, partition, attempt;                    // none, or where to look; absent in a request is no error
  std::array<std::string_view, kMediaTypes> media{};  // empty: any
  std::size_t media_count = 0;

  // Worked out by the compiler.
  bool needs_url = false;
  bool needs_json = false;      // some source or piece is json
  bool signed_in_body = false;  // signature or timestamp is in the JSON body: nothing can be refused before it
  bool covers_body = false;     // every content holds the body, or the form, or a digest of it; a token covers nothing
  bool covers_id = false;       // no id rule reads anything that is not signed: a header, a body that is not covered
  bool has_timestamp = false;
};

}  // namespace ringfence::scheme
