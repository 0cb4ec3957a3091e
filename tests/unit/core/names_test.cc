// Names are what documents, logs and ladders show: each value has its own, and a value outside has none.
#include <gtest/gtest.h>

#include <set>

#include "core/event.h"
#include "core/session.h"

namespace ringfence {
namespace {

template <class Enum>
void each_has_its_own(Enum last) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto name = name_of(static_cast<Enum>(i));
    EXPECT_NE(name, "?");
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(name_of(static_cast<Enum>(static_cast<int>(last) + 1)), "?");
}

TEST(Names, EachValueHasItsOwn) {
  each_has_its_own(Verb::notify);
  each_has_its_own(OutcomeClass::unknown);
  each_has_its_own(WebhookType::other);
  each_has_its_own(Phase::closed);
  each_has_its_own(LegState::ended);
  each_has_its_own(Outcome::cancelled);
  each_has_its_own(DeviceOutcome::cancelled);
  each_has_its_own(ParentState::ended);
  each_has_its_own(Quit::screen_failed);
  each_has_its_own(Apology::over);
  each_has_its_own(Route::reject);
  each_has_its_own(Verify::press1_if_fast);
  each_has_its_own(OnRefusal::stop);
  each_has_its_own(OnWinnerLost::hangup);
  each_has_its_own(OnUnanswered::hangup);
}

TEST(Names, VerbsAreReadBack) {
  for (int i = 0; i <= static_cast<int>(Verb::notify); ++i) {
    Verb verb{};
    ASSERT_TRUE(parse_verb(name_of(static_cast<Verb>(i)), verb));
    EXPECT_EQ(verb, static_cast<Verb>(i));
  }
  Verb verb{};
  EXPECT_FALSE(parse_verb("explode", verb));
  EXPECT_FALSE(parse_verb("", verb));
}

}  // namespace
}  // namespace ringfence
