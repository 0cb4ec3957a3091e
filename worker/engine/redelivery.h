// Events delivered once more, from what was kept of them, on the way of every event: one by its id, a range of the log,
// or those that could not be applied. What was applied is a duplicate there and changes nothing, so a range may be put
// through as often as anybody likes. One after the other, oldest first, a few at a time and at a bounded rate; whoever
// asks goes on where the answer ended. Owned by Control. Must not know: sessions, commands.
//
//   POST /events/redeliver?id=ID
//   POST /events/redeliver?since=MS&until=MS&call=SESSION&limit=N   later than since; dead=yes: of the dead ones
//     {"events":[{"event","type","session","result","detail"}], "next_since_ms"}   without the last: that was all
//
// result: applied; duplicate, it had been; kept, it is of no call; refused or later, with why; unreadable
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/request_target.h"
#include "ports/clock.h"
#include "ports/ingress.h"
#include "ports/store.h"
#include "shared/json.h"

namespace ringfence {

class Redelivery {
 public:
  using Done = std::function<void(ControlReply)>;
  Redelivery(Engine& engine, Store& store, const Clock& clock) : engine_(engine), store_(store), clock_(clock) {}
  Redelivery(const Redelivery&) = delete;
  Redelivery& operator=(const Redelivery&) = delete;

  void start(const RequestTarget& target, Done done);

 private:
  struct Run {
    Run(Done whom, Millis now_ms) : began_ms(now_ms), done(std::move(whom)) {}
    std::vector<ListRow> rows;
    std::size_t next = 0;
    bool last = true;
    Millis end_ms = 0;  // of the page
    std::string call;
    Millis began_ms;
    Json results = json_array_new();
    std::optional<Millis> stopped_ms;  // where to go on; nothing: behind the last row
    Done done;
  };
  void find(ListQuestion question, bool only_there);
  void go_on();
  [[nodiscard]] bool may_stop() const;
  void put(const ListRow& row);
  void note(const std::string& line, std::string_view result, std::string_view detail);
  void finish();
  void answer_now();
  void refuse(ControlReply reply);

  Engine& engine_;
  Store& store_;
  const Clock& clock_;
  std::optional<Run> run_;
};

}  // namespace ringfence
