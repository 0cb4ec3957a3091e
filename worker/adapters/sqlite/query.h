// One use of a prepared statement: bind in order, step, read columns; the destructor makes the statement ready again.
// Used by database.cc and database_open.cc only. Must not know: any table.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "shared/result.h"

namespace ringfence {

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
using DatabaseHandle = std::unique_ptr<sqlite3, CloseDatabase>;

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// The library's last complaint as an Error an operator can act on.
[[nodiscard]] Error database_error(sqlite3* database);

class Query {
 public:
  explicit Query(const StatementHandle& statement) noexcept : statement_(statement.get()) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Bound text must outlive the query: nothing is copied.
  Query& bind(std::string_view text);
  Query& bind(std::int64_t number);
  [[nodiscard]] Result<bool> next();  // true: there is a row
  [[nodiscard]] Result<void> run();   // for statements without rows
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  sqlite3_stmt* statement_;
  int bound_ = 0;
  int bind_code_ = SQLITE_OK;
};

}  // namespace ringfence
