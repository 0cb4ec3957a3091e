// What the edge calls for every request allocates nothing: operator new is counted, and C libraries are trusted with
// theirs.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "shared/dedup_table.h"
#include "shared/frame_codec.h"
#include "shared/json_scan.h"
#include "shared/signature.h"
#include "shared/timestamp.h"
#include "table_memory.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

// The program's own operators; everything else in this test program goes through them too. Never inlined: g++ 12 would
// see free() of what came from a new that it did not inline, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace ringfence {
namespace {

TEST(NoAllocation, TheWayOfARequestAllocatesNothing) {
  const std::string body =
      R"({"data":{"id":"abc","event_type":"call.initiated","payload":{"call_session_id":"s","a":[1]}}})";
  const std::string verdict = encode_verdict({Verdict::later, 1, "store is away"});
  const test::TableMemory memory = test::TableMemory::of_buckets(4);
  std::vector<std::uint8_t> space(4096);
  bool ok = true;
  const std::size_t before = allocations;

  PublicKey key{};
  ok &= parse_public_key("jrMBoswHlhhVx2W2Www72WU/xn4UMpjreslD0m2u0qs=", key) == KeyFault::ok;
  const auto signature =
      parse_signature("7o3u2izfEtn5PFPE0nDvo9y8RErRmfHM5wIO04wRV6VTNaq6RiLj1ehc7uMJuIMihJobi2u3HYyB1Ie61c2XCQ==");
  ok &=
      signature && verify_ed25519(*signature, as_bytes("1700000000|{\"event_type\":\"test\",\"id\":\"abc123\"}"), key);
  const auto timestamp = parse_unix_seconds("1700000000");
  ok &= timestamp && is_fresh(*timestamp, 1700000001, 300);
  JsonPaths paths;
  std::uint8_t index = 0;
  std::array<JsonFound, 1> found;
  ok &= paths.add("/data/payload/a/0", index) == JsonPaths::Fault::ok;
  ok &= scan_json(as_bytes(body), paths, found) && found[index].kind == JsonFound::Kind::number;
  auto table = DedupTable::format(memory.span(), as_bytes(test::kHashKey));
  ok &= table.has_value();
  if (ok) {
    const DedupKey dedup_key = table->key("telnyx", found[index].text);
    const ClaimResult claim = table->claim(dedup_key, 0, 1'000);
    table->commit(dedup_key, claim.token, 1, 1'000);
    table->release(dedup_key, claim.token);
    EventFrame frame{.received_ms = 1,
                     .scheme = "telnyx",
                     .id = found[index].text,
                     .type = "call.answered",
                     .partition = {},
                     .trace_parent = {},
                     .headers = {},
                     .header_count = 0,
                     .body = as_bytes(body)};
    ok &= event_prefix_bytes(frame) < space.size() && encode_event_prefix(frame, space);
    const auto head = decode_head(as_bytes(verdict), limits::kFramePayloadBytes);
    ok &= head && decode_verdict(as_bytes(verdict).subspan(kFrameHeadBytes)).has_value();
  }

  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(ok);
  EXPECT_NE(std::string(100, 'x').size() + allocations, before + 100) << "the counter counts";
}

}  // namespace
}  // namespace ringfence
