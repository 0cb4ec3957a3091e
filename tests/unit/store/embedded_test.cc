// What only the embedded store can meet: SIGKILL, a second ringd, a full disk, a damaged file; what leaves the file.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>

#include "adapters/sqlite/database.h"
#include "embedded_file.h"
#include "shared/limits.h"

namespace ringfence::test {
namespace {

// The child: commits as fast as it can, eight sessions at once, and writes "session version" for every answer.
[[noreturn]] void commit_until_killed(const std::string& path, int acknowledged) {
  Bench bench;
  auto store = EmbeddedStore::open(bench.loop, bench.log, path);
  if (!store) ::_exit(1);
  std::function<void(int, std::uint64_t)> next = [&](int session, std::uint64_t version) {
    auto step = request("s" + std::to_string(session), version, "e" + std::to_string(version));
    step.document = "v" + std::to_string(version + 1);
    (*store)->commit(step, [&, session](CommitResult result) {
      if (result.status != CommitStatus::committed) ::_exit(2);
      const std::string line = std::to_string(session) + " " + std::to_string(result.version) + "\n";
      if (::write(acknowledged, line.data(), line.size()) < 0) ::_exit(3);
      next(session, result.version);
    });
  };
  for (int session = 0; session < 8; ++session) next(session, 0);
  bench.loop.run();
  ::_exit(4);
}

TEST_F(EmbeddedStoreFile, EveryAcknowledgedCommitSurvivesSigkill) {
  for (int round = 0; round < 5; ++round) {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + "-wal");
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) commit_until_killed(path_, ends[1]);
    ::close(ends[1]);
    std::string text;
    char buffer[512];
    ssize_t size = 0;
    while ((size = ::read(ends[0], buffer, sizeof(buffer))) > 0) {
      text.append(buffer, static_cast<std::size_t>(size));
      if (text.size() > 2000) ::kill(child, SIGKILL);  // and read on: what it had acknowledged counts
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    std::vector<std::uint64_t> acknowledged(8, 0);
    std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
    std::size_t session = 0;
    std::uint64_t version = 0;
    while (lines >> session >> version) acknowledged.at(session) = version;
    const auto store = open();
    ASSERT_NE(store, nullptr);
    for (std::size_t i = 0; i < acknowledged.size(); ++i) {
      const std::string name = "s" + std::to_string(i);
      const auto loaded = bench_.load(*store, name);
      ASSERT_TRUE(loaded);
      EXPECT_GE(loaded->version, acknowledged[i]) << name << " lost an acknowledged commit";
      EXPECT_EQ(loaded->document, "v" + std::to_string(loaded->version));
      EXPECT_EQ(bench_.ladder(*store, name)->size(), std::min<std::uint64_t>(loaded->version, 1000));
      const auto again = bench_.commit(*store, request(name, 0, "e" + std::to_string(acknowledged[i] - 1)));
      EXPECT_EQ(again.status, CommitStatus::duplicate);
    }
  }
}

TEST_F(EmbeddedStoreFile, WhatWasQueuedAtDestructionIsWritten) {
  {
    const auto store = open();
    for (int i = 0; i < 500; ++i) store->commit(request("s" + std::to_string(i), 0, "e"), [](CommitResult) {});
  }
  const auto store = open();
  EXPECT_EQ(bench_.list(*store, 1000)->size(), 500U);
}

TEST_F(EmbeddedStoreFile, WhatIsNoCallIsNotListedAfterARestartEither) {
  for (int times = 0; times < 2; ++times) {
    const auto store = open();
    if (times == 0) {
      EXPECT_EQ(bench_.commit(*store, request("~device/a/b/c", 0, "v1")).status, CommitStatus::committed);
      EXPECT_EQ(bench_.commit(*store, request("a call", 0, "e1")).status, CommitStatus::committed);
    }
    EXPECT_EQ(bench_.list(*store, 10)->size(), 1U);
  }
}

TEST_F(EmbeddedStoreFile, ASecondRingdIsRefusedWithASentence) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    Bench bench;
    const auto store = EmbeddedStore::open(bench.loop, bench.log, path_);
    if (::write(ends[1], store ? "1" : "0", 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char opened = '?';
  ASSERT_EQ(::read(ends[0], &opened, 1), 1);
  EXPECT_EQ(opened, '1');
  const std::string sentence = refusal();
  EXPECT_NE(sentence.find("cannot use " + path_ + " as the store"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("locked by another process"), std::string::npos) << sentence;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_NE(open(), nullptr);  // the lock died with its owner
}

TEST_F(EmbeddedStoreFile, TwiceInOneProcessIsRefusedToo) {
  const auto first = open();
  EXPECT_NE(refusal().find("locked by another process"), std::string::npos) << refusal();
}

TEST_F(EmbeddedStoreFile, TheFileIsNotReadableByOthers) {
  const auto store = open();
  ASSERT_EQ(bench_.commit(*store, request("s1", 0, "e1")).status, CommitStatus::committed);
  for (const auto& file : {path_, path_ + "-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << file;
  }
}

TEST_F(EmbeddedStoreFile, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const std::string text(5000, 'x');
  std::ofstream(path_) << text;
  EXPECT_NE(refusal().find("not a database"), std::string::npos) << refusal();
  std::ostringstream now;
  now << std::ifstream(path_).rdbuf();
  EXPECT_EQ(now.str(), text);
}

TEST_F(EmbeddedStoreFile, AFolderThatDoesNotExistIsNamed) {
  path_ = folder_.file("nowhere/store.db");
  EXPECT_NE(refusal().find("No such file or directory"), std::string::npos) << refusal();
}

// The newest marks stand in the session's row, older ones elsewhere: none is forgotten on the way.
TEST_F(EmbeddedStoreFile, EveryEventOfALongCallStaysMarked) {
  const std::size_t events = 3 * limits::kStoreMarks + 5;
  const auto name = [](std::size_t number) { return "e" + std::to_string(number); };
  auto store = open();
  for (std::size_t version = 0; version < events; ++version) {
    ASSERT_EQ(bench_.commit(*store, request("s1", version, name(version))).status, CommitStatus::committed);
    for (std::size_t before = 0; before <= version; ++before) {
      ASSERT_EQ(bench_.commit(*store, request("s1", version + 1, name(before))).status, CommitStatus::duplicate)
          << before << " of " << version;
    }
  }
  ASSERT_EQ(bench_.commit(*store, request("s2", 0, name(0))).status, CommitStatus::committed) << "of another call";
  store.reset();
  store = open();
  for (std::size_t before = 0; before < events; ++before) {
    EXPECT_EQ(bench_.commit(*store, request("s1", events, name(before))).status, CommitStatus::duplicate) << before;
  }
}

// Where a session's row is, is remembered from before; the row itself has the last word.
TEST_F(EmbeddedStoreFile, ARowThatIsAnotherSessionsNowIsNotTakenForTheOldOne) {
  const auto store = open();
  ASSERT_EQ(bench_.commit(*store, request("gone", 0, "e1")).status, CommitStatus::committed);
  ASSERT_TRUE(bench_.answer_of<Result<void>>([&](auto done) { store->forget(SessionId{"gone"}, done); }).value());
  ASSERT_EQ(bench_.commit(*store, request("new", 0, "e1")).status, CommitStatus::committed);  // in the same row
  EXPECT_EQ(bench_.commit(*store, request("gone", 1, "e2")).status, CommitStatus::conflict);
  ASSERT_EQ(bench_.commit(*store, request("gone", 0, "e2")).status, CommitStatus::committed);
  ASSERT_EQ(bench_.commit(*store, request("gone", 1, "e3")).status, CommitStatus::committed);
  EXPECT_EQ(bench_.load(*store, "new")->version, 1U);
  EXPECT_EQ(bench_.load(*store, "gone")->version, 2U);
}

// A session's end is moved only now and then; never so that it comes too early.
TEST_F(EmbeddedStoreFile, ALifeThatIsRefreshedLastsAtLeastAsLongAndAnEighthLongerAtMost) {
  auto database = Database::open(path_);
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->begin());
  const auto write = [&](std::uint64_t version, Millis ttl_ms, Millis now_ms) {
    auto step = request("s1", version, "e" + std::to_string(version));
    step.ttl_ms = ttl_ms;
    EXPECT_EQ((*database)->apply(step, now_ms)->status, CommitStatus::committed) << version;
  };
  const auto alive = [&](Millis now_ms) { return (*database)->load(SessionId{"s1"}, now_ms)->version != 0; };
  write(0, 8000, 0);
  Millis now_ms = 0;
  for (std::uint64_t version = 1; version < 40; ++version) {
    now_ms += 300;
    write(version, 8000, now_ms);
    EXPECT_TRUE(alive(now_ms + 7999)) << version;
    EXPECT_FALSE(alive(now_ms + 9000)) << version;
  }
  write(40, 800, now_ms);
  EXPECT_TRUE(alive(now_ms + 799));
  EXPECT_FALSE(alive(now_ms + 900)) << "a shorter life is kept to as well";
  ASSERT_TRUE((*database)->commit());
}

TEST_F(EmbeddedStoreFile, AFullDiskIsUnknownAndLoggedAndRecovers) {
  ::signal(SIGXFSZ, SIG_IGN);
  const auto store = open();
  ASSERT_EQ(bench_.commit(*store, request("s1", 0, "e1", "before")).status, CommitStatus::committed);
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
  rlimit small = usual;
  small.rlim_cur = 64 * 1024;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto refused = bench_.commit(*store, request("s1", 1, "e2", std::string(120'000, 'x')));
  const bool ready_when_full = store->ready();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &usual), 0);
  EXPECT_EQ(refused.status, CommitStatus::unknown);
  EXPECT_FALSE(ready_when_full);
  EXPECT_EQ(bench_.log.count("store_trouble"), 1U);
  EXPECT_EQ(bench_.load(*store, "s1")->document, "before");
  const auto again = bench_.commit(*store, request("s1", 1, "e2", std::string(120'000, 'x')));
  EXPECT_EQ(again.status, CommitStatus::committed);
  EXPECT_TRUE(store->ready());
  EXPECT_EQ(bench_.log.count("store_recovered"), 1U);
}

// The log in front of the file grows until it is written back, which happens with a commit: where it has no room to
// grow, none comes any more, and the log itself is what fills the disk.
TEST_F(EmbeddedStoreFile, ALogWithoutRoomToGrowIsWrittenBackAndBegunAnew) {
  constexpr rlim_t kRoomBytes = 512 * 1024;
  const auto store = open();
  ASSERT_EQ(bench_.commit(*store, request("s", 0, "first")).status, CommitStatus::committed);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{kRoomBytes, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  std::uint64_t version = 1;
  int unknown = 0;
  for (int i = 0; i < 400; ++i) {
    auto step = request("s", version, "e" + std::to_string(version));
    step.document = std::string(4096, 'x');
    step.ladder_line.clear();
    const auto result = bench_.commit(*store, std::move(step));
    if (result.status == CommitStatus::committed) version = result.version;
    if (result.status == CommitStatus::unknown) ++unknown;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_GT(unknown, 0) << "the log never met its bound: this shows nothing";
  EXPECT_GT(version, 350U) << "one log's length was committed, and nothing after it";
}

TEST_F(EmbeddedStoreFile, ADamagedFileNeverCrashesAndNeverLies) {
  {
    const auto store = open();
    for (int i = 0; i < 200; ++i) {
      ASSERT_EQ(bench_.commit(*store, request("s" + std::to_string(i), 0, "e", std::string(3000, 'd'))).status,
                CommitStatus::committed);
    }
  }
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::streamoff>(file.tellg());
    ASSERT_GT(size, 100'000);
    const std::string garbage(4096, '\x5a');
    for (std::streamoff at = 4096; at + 4096 <= size; at += 4096) {
      file.seekp(at);
      file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
    }
  }
  const auto opened = EmbeddedStore::open(bench_.loop, bench_.log, path_);
  if (!opened) {
    EXPECT_NE(opened.error().text.find("damaged"), std::string::npos) << opened.error().text;
    return;
  }
  EXPECT_EQ(bench_.commit(**opened, request("s1", 1, "e2")).status, CommitStatus::unknown);
  EXPECT_FALSE(bench_.load(**opened, "s1"));
  EXPECT_GE(bench_.log.count("damaged"), 1U);
}

TEST_F(EmbeddedStoreFile, ASweepTakesABoundedBatchAndOnlyTheExpired) {
  auto database = Database::open(path_);
  ASSERT_TRUE(database);
  ASSERT_TRUE((*database)->begin());
  for (int i = 0; i < 100; ++i) {
    auto brief = request("s" + std::to_string(i), 0, "e");
    brief.ttl_ms = 10 + i;
    ASSERT_TRUE((*database)->apply(brief, 1000));
  }
  EXPECT_EQ((*database)->sweep(1089), limits::kStoreSweep);  // 80 of the 100 are over
  EXPECT_EQ((*database)->sweep(1089), 80 - limits::kStoreSweep);
  EXPECT_EQ((*database)->sweep(1089), 0U);
  EXPECT_EQ((*database)->list(1000, 0)->size(), 20U);
  ASSERT_TRUE((*database)->commit());
}

TEST_F(EmbeddedStoreFile, ExpiredSessionsLeaveTheFile) {
  auto store = open();
  for (int i = 0; i < 200; ++i) {
    auto brief = request("s" + std::to_string(i), 0, "e");
    brief.ttl_ms = 1;
    brief.lists = {
        {.list = "l", .rows = {{.name = std::to_string(i), .at_ms = 1, .line = "x"}}, .ttl_ms = 1, .most = 1000}};
    store->commit(brief, [](CommitResult) {});
  }
  const Millis now_ms = UvClock(bench_.loop).now_ms();
  for (std::uint64_t version = 0; version <= limits::kStoreMarks; ++version) {  // so many that some marks move
    auto stays = request("stays", version, "e" + std::to_string(version));
    stays.lists = {
        {.list = "l", .rows = {{.name = "stays", .at_ms = now_ms, .line = "x"}}, .ttl_ms = 3'600'000, .most = 1000}};
    ASSERT_EQ(bench_.commit(*store, stays).status, CommitStatus::committed);
  }
  auto ends = request("ends", 0, "e");
  for (ends.expected_version = 0; ends.expected_version <= limits::kStoreMarks; ++ends.expected_version) {
    ends.event = EventId{"e" + std::to_string(ends.expected_version)};
    ends.ttl_ms = 1000;
    ASSERT_EQ(bench_.commit(*store, ends).status, CommitStatus::committed);
  }
  const auto rows = [&]() -> std::string {
    store.reset();
    std::string counts;
    sqlite3* raw = nullptr;
    sqlite3_open(path_.c_str(), &raw);
    sqlite3_exec(
        raw,
        "SELECT count(*) FROM sessions UNION ALL SELECT count(*) FROM steps UNION ALL SELECT count(*) FROM marks "
        "UNION ALL SELECT count(*) FROM listed",
        [](void* text, int, char** values, char**) {
          static_cast<std::string*>(text)->append(values[0]).append(" ");
          return 0;
        },
        &counts, nullptr);
    sqlite3_close(raw);
    store = open();
    return counts;
  };
  // The sweep comes once a second; only a closed store lets anybody look, so each look gives it that second again.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const std::string expected =
      "1 " + std::to_string(limits::kStoreMarks + 1) + " " + std::to_string(limits::kStoreMarks / 2) + " 1 ";
  std::string counts = rows();
  while (counts != expected && std::chrono::steady_clock::now() < end) {
    bench_.run_until([] { return false; }, std::chrono::milliseconds(1500));
    counts = rows();
  }
  EXPECT_EQ(counts, expected);
}

TEST_F(EmbeddedStoreFile, AsAFallbackItTakesUpASessionInTheMiddleAndOnlyThere) {
  const auto store = open();
  auto middle = request("s1", 7, "e7");
  EXPECT_EQ(bench_.commit(*store, middle).status, CommitStatus::conflict);
  middle.takes_up = true;
  const CommitResult taken = bench_.commit(*store, middle);
  EXPECT_EQ(taken.status, CommitStatus::committed);
  EXPECT_EQ(taken.version, 8U);
  EXPECT_EQ(bench_.commit(*store, middle).status, CommitStatus::duplicate);
  auto other = request("s1", 3, "e3");
  other.takes_up = true;
  EXPECT_EQ(bench_.commit(*store, other).status, CommitStatus::conflict) << "there is something of it now";
}

TEST_F(EmbeddedStoreFile, AsAFallbackItNamesItsSessionsAndForgetsThem) {
  const auto store = open();
  const auto names_behind = [&](const std::string& after, std::size_t count) {
    return *bench_.answer_of<Result<std::vector<SessionId>>>([&](auto done) { store->sessions({after}, count, done); })
                .value();
  };
  EXPECT_TRUE(names_behind("", 10).empty());
  for (const char* session : {"c", "a", "b"}) (void)bench_.commit(*store, request(session, 0, "e1"));
  EXPECT_EQ(names_behind("", 2), (std::vector<SessionId>{{"a"}, {"b"}}));
  EXPECT_EQ(names_behind("b", 2), (std::vector<SessionId>{{"c"}}));
  const auto forgotten =
      bench_.answer_of<Result<void>>([&](auto done) { store->forget(SessionId{"b"}, done); }).value();
  EXPECT_TRUE(forgotten);
  EXPECT_EQ(names_behind("", 10), (std::vector<SessionId>{{"a"}, {"c"}}));
  EXPECT_EQ(bench_.load(*store, "b")->version, 0U);
  EXPECT_TRUE(bench_.ladder(*store, "b")->empty());
  EXPECT_EQ(bench_.commit(*store, request("b", 0, "e1")).status, CommitStatus::committed) << "its marks are gone, too";
}

}  // namespace
}  // namespace ringfence::test
