// See journal_entry.h.
#include "fallback/journal_entry.h"

#include <utility>

#include "shared/json.h"

namespace ringfence {
namespace {

Json rows_of(const ListWrite& write) {
  Json rows = json_array_new();
  for (const ListRow& row : write.rows) {
    Json one = json_object_new();
    set_text(one.get(), "name", row.name);
    set_int(one.get(), "at", row.at_ms);
    set_text(one.get(), "line", row.line);
    if (row.first_stays) set_bool(one.get(), "first_stays", true);
    append_json(rows.get(), std::move(one));
  }
  return rows;
}

ListWrite write_of(const json_t* json) {
  ListWrite write;
  write.list = get_text(json, "list");
  write.ttl_ms = get_int(json, "ttl");
  write.most = static_cast<std::size_t>(get_int(json, "most"));
  write.unless_in = get_text(json, "unless_in");
  const json_t* rows = get_array(json, "rows");
  for (std::size_t i = 0; i < json_array_size(rows); ++i) {
    const json_t* row = json_array_get(rows, i);
    write.rows.push_back({.name = std::string(get_text(row, "name")),
                          .at_ms = get_int(row, "at"),
                          .line = std::string(get_text(row, "line")),
                          .first_stays = get_bool(row, "first_stays")});
  }
  return write;
}

}  // namespace

std::string encode_entry(const CommitRequest& request) {
  Json json = json_object_new();
  set_int(json.get(), "expected", request.expected_version);
  set_text(json.get(), "event", request.event.text);
  set_int(json.get(), "due", request.due_ms);
  set_int(json.get(), "ttl", request.ttl_ms);
  set_text(json.get(), "line", request.ladder_line);
  if (request.lists.empty()) return dump_json(json.get());
  Json lists = json_array_new();
  for (const ListWrite& write : request.lists) {
    Json one = json_object_new();
    set_text(one.get(), "list", write.list);
    set_int(one.get(), "ttl", write.ttl_ms);
    set_int(one.get(), "most", write.most);
    if (!write.unless_in.empty()) set_text(one.get(), "unless_in", write.unless_in);
    set_json(one.get(), "rows", rows_of(write));
    append_json(lists.get(), std::move(one));
  }
  set_json(json.get(), "lists", std::move(lists));
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
  const json_t* lists = get_array(json, "lists");
  for (std::size_t i = 0; i < json_array_size(lists); ++i) request.lists.push_back(write_of(json_array_get(lists, i)));
  return request;
}

}  // namespace ringfence
