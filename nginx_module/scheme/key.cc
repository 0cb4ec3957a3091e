// Keys, when the configuration is loaded. Used by the module's configuration. Must not know: files, nginx, requests.
#include "scheme/key.h"

#include <sodium.h>

#include <algorithm>

#include "scheme/crypto.h"
#include "scheme/key_shape.h"
#include "shared/base64.h"
#include "shared/signature.h"

namespace ringfence::scheme {
namespace {

static_assert(kSecretLeast == 8 && kSecretMost == 256, "the messages below say so");

// What a right key looks like, for the end of every refusal.
std::string_view expectation(const Method& method) noexcept {
  switch (method.algorithm) {
    case Algorithm::ed25519:
      return method.key_encoding == KeyEncoding::hex
                 ? "64 hex digits: the raw 32 bytes of the provider's Ed25519 public key"
                 : "44 characters of base64: the raw 32 bytes of the provider's Ed25519 public key";
    case Algorithm::ecdsa_p256:
      return "124 characters of base64 beginning with \"MFkw\": the provider's ECDSA public key on P-256";
    case Algorithm::token:
      return "the token that the provider sends, 8 to 256 characters";
    default:
      break;
  }
  if (method.key_encoding == KeyEncoding::hex) return "the provider's signing secret in hex, 8 to 256 bytes";
  if (method.key_encoding == KeyEncoding::base64) {
    return "the provider's signing secret in padded standard base64, 8 to 256 bytes";
  }
  return "the provider's signing secret as it stands, 8 to 256 characters";
}

Fault refuse(const Method& method, std::string_view what) noexcept {
  Fault fault{"the key ", what, "; expected ", expectation(method)};
  const bool whole = !method.key_begins.empty();
  if (whole || !method.key_prefix.empty()) {
    fault.append(whole ? ", beginning with \"" : ", after \"");
    fault.append((whole ? method.key_begins : method.key_prefix).substr(0, 32));
    fault.append("\"");
  }
  return fault;
}

// The method whose prefix the key has; the first, when it has none.
std::size_t find_method(const Plan& plan, std::string_view text) noexcept {
  for (std::size_t i = plan.method_count; i-- > 1;) {
    const std::string_view prefix = plan.methods[i].key_prefix;
    if (!prefix.empty() && text.starts_with(prefix)) return i;
  }
  return 0;
}

// Bytes of the text's canonical base64, going by length and padding; 0 when no base64 has such a length.
std::size_t base64_bytes(std::string_view text) noexcept {
  if (text.size() % 4 != 0) return 0;
  return text.size() / 4 * 3 - (text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U);
}

// Each of the three writes the bytes to `key`; what is wrong, or nothing.
std::string_view decode_base64(std::string_view text, Key& key) noexcept {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  const std::size_t foreign = text.find_first_not_of(kLetters);
  if (foreign != std::string_view::npos) {
    return text[foreign] == '-' || text[foreign] == '_' ? "is base64url, or no base64 at all" : "is not base64";
  }
  const std::size_t bytes = base64_bytes(text);
  if (bytes == 0 && text.size() % 4 != 1) return "is base64 without its padding: \"=\" is missing at the end";
  if (bytes > key.bytes.size()) return "is too long";
  if (bytes == 0 || !decode_base64_exact(text, {key.bytes.data(), bytes})) return "is not base64";
  key.size = static_cast<std::uint16_t>(bytes);
  return {};
}

std::string_view decode_hex(std::string_view text, Key& key) noexcept {
  if (text.size() > 2 * key.bytes.size()) return "is too long";
  std::size_t bytes = 0;
  const char* end = nullptr;
  const int status =
      sodium_hex2bin(key.bytes.data(), key.bytes.size(), text.data(), text.size(), nullptr, &bytes, &end);
  if (status != 0 || end != text.data() + text.size() || text.size() % 2 != 0) return "is not pairs of hex digits";
  key.size = static_cast<std::uint16_t>(bytes);
  return {};
}

std::string_view copy_raw(std::string_view text, Key& key) noexcept {
  if (text.size() > key.bytes.size()) return "is too long";
  const ByteView bytes = as_bytes(text);
  std::copy(bytes.begin(), bytes.end(), key.bytes.begin());
  key.size = static_cast<std::uint16_t>(bytes.size());
  return {};
}

std::string_view check_ed25519(const Key& key) noexcept {
  PublicKey point{};
  if (key.size == 2 * point.size())
    return "has 64 bytes, as an Ed25519 private key has, which only the sender may have";
  if (key.size != point.size()) return "has the wrong number of bytes";
  std::copy_n(key.bytes.begin(), point.size(), point.begin());
  switch (check_public_key(point)) {
    case KeyFault::ok:
      return {};
    case KeyFault::small_order:
      return "is a point of small order, with which anybody can sign";
    default:
      return "is not a canonical point of Ed25519's prime-order group";
  }
}

std::string_view check_bytes(const Method& method, const Key& key) noexcept {
  if (method.algorithm == Algorithm::ed25519) return check_ed25519(key);
  if (key.size < kSecretLeast) return "is too short, so that it could be guessed";
  const auto begin = key.bytes.begin();
  if (std::all_of(begin, begin + key.size, [&key](std::uint8_t byte) { return byte == key.bytes[0]; })) {
    return "is a placeholder: one byte over and over";
  }
  return {};
}

std::string_view read_key(const Plan& plan, const Method& method, std::string_view text, Key& key) noexcept {
  if (text.empty()) return "is empty";
  if (is_placeholder(text) || (!method.unset.empty() && text == method.unset)) return "is a placeholder";
  if (const std::string_view wrong = find_wrong_shape(plan, method, text); !wrong.empty()) return wrong;
  if (!text.starts_with(method.key_begins)) return "is no whole one: its beginning is missing";
  if (text.starts_with(method.key_prefix)) text.remove_prefix(method.key_prefix.size());
  if (text.empty()) return "is a prefix with nothing after it";
  const bool is_base64 = method.key_encoding == KeyEncoding::base64 || method.key_encoding == KeyEncoding::spki;
  const std::string_view wrong = is_base64                                 ? decode_base64(text, key)
                                 : method.key_encoding == KeyEncoding::hex ? decode_hex(text, key)
                                                                           : copy_raw(text, key);
  return wrong.empty() ? check_bytes(method, key) : wrong;
}

void take_fingerprint(Key& key) noexcept {
  std::array<std::uint8_t, 1 + kSecretMost> named{};
  named[0] = static_cast<std::uint8_t>(key.algorithm);
  std::copy_n(key.bytes.begin(), key.size, named.begin() + 1);
  blake16({named.data(), 1U + key.size}, key.fingerprint);
  sodium_memzero(named.data(), named.size());
}

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Fault parse_key(const Plan& plan, std::string_view text, Key& key) noexcept {
  const std::size_t index = find_method(plan, text);
  const Method& method = plan.methods[index];
  Key read;
  read.method = static_cast<std::uint8_t>(index);
  read.algorithm = method.algorithm;
  std::string_view wrong = read_key(plan, method, text, read);
  if (wrong.empty() && !prepare(read.algorithm, {read.bytes.data(), read.size}, read.prepared)) {
    wrong = method.algorithm == Algorithm::ecdsa_p256
                ? "is not a public key on P-256 in DER"
                : "cannot be used with this OpenSSL, where 3.0.3 or later is needed";
  }
  if (wrong.empty()) {
    take_fingerprint(read);
    read.label = key.label;
    key = read;
    read.prepared = nullptr;  // the caller's now
  }
  wipe(read);
  return wrong.empty() ? Fault() : refuse(method, wrong);
}

void wipe(Key& key) noexcept {
  unprepare(key.algorithm, key.prepared);
  key.prepared = nullptr;
  key.size = 0;
  sodium_memzero(key.bytes.data(), key.bytes.size());
  sodium_memzero(key.fingerprint.data(), key.fingerprint.size());
}

bool same_key(const Key& a, const Key& b) noexcept {
  return a.method == b.method && a.size == b.size && sodium_memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
}

bool is_secret(const Method& method) noexcept {
  return method.algorithm != Algorithm::ed25519 && method.algorithm != Algorithm::ecdsa_p256;
}

KeyLine split_key_line(std::string_view line) noexcept {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at != 0 && !is_space(line[at - 1])) continue;
    const std::string_view key = trimmed(line.substr(0, at));
    return {key, key.empty() ? std::string_view() : trimmed(line.substr(at + 1))};
  }
  return {trimmed(line), {}};
}

}  // namespace ringfence::scheme
