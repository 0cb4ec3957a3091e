// See redis_settings.h.
#include "settings/redis_settings.h"

#include <algorithm>
#include <charconv>

#include "shared/limits.h"

namespace ringfence {

Result<HostPort> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (text.starts_with("unix:") || colon == std::string_view::npos || colon == 0) {
    return fail(ErrorCode::invalid, "must be HOST:PORT");
  }
  HostPort parsed{.host = std::string(text.substr(0, colon))};
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  const std::string_view port = text.substr(colon + 1);
  const auto [rest, failed] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
  if (failed != std::errc{} || rest != port.data() + port.size() || parsed.port == 0) {
    return fail(ErrorCode::invalid, "has no port between 1 and 65535 after the colon");
  }
  return parsed;
}

Result<RedisServers> take_redis_servers(std::string_view file_name, std::vector<ConfDirective>& directives) {
  RedisServers taken;
  const auto is_ours = [](const ConfDirective& one) { return one.name == "sentinel" || one.name == "cluster"; };
  for (ConfDirective& outer : directives) {
    if (outer.name != "redis") continue;
    for (const ConfDirective& inner : outer.block) {
      if (!is_ours(inner)) continue;
      const auto wrong = [&](const std::string& what) {
        return fail(ErrorCode::invalid, std::string(file_name) + ":" + std::to_string(inner.line) + ": directive \"" +
                                            inner.name + "\" " + what);
      };
      const bool is_sentinel = inner.name == "sentinel";
      auto& servers = is_sentinel ? taken.sentinels : taken.cluster;
      int& line = is_sentinel ? taken.sentinel_line : taken.cluster_line;
      if (line == 0) line = inner.line;
      if (inner.has_block || inner.args.empty()) return wrong("needs one or more servers as HOST:PORT");
      for (const std::string& text : inner.args) {
        auto server = parse_host_port(text);
        if (!server) return wrong(server.error().text + ": " + text);
        if (std::ranges::find(servers, *server) != servers.end()) return wrong("names " + text + " twice");
        if (servers.size() == limits::kStoreServers) {
          return wrong("names more than " + std::to_string(limits::kStoreServers) +
                       " servers; some of them are enough");
        }
        servers.push_back(*std::move(server));
      }
    }
    std::erase_if(outer.block, is_ours);
  }
  return taken;
}

}  // namespace ringfence
