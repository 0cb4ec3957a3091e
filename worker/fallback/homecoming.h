// One session on its way from this machine back into the store of the fleet: its journal is sent there in order, as the
// very same commits (expected version, event mark, ladder line, rows), and then it is removed here. Any part of it may
// be done twice: a commit that is there already is a duplicate, so that a crash at any point only means to begin again.
//
//   committed  next
//   duplicate  next: sent before a crash, or its outcome was unknown when the store went away. Unless the version says
//              that this very commit is not there, only its event (told twice, before and during the outage): then it
//              is made under a mark of its own, so that no version is missing. Of the last one, which carries the
//              document, only the document there says it
//   conflict   somebody else wrote meanwhile, or the store has forgotten: ours counts, on top of what is there
//   unknown    later again
//
// Only the last commit carries the document and a due time. Until it is there, the session has none: it cannot be read,
// is not due, and so nobody takes it up whose picture of it would be of the past.
// Before that last one a note is left here: from then on, also after a crash, nothing may happen to the session here
// until it is known that the commit is there. Owned by FallbackStore, which lets nothing else happen to the session
// meanwhile. Must not know: what a document means.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/local_store.h"

namespace ringfence {

inline constexpr std::string_view kLeavingNote = "leaving:";  // before the session's name: the note's
// Rows that were written beside a session, kept as one of their own until they are home: "noted:HASH:SESSION". There
// they are written beside that session again: in a store of shards only its own knows what else became of them.
inline constexpr std::string_view kNoted = "noted:";
[[nodiscard]] SessionId noted_beside(const CommitRequest& request);

class Homecoming {
 public:
  struct Report {
    bool home = false;          // it is there, whole, and not here any more
    bool is_call = false;       // it has a document
    bool store_failed = false;  // of the fleet; else what went wrong is here
    bool in_doubt = false;      // it may be there, whole: others may have taken it up
    std::uint64_t sent = 0;     // commits that were not there yet
    std::uint64_t conflicts = 0;
    std::string detail;
  };

  // `done` may destroy this.
  Homecoming(Store& fleet, LocalStore& local, SessionId session, std::function<void(Report)> done)
      : fleet_(fleet), local_(local), session_(std::move(session)), done_(std::move(done)) {}
  Homecoming(const Homecoming&) = delete;
  Homecoming& operator=(const Homecoming&) = delete;

  void start();

 private:
  void on_document(Result<StoredSession> stored);
  void on_journal(Result<std::vector<std::string>> lines);
  void send();
  void on_answer(const CommitResult& result);
  void send_under_own_mark(std::uint64_t version);
  void look();
  void next();
  void leave();
  void fail_with(bool store_failed, std::string detail);
  void finish();
  void leave_note();
  [[nodiscard]] bool at_last() const noexcept { return place_ + 1 == journal_.size(); }

  Store& fleet_;
  LocalStore& local_;
  const SessionId session_;
  std::function<void(Report)> done_;
  std::string document_;
  std::vector<CommitRequest> journal_;
  std::size_t place_ = 0;
  std::uint64_t expected_ = 0;  // there, by the commit under way
  std::int64_t shift_ = 0;      // how far the versions there are ahead of ours, since a conflict
  bool noted_ = false;
  bool under_own_mark_ = false;  // the commit under way
  int tries_ = 0;                // of the commit under way
  Report report_;
};

}  // namespace ringfence
