// Key files: the input is a scheme's key directive in short (a letter) and a file as an operator may have made it.
// A key is refused without being repeated, or is read the same way twice and leaves nothing behind when wiped.
#include <sodium.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fuzz.h"
#include "scheme/crypto.h"
#include "scheme/key.h"

namespace ringfence::fuzz {
namespace {

using scheme::Algorithm;
using scheme::Key;
using scheme::KeyEncoding;
using scheme::Method;
using scheme::Plan;
using scheme::TextEncoding;

constexpr Method method(Algorithm algorithm, KeyEncoding encoding, std::string_view prefix = {}) {
  Method made;
  made.algorithm = algorithm;
  made.key_encoding = encoding;
  made.key_prefix = prefix;
  made.encoding = algorithm == Algorithm::token ? TextEncoding::plain : TextEncoding::hex;
  return made;
}

Plan plan_for(char letter) {
  Plan plan;
  plan.method_count = 1;
  Method& only = plan.methods[0];
  switch (letter) {
    case 'r':
      only = method(Algorithm::hmac_sha256, KeyEncoding::raw);
      only.unset = "no-secret-provided";
      break;
    case 'h':
      only = method(Algorithm::hmac_sha512, KeyEncoding::hex);
      break;
    case 'b':
      only = method(Algorithm::hmac_sha1, KeyEncoding::base64);
      break;
    case 'e':
      only = method(Algorithm::ed25519, KeyEncoding::base64);
      break;
    case 'x':
      only = method(Algorithm::ed25519, KeyEncoding::hex);
      break;
    case 'p':
      only = method(Algorithm::ecdsa_p256, KeyEncoding::spki);
      break;
    case 't':
      only = method(Algorithm::token, KeyEncoding::raw);
      break;
    default:
      plan.method_count = 2;
      only = method(Algorithm::hmac_sha256, KeyEncoding::base64, "whsec_");
      plan.methods[1] = method(Algorithm::ed25519, KeyEncoding::base64, "whpk_");
  }
  return plan;
}

// Messages have none of these, so that a key with one of them cannot be found in a message by accident.
bool is_telling(std::string_view key) { return key.size() >= 8 && key.find_first_of("~@%&*^<>|") != std::string::npos; }

void check_key(const Plan& plan, std::string_view text) {
  const std::vector<char> copy(text.begin(), text.end());  // ASan sees a step beside it
  const std::string_view exact(copy.data(), copy.size());
  Key key;
  key.label = "kept";
  if (const scheme::Fault fault = parse_key(plan, exact, key)) {
    require(key.prepared == nullptr && key.size == 0, "a refused key leaves nothing");
    require(!is_telling(exact) || !fault.text().contains(exact), "a refused key is not repeated");
    return;
  }
  require(key.method < plan.method_count && key.label == "kept", "a key has its method and its label");
  require(key.size > 0 && key.size <= key.bytes.size(), "a key has a size");
  require(key.algorithm == plan.methods[key.method].algorithm, "a key has its algorithm");
  Key again;
  require(!parse_key(plan, exact, again), "a key is read twice alike");
  require(same_key(key, again) && key.fingerprint == again.fingerprint, "a key is the same as itself");
  const std::array<std::uint8_t, 64> nothing{};
  const std::size_t bytes = scheme::signature_bytes(key.algorithm);
  const ByteView signature = ByteView(nothing).first(bytes == 0 ? 64 : std::min<std::size_t>(bytes, 64));
  require(!scheme::verify(key.algorithm, key, as_bytes("content"), signature), "zeros are no signature");
  for (Key* one : {&key, &again}) {
    wipe(*one);
    wipe(*one);
    require(one->size == 0 && one->prepared == nullptr, "a wiped key is none");
    require(std::ranges::all_of(one->bytes, [](std::uint8_t byte) { return byte == 0; }), "a wiped key has no bytes");
  }
}

}  // namespace
}  // namespace ringfence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringfence;
  static const bool ready = sodium_init() >= 0;
  fuzz::require(ready, "libsodium starts");
  std::string_view text = as_text({data, size});
  if (text.empty()) return 0;
  const scheme::Plan plan = fuzz::plan_for(text.front());
  text.remove_prefix(1);
  while (!text.empty()) {
    const std::string_view line = fuzz::take_line(text);
    const scheme::KeyLine split = scheme::split_key_line(line);
    fuzz::require(fuzz::is_inside(split.key, as_bytes(line)), "a key lies inside its line");
    fuzz::require(fuzz::is_inside(split.label, as_bytes(line)), "a label lies inside its line");
    const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    for (const std::string_view part : {split.key, split.label}) {
      fuzz::require(part.empty() || (!is_blank(part.front()) && !is_blank(part.back())), "blanks are cut off");
    }
    fuzz::require(!line.starts_with('#') || split.key.empty(), "a comment has no key");
    fuzz::check_key(plan, split.key);
  }
  return 0;
}
