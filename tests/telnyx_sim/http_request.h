// A request as the API and the control interface see it, and the little parsing they share.
// Made by http_server.cc. Must not know: libevent.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sim {

struct HttpRequest {
  std::string method, path;  // path as received, still percent-encoded
  std::string query, authorization, body;
  std::string webhook_id;  // of one that tells an application something
};

[[nodiscard]] inline std::string percent_decode(std::string_view text, bool plus_is_space = false) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool encoded = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    if (encoded) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// "/v2/calls/v3%3Aabc/actions/hangup" -> {"v2","calls","v3:abc","actions","hangup"}
[[nodiscard]] inline std::vector<std::string> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    if (end != 0) segments.push_back(percent_decode(path.substr(0, end)));
    if (end == path.npos) break;
    path.remove_prefix(end + 1);
  }
  return segments;
}

[[nodiscard]] inline std::map<std::string, std::string> query_values(std::string_view query) {
  std::map<std::string, std::string> values;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    values[percent_decode(pair.substr(0, equals), true)] =
        percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return values;
}

}  // namespace ringfence::sim
