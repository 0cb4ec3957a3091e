// See key_shape.h. Known prefixes of keys are the providers' public ones; none is long enough to be met by chance.
#include "scheme/key_shape.h"

#include <algorithm>

namespace ringfence::scheme {
namespace {

constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kHex = "0123456789abcdef";

enum class For : std::uint8_t { all, secrets, public_keys, p256 };  // the kinds of key for which it is wrong

struct Shape {
  std::string_view beginning;
  For wrong_for;
  std::string_view what;
};
constexpr std::string_view kPrivateKey = "is a private key, which only the sender may have";
constexpr std::string_view kPublicKey = "is a public key, which everybody may know";
constexpr std::string_view kApiKey = "is an API key or access token, which signs no webhooks";
constexpr Shape kShapes[] = {
    {"-----BEGIN", For::all, "is a PEM block; its lines cannot be used"},
    {"ssh-", For::all, "is an SSH key"},
    {"Bearer ", For::all, "begins with \"Bearer \", which belongs to the scheme's prefix="},
    {"bearer ", For::all, "begins with \"bearer \", which belongs to the scheme's prefix="},
    {"v1,", For::all, "begins with \"v1,\", which belongs to signatures"},
    {"v1a,", For::all, "begins with \"v1a,\", which belongs to signatures"},
    {"whsk_", For::all, kPrivateKey},
    {"MC4CAQAwBQYDK2Vw", For::all, kPrivateKey},      // PKCS #8, Ed25519
    {"MIGHAgEAMBMGByqGSM49", For::all, kPrivateKey},  // PKCS #8, P-256
    {"MHcCAQEE", For::all, kPrivateKey},              // SEC 1, P-256
    {"MCowBQYDK2VwAyEA", For::secrets, kPublicKey},   // SubjectPublicKeyInfo, Ed25519
    {"MCowBQYDK2VwAyEA", For::public_keys, "is an Ed25519 public key in DER, not its raw 32 bytes"},
    {"MCowBQYDK2VwAyEA", For::p256, "is an Ed25519 public key"},
    {"MFkwEwYHKoZIzj0", For::secrets, kPublicKey},  // the same, P-256
    {"MFkwEwYHKoZIzj0", For::public_keys, "is an ECDSA public key on P-256"},
    {"MIIBIjANBgkq", For::all, "is an RSA public key"},
    {"whpk_", For::secrets, kPublicKey},
    {"whpk_", For::p256, "is an Ed25519 public key"},
    {"whsec_", For::public_keys, "is a signing secret"},
    {"whsec_", For::p256, "is a signing secret"},
    {"KEY0", For::public_keys, "is a Telnyx API key; webhooks are verified with the portal's public key"},
    {"sk_live_", For::all, "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {"sk_test_", For::all, "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {"rk_live_", For::all, "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {"rk_test_", For::all, "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {"pk_live_", For::all, "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {"pk_test_", For::all, "is a Stripe API key; the webhook's own secret begins with \"whsec_\""},
    {"ghp_", For::all, kApiKey},
    {"gho_", For::all, kApiKey},
    {"ghs_", For::all, kApiKey},
    {"github_pat_", For::all, kApiKey},
    {"xoxb-", For::all, "is a Slack token; requests are verified with the app's signing secret"},
    {"xoxp-", For::all, "is a Slack token; requests are verified with the app's signing secret"},
    {"xapp-", For::all, "is a Slack token; requests are verified with the app's signing secret"},
    {"shpat_", For::all, "is a Shopify access token; webhooks are verified with the app's client secret"},
    {"shpca_", For::all, "is a Shopify access token; webhooks are verified with the app's client secret"},
    {"cal_live_", For::all, kApiKey},
    {"pdl_live_apikey_", For::all, kApiKey},
    {"pdl_sdbx_apikey_", For::all, kApiKey},
    {"pat-na1-", For::all, "is a HubSpot access token; webhooks are verified with the app's client secret"},
    {"pat-eu1-", For::all, "is a HubSpot access token; webhooks are verified with the app's client secret"},
    {"SG.", For::p256, "is a SendGrid API key; events are verified with the public verification key"},
};

bool is_only(std::string_view text, std::string_view letters) noexcept {
  return text.find_first_not_of(letters) == std::string_view::npos;
}
// Of letters, and nothing else; text is compared in lower case.
bool equals_lower(std::string_view text, std::string_view lower) noexcept {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a | 0x20) : a) == b; };
  return std::ranges::equal(text, lower, same);
}

bool is_for(For wrong_for, Algorithm algorithm) noexcept {
  switch (wrong_for) {
    case For::all:
      return true;
    case For::public_keys:
      return algorithm == Algorithm::ed25519;
    case For::p256:
      return algorithm == Algorithm::ecdsa_p256;
    case For::secrets:
      break;
  }
  return algorithm != Algorithm::ed25519 && algorithm != Algorithm::ecdsa_p256;
}

bool is_in_quotes(std::string_view text) noexcept {
  return text.size() > 1 && text.front() == text.back() && std::string_view("\"'`").find(text.front()) < 3;
}

// NAME_OF_IT=value, pasted from a file of environment variables.
bool is_assignment(std::string_view text) noexcept {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || text.find_first_not_of('=', equals) == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, equals);
  return name.find('_') != std::string_view::npos &&
         std::ranges::all_of(name, [](char c) { return c == '_' || (kUpper.find(c) != std::string_view::npos); });
}

// Twilio's account and API key SIDs look like its auth token, but for the two letters.
bool is_twilio_sid(std::string_view text) noexcept {
  return text.size() == 34 && (text.starts_with("AC") || text.starts_with("SK")) && is_only(text.substr(2), kHex);
}

}  // namespace

std::string_view find_wrong_shape(const Plan& plan, const Method& method, std::string_view text) noexcept {
  if (text.starts_with("\xef\xbb\xbf")) return "begins with a byte-order mark; save the file without one";
  for (const Shape& shape : kShapes) {
    // A scheme that names the prefix knows better.
    const bool is_wanted = std::ranges::any_of(plan.methods, [&shape](const Method& one) {
      return !one.key_prefix.empty() && shape.beginning.starts_with(one.key_prefix);
    });
    if (!is_wanted && text.starts_with(shape.beginning) && is_for(shape.wrong_for, method.algorithm)) return shape.what;
  }
  if (is_in_quotes(text)) return "is in quotes, which would be part of it";
  if (is_assignment(text)) return "is a line of environment variables; give only what stands after \"=\"";
  if (is_twilio_sid(text)) return "is a Twilio SID, which is not secret";
  // A secret of one's own choice may be a sentence; what a machine made has no spaces.
  const bool is_chosen = method.key_encoding == KeyEncoding::raw && method.algorithm != Algorithm::token;
  if (text.find_first_of(is_chosen ? "\t" : " \t") != std::string_view::npos) return "has white space in it";
  if (std::ranges::any_of(text, [](char c) { return c < ' ' || c > '~'; })) {
    return "has a character in it that is not printable ASCII";
  }
  return {};
}

bool is_placeholder(std::string_view text) noexcept {
  constexpr std::string_view kWords[] = {
      "secret",        "mysecret",       "my-secret",      "my_secret",     "supersecret",    "changeme",
      "change-me",     "change_me",      "password",       "example",       "placeholder",    "test",
      "testing",       "test-secret",    "test_secret",    "testsecret",    "todo",           "none",
      "null",          "undefined",      "token",          "key",           "signing-secret", "signing_secret",
      "webhooksecret", "webhook-secret", "webhook_secret", "signingsecret", "public-key",     "public_key",
      "publickey",     "12345678",       "123456789",      "1234567890",    "0123456789",     "no-secret-provided",
  };
  constexpr std::string_view kBeginnings[] = {"your",   "xxxx",    "<",        "${",        "{{",
                                              "insert", "replace", "changeme", "change-me", "change_me"};
  for (const std::string_view prefix : {"whsec_", "whpk_"}) {
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  }
  const auto equals = [text](std::string_view word) { return equals_lower(text, word); };
  const auto begins = [text](std::string_view word) { return equals_lower(text.substr(0, word.size()), word); };
  if (std::ranges::any_of(kWords, equals) || std::ranges::any_of(kBeginnings, begins)) return true;
  if (text.ends_with("...") || text.find("****") != std::string_view::npos) return true;
  // One letter over and over, whatever the encoding: the key of nobody, or, in base64, all zeros.
  while (text.size() > 1 && text.back() == '=') text.remove_suffix(1);
  return !text.empty() && is_only(text, text.substr(0, 1));
}

}  // namespace ringfence::scheme
