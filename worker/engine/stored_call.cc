// See stored_call.h.
#include "engine/stored_call.h"

#include <utility>

#include "codec/session_json.h"
#include "engine/control_reply.h"

namespace ringfence {

void with_document(Store& store, std::string_view id, ReplyTo done, std::function<void(StoredSession, ReplyTo)> use) {
  store.load(SessionId{std::string(id)},
             [done = std::move(done), use = std::move(use)](Result<StoredSession> stored) mutable {
               if (!stored) return done(failed(stored.error()));
               if (stored->document.empty()) return done(no_such_call());
               use(std::move(*stored), std::move(done));
             });
}

void with_call(Store& store, std::string_view id, ReplyTo done, std::function<void(StoredCall, ReplyTo)> use) {
  with_document(store, id, std::move(done), [use = std::move(use)](const StoredSession& stored, ReplyTo reply) {
    Result<Session> session = decode_session(stored.document);
    if (!session) return reply(unreadable_call(session.error()));
    use({std::move(*session), stored.version}, std::move(reply));
  });
}

}  // namespace ringfence
