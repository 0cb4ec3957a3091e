// The command line of telnyx_sim. Used by main.cc only. Must not know: what the options do.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "shared/result.h"

namespace ringfence::sim {

struct Options {
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 0;
  std::string webhook_url, failover_url, api_key_file, key_seed_file, public_key_file, port_file, connection_id;
  std::int64_t webhook_timeout_ms = 2000, speak_ms = 150, ring_timeout_ms = 0;
  std::uint64_t seed = 0;  // 0: from the system
  bool exit_with_parent = false, help = false;
};

[[nodiscard]] Result<Options> parse_options(std::span<char*> arguments);
[[nodiscard]] std::string usage();

}  // namespace ringfence::sim
