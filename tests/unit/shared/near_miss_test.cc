// "Did you mean": near words are found, far ones are not, and nothing of any length costs much.
#include "shared/near_miss.h"

#include <gtest/gtest.h>

#include <string>

namespace ringfence {
namespace {

TEST(NearMiss, FindsTheNearestWord) {
  EXPECT_EQ(near_miss("organization", {"organisation", "user", "number"}), "organisation");
  EXPECT_EQ(near_miss("usr", {"organisation", "user", "number"}), "user");
  EXPECT_EQ(near_miss("sip_user", {"last_active_at", "sip_username"}), "sip_username");
  EXPECT_EQ(near_miss("rnig", {"ring", "voicemail"}), "");
}

TEST(NearMiss, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(near_miss("colour", {"greeting", "user"}), "");
  EXPECT_EQ(near_miss("", {"user"}), "");
  EXPECT_EQ(near_miss("ab", {"xy"}), "");
  EXPECT_EQ(near_miss("user", {}), "");
}

TEST(NearMiss, LongWordsAreNobodysTypingMistake) {
  const std::string known(64, 'a');
  EXPECT_EQ(near_miss(std::string(65, 'a'), {known}), "");
  EXPECT_EQ(near_miss(std::string(63, 'a') + "b", {known}), known);
  EXPECT_EQ(near_miss("aaaa", {std::string(70, 'a')}), "");
}

}  // namespace
}  // namespace ringfence
