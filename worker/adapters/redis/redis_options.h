// What main tells the Redis store. Must not know: the configuration file.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "core/plan.h"

namespace ringfence {

struct RedisAddress {
  std::string unix_path;  // wins over host and port
  std::string host;       // a name is resolved anew at every connect
  int port = 0;
  auto operator<=>(const RedisAddress&) const = default;
  [[nodiscard]] std::string text() const;  // PATH, HOST:PORT or [HOST]:PORT
};

struct RedisLogin {
  std::string user;      // empty: AUTH with the password alone
  std::string password;  // empty: no AUTH
};

struct RedisOptions {
  // Who is the master: this server,
  std::string unix_path;
  std::string host;
  int port = 6379;
  // or whomever these call the master of that name,
  std::vector<RedisAddress> sentinels;
  std::string master_name;
  RedisLogin sentinel_login;
  // or for each slot whomever the nodes of this cluster name; some of them are enough to begin with.
  std::vector<RedisAddress> cluster;

  std::string user;
  std::string password;
  int wait_replicas = 0;  // an answer means: this many replicas have it
  Millis wait_ms = 50;    // how long one WAIT may take before the outcome is called unknown
  std::string key_prefix = "rf";
  std::uint32_t jitter_seed = 1;  // random, so that workers do not reconnect in step
};

}  // namespace ringfence
