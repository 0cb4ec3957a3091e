// Reading a list that may be long a page at a time: a page ends between two milliseconds, so that the next one, asked
// for from there, neither repeats a row nor leaves one out. Used by past_events.cc and redelivery.cc. Must not know:
// what the rows are.
#pragma once

#include <functional>
#include <vector>

#include "ports/store.h"

namespace ringfence {

struct ListPage {
  std::vector<ListRow> rows;  // perhaps none although it is not the last: all of it went while it was read
  bool last = true;
  Millis end_ms = 0;  // not the last: the next page begins before (newest first) or after (oldest first) this
};

void read_page(Store& store, ListQuestion question, std::function<void(Result<ListPage>)> done);

}  // namespace ringfence
