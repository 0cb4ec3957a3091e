// ringctl: the operator's hand on ringd. Arguments in, one command run; see commands.h for what each does.
// Must not know: sockets, JSON.
#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <string_view>

#include "ctl/commands.h"
#include "ctl/plan_command.h"
#include "shared/limits.h"
#include "shared/near_miss.h"

namespace {

using namespace ringfence::ctl;

constexpr const char* kDescription =
    "ringctl asks ringd what it is doing, and tells it whom to ring.\n"
    "\n"
    "  ringctl health                      is it well?\n"
    "  ringctl metrics                     the same numbers as Prometheus reads them\n"
    "  ringctl calls                       the latest calls, one a line\n"
    "  ringctl call 428c31b6               one call, step by step; the beginning of its id is enough\n"
    "  ringctl explain 428c31b6            why each device rang and stopped, in words\n"
    "  ringctl replay 428c31b6             the same call, played again by the same rules\n"
    "  ringctl replay 428c31b6 --plan FILE what would have become of it with this plan\n"
    "  ringctl missed acme/anna            calls that did not reach her\n"
    "  ringctl events --since 10m          what the provider told us, what it changed, what we asked for\n"
    "  ringctl events ID                   all that is known of one event\n"
    "  ringctl dead                        events that could not be applied or read, and why\n"
    "  ringctl redeliver --dead            put them through once more\n"
    "  ringctl watch                       every call as it happens\n"
    "  ringctl watch --call 428c31b6       only this one\n"
    "  ringctl cancel 428c31b6             end this call now, whatever it is doing\n"
    "  ringctl devices acme/anna           her devices, and why one does not ring\n"
    "  ringctl register acme/anna/phone    a credential of its own for this device\n"
    "  ringctl ready acme/anna/phone       this device has registered: calls that ring for anna ring it, too\n"
    "  ringctl summary acme +491701234     what they spoke of before, for an AI agent to know\n"
    "  ringctl reload                      ringd reads its configuration again, and says what is wrong with it\n"
    "  ringctl directory check FILE        is the file right? Asks nobody\n"
    "  ringctl directory import FILE       use it from now on\n"
    "  ringctl directory show              what is in use\n"
    "  ringctl plan FILE                   what would become of a call, drawn; asks nobody\n"
    "  ringctl plan FILE anna --at 2026-12-25T10:00:00Z\n"
    "  ringctl --json calls | jq -r '.calls[].session'\n"
    "\n"
    "In a ladder: \u25c0 the provider said, \u25b6 we asked, \u2713 \u2717 ? \u2013 its answer was yes, no, unknown, "
    "or it "
    "was never sent, \u25f7 time passed.";

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 ringd said no (no such call, a mistake in the directory, degraded health);\n"
    "2 ringd could not be asked, or the command line is wrong. NO_COLOR turns colours off.";

constexpr int kUsage = 2;

struct Arguments {
  Options options;
  unsigned limit = 50;
  ListQuestion list;
  bool other = false;
  bool anew = false;
  EventsQuestion events;
  Redeliver redeliver;
  std::string id, file, whom;
  std::string organisation, text_file = "-";
  unsigned seconds = 3600;
  WatchOptions watch;
  PlanQuestion plan;
  int exit_code = 0;
};

void add_directory(CLI::App& app, Arguments& arguments) {
  CLI::App* directory = app.add_subcommand("directory", "Who is rung when a number is called")->require_subcommand(1);
  CLI::App* take_in =
      directory->add_subcommand("import", "Check FILE and use it from now on; nothing changes if it is wrong");
  take_in->add_option("FILE", arguments.file, "A file like conf/directory.conf.sample; - is the standard input")
      ->required();
  take_in->callback([&] { arguments.exit_code = import_directory(arguments.options, arguments.file); });
  CLI::App* check = directory->add_subcommand("check", "Check FILE without asking ringd");
  check->add_option("FILE", arguments.file, "The file; - is the standard input")->required();
  check->callback([&] { arguments.exit_code = check_directory(arguments.options, arguments.file); });
  directory->add_subcommand("show", "Print the directory in use, in the same syntax")->callback([&] {
    arguments.exit_code = show_directory(arguments.options);
  });
}

constexpr const char* kPlanHelp =
    "  ringctl plan directory.conf                               every number of the directory, now\n"
    "  ringctl plan directory.conf +4930123456                   this number\n"
    "  ringctl plan directory.conf acme/anna                     this user, whichever number is called\n"
    "  ringctl plan directory.conf anna --at 2026-12-25T10:00:00Z --from +4917012345\n"
    "  ringctl plan directory.conf anna --dials +49900123456     she calls out: may she?\n"
    "  ringctl plan evening.plan                                 one plan alone: plan evening { wave { ... } ... }\n"
    "\n"
    "A file that is wrong, or has a plan that cannot work, is refused with FILE:LINE and the reason, exit code 1.";

void add_plan(CLI::App& app, Arguments& arguments) {
  CLI::App* plan = app.add_subcommand(
      "plan", "What would become of a call, step by step and drawn; a plan that cannot work is refused");
  plan->footer(kPlanHelp);
  plan->add_option("FILE", arguments.plan.file,
                   "A directory like conf/directory.conf.sample, or one plan; - is the "
                   "standard input")
      ->required();
  plan->add_option("WHO", arguments.plan.who,
                   "A number (+49...), a user, or ORGANISATION/USER; all numbers if left out");
  plan->add_option("--at", arguments.plan.at, "When, in UTC: 2026-11-21T07:00:00Z; now if left out");
  plan->add_option("--from", arguments.plan.caller, "The number that calls, or anonymous; nobody's number if left out");
  plan->add_flag("--all-devices", arguments.plan.every_device, "Draw also devices that would not be rung at that time");
  plan->add_option("--dials", arguments.plan.dials, "WHO calls out instead, to this number");
  plan->callback([&] { arguments.exit_code = show_plan(arguments.options, arguments.plan); });
}

CLI::Option* add_rows(CLI::App& list, Arguments& arguments, const char* whole) {
  list.add_flag("--whole", arguments.list.whole, whole);
  return list.add_option("-n,--limit", arguments.list.limit, "How many at most")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, ringfence::limits::kListLines));
}

void add_lists(CLI::App& app, Arguments& arguments) {
  CLI::App* missed =
      app.add_subcommand("missed", "Calls that nobody took, a line for each device, newest first; kept for 30 days");
  missed->footer(
      "  ringctl missed                          of everybody\n"
      "  ringctl missed acme/anna -n 10 --whole  of this user, to call them back\n"
      "  ringctl missed acme/anna --all          and those that another of her devices took");
  missed->add_option("USER", arguments.list.user, "ORGANISATION/USER; everybody if left out");
  missed->add_flag("--all", arguments.list.all, "Also calls that were taken, for the devices that did not get them");
  add_rows(*missed, arguments, "Show whole phone numbers, and names");
  missed->callback([&] { arguments.exit_code = list_missed(arguments.options, arguments.list); });
  CLI::App* dead =
      app.add_subcommand("dead", "Events that could not be applied or read, newest first; kept for 7 days at most");
  dead->footer(
      "Kept are the newest " + std::to_string(ringfence::limits::kDeadRows) +
      " that could not be applied, and the newest " + std::to_string(ringfence::limits::kKeptEvents) +
      " unreadable ones and\n" + "as many of other families; in Redis " +
      std::to_string(ringfence::limits::kShardRows) + " and " + std::to_string(ringfence::limits::kKeptEvents) +
      " in each of its 64 shards. `ringctl health` says how many\n" +
      "could not be applied and are not listed, or not any more.\n"
      "With TRIES: told to come again so often that the provider may have given up (event_log's `tries` in "
      "ringd.conf);\n"
      "`ringctl redeliver --dead` puts them through once the cause is gone. Without: unreadable, and answered 200,\n"
      "because they would only have come again as they are; the body, of which the first 8 kB are kept, says what the\n"
      "provider sends that ringd does not know. It may hold phone numbers and texts.");
  dead->add_flag("--other", arguments.other, "Instead, events of families that are no calls, such as message.*");
  add_rows(*dead, arguments, "Show the bodies, too");
  dead->callback([&] { arguments.exit_code = list_dead(arguments.options, arguments.list, arguments.other); });
}

void add_events(CLI::App& app, Arguments& arguments) {
  EventsQuestion& question = arguments.events;
  CLI::App* events = app.add_subcommand("events", "Accepted webhooks, newest first: what each changed");
  events->add_option("ID", question.id, "One event, with all that is known of it");
  events->add_option("--since", question.since, "2026-11-21T07:00:00Z, or 10m for ten minutes ago");
  events->add_option("--until", question.until, "The same");
  events->add_option("--type", question.type, "Only of this type, such as call.hangup");
  events->add_option("--call", question.call, "Only of the call whose id begins so");
  events->add_flag("--unapplied", question.unapplied, "Only those that were of no call; see also `ringctl dead`");
  events->add_flag("--whole", question.whole, "Show what is kept of their contents, with whole phone numbers");
  events->add_option("-n,--limit", question.limit, "How many at most")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, ringfence::limits::kListLines));
  events->footer(
      "  ringctl events --since 2h --type call.hangup\n"
      "  ringctl events --call 428c31b6\n"
      "  ringctl --json events 0ccc7b54-4df3-4bca-a65a-3da1ecc777f0 --whole\n"
      "\n"
      "Each event that was answered 200 is listed once. How long and how many are kept: event_log in ringd.conf.");
  events->callback([&] { arguments.exit_code = show_events(arguments.options, arguments.events); });
  CLI::App* again = app.add_subcommand("redeliver", "Put events through ringd once more, as if they came now");
  again->add_option("ID", arguments.redeliver.ids, "Events by their ids, of `ringctl events` or `ringctl dead`");
  again->add_option("--since", arguments.redeliver.since, "All accepted later than that, oldest first");
  again->add_option("--until", arguments.redeliver.until, "And not later than that");
  again->add_option("--call", arguments.redeliver.call, "Of these the ones of the call whose id begins so");
  again->add_flag("--dead", arguments.redeliver.dead, "Those that could not be applied");
  again->footer(
      "  ringctl redeliver --dead\n"
      "  ringctl redeliver --since 2026-11-21T07:00:00Z --until 2026-11-21T08:00:00Z\n"
      "\n"
      "An event that was applied is a duplicate and changes nothing, so doing it twice does no harm. An event whose "
      "call\n"
      "is not kept any more is refused: no phone rings for a caller who has gone. For what would become of a whole "
      "call\n"
      "under other rules, which touches nothing, see `ringctl replay`. Exit code 1 when one was not taken.");
  again->callback([&] { arguments.exit_code = redeliver(arguments.options, arguments.redeliver); });
}

void add_devices(CLI::App& app, Arguments& arguments) {
  CLI::App* devices = app.add_subcommand("devices", "Every device, what it is rung as, and why one does not ring");
  devices->add_option("USER", arguments.whom, "ORGANISATION/USER; everybody if left out");
  devices->add_option("-n,--limit", arguments.limit, "How many at most")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, ringfence::limits::kListLines));
  devices->callback([&] { arguments.exit_code = list_devices(arguments.options, arguments.whom, arguments.limit); });
  CLI::App* enrol = app.add_subcommand("register", "A credential at the provider for one device, of its own");
  enrol->add_option("DEVICE", arguments.whom, "ORGANISATION/USER/DEVICE; the user is in the directory")->required();
  enrol->add_flag("--anew", arguments.anew, "Another one, even if the one it has is good: it may have become known");
  enrol->footer(
      "  ringctl register acme/anna/phone\n"
      "  ringctl --json register acme/anna/phone | jq -r .credential_id\n"
      "\n"
      "To be run whenever the device starts: it keeps the credential it has, and counts as active for a day. The "
      "device\n"
      "logs in with a token, which the provider gives for the credential. However often and wherever this is run at\n"
      "once, there is one credential in the end; the old one goes when the new one is stored. Exit code 1 when there "
      "is\n"
      "none (yet): try again. Needs `credential_connection` of the block telnyx in ringd.conf.");
  enrol->callback([&] { arguments.exit_code = register_device(arguments.options, arguments.whom, arguments.anew); });
  CLI::App* leave = app.add_subcommand("unregister", "This device has no credential of its own any more");
  leave->add_option("DEVICE", arguments.whom, "ORGANISATION/USER/DEVICE")->required();
  leave->callback([&] { arguments.exit_code = unregister_device(arguments.options, arguments.whom); });
}

void add_summary(CLI::App& app, Arguments& arguments) {
  CLI::App* summary =
      app.add_subcommand("summary", "What earlier conversations with a caller were about, for AI agents to know");
  summary->add_option("ORGANISATION", arguments.organisation, "As in the directory")->required();
  summary->add_option("CALLER", arguments.whom, "The caller's number, +49...")->required();
  summary->add_option("FILE", arguments.text_file, "The text, at most 1000 bytes; empty: forgotten")
      ->capture_default_str();
  summary->add_option("--seconds", arguments.seconds, "For how long, at most a day")->capture_default_str();
  summary->footer(
      "  echo \"asked for an invoice\" | ringctl summary acme +4917012345\n"
      "\n"
      "An agent is told with the caller's next call, where the organisation says `share_with_agents full`. Kept in "
      "this\n"
      "ringd's memory only: in a fleet, tell each. No call ever waits for it.");
  summary->callback([&] {
    arguments.exit_code = remember_summary(arguments.options, arguments.organisation, arguments.whom, arguments.seconds,
                                           arguments.text_file);
  });
}

void add_numbers(CLI::App& app, Arguments& arguments) {
  app.add_subcommand("health", "Counters, store and directory; exit code 1 when something is degraded")->callback([&] {
    arguments.exit_code = show_health(arguments.options);
  });
  app.add_subcommand("metrics", "What ringd counts, in the text format of Prometheus")->callback([&] {
    arguments.exit_code = show_metrics(arguments.options);
  });
}

void add_commands(CLI::App& app, Arguments& arguments) {
  CLI::App* calls = app.add_subcommand("calls", "The latest calls, most recently changed first");
  calls->add_option("-n,--limit", arguments.limit, "How many at most")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, ringfence::limits::kListedCalls));
  calls->callback([&] { arguments.exit_code = list_calls(arguments.options, arguments.limit); });
  CLI::App* call = app.add_subcommand("call", "One call: its legs, and its ladder of events and commands");
  call->add_option("ID", arguments.id, "The call's id, or its beginning if no other call begins so")->required();
  call->add_flag("--whole", arguments.list.whole,
                 "With --json: what is stored, as it is stored, for a report of a fault");
  call->callback([&] { arguments.exit_code = show_call(arguments.options, arguments.id, arguments.list.whole); });
  CLI::App* cancel =
      app.add_subcommand("cancel", "End one call now: every phone stops ringing, and a conversation is cut off");
  cancel->add_option("ID", arguments.id, "The call's id, or its beginning if no other call begins so")->required();
  cancel->footer("Exit code 1 when there is no such call, or when it has ended already.");
  cancel->callback([&] { arguments.exit_code = cancel_call(arguments.options, arguments.id); });
  CLI::App* again = app.add_subcommand("reload", "ringd reads its configuration again");
  again->footer(
      "As SIGHUP does, but with an answer: what is in force now (log_level, the applications of notify, rate and "
      "burst\n"
      "of telnyx, event_log, ring), and what has changed but needs a restart. A file with a fault is refused with its\n"
      "line, and what was in force stays: exit code 1.");
  again->callback([&] { arguments.exit_code = reload(arguments.options); });
  add_devices(app, arguments);
  CLI::App* ready =
      app.add_subcommand("ready", "A device has registered: it joins the calls that ring for its user now");
  ready->add_option("DEVICE", arguments.whom, "ORGANISATION/USER/DEVICE, as in the directory")->required();
  ready->footer(
      "  ringctl ready acme/anna/phone\n"
      "\n"
      "To be run by whatever sees a phone wake up and register. Only while others ring, and not in the last seconds\n"
      "(late_join in ringd.conf); a device that rings already or said no is left alone. Asks this ringd only: in a\n"
      "fleet, tell each.");
  ready->callback([&] { arguments.exit_code = device_ready(arguments.options, arguments.whom); });
  add_summary(app, arguments);
  CLI::App* explain = app.add_subcommand("explain", "One call in words: why each device rang, and why it stopped");
  explain->add_option("ID", arguments.id, "The call's id, or its beginning if no other call begins so")->required();
  explain->footer(
      "An ended call is kept for 15 minutes, or for as long as `ring { tombstone 24h; }` in ringd.conf says. What was\n"
      "told of it stays longer: `ringctl events --call ID`.");
  explain->callback([&] { arguments.exit_code = explain_call(arguments.options, arguments.id); });
  CLI::App* replay =
      app.add_subcommand("replay", "Play a stored call again, event by event; exit code 1 when it ends differently");
  replay->footer(
      "ringd keeps each event with the ladder and runs them through the same rules it rings by. A call ends\n"
      "differently when the rules or the times of `ring` in ringd.conf have changed since.\n"
      "\n"
      "  ringctl replay 428c31b6 --plan evening.plan\n"
      "\n"
      "With a plan it tells what would have become of the call: everybody does what they did then, counted from the\n"
      "moment they are rung; what the call does not tell is assumed, and said. Nobody is rung by it.");
  replay->add_option("--plan", arguments.file, "A file with one plan, as for `ringctl plan`; - is the standard input");
  replay->add_option("ID", arguments.id, "The call's id, or its beginning if no other call begins so")->required();
  replay->callback([&] { arguments.exit_code = replay_call(arguments.options, arguments.id, arguments.file); });
  add_lists(app, arguments);
  add_events(app, arguments);
  CLI::App* follow = app.add_subcommand("watch", "Every event of every call as it happens, until Ctrl-C");
  follow->add_option("--call", arguments.watch.call, "Only calls whose id begins so");
  follow->add_flag("--from-start", arguments.watch.from_start,
                   "Begin with the latest lines that ringd still remembers");
  follow->add_option("--away", arguments.watch.away_s, "Seconds that ringd may be away before this gives up")
      ->capture_default_str()
      ->check(CLI::Range(0, 86400));
  follow->callback([&] { arguments.exit_code = watch(arguments.options, arguments.watch); });
  add_directory(app, arguments);
  add_plan(app, arguments);
  add_numbers(app, arguments);
}

// The library says no more than "a subcommand is required", also when there is one that it does not know.
int explain_missing(const CLI::App& app, const CLI::RequiredError& error, int argc, char** argv) {
  if (argc <= 1) {
    std::cerr << app.help();
    return kUsage;
  }
  for (int i = 1; i < argc && app.get_subcommands().empty(); ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with('-') || std::string_view(argv[i - 1]) == "--socket") continue;
    const std::string_view near =
        ringfence::near_miss(word, {"calls",     "call",   "explain",   "replay",  "missed",   "events",     "dead",
                                    "redeliver", "cancel", "ready",     "devices", "register", "unregister", "reload",
                                    "summary",   "watch",  "directory", "plan",    "health",   "metrics"});
    std::cerr << "ringctl: there is no command \"" << printable(word) << "\""
              << (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?") << "\n";
    return kUsage;
  }
  std::cerr << "ringctl: " << error.what() << "; --help shows what is\n";
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(kDescription, "ringctl");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.fallthrough();  // --json and --socket may follow the command
  Arguments arguments;
  arguments.options.look = look_of_stdout();
  arguments.options.socket = "/run/ringd/control.sock";
  app.add_option("--socket", arguments.options.socket, "ringd's control socket, as `control` in ringd.conf says")
      ->envname("RINGD_CONTROL")
      ->capture_default_str();
  app.add_flag("--json", arguments.options.json, "Print ringd's JSON; `watch` prints one object a line");
  // Before the commands run, which parsing does at its end.
  app.parse_complete_callback([&] {
    constexpr std::string_view kScheme = "unix:";  // as written in ringd.conf
    if (arguments.options.socket.starts_with(kScheme)) arguments.options.socket.erase(0, kScheme.size());
  });
  add_commands(app, arguments);
  // The library reports wrong arguments and --help by throwing; this is the only place that may see it.
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    return explain_missing(app, error, argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return arguments.exit_code;
}
