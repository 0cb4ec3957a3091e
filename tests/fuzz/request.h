// A request judged as nginx_module/request does it, and what must hold of every judgement, whatever the request and
// whatever the scheme. Used by fuzz_header and fuzz_recipe. Must not know: where plan and request come from.
//
// A request as text, so that seeds can be read: the media type, the URL, a line for each header of the plan, the body.
// A header's line begins with ':' (it stands there once), '2' (twice) or '-' (not at all), and goes on with its value.
#pragma once

#include <sodium.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "fuzz.h"
#include "scheme/crypto.h"
#include "scheme/interpret.h"
#include "shared/limits.h"

namespace ringfence::fuzz {

inline constexpr std::int64_t kNowMs = 1'700'000'000'500;
// Keys of nobody. The seeds' signatures are made with them.
inline constexpr std::string_view kSecret = "whsec_a-secret-of-some-length";
inline constexpr std::string_view kSecretBase64 = "YS1zZWNyZXQtb2Ytc29tZS1sZW5ndGg=";
inline constexpr std::string_view kSecretHex = "612d7365637265742d6f662d736f6d652d6c656e677468";
inline constexpr std::string_view kEd25519Base64 = "AmDtj58rUh/JcPlEcipa7eiAw4UJ6r3mgpsy4gvYfRA=";
inline constexpr std::string_view kEd25519Hex = "0260ed8f9f2b521fc970f944722a5aede880c38509eabde6829b32e20bd87d10";
inline constexpr std::string_view kP256 =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUH8eUzmCSRpOSse93nG/sj5kJGyvauyw1AG6VriI2i6docaBt/"
    "SMYYjbRLML4V76UYt4ct7yl+flMqVL4hkPqA==";

inline std::string key_text_for(const scheme::Method& method) {
  std::string_view text = kSecret;
  const bool ed25519 = method.algorithm == scheme::Algorithm::ed25519;
  if (method.key_encoding == scheme::KeyEncoding::hex) text = ed25519 ? kEd25519Hex : kSecretHex;
  if (method.key_encoding == scheme::KeyEncoding::base64) text = ed25519 ? kEd25519Base64 : kSecretBase64;
  if (method.key_encoding == scheme::KeyEncoding::spki) text = kP256;
  return std::string(method.key_prefix).append(text);
}

// The keys of a location, wiped at the end. Labels borrow from literals.
class Keys {
 public:
  explicit Keys(const scheme::Plan& plan) {
    for (std::size_t i = 0; i < plan.method_count; ++i) {
      scheme::Key key;
      key.label = i == 0 ? "first" : "";
      if (!scheme::parse_key(plan, key_text_for(plan.methods[i]), key)) keys_.push_back(key);
    }
  }
  Keys(Keys&& other) noexcept : keys_(std::move(other.keys_)) { other.keys_.clear(); }
  Keys& operator=(Keys&&) = delete;
  ~Keys() {
    for (scheme::Key& key : keys_) scheme::wipe(key);
  }
  [[nodiscard]] std::span<const scheme::Key> all() const { return keys_; }

 private:
  std::vector<scheme::Key> keys_;
};

struct Request {
  // Copies of exactly their size, each on its own, so that ASan sees a step beside any of them.
  std::vector<std::vector<char>> texts;
  std::string_view media_type, url, body;
  std::vector<scheme::HeaderSlot> headers;
};

inline Request read_request(const scheme::Plan& plan, std::string_view text) {
  Request request;
  request.texts.reserve(3 + plan.header_count);
  const auto keep = [&request](std::string_view part) {
    const std::vector<char>& kept = request.texts.emplace_back(part.begin(), part.end());
    return std::string_view(kept.data(), kept.size());
  };
  request.media_type = keep(take_line(text));
  request.url = keep(take_line(text));
  for (std::size_t i = 0; i < plan.header_count; ++i) {
    const std::string_view line = take_line(text);
    scheme::HeaderSlot slot;
    if (line.starts_with(':') || line.starts_with('2')) {
      slot = {.value = keep(line.substr(1)), .seen = line.front() == '2' ? 2U : 1U};
    }
    request.headers.push_back(slot);
  }
  request.body = keep(text);
  return request;
}

struct Judged {
  scheme::Reason reason = scheme::Reason::none;
  bool before_body = false;
  std::string id, type, partition, attempt;
  std::string content;
  bool operator==(const Judged&) const = default;
};

inline void check_presented(const scheme::Presented& presented, const Request& request, ByteView block) {
  const auto is_of_request = [&](std::string_view text) {
    return is_inside(text, block) || std::ranges::any_of(request.headers, [text](const scheme::HeaderSlot& slot) {
             return is_inside(text, as_bytes(slot.value));
           });
  };
  require(presented.count <= presented.candidates.size(), "candidates are bounded");
  for (std::size_t i = 0; i < presented.count; ++i) {
    require(is_of_request(presented.candidates[i].text), "a candidate lies inside the request");
  }
  require(is_of_request(presented.timestamp), "the timestamp lies inside the request");
}

inline void check_event(const scheme::Plan& plan, const scheme::Event& event, const Request& request, ByteView block,
                        std::size_t keys) {
  require(!event.id.empty(), "whoever is accepted has an id");
  require(event.signer < keys, "whoever is accepted was signed by a key");
  for (const std::string_view text : {event.id, event.type, event.partition, event.attempt}) {
    require(text.size() <= limits::kFieldBytes, "an event's text is bounded");
    require(std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }), "an event's text is printable");
    const bool header = std::ranges::any_of(
        request.headers, [text](const scheme::HeaderSlot& slot) { return is_inside(text, as_bytes(slot.value)); });
    require(header || is_inside(text, block), "an event's text lies inside the request");
  }
  require(scheme::mixes_content(plan) || event.content.empty(), "content only when mixed");
  require(is_inside(as_text(event.content), block), "the content lies inside the block");
}

inline void check_sentence(scheme::Reason reason, const scheme::Plan& plan, const scheme::Presented& presented,
                           std::span<const scheme::Key> keys) {
  const scheme::Tolerance tolerance{plan.past_s, plan.future_s};
  for (const std::size_t size : {std::size_t{0}, std::size_t{17}, std::size_t{2000}}) {
    std::vector<char> out(size);
    const std::string_view text = scheme::explain(reason, plan, tolerance, presented, keys, out);
    require(text.size() <= size && is_inside(text, as_bytes({out.data(), size})), "a sentence lies where it should");
    require(!text.contains(kSecret) && !text.contains(kSecretBase64) && !text.contains(kSecretHex),
            "no secret is told");
  }
}

inline Judged judge_once(const scheme::Plan& plan, std::span<const scheme::Key> keys, const Request& request,
                         std::int64_t now_ms = kNowMs) {
  const scheme::Tolerance tolerance{plan.past_s, plan.future_s};
  scheme::Head head{.method = "POST", .url = request.url, .media_type = request.media_type, .headers = request.headers};
  scheme::Presented presented;
  Judged judged;
  judged.reason = scheme::examine_head(plan, head, tolerance, now_ms, presented);
  judged.before_body = judged.reason != scheme::Reason::none;
  check_presented(presented, request, {});
  require(judged.reason < scheme::Reason::count_, "a reason is one of them");
  std::vector<std::uint8_t> block;
  if (!judged.before_body) {
    const scheme::BlockLayout layout = scheme::layout_for(plan, head, presented, request.body.size());
    block.resize(layout.prefix + request.body.size() + layout.rest);
    std::ranges::copy(as_bytes(request.body), block.begin() + static_cast<std::ptrdiff_t>(layout.prefix));
    scheme::Event event;
    judged.reason =
        scheme::examine_body(plan, head, keys, tolerance, now_ms, block, request.body.size(), presented, event);
    require(judged.reason != scheme::Reason::no_memory, "the block is as large as it has to be");
    const auto body = ByteView(block).subspan(layout.prefix, request.body.size());
    require(as_text(body) == request.body, "the body is handed on as it came");
    check_presented(presented, request, block);
    require(presented.tried <= presented.candidates.size() * keys.size(), "what is tried is bounded");
    if (judged.reason == scheme::Reason::none) check_event(plan, event, request, block, keys.size());
    judged.id = event.id;
    judged.type = event.type;
    judged.partition = event.partition;
    judged.attempt = event.attempt;
    judged.content = as_text(event.content);
  }
  check_sentence(judged.reason, plan, presented, keys);
  return judged;
}

// True when the content that this request's kind is signed by holds the body as it is.
inline bool signs_body(const scheme::Plan& plan) {
  const auto contents = std::span(plan.contents).first(plan.content_count);
  return !contents.empty() && std::ranges::all_of(contents, [](const scheme::Content& content) {
    const auto pieces = std::span(content.pieces).first(content.count);
    return std::ranges::any_of(pieces,
                               [](const scheme::Piece& piece) { return piece.kind == scheme::PieceKind::body; });
  });
}

// Is this a header that decides: signature, timestamp, part of what is signed, or of an id?
inline bool decides(const scheme::Plan& plan, std::size_t header) {
  const auto is_it = [header](const scheme::Source& source) {
    return source.place == scheme::Place::header && source.index == header;
  };
  const auto is_signature = [&](const scheme::Method& method) { return is_it(method.signature); };
  const auto in_id = [&](const scheme::IdRule& rule) {
    return std::ranges::any_of(std::span(rule.sources).first(rule.count), is_it);
  };
  const auto in_content = [header](const scheme::Content& content) {
    return std::ranges::any_of(std::span(content.pieces).first(content.count), [header](const scheme::Piece& piece) {
      return piece.kind == scheme::PieceKind::header && piece.index == header;
    });
  };
  const auto contents = std::span(plan.contents).first(plan.content_count);
  return is_it(plan.timestamp) || std::ranges::any_of(std::span(plan.methods).first(plan.method_count), is_signature) ||
         std::ranges::any_of(std::span(plan.ids).first(plan.id_count), in_id) ||
         (!contents.empty() && std::ranges::all_of(contents, in_content));
}

// What must not be accepted, though it is nearly a request that was.
inline void check_neighbours(const scheme::Plan& plan, std::span<const scheme::Key> keys, Request request) {
  const auto refused = [&](std::int64_t now_ms) {
    return judge_once(plan, keys, request, now_ms).reason != scheme::Reason::none;
  };
  if (plan.has_timestamp) {
    const std::int64_t whole_ms = (plan.past_s + plan.future_s + 2) * 1000;
    require(refused(kNowMs + whole_ms), "an old request is not accepted");
    require(refused(kNowMs - whole_ms), "a request of the future is not accepted");
  }
  for (std::size_t i = 0; i < plan.header_count; ++i) {
    const scheme::HeaderSlot kept = request.headers[i];
    request.headers[i].seen = 2;
    require(kept.seen == 0 || !decides(plan, i) || refused(kNowMs), "a header that decides is there once");
    request.headers[i] = kept;
  }
  if (!signs_body(plan)) return;
  std::string other(request.body);
  other[other.size() / 2] = static_cast<char>(other[other.size() / 2] ^ 1);
  request.body = other;
  require(refused(kNowMs), "another body is not accepted");
}

// Judges the request, again to see that it is judged alike, and without keys; if it is accepted, its neighbours too.
inline void judge(const scheme::Plan& plan, std::span<const scheme::Key> keys, std::string_view text) {
  const Request request = read_request(plan, text);
  const Judged judged = judge_once(plan, keys, request);
  require(judge_once(plan, keys, request) == judged, "a request is judged alike twice");
  require(judge_once(plan, {}, request).reason != scheme::Reason::none, "without a key nobody is accepted");
  if (judged.reason == scheme::Reason::none) check_neighbours(plan, keys, request);
}

}  // namespace ringfence::fuzz
