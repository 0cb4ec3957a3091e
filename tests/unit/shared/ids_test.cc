// Derived ids must be the same on every worker, for ever: a change here would make every resend a new command.
#include "shared/ids.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace ringfence {
namespace {

TEST(DerivedUuid, IsAVersion8Uuid) {
  const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = derived_uuid("session", "dial", std::to_string(i), "1");
    EXPECT_TRUE(std::regex_match(uuid, shape)) << uuid;
  }
}

TEST(DerivedUuid, DependsOnEveryPartAndOnNothingElse) {
  EXPECT_EQ(derived_uuid("a", "b", "c", "d"), derived_uuid("a", "b", "c", "d"));
  const std::set<std::string> all = {derived_uuid("a", "b", "c", "d"), derived_uuid("x", "b", "c", "d"),
                                     derived_uuid("a", "x", "c", "d"), derived_uuid("a", "b", "x", "d"),
                                     derived_uuid("a", "b", "c", "x"), derived_uuid("ab", "", "c", "d"),
                                     derived_uuid("", "ab", "c", "d"), derived_uuid("", "", "", "")};
  EXPECT_EQ(all.size(), 8U);
}

// Worked out with Python: uuid-8 over hashlib.blake2b(b"a/b/c/d", digest_size=16).
TEST(DerivedUuid, IsTheSameForEver) {
  EXPECT_EQ(derived_uuid("a", "b", "c", "d"), "eb519c86-3afe-8a55-a1c2-7c25f7f6d88e");
}

// Worked out with Python: hashlib.blake2b(b"x", digest_size=16).hexdigest()[:16].
TEST(ShortHash, IsTheSameForEver) {
  EXPECT_EQ(short_hash("x"), "442a44457137672b");
  EXPECT_EQ(short_hash("").size(), 16U);
  EXPECT_NE(short_hash("a"), short_hash("b"));
}

TEST(Id, ComparesAndHashesByItsText) {
  const SessionId a{"a"};
  const SessionId b{"b"};
  EXPECT_LT(a, b);
  EXPECT_EQ(a, SessionId{"a"});
  EXPECT_EQ(std::hash<SessionId>{}(a), std::hash<SessionId>{}(SessionId{"a"}));
  EXPECT_TRUE(SessionId{}.empty());
  EXPECT_FALSE((std::is_same_v<SessionId, EventId>));
}

}  // namespace
}  // namespace ringfence
