// What main tells the Redis store. Must not know: the configuration file.
#pragma once

#include <cstdint>
#include <string>

#include "core/plan.h"

namespace ringfence {

struct RedisOptions {
  std::string unix_path;  // wins over host and port
  std::string host;       // a name is resolved anew at every connect
  int port = 6379;
  std::string user;       // empty: AUTH with the password alone
  std::string password;   // empty: no AUTH
  int wait_replicas = 0;  // an answer means: this many replicas have it
  Millis wait_ms = 50;    // how long one WAIT may take before the outcome is called unknown
  std::string key_prefix = "rf";
  std::uint32_t jitter_seed = 1;  // random, so that workers do not reconnect in step
};

}  // namespace ringfence
