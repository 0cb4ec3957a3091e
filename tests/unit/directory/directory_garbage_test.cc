// The directory against what nobody would write: whatever comes in, it is refused with FILE:LINE or it works, and what
// it accepts is read back as itself and decides every call.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "directory/directory.h"
#include "directory/plan_compiler.h"
#include "directory/plan_timeline.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::uint64_t kSeed = 20261121;

class Seeded {
 public:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }

 private:
  std::mt19937_64 engine_{kSeed};
};

std::string sample() {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/conf/directory.conf.sample");
  return {std::istreambuf_iterator<char>(file), {}};
}

// Pieces that have a meaning, put together without any.
constexpr const char* kPieces[] = {"organisation",
                                   "a",
                                   "user",
                                   "u",
                                   "device",
                                   "d",
                                   "{",
                                   "}",
                                   ";",
                                   "{",
                                   "}",
                                   ";",
                                   ";",
                                   "number",
                                   "+49301234",
                                   "ring",
                                   "plan",
                                   "wave",
                                   "after=5s",
                                   "after=",
                                   "delay=1s",
                                   "timeout=10s",
                                   "timeout=0s",
                                   "verify=amd",
                                   "priority=2",
                                   "ring 45s;",
                                   "max_channels",
                                   "2",
                                   "0",
                                   "on_decline stop;",
                                   "schedule",
                                   "zone Europe/Berlin;",
                                   "zone Nowhere;",
                                   "open mon-fri 09:00-17:00;",
                                   "open sat 22:00-02:00;",
                                   "except 12-25 closed;",
                                   "except 2026-12-24..2026-12-31 10:00-11:00;",
                                   "closed",
                                   "agent",
                                   "b",
                                   "to sip:b@h;",
                                   "voicemail",
                                   "block",
                                   "+49*",
                                   "anonymous",
                                   "outbound",
                                   "caller_id",
                                   "record on;",
                                   "single_device ring;",
                                   "sip_username",
                                   "x1",
                                   "x2",
                                   "last_active_at 2026-11-21T07:00:00Z;",
                                   "credential_expires_at never;",
                                   "\"",
                                   "\\",
                                   "#",
                                   "\n",
                                   "$",
                                   "'",
                                   "\x01",
                                   "\xff",
                                   "99999999999999999999",
                                   "-1",
                                   "hold_losers 2s;",
                                   "greeting \"hi\";",
                                   "channels 3;"};

// Nothing here may crash, and what is accepted has to hold together.
bool examine(const std::string& text) {
  const Result<Directory> directory = Directory::parse("g.conf", text);
  if (!directory) {
    EXPECT_TRUE(directory.error().text.starts_with("g.conf:")) << directory.error().text;
    return false;
  }
  const std::string again = directory->text();
  const Result<Directory> second = Directory::parse("again", again);
  EXPECT_TRUE(second) << (second ? "" : second.error().text) << "\n" << text << "\n---\n" << again;
  if (second) {
    EXPECT_EQ(second->text(), again) << text;
  }
  for (const Organisation& organisation : directory->organisations()) {
    for (const Number& number : organisation.numbers) {
      const RingPlan plan =
          directory->plan({.called = number.e164, .caller = "+49301", .every_device = true}, 1795244400000, "d");
      EXPECT_EQ(plan.organisation, organisation.name);
      EXPECT_LE(plan.destinations.size(), limits::kLegs);
      for (const TimelineRow& row : timeline(plan, {}).rows) {
        EXPECT_LE(row.from_ms, row.until_ms);
      }
    }
    for (const User& user : organisation.users) {
      for (const Device& device : user.devices) (void)directory->plan_outbound(device.sip_username, "+4912", 1, "d");
    }
  }
  return true;
}

TEST(DirectoryGarbage, TheSampleWithBytesChangedIsRefusedOrWorks) {
  const std::string text = sample();
  ASSERT_TRUE(examine(text));
  Seeded seeded;
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string broken = text;
    for (std::size_t i = 0; i <= seeded.below(3); ++i) {
      const std::size_t at = seeded.below(broken.size());
      switch (seeded.below(4)) {
        case 0:
          broken[at] = static_cast<char>(seeded.below(256));
          break;
        case 1:
          broken.erase(at, 1 + seeded.below(20));
          break;
        case 2:
          broken.insert(at, broken.substr(seeded.below(broken.size()), seeded.below(60)));
          break;
        default:
          broken.insert(at, kPieces[seeded.below(std::size(kPieces))]);
          break;
      }
    }
    if (examine(broken)) ++accepted;
  }
  EXPECT_GT(accepted, 100);  // comments and texts: both halves of the claim were tried
  EXPECT_LT(accepted, 2900);
}

TEST(DirectoryGarbage, MeaninglessPiecesAreRefusedOrWork) {
  Seeded seeded;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seeded.below(2) == 0 ? "organisation a { user u { " : "";
    for (std::size_t i = seeded.below(40); i > 0; --i)
      text.append(kPieces[seeded.below(std::size(kPieces))]).append(" ");
    (void)examine(text);
    (void)compile_plan_text("g.conf", text, "d");
  }
}

TEST(DirectoryGarbage, RandomBytesAreRefusedOrWork) {
  Seeded seeded;
  for (int round = 0; round < 5000; ++round) {
    std::string text(seeded.below(200), '\0');
    for (char& c : text) c = static_cast<char>(seeded.below(256));
    (void)examine(text);
  }
}

// Plans of random numbers: whatever the check accepts rings everybody for at least 5 s, with nobody answering.
TEST(DirectoryGarbage, EveryAcceptedPlanRingsEverybody) {
  Seeded seeded;
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "ring " + std::to_string(5 + seeded.below(100)) + "s; ";
    if (seeded.below(2) == 0) text += "max_channels " + std::to_string(1 + seeded.below(4)) + "; ";
    std::size_t after = 0;
    int name = 0;
    for (std::size_t waves = 1 + seeded.below(3); waves > 0; --waves) {
      text += after == 0 ? "wave { " : "wave after=" + std::to_string(after) + "s { ";
      for (std::size_t devices = 1 + seeded.below(3); devices > 0; --devices) {
        text += "device d" + std::to_string(name++);
        if (seeded.below(2) == 0) text += " timeout=" + std::to_string(5 + seeded.below(40)) + "s";
        if (seeded.below(3) == 0) text += " delay=" + std::to_string(seeded.below(10)) + "s";
        if (seeded.below(4) == 0) text += " verify=press1";
        if (seeded.below(4) == 0) text += " priority=" + std::to_string(seeded.below(3));
        text += "; ";
      }
      text += "} ";
      after += 1 + seeded.below(30);
    }
    const Result<RingPlan> plan = compile_plan_text("p", text, "d");
    if (!plan) continue;
    ++accepted;
    const Timeline time = timeline(*plan, {});
    for (const TimelineRow& row : time.rows) {
      ASSERT_TRUE(row.rings) << text;
      ASSERT_GE(row.until_ms - row.from_ms, limits::kRingMinMs) << text;
      ASSERT_LE(row.until_ms, plan->ring_ms) << text;
      const Destination& to = plan->destinations[row.destination];
      ASSERT_LE(to.after_ms + to.timeout_ms, plan->ring_ms) << text;
      if (to.verify == Verify::press1) {
        ASSERT_LE(row.from_ms + limits::kRingMinMs + 15'000, plan->ring_ms) << text;
      }
    }
    if (plan->max_channels > 0) {
      for (const TimelineRow& one : time.rows) {
        const auto together = std::count_if(time.rows.begin(), time.rows.end(), [&](const TimelineRow& other) {
          return other.from_ms <= one.from_ms && one.from_ms < other.until_ms;
        });
        ASSERT_LE(together, plan->max_channels) << text;
      }
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace ringfence
