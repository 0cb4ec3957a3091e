// redis { sentinel HOST:PORT ...; cluster HOST:PORT ...; }: directives that take several servers and may be repeated,
// which the table of settings cannot say. Used by settings.cc. Must not know: what is done with the servers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.h"
#include "shared/conf_grammar.h"
#include "shared/result.h"

namespace ringfence {

// HOST:PORT or [HOST]:PORT. The error goes on behind: directive "..."
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);

struct RedisServers {
  std::vector<HostPort> sentinels, cluster;
  int sentinel_line = 0, cluster_line = 0;  // of the first
};
// Takes them out of the block, so that the table need not know them. The error names FILE:LINE.
[[nodiscard]] Result<RedisServers> take_redis_servers(std::string_view file_name,
                                                      std::vector<ConfDirective>& directives);

}  // namespace ringfence
