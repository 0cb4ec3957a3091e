// Judging a request allocates nothing: operator new is counted, and C libraries are trusted with theirs.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "scheme_fixture.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

// The program's own operators; everything else in this test program goes through them too.
// Never inlined: g++ 12 would see free() of what came from a new that it did not inline, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace ringfence::scheme {
namespace {

void judge_without_allocating(std::string_view preset, std::string_view key, std::span<const HeaderSlot> slots,
                              std::string_view media_type, std::string_view body, Reason expected) {
  Scheme scheme = Scheme::preset(preset);
  scheme.trust(key, "label");
  ASSERT_EQ(slots.size(), scheme.plan().header_count) << preset;
  std::vector<std::uint8_t> block(8192);
  std::array<char, 400> sentence{};
  const std::size_t before = allocations;

  Head head{"POST", "https://h.example/?b=1&a=%20", media_type, slots};
  Presented presented;
  Event event;
  Reason reason = examine_head(scheme.plan(), head, {300, 300}, kNowMs, presented);
  if (reason == Reason::none) {
    const BlockLayout layout = layout_for(scheme.plan(), head, presented, body.size());
    std::ranges::copy(body, block.begin() + static_cast<std::ptrdiff_t>(layout.prefix));
    reason = examine_body(scheme.plan(), head, scheme.keys(), {300, 300}, kNowMs, block, body.size(), presented, event);
  }
  const std::string_view text = explain(reason, scheme.plan(), {300, 300}, presented, scheme.keys(), sentence);

  const std::size_t counted = allocations - before;
  EXPECT_EQ(counted, 0U) << preset;
  EXPECT_EQ(reason, expected) << preset << ": " << text;
}

TEST(SchemeNoAllocation, TheWayOfARequestAllocatesNothing) {
  const std::string key = "whsec_0f1e2d3c4b5a69788796a5b4";
  const std::string body = R"({"id":"evt_1","type":"t"})";
  const std::string good = "t=" + kNow + ",v1=" + to_hex(mac256(key, kNow + "." + body));
  const std::string bad = "t=" + kNow + ",v1=" + std::string(64, '0');
  const std::vector<HeaderSlot> genuine = {{good, 1}};
  const std::vector<HeaderSlot> forged = {{bad, 1}};
  judge_without_allocating("stripe", key, genuine, "application/json", body, Reason::none);
  judge_without_allocating("stripe", key, forged, "application/json", body, Reason::no_key_matches);
  const std::string plivo = to_base64(mac256(key, "https://h.example/?a= &b=1.x1y2.nonce"));
  const std::vector<HeaderSlot> form = {{plivo, 1}, {"nonce", 1}};
  judge_without_allocating("plivo", key, form, "application/x-www-form-urlencoded", "y=2&x=1", Reason::none);
  const Ed25519Pair pair{'a'};
  const std::string telnyx_body = R"({"data":{"id":"1"}})";
  const std::string telnyx = to_base64(pair.sign(kNow + "|" + telnyx_body));
  const std::vector<HeaderSlot> telnyx_headers = {{telnyx, 1}, {kNow, 1}};
  judge_without_allocating("telnyx", to_base64(pair.public_key), telnyx_headers, "application/json", telnyx_body,
                           Reason::none);
}

}  // namespace
}  // namespace ringfence::scheme
