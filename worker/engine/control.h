// The operator's requests, answered in JSON: health, calls, one call's ladder, the watch, the directory. Reads the
// store and the engine's counters; changes the directory, and tells the engine what an operator or a device wants.
//
//   GET /health                      counters, store, directory
//   GET /metrics                     the same for Prometheus, as text
//   GET /calls?limit=N               most recently changed first; default 50, at most limits::kListedCalls
//   GET /calls/ID                    the session and its ladder; with `whole` also the stored document and the events
//                                    as they are stored: what a replay elsewhere needs
//   POST /calls/ID/cancel            ends the call; 404 no such call, 409 it has ended
//   GET /devices?user=ORG/USER&limit=N&whole=yes
//                                    every device of the directory, and why one does not ring; `whole` with what it is
//                                    reached by
//   PUT /devices/ORG/USER/DEVICE?anew=yes
//                                    this device has a credential of its own at the provider from now on; the one it
//                                    has when it lasts, with `anew` another; 404 no such user, 422 the provider
//                                    refuses, 503 not yet: the order stays, ask again
//   DELETE /devices/ORG/USER/DEVICE  it has none any more; `rings_by_the_text`: the directory's text names one
//   POST /devices/ready?organisation=O&user=U&device=D
//                                    a device has registered: the calls that ring for its user here, `calls`, ring it
//                                    too
//   PUT /summaries?organisation=O&caller=NUMBER&seconds=N
//                                    the body is what earlier conversations were about: what an AI agent of O is told
//                                    of that caller, where O shares it; default 3600 s, at most a day; empty: forgotten
//   GET /calls/ID/explain            why each device rang and stopped, in sentences
//   GET /calls/ID/replay             its events played again: the session, the ladder, and whether they are the same
//   POST /calls/ID/replay?file=NAME  the same with the plan in the body: what would have become of the call, in
//   sentences,
//                                    what of it is not known, and the ladder; 422 with FILE:LINE when the plan is wrong
//   GET /missed?user=ORG/USER&limit=N&whole=yes&all=yes
//                                    calls that nobody took, a row for each device, newest first, of the newest 1000
//                                    rows; of everybody without `user`; default 50; with `all` also of those taken
//   GET /events?since=MS&until=MS&type=T&call=ID&unapplied=yes&limit=N&whole=yes
//                                    accepted webhooks, newest first: how each came, what it changed, which commands
//                                    followed; `more_until_ms` when there may be more before that
//   GET /events/ID?whole=yes         one of them, or of the dead
//   GET /events/dead?limit=N&whole=yes  those that could not be applied, with why and how often it was tried, and
//                                    those that could not be read
//   GET /events/bad?limit=N&whole=yes  of these the ones that could not be read
//   GET /events/other?limit=N&whole=yes  and those of other families
//   POST /events/redeliver?...          events once more through the engine (redelivery.h)
//                                    Measures are masked, names and bodies left out, unless `whole` is given: that is
//                                    for ringctl, and refused to whoever asks through nginx (reading_requests.h)
//   GET /watch?after=SEQ&limit=N     ladder lines after SEQ and the next SEQ; without `after`: none, only the SEQ
//   POST /reload                     the configuration file is read again; 422 with what is wrong: the old one stays
//   GET /directory                   the text in use
//   PUT /directory?file=NAME         the body replaces it; 422 with FILE:LINE when it is wrong
//
// Owned by the daemon, called by adapters/ingest for request frames. Must not know: sockets, HTTP beyond these lines.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/device_requests.h"
#include "engine/directory_cache.h"
#include "engine/engine.h"
#include "engine/measures.h"
#include "engine/past_calls.h"
#include "engine/past_events.h"
#include "engine/redelivery.h"
#include "engine/request_target.h"
#include "ports/ingress.h"
#include "shared/json.h"
#include "shared/result.h"

namespace ringfence {

struct ControlParts {
  Engine& engine;
  Store& store;
  DirectoryCache& directory;
  Clock& clock;
  std::string version;  // of the program, for /health
  // Optional: main adds the numbers that only it knows. False: something of it is not well.
  std::function<bool(Measures&)> more_measures;
  // Optional: reads the configuration again, and says in a sentence what is in force now.
  std::function<Result<std::string>()> reload;
};

class Control final : public RequestSink {
 public:
  explicit Control(ControlParts parts);
  void on_request(const RequestFrame& frame, std::function<void(ControlReply)> done) override;

 private:
  using Done = std::function<void(ControlReply)>;
  [[nodiscard]] Measures measures() const;
  void reload(const Done& done) const;
  void calls(const RequestTarget& target, Done done);
  void call(std::string_view id, const RequestTarget& target, Done done);
  void cancel(std::string_view id, Done done);
  void put_summary(const RequestTarget& target, std::string_view text, const Done& done);
  void watch(const RequestTarget& target, const Done& done) const;
  void show_directory(const Done& done) const;
  void import_directory(const RequestTarget& target, ByteView body, Done done);

  ControlParts parts_;
  PastCalls past_;
  PastEvents events_;
  Redelivery again_;
  DeviceRequests devices_;
  Millis started_ms_;
};

}  // namespace ringfence
