// What every store test stands on: a loop that is driven until something happened, a log that remembers, and a store
// whose answers can be waited for. Used by the tests of this folder only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/uv/loop.h"
#include "ports/store.h"
#include "support/fake_log.h"
#include "support/temp_dir.h"

namespace ringfence::test {

class Bench {
 public:
  // Turns the loop until the condition holds; false when it does not within the deadline.
  bool run_until(const std::function<bool()>& holds, std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    UvTimer wake(loop);
    std::function<void()> again = [&] { wake.start(5, again); };
    again();
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      uv_run(loop.get(), UV_RUN_ONCE);
    }
    return true;
  }

  // One request, waited for. Counts a second answer, or one from inside the call, as no answer at all.
  template <class T, class Ask>
  std::optional<T> answer_of(Ask ask) {
    struct State {
      std::optional<T> value;
      int answers = 0;
      bool inside = true;
    } state;
    ask([&state](T value) {
      if (!state.inside) state.value = std::move(value);
      ++state.answers;
    });
    state.inside = false;
    if (!run_until([&state] { return state.answers > 0; })) return std::nullopt;
    uv_run(loop.get(), UV_RUN_NOWAIT);
    return state.answers == 1 ? std::move(state.value) : std::nullopt;
  }

  CommitResult commit(Store& store, CommitRequest request) {
    return answer_of<CommitResult>([&](auto done) { store.commit(std::move(request), done); }).value();
  }
  Result<StoredSession> load(Store& store, const std::string& session) {
    return answer_of<Result<StoredSession>>([&](auto done) { store.load({session}, done); }).value();
  }
  Result<std::vector<SessionId>> claim(Store& store, Millis now_ms, std::size_t count, Millis claim_ms) {
    return answer_of<Result<std::vector<SessionId>>>([&](auto done) { store.claim_due(now_ms, count, claim_ms, done); })
        .value();
  }
  Result<std::vector<std::string>> ladder(Store& store, const std::string& session) {
    return answer_of<Result<std::vector<std::string>>>([&](auto done) { store.ladder({session}, done); }).value();
  }
  Result<std::vector<CallListing>> list(Store& store, std::size_t count) {
    return answer_of<Result<std::vector<CallListing>>>([&](auto done) { store.list(count, done); }).value();
  }
  Result<std::vector<ListRow>> rows(Store& store, ListQuestion question) {
    return answer_of<Result<std::vector<ListRow>>>([&](auto done) { store.list_rows(std::move(question), done); })
        .value();
  }
  Result<std::vector<std::string>> lines(Store& store, const std::string& list, std::size_t count, Millis since_ms) {
    const auto found = rows(store, {.list = list, .count = count, .since_ms = since_ms});
    if (!found) return std::unexpected(found.error());
    std::vector<std::string> lines;
    for (const ListRow& row : *found) lines.push_back(row.line);
    return lines;
  }
  Result<std::uint64_t> put_directory(Store& store, const std::string& text) {
    return answer_of<Result<std::uint64_t>>([&](auto done) { store.put_directory(text, done); }).value();
  }
  Result<Store::DirectoryText> get_directory(Store& store, std::uint64_t known_revision) {
    return answer_of<Result<Store::DirectoryText>>([&](auto done) { store.get_directory(known_revision, done); })
        .value();
  }

  UvLoop loop;
  FakeLog log;
};

inline CommitRequest request(const std::string& session, std::uint64_t expected_version, const std::string& event,
                             const std::string& document = "{}") {
  CommitRequest made;
  made.session = {session};
  made.expected_version = expected_version;
  made.event = {event};
  made.document = document;
  made.ttl_ms = 600'000;
  made.ladder_line = "line of " + event;
  return made;
}

}  // namespace ringfence::test
