// See list_page.h.
#include "engine/list_page.h"

#include <utility>

#include "shared/limits.h"

namespace ringfence {

namespace {

ListPage page_of(std::vector<ListRow> rows, bool last) {
  const Millis end_ms = rows.empty() ? 0 : rows.back().at_ms;
  std::erase_if(rows, [](const ListRow& row) { return row.line.empty(); });
  return {.rows = std::move(rows), .last = last, .end_ms = end_ms};
}

}  // namespace

void read_page(Store& store, ListQuestion question, std::function<void(Result<ListPage>)> done) {
  const ListQuestion asked = question;
  auto answered = [&store, asked, done = std::move(done)](Result<std::vector<ListRow>> rows) mutable {
    if (!rows) return done(std::unexpected(std::move(rows.error())));
    if (rows->size() < asked.count) return done(page_of(std::move(*rows), true));
    const Millis cut_ms = rows->back().at_ms;
    const bool one_moment = rows->front().at_ms == cut_ms;
    if (!one_moment) std::erase_if(*rows, [cut_ms](const ListRow& row) { return row.at_ms == cut_ms; });
    // A thousand in one millisecond: no store writes that much.
    if (!one_moment || asked.count >= limits::kListLines) return done(page_of(std::move(*rows), false));
    ListQuestion wider = asked;
    wider.count = limits::kListLines;
    read_page(store, std::move(wider), std::move(done));
  };
  store.list_rows(std::move(question), std::move(answered));
}

}  // namespace ringfence
