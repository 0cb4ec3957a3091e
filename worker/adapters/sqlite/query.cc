// Binding, stepping and reading one prepared statement; see query.h.
#include "adapters/sqlite/query.h"

namespace ringfence {

Error database_error(sqlite3* database) {
  const int code = sqlite3_extended_errcode(database);
  const std::string detail = std::string(sqlite3_errmsg(database)) + " (sqlite " + std::to_string(code) + ")";
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::unavailable, "the disk of the store is full: " + detail};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::unavailable, "the store's file is locked by another process: " + detail};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::unavailable, "the store's file cannot be read or written: " + detail};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::unavailable, "the store's file is damaged: " + detail};
    default:
      return {ErrorCode::internal, "the store's file refused a statement: " + detail};
  }
}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::string_view text) {
  // A null pointer would bind NULL, and an empty string_view may hold one.
  const int code = sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

Query& Query::bind(std::int64_t number) {
  const int code = sqlite3_bind_int64(statement_, ++bound_, number);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

Result<bool> Query::next() {
  if (bind_code_ == SQLITE_OK) {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
  }
  return std::unexpected(database_error(sqlite3_db_handle(statement_)));
}

Result<void> Query::run() {
  auto row = next();
  if (!row) return std::unexpected(std::move(row.error()));
  return {};
}

std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

}  // namespace ringfence
