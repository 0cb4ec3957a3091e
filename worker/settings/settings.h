// ringd.conf as values: what main needs to build the worker. Text in, values or one FILE:LINE error out; nothing is
// opened, looked up or read here, so `ringd -t` can check a file on any machine.
// Used by main. Must not know: adapters, what a value is good for beyond its range.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy.h"
#include "shared/result.h"

namespace ringfence {

enum class StoreKind : std::uint8_t { embedded, redis };
enum class StoreFallback : std::uint8_t { none, new_calls, all };  // while Redis is away

struct SocketSettings {
  std::string path;
  std::string user, group;  // names or numbers; group empty: unchanged
  bool operator==(const SocketSettings&) const = default;
};

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};

struct RedisSettings {
  std::string unix_path;  // or, when empty:
  std::string host;
  std::uint16_t port = 0;
  std::vector<HostPort> sentinels;  // or, when there are any, whom they name:
  std::string master;
  std::string sentinel_user, sentinel_password_file;
  std::vector<HostPort> cluster;  // or, when there are any, whom these name
  std::string user, password_file;
  std::string key_prefix;
  int wait_replicas = 0;
  Millis wait_ms = 50;
  bool operator==(const RedisSettings&) const = default;
};

struct TelnyxSettings {
  std::string api;
  std::string api_where;  // FILE:LINE of the directive, for whoever checks the URL further
  std::string api_key_file;
  std::string sip_domain;
  std::string voice;
  std::string ca_file;  // empty: the system's
  Millis connect_ms = 1000;
  Millis deadline_ms = 2500;
  Millis keep_warm_ms = 0;  // 0: never
  int rate = 200;           // requests a second; 0: no limit of ours
  int burst = 500;
  std::string connection;  // empty: those of the calls that come in
  Millis sweep_ms = 0;     // 0: never
  Millis stray_age_ms = 60'000;
  std::string credential_connection;  // empty: devices do not register here
  Millis credential_valid_ms = 0;
  bool operator==(const TelnyxSettings&) const = default;
};

// One organisation's application, which is told what became of each call; or a consumer of events that are of no call.
struct ApplicationSettings {
  std::string organisation;  // of a consumer kUnlisted and its name
  std::string url;
  std::string secret_file;            // whsec_ secrets, one a line
  bool ringing = false;               // told while a call rings, too
  std::vector<std::string> families;  // of a consumer: the events it wants, such as `message`
  std::string where;                  // FILE:LINE of the block, for whoever checks further
};

struct NotifySettings {
  std::string ca_file;  // empty: the system's
  Millis connect_ms = 2000;
  Millis deadline_ms = 10'000;
  std::vector<ApplicationSettings> applications;
};

struct EventLogSettings {
  enum class Payload : std::uint8_t { facts, body, none };
  Millis keep_ms = 0;
  std::size_t most = 0;
  Payload payload = Payload::facts;
  Millis late_ms = 0;
  int tries = 0;
};

struct Settings {
  SocketSettings ingest, control;
  StoreKind store = StoreKind::embedded;
  std::string embedded_path;
  RedisSettings redis;
  StoreFallback fallback = StoreFallback::none;  // nothing with the embedded store
  std::string fallback_path;
  std::string worker;  // its name among those that share the store; empty: the machine's and the ingest socket's
  TelnyxSettings telnyx;
  NotifySettings notify;
  EventLogSettings event_log;
  Policy policy;
  std::uint8_t log_level = 6;  // syslog's numbers, as in LogLevel
};

[[nodiscard]] Result<Settings> parse_settings(std::string_view file_name, std::string_view text);

// Every directive with its help, range and default, as a configuration file (`ringd -T`).
[[nodiscard]] std::string describe_settings();

}  // namespace ringfence
