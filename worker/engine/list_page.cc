// See list_page.h.
#include "engine/list_page.h"

#include <utility>

#include "shared/limits.h"

namespace ringfence {

void read_page(Store& store, ListQuestion question, std::function<void(Result<ListPage>)> done) {
  const ListQuestion asked = question;
  auto answered = [&store, asked, done = std::move(done)](Result<std::vector<ListRow>> rows) mutable {
    if (!rows) return done(std::unexpected(std::move(rows.error())));
    ListPage page{.rows = std::move(*rows), .last = true};
    page.last = page.rows.size() < asked.count;
    if (page.last) return done(std::move(page));
    const std::vector<ListRow> all = page.rows;
    const Millis cut_ms = page.rows.back().at_ms;
    std::erase_if(page.rows, [cut_ms](const ListRow& row) { return row.at_ms == cut_ms; });
    if (!page.rows.empty()) return done(std::move(page));
    if (asked.count >= limits::kListLines) {  // a thousand in one millisecond: no store writes that much
      page.rows = all;
      return done(std::move(page));
    }
    ListQuestion wider = asked;
    wider.count = limits::kListLines;
    read_page(store, std::move(wider), std::move(done));
  };
  store.list_rows(std::move(question), std::move(answered));
}

}  // namespace ringfence
