// A worker process killed while it holds the lock of the dedup table, at every place where it can be: the master takes
// the lock from it, the next request works, and no entry is corrupt.
#include <gmock/gmock.h>

#include <filesystem>

#include "edge/edge_test.h"
#include "support/files.h"

namespace ringfence::test {
namespace {

using ::testing::HasSubstr;

class KilledTest : public EdgeTest {
 protected:
  [[nodiscard]] NginxSetup dying() const {
    NginxSetup made = setup();
    made.module = RINGFENCE_DYING_MODULE;
    made.main = "env RINGFENCE_DIE_IN_LOCK;\n";
    made.environment = {"RINGFENCE_DIE_IN_LOCK=" + nginx.file("die")};
    return made;
  }
  [[nodiscard]] bool still_to_die() const { return std::filesystem::exists(nginx.file("die")); }
};

TEST_F(KilledTest, InTheTablesLockAtAnyPlaceCostsOneRequest) {
  nginx.expect_logged("exited on signal 9");
  nginx.expect_logged("was locked by");
  ASSERT_TRUE(start(dying()));
  int died = 0;
  // A claim and a commit pass fewer places than this; the round in which nobody died was past the last of them.
  for (int place = 1; place <= 20; ++place) {
    SCOPED_TRACE(place);
    const std::string id = "evt-" + std::to_string(place);
    write_text(nginx.file("die"), std::to_string(place));
    const HttpResponse lost = send(event(id));
    if (still_to_die()) {
      EXPECT_EQ(lost.status, 200);
      break;
    }
    ++died;
    EXPECT_EQ(lost.status, 0);
    // The provider's next try finds a worker process, a lock nobody holds, and a table that takes it.
    EXPECT_TRUE(wait_until([&] { return send(event(id)).status == 200; }));
    EXPECT_EQ(send(event("other-" + id)).status, 200);
    EXPECT_EQ(send(event("other-" + id)).status, 200);
  }
  std::filesystem::remove(nginx.file("die"));
  EXPECT_GE(died, 6) << "lock and unlock of claim and commit, and the stores between";
  EXPECT_LE(nginx.counter("zones.calls.entries"), nginx.counter("zones.calls.capacity"));
  EXPECT_GE(nginx.counter("zones.calls.duplicates"), died);
  EXPECT_THAT(nginx.error_log(), HasSubstr("shared memory zone \"calls\" was locked by"));
}

TEST_F(KilledTest, TheModuleAnybodyInstallsHasNoPlaceToDieIn) {
  EXPECT_THAT(read_text(RINGFENCE_DYING_MODULE), HasSubstr("RINGFENCE_DIE_IN_LOCK"));
  EXPECT_FALSE(read_text(RINGFENCE_MODULE).contains("RINGFENCE_DIE_IN_LOCK"));
}

}  // namespace
}  // namespace ringfence::test
