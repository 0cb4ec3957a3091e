// A scheme from its text, keys, and a request to judge by them: what nginx_module/request does, without nginx. The
// block is exactly as long as the layout says, so that a sanitizer sees every step beside it.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scheme/interpret.h"
#include "scheme/presets.h"
#include "scheme/recipe.h"
#include "shared/base64.h"

namespace ringfence::scheme {

inline constexpr std::int64_t kNowMs = 1'700'000'000'500;
inline const std::string kNow = "1700000000";
inline const std::string kSecret = "whsec_f81c03a5-a-secret-of-ours";

// The lines of a scheme as nginx's parser cuts them: blanks part words, quotes join them.
inline std::vector<std::vector<std::string_view>> split_lines(std::string_view text) {
  std::vector<std::vector<std::string_view>> lines(1);
  while (!text.empty()) {
    const char c = text.front();
    if (c == '#') {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (c == ' ' || c == '\n') {
      text.remove_prefix(1);
    } else if (c == ';') {
      lines.emplace_back();
      text.remove_prefix(1);
    } else {
      const bool quoted = c == '"';
      if (quoted) text.remove_prefix(1);
      const std::size_t end = std::min(text.find_first_of(quoted ? "\"" : " ;\n"), text.size());
      lines.back().push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + (quoted ? 1 : 0), text.size()));
    }
  }
  lines.pop_back();
  return lines;
}

// The text must outlive it.
class Scheme {
 public:
  explicit Scheme(std::string_view text) : recipe_("test") {
    EXPECT_GE(sodium_init(), 0);
    for (const auto& line : split_lines(text)) {
      const Fault fault = recipe_.add(line);
      EXPECT_FALSE(fault) << fault.text();
    }
    const Fault fault = recipe_.finish();
    EXPECT_FALSE(fault) << fault.text();
  }
  [[nodiscard]] static Scheme preset(std::string_view name) {
    const auto text = find_preset(name);
    EXPECT_TRUE(text) << name;
    return Scheme{text.value_or("")};
  }
  ~Scheme() {
    for (Key& key : keys_) wipe(key);
  }
  Scheme(Scheme&&) = default;
  Scheme& operator=(Scheme&&) = delete;

  Scheme& trust(std::string_view key_text, std::string_view label = {}) {
    Key key;
    const Fault fault = parse_key(plan(), key_text, key);
    EXPECT_FALSE(fault) << fault.text();
    key.label = label;
    keys_.push_back(key);
    return *this;
  }
  [[nodiscard]] const Plan& plan() const { return recipe_.plan(); }
  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }

 private:
  Recipe recipe_;
  std::vector<Key> keys_;
};

struct Request {
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string url = "https://h.example/hook";
  std::string media_type = "application/json";

  Request& set(std::string_view name, std::string_view value) {
    const auto at = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    if (at == headers.end()) {
      headers.emplace_back(name, value);
    } else {
      at->second = value;
    }
    return *this;
  }
  Request& add(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
  }
  Request& remove(std::string_view name) {
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
    return *this;
  }
};

struct Judged {
  Reason reason = Reason::none;
  bool before_body = false;  // refused without one byte of the body
  std::string id, type, partition, attempt, sentence;
  std::size_t signer = 0;
  std::size_t tried = 0;
  std::int64_t age_s = 0;
  std::string content;
};

inline Judged judge(const Scheme& scheme, const Request& request, std::int64_t now_ms = kNowMs) {
  const Plan& plan = scheme.plan();
  const Tolerance tolerance{plan.past_s, plan.future_s};
  std::vector<HeaderSlot> slots(plan.header_count);
  for (const auto& [name, value] : request.headers) {
    for (std::size_t i = 0; i < plan.header_count; ++i) {
      if (plan.headers[i] == name && ++slots[i].seen == 1) slots[i].value = value;
    }
  }
  Head head{"POST", request.url, request.media_type, slots};
  Presented presented;
  Judged judged;
  judged.reason = examine_head(plan, head, tolerance, now_ms, presented);
  judged.before_body = judged.reason != Reason::none;
  std::vector<std::uint8_t> block;
  if (judged.reason == Reason::none) {
    const BlockLayout layout = layout_for(plan, head, presented, request.body.size());
    block.resize(layout.prefix + request.body.size() + layout.rest);
    std::ranges::copy(request.body, block.begin() + static_cast<std::ptrdiff_t>(layout.prefix));
    Event event;
    judged.reason =
        examine_body(plan, head, scheme.keys(), tolerance, now_ms, block, request.body.size(), presented, event);
    judged.id = event.id;
    judged.type = event.type;
    judged.partition = event.partition;
    judged.attempt = event.attempt;
    judged.signer = event.signer;
    judged.content = as_text(event.content);
    const auto body = std::span(block).subspan(layout.prefix, request.body.size());
    EXPECT_EQ(as_text(body), request.body) << "the body is handed on as it came";
  }
  judged.tried = presented.tried;
  judged.age_s = presented.age_s;
  std::array<char, 600> sentence{};
  judged.sentence = explain(judged.reason, plan, tolerance, presented, scheme.keys(), sentence);
  return judged;
}

inline std::string name(const Judged& judged) { return std::string(name_of(judged.reason)); }

// --- what a provider does, by other code than ours ------------------------------------------------------------------

inline std::string mac(const EVP_MD* digest, std::string_view key, std::string_view content) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned bytes = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()), as_bytes(content).data(), content.size(),
       reinterpret_cast<unsigned char*>(out.data()), &bytes);
  out.resize(bytes);
  return out;
}
inline std::string mac256(std::string_view key, std::string_view content) { return mac(EVP_sha256(), key, content); }

inline std::string to_hex(std::string_view bytes) {
  std::string hex(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), as_bytes(bytes).data(), bytes.size());
  hex.pop_back();
  return hex;
}
inline std::string to_base64(std::string_view bytes) { return encode_base64(as_bytes(bytes)); }
inline std::string from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  sodium_hex2bin(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(), hex.data(), hex.size(), nullptr, nullptr,
                 nullptr);
  return bytes;
}

// An Ed25519 pair that is the same in every run.
struct Ed25519Pair {
  std::string public_key = std::string(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret_key = std::string(crypto_sign_SECRETKEYBYTES, '\0');
  explicit Ed25519Pair(char seed) {
    const std::string bytes(crypto_sign_SEEDBYTES, seed);
    crypto_sign_seed_keypair(reinterpret_cast<std::uint8_t*>(public_key.data()),
                             reinterpret_cast<std::uint8_t*>(secret_key.data()), as_bytes(bytes).data());
  }
  [[nodiscard]] std::string sign(std::string_view content) const {
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<std::uint8_t*>(signature.data()), nullptr, as_bytes(content).data(),
                         content.size(), as_bytes(secret_key).data());
    return signature;
  }
};

}  // namespace ringfence::scheme
