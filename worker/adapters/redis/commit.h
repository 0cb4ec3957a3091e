// One write on its way, a commit or the directory: the script call made of it, what became of it, whom to tell. Made by
// the store, passed between lanes when the place moves. Must not know: connections.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "adapters/redis/keys.h"
#include "adapters/redis/scripts.h"
#include "ports/store.h"

namespace ringfence {

struct Commit {
  std::size_t place = 0;
  ScriptCall call;
  std::function<void(CommitResult)> done;
  CommitResult result;
  std::size_t hops = 0;  // redirections so far
  bool as_text = false;  // the server has forgotten the script
  bool asking = false;   // sent by an ASK
};

[[nodiscard]] std::unique_ptr<Commit> make_commit(const RedisKeys& keys, CommitRequest request,
                                                  std::function<void(CommitResult)> done);
// Bytes of its arguments.
[[nodiscard]] std::size_t weight(const Commit& commit);

}  // namespace ringfence
