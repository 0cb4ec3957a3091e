// See journal_entry.h.
#include "fallback/journal_entry.h"

#include <utility>

#include "shared/json.h"

namespace ringfence {
namespace {

Json texts(const std::vector<std::string>& all) {
  Json array = json_array_new();
  for (const std::string& text : all) append_json(array.get(), Json(json_stringn(text.data(), text.size())));
  return array;
}

}  // namespace

std::string encode_entry(const CommitRequest& request) {
  Json json = json_object_new();
  set_int(json.get(), "expected", static_cast<std::int64_t>(request.expected_version));
  set_text(json.get(), "event", request.event.text);
  set_int(json.get(), "due", request.due_ms);
  set_int(json.get(), "ttl", request.ttl_ms);
  set_text(json.get(), "line", request.ladder_line);
  if (request.rows.empty()) return dump_json(json.get());
  Json rows = json_array_new();
  for (const ListRow& row : request.rows) {
    Json one = json_object_new();
    set_text(one.get(), "name", row.name);
    set_int(one.get(), "at", row.at_ms);
    set_text(one.get(), "line", row.line);
    append_json(rows.get(), std::move(one));
  }
  set_json(json.get(), "rows", std::move(rows));
  set_json(json.get(), "lists", texts(request.lists));
  set_int(json.get(), "rows_ttl", request.rows_ttl_ms);
  set_int(json.get(), "rows_most", static_cast<std::int64_t>(request.rows_most));
  return dump_json(json.get());
}

Result<CommitRequest> decode_entry(const SessionId& session, std::string_view line) {
  const Result<Json> parsed = parse_json(line);
  if (!parsed) return fail(ErrorCode::invalid, "a line of the journal is not JSON: " + parsed.error().text);
  const json_t* json = parsed->get();
  CommitRequest request;
  request.session = session;
  request.event.text = get_text(json, "event");
  if (request.event.empty()) return fail(ErrorCode::invalid, "a line of the journal names no event");
  request.expected_version = static_cast<std::uint64_t>(get_int(json, "expected"));
  request.due_ms = get_int(json, "due");
  request.ttl_ms = get_int(json, "ttl");
  request.ladder_line = get_text(json, "line");
  const json_t* rows = get_array(json, "rows");
  for (std::size_t i = 0; i < json_array_size(rows); ++i) {
    const json_t* row = json_array_get(rows, i);
    request.rows.push_back({.name = std::string(get_text(row, "name")),
                            .at_ms = get_int(row, "at"),
                            .line = std::string(get_text(row, "line"))});
  }
  const json_t* lists = get_array(json, "lists");
  for (std::size_t i = 0; i < json_array_size(lists); ++i) {
    const json_t* name = json_array_get(lists, i);
    if (json_is_string(name)) request.lists.emplace_back(json_string_value(name));
  }
  request.rows_ttl_ms = get_int(json, "rows_ttl");
  request.rows_most = static_cast<std::size_t>(get_int(json, "rows_most"));
  return request;
}

}  // namespace ringfence
