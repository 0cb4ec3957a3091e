// One truth for several workers, and a store for each of them that lies about it while there is chaos: writes that land
// or do not and are not answered, writes that land late, silence, and a fail-over that forgets a session's last write.
// Must not know: sessions.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ports/store.h"
#include "stage.h"

namespace ringfence::sim {

struct StoredRow {
  std::uint64_t version = 0;
  std::string document;
  std::set<std::string> applied;
  std::vector<std::string> ladder;
  using List = std::map<std::string, ListRow>;
  std::map<std::string, List> lists;  // what it wrote into each: a fail-over forgets that, too
  Millis due_ms = 0;
  [[nodiscard]] List missed() const { return lists.contains("missed") ? lists.at("missed") : List{}; }
};

struct Truth {
  std::map<std::string, StoredRow> rows, before;  // before: as they were before their last write
  Store::DirectoryText directory;
  bool chaos = true;
  bool away = false;
};

class LyingStore final : public Store {
 public:
  LyingStore(Stage& stage, Dice& dice, Truth& truth) : stage_(stage), dice_(dice), truth_(truth) {}
  // The worker is gone: nobody hears any answer.
  ~LyingStore() override { *alive_ = false; }

  void load(const SessionId& session, std::function<void(Result<StoredSession>)> done) override {
    later([this, session, done = std::move(done)] {
      if (truth_.away) return done(fail(ErrorCode::unavailable, "away"));
      const auto row = truth_.rows.find(session.text);
      done(row == truth_.rows.end() ? StoredSession{} : StoredSession{row->second.version, row->second.document});
    });
  }
  void commit(CommitRequest request, std::function<void(CommitResult)> done) override;
  void claim_due(Millis now_ms, std::size_t count, Millis claim_ms,
                 std::function<void(Result<std::vector<SessionId>>)> done) override;
  void ladder(const SessionId& session, std::function<void(Result<std::vector<std::string>>)> done) override {
    later([this, session, done = std::move(done)] { done(truth_.rows[session.text].ladder); });
  }
  void list(std::size_t, std::function<void(Result<std::vector<CallListing>>)> done) override {
    later([done = std::move(done)] { done(std::vector<CallListing>{}); });
  }
  void list_rows(ListQuestion question, std::function<void(Result<std::vector<ListRow>>)> done) override;
  void put_directory(std::string, std::function<void(Result<std::uint64_t>)> done) override {
    later([done = std::move(done)] { done(fail(ErrorCode::unavailable, "not here")); });
  }
  void get_directory(std::uint64_t known_revision, std::function<void(Result<DirectoryText>)> done) override {
    later([this, known_revision, done = std::move(done)] {
      DirectoryText answer = truth_.directory;
      if (answer.revision == known_revision) answer.text.clear();
      done(answer);
    });
  }
  [[nodiscard]] std::string_view kind() const noexcept override { return "lying"; }
  [[nodiscard]] bool ready() const noexcept override { return !truth_.away; }

 private:
  template <class Work>
  void later(Work work) {
    stage_.after(dice_.below(truth_.chaos && dice_.one_in(20) ? 400 : 8), [alive = alive_, work = std::move(work)] {
      if (*alive) work();
    });
  }
  static CommitResult apply(Truth& truth, const CommitRequest& request);

  Stage& stage_;
  Dice& dice_;
  Truth& truth_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ringfence::sim
