// The directives of ringd.conf; see settings_table.h. Defaults of the block `ring` are those of core/policy.h, which a
// test compares.
#include "settings/settings_table.h"

#include <array>

namespace ringfence {
namespace {

constexpr Millis kSecond = 1000;
constexpr Millis kMinute = 60 * kSecond;
constexpr Millis kHour = 60 * kMinute;

constexpr ConfEntry text(std::string_view context, std::string_view name, std::string_view fallback,
                         std::string_view help) {
  return {.context = context, .name = name, .type = ConfType::text, .fallback = fallback, .help = help};
}
constexpr ConfEntry path(std::string_view context, std::string_view name, std::string_view fallback,
                         std::string_view help) {
  return {.context = context, .name = name, .type = ConfType::path, .fallback = fallback, .help = help};
}
constexpr ConfEntry choice(std::string_view context, std::string_view name, std::string_view choices,
                           std::string_view fallback, std::string_view help) {
  return {.context = context,
          .name = name,
          .type = ConfType::choice,
          .fallback = fallback,
          .choices = choices,
          .help = help};
}
constexpr ConfEntry block(std::string_view name, std::string_view help) {
  return {.name = name, .type = ConfType::block, .help = help};
}
constexpr ConfEntry time(std::string_view context, std::string_view name, std::string_view fallback, Millis min,
                         Millis max, std::string_view help) {
  return {.context = context,
          .name = name,
          .type = ConfType::duration,
          .fallback = fallback,
          .min = min,
          .max = max,
          .help = help};
}
constexpr ConfEntry count(std::string_view context, std::string_view name, std::string_view fallback, std::int64_t min,
                          std::int64_t max, std::string_view help) {
  return {.context = context,
          .name = name,
          .type = ConfType::number,
          .fallback = fallback,
          .min = min,
          .max = max,
          .help = help};
}

constexpr ConfEntry kTable[] = {
    text("", "ingest", "unix:/run/ringd/ingest.sock",
         "Where nginx hands over events; a socket of this path inherited from systemd is used as it is."),
    text("", "ingest_user", "www-data",
         "The user nginx's workers run as; root and ringd's own user may connect as well."),
    text("", "ingest_group", "", "The group of the ingest socket's file, mode 0660; unchanged when not set."),
    text("", "control", "unix:/run/ringd/control.sock", "Where ringctl asks."),
    text("", "control_user", "", "A user who may use ringctl, besides root and ringd's own."),
    text("", "control_group", "", "The group of the control socket's file, mode 0660; unchanged when not set."),
    choice("", "log_level", "error|warning|notice|info|debug", "info",
           "The least important lines that are written; SIGHUP reads it again."),
    choice("", "store", "embedded|redis", "embedded",
           "Where calls live: a file of this machine, or Redis for a fleet."),
    choice("", "store_fallback", "none|new_calls|all", "none",
           "While Redis is away: events are told later; or calls that come meanwhile live on this machine until it is "
           "back, where nginx routes by call; or also those in progress go on, for a single worker only."),
    path(
        "", "fallback_path", "/var/lib/ringd/fallback.db",
        "The file for calls that live here while Redis is away; used with store redis, unless store_fallback is none."),
    text("", "worker_name", "",
         "This worker's name among those that share a Redis, the same after every restart; not set: the machine's name "
         "and the path of the ingest socket."),

    block("embedded", "The store of a single machine: one SQLite file, synced at every commit."),
    path("embedded", "path", "/var/lib/ringd/ringd.db", "The file; ringd must be allowed to write to its directory."),

    block("redis", "The store of a fleet."),
    text("redis", "server", "unix:/run/redis/redis-server.sock", "unix:PATH, or HOST:PORT."),
    text("redis", "sentinel", "", "HOST:PORT ...: who says which server is the master, instead of server; repeatable."),
    text("redis", "master", "", "The name by which the Sentinels know it."),
    text("redis", "sentinel_user", "", "The ACL user at the Sentinels."),
    path("redis", "sentinel_password_file", "", "A file with their password on one line; not set: no password."),
    text("redis", "cluster", "", "HOST:PORT ...: some nodes of a Redis Cluster, instead of server; repeatable."),
    text("redis", "user", "", "The ACL user; not set: the default user."),
    path("redis", "password_file", "", "A file with the password on one line; not set: no password."),
    text("redis", "key_prefix", "rf", "What the names of all our keys begin with; one per fleet."),
    count("redis", "wait_replicas", "0", 0, 8, "Replicas that must have a write before anything is answered for it."),
    time("redis", "wait", "50ms", 1, 1000, "How long to wait for them; beyond it the verdict is later."),

    block("telnyx", "The provider."),
    text("telnyx", "api", "https://api.telnyx.com/v2", "The API; http is taken for this machine only."),
    {.context = "telnyx",
     .name = "api_key_file",
     .type = ConfType::path,
     .required = true,
     .help = "A file with the API key on one line, such as /run/credentials/ringd.service/telnyx."},
    text("telnyx", "sip_domain", "sip.telnyx.com", "The domain of the devices' SIP user names."),
    text("telnyx", "voice", "AWS.Polly.Joanna-Neural", "The voice that speaks greetings."),
    path("telnyx", "ca_file", "", "Certificates to trust instead of the system's."),
    time("telnyx", "connect", "1s", 100, 10 * kSecond, "How long a connection to the API may take to come about."),
    time("telnyx", "deadline", "2500ms", 500, 10 * kSecond, "After this the outcome of a command is unknown."),
    time("telnyx", "keep_warm", "4m", 0, kHour,
         "One cheap request after each such time without a command keeps the connection open; 0s: never."),
    count("telnyx", "rate", "200", 0, 10'000,
          "Requests a second to the API; hang-ups and bridges leave before dials, which wait. 0: no limit of ours. "
          "Telnyx publishes none; twenty outgoing calls a second, its SIP limit, are about 200 requests."),
    count("telnyx", "burst", "500", 1, 100'000,
          "So many requests may leave at once after a quiet time; a fifth of them never for dials."),

    text(
        "telnyx", "connection", "",
        "The id of the Call Control application whose live calls are swept; not set: those of the calls that come in."),
    time(
        "telnyx", "sweep", "5m", 0, 24 * kHour,
        "At the start and each such time the provider is asked for its live calls: those of ours that no session knows "
        "any more are taken in or hung up; 0s: never."),
    time("telnyx", "stray_age", "1m", 0, kHour,
         "A live call younger than this is no stray yet: its session may still hear of it by itself."),
    text("telnyx", "credential_connection", "",
         "The id of the Credential Connection on which devices that register get a credential each; not set: none "
         "does."),
    time("telnyx", "credential_valid", "30d", 8 * 24 * kHour, 39 * 24 * kHour,
         "How long such a credential is made for; one with less than a week left is replaced when its device asks."),

    block(
        "notify",
        "Applications that are told what became of each call, by signed webhooks (Standard Webhooks). For each: "
        "organisation NAME { url https://...; secret_file PATH; } with the organisation's name in the directory and a "
        "file of whsec_ secrets, one a line, the newest first; SIGHUP reads URLs and secrets again."),
    path("notify", "ca_file", "", "Certificates to trust instead of the system's."),
    time("notify", "connect", "2s", 100, 30 * kSecond, "How long a connection to an application may take."),
    time("notify", "deadline", "10s", 500, kMinute, "An application that has not answered by then is told again."),

    block("event_log",
          "Every webhook that was accepted, what it changed and which commands followed: `ringctl events`."),
    time("event_log", "keep", "7d", kHour, 90 * 24 * kHour,
         "Accepted events are forgotten after this long; a weekend and its investigation."),
    count("event_log", "most", "100000", 1000, 1'000'000,
          "The newest so many are kept, about 1 kB each: 5,000 calls of three devices."),
    choice(
        "event_log", "payload", "facts|body|none", "facts",
        "What of the event itself is kept: what ringd read in it, the body as it came, or nothing, so that no number "
        "is stored and it cannot be put through again."),
    time("event_log", "late", "10s", kSecond, kHour,
         "An event that is not applied by then is counted and logged: event_late."),
    count(
        "event_log", "tries", "3", 1, 20,
        "An event told `later` so often is listed by `ringctl dead`. Telnyx delivers twice, then to the failover URL."),
    block("ring", "The ring rules; every default is meant to be kept."),
    time("ring", "timeout", "30s", kSecond, 10 * kMinute, "Nobody answered by then: voicemail. Telnyx rings >= 5s."),
    time("ring", "leg", "30s", 5 * kSecond, 10 * kMinute,
         "A device rings for this long, unless its plan says otherwise."),
    time("ring", "leg_margin", "2s", 100, kMinute,
         "A device that should have stopped by itself is given up so much later, though no webhook says so."),
    time("ring", "screen", "15s", 2 * kSecond, 2 * kMinute,
         "An answer that has to prove itself, by a key or to machine detection, does so in this time."),
    time("ring", "fast_answer", "1500ms", 0, 30 * kSecond,
         "press1_if_fast: answered sooner than this, a key is asked for."),
    time("ring", "apology", "4s", 0, 30 * kSecond,
         "The longest that a second answer stays up to hear that somebody else took the call; 0s: hung up at once."),
    time("ring", "late_join", "5s", 0, 10 * kMinute,
         "A device that registers while others ring joins them, but not in the last so many seconds."),
    time("ring", "transfer_margin", "5s", 100, kMinute,
         "A transfer of which nothing is heard for this long beyond its ringing is looked at in the records."),
    time("ring", "bridge_retry", "500ms", 0, 10 * kSecond, "The pause before another bridge attempt."),
    time("ring", "bridge_watch", "2s", 100, 30 * kSecond,
         "An accepted bridge that does not come true by then is looked at, tried again, given up for voicemail."),
    count("ring", "bridge_attempts", "2", 1, 10, "Bridge attempts before voicemail."),
    count("ring", "answer_attempts", "2", 1, 10, "Attempts to answer the caller before giving up."),
    time("ring", "command_retry", "600ms", 100, 10 * kSecond,
         "The first identical resend of an unanswered command; the pause doubles from here."),
    time("ring", "command_retry_max", "5s", 100, kMinute, "The doubling stops here."),
    count("ring", "command_jitter", "25", 0, 100,
          "Percent by which each such pause is longer at most, so that many calls do not ask in step."),
    time("ring", "dedupe_window", "45s", kSecond, 55 * kSecond,
         "Resends end here: Telnyx ignores a repeated command for 60s only."),
    time("ring", "notify_retry", "2s", 100, kHour,
         "The first resend of an outcome that the organisation's application did not take; the pause doubles from "
         "here."),
    time("ring", "notify_retry_max", "1h", kSecond, 24 * kHour, "The doubling stops here."),
    time("ring", "please_hold", "10s", 5 * kSecond, 5 * kMinute,
         "An answered caller whose call is rung again is asked so often to hold the line."),
    time("ring", "greeting", "30s", kSecond, 10 * kMinute, "A greeting whose end is not reported is taken to be over."),
    time("ring", "record_retry", "5s", 100, kMinute, "The pause before another attempt to record."),
    count("ring", "record_attempts", "3", 1, 10, "Attempts to record."),
    time("ring", "audit_first", "5s", 100, 5 * kMinute,
         "The first look at the provider's own records while something is unproved; the pause doubles from here."),
    time("ring", "audit_hurry", "1s", 100, kMinute, "The same while a phone may be ringing that should not."),
    time("ring", "audit_max", "1m", kSecond, kHour, "The doubling stops here."),
    time("ring", "audit_ringing", "1m", kSecond, kHour,
         "While devices ring the records are looked at so often: the caller's hangup may have been lost."),
    time("ring", "quiesce", "5s", kSecond, 5 * kMinute, "A request older than this cannot be executed any more."),
    time("ring", "recording_wait", "1m", kSecond, kHour,
         "How long a recording's webhook may take after the caller left, or after the records showed it."),
    time("ring", "voicemail_limit", "5m", 5 * kSecond, kHour, "The longest message."),
    time("ring", "voicemail_slack", "30s", kSecond, 10 * kMinute,
         "What voicemail may take beyond greeting and message before the call is ended."),
    time("ring", "call_limit", "4h", kMinute, 4 * kHour, "The longest call; Telnyx ends a leg after 4h at the latest."),
    time("ring", "tombstone", "15m", kSecond, 24 * kHour,
         "How long an ended call is kept, for late events and for ringctl call, explain and replay."),
    time("ring", "session_ttl", "6h", 2 * kHour, 7 * 24 * kHour,
         "The store forgets a call this long after its last event; longer than call_limit."),
};

constexpr std::array<PolicyTime, 29> kTimes = {{
    {"ring.timeout", &Policy::ring_ms},
    {"ring.leg", &Policy::leg_ms},
    {"ring.leg_margin", &Policy::leg_margin_ms},
    {"ring.screen", &Policy::screen_ms},
    {"ring.fast_answer", &Policy::fast_answer_ms},
    {"ring.apology", &Policy::apology_ms},
    {"ring.late_join", &Policy::late_join_ms},
    {"ring.transfer_margin", &Policy::transfer_margin_ms},
    {"ring.notify_retry", &Policy::notify_retry_ms},
    {"ring.notify_retry_max", &Policy::notify_retry_max_ms},
    {"ring.bridge_retry", &Policy::bridge_retry_ms},
    {"ring.bridge_watch", &Policy::bridge_watch_ms},
    {"ring.command_retry", &Policy::command_retry_ms},
    {"ring.command_retry_max", &Policy::command_retry_max_ms},
    {"ring.dedupe_window", &Policy::dedupe_window_ms},
    {"ring.please_hold", &Policy::please_hold_ms},
    {"ring.greeting", &Policy::greeting_ms},
    {"ring.record_retry", &Policy::record_retry_ms},
    {"ring.audit_first", &Policy::audit_first_ms},
    {"ring.audit_hurry", &Policy::audit_hurry_ms},
    {"ring.audit_max", &Policy::audit_max_ms},
    {"ring.audit_ringing", &Policy::audit_ringing_ms},
    {"ring.quiesce", &Policy::quiesce_ms},
    {"ring.recording_wait", &Policy::recording_wait_ms},
    {"ring.voicemail_limit", &Policy::voicemail_limit_ms},
    {"ring.voicemail_slack", &Policy::voicemail_slack_ms},
    {"ring.call_limit", &Policy::call_limit_ms},
    {"ring.tombstone", &Policy::tombstone_ms},
    {"ring.session_ttl", &Policy::session_ttl_ms},
}};

constexpr std::array<PolicyCount, 4> kCounts = {{
    {"ring.command_jitter", &Policy::command_jitter_percent},
    {"ring.record_attempts", &Policy::record_attempts},
    {"ring.bridge_attempts", &Policy::bridge_attempts},
    {"ring.answer_attempts", &Policy::answer_attempts},
}};

}  // namespace

std::span<const ConfEntry> settings_table() noexcept { return kTable; }
std::span<const PolicyTime> policy_times() noexcept { return kTimes; }
std::span<const PolicyCount> policy_counts() noexcept { return kCounts; }

}  // namespace ringfence
