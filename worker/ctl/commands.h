// What each ringctl command asks, prints and exits with. Used by main.cc.
// Must not know: how arguments are parsed.
//
// Exit codes: 0 done; 1 ringd said no (no such call, it has ended, a wrong directory, degraded health); 2 ringd could
// not be asked.
#pragma once

#include <string>
#include <vector>

#include "ctl/terminal.h"

namespace ringfence::ctl {

struct Options {
  std::string socket;
  bool json = false;
  Look look;
};

struct WatchOptions {
  std::string call;  // begins with this; empty: all
  bool from_start = false;
  int away_s = 60;  // how long ringd may be away, restarting, before we give up
};

struct ListQuestion {
  unsigned limit = 50;
  bool whole = false;  // numbers unmasked, names and bodies as well
  std::string user;    // ORGANISATION/USER; empty: everybody
  bool all = false;    // missed: also by a device while another one took the call
};

struct EventsQuestion {
  std::string id;            // of one event; else those
  std::string since, until;  // between these: UTC as 2026-11-21T07:00:00Z, or so long ago as 10m; empty: any time
  std::string type, call;    // of this type, of the call whose id begins so
  bool unapplied = false;    // that changed no call
  unsigned limit = 50;
  bool whole = false;  // with what is kept of their contents
};

struct Redeliver {
  std::vector<std::string> ids;
  std::string since, until, call;  // as above; `since` is needed without ids and `dead`
  bool dead = false;
};

[[nodiscard]] int list_calls(const Options& options, unsigned limit);
[[nodiscard]] int list_missed(const Options& options, const ListQuestion& question);
// Accepted webhooks: a table, or one with all that is known of it.
[[nodiscard]] int show_events(const Options& options, const EventsQuestion& question);
// Events through the engine once more; 1 when one of them was not taken.
[[nodiscard]] int redeliver(const Options& options, const Redeliver& what);
// Events that could not be applied or read, or, with `other`, those of families that are no calls.
[[nodiscard]] int list_dead(const Options& options, const ListQuestion& question, bool other);
// `id` may be the beginning of an id, as long as only one call begins so.
// Why each device rang and stopped.
[[nodiscard]] int explain_call(const Options& options, const std::string& id);
// Its stored events through step() once more; exit code 1 when it ends differently. With a plan: what would have become
// of it.
[[nodiscard]] int replay_call(const Options& options, const std::string& id, const std::string& plan_file);
[[nodiscard]] int show_call(const Options& options, const std::string& id,
                            bool whole);  // whole: with --json, as it is stored
[[nodiscard]] int cancel_call(const Options& options, const std::string& id);
// ringd reads its configuration file again.
[[nodiscard]] int reload(const Options& options);
// Every device, and why one does not ring; of ORGANISATION/USER, or of everybody.
[[nodiscard]] int list_devices(const Options& options, const std::string& user, unsigned limit);
// `whom` is ORGANISATION/USER/DEVICE, here and below. A credential of its own; the one it has, or with `anew` another.
[[nodiscard]] int register_device(const Options& options, const std::string& whom, bool anew);
[[nodiscard]] int unregister_device(const Options& options, const std::string& whom);
// It has woken up: it joins the calls that ring for its user.
[[nodiscard]] int device_ready(const Options& options, const std::string& whom);
// What earlier conversations of `caller` with `organisation` were about, read from `file`; `seconds`: for how long.
[[nodiscard]] int remember_summary(const Options& options, const std::string& organisation, const std::string& caller,
                                   unsigned seconds, const std::string& file);
[[nodiscard]] int watch(const Options& options, const WatchOptions& watch);  // until interrupted or ringd stays away
[[nodiscard]] int show_health(const Options& options);
[[nodiscard]] int show_metrics(const Options& options);  // as Prometheus reads them
// `file` may be "-" for the standard input.
[[nodiscard]] int import_directory(const Options& options, const std::string& file);
[[nodiscard]] int check_directory(const Options& options, const std::string& file);
[[nodiscard]] int show_directory(const Options& options);

}  // namespace ringfence::ctl
