// ringfence_scenarios_on_wire --dir DIR --webhook-url URL --stretch N FILE...: the provider and all its calls, each
// file one, at the same time and in real time, N times as slowly as they are written. play.py starts it in the place of
// the stand-in and reads what it leaves in DIR: its port, its public key, a directory, and lines for ringd.conf. "go"
// on stdin starts the calls; "crash" and "forget" on stdout ask for what only the harness can do, a line on stdin says
// that it is done. Exit 0 only if all scenarios hold.
#include <signal.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include "on_wire.h"
#include "scenarios/stage.h"
#include "settings/settings.h"
#include "settings/settings_table.h"
#include "shared/conf_values.h"

namespace {

using namespace ringfence;
using scenario::Script;

// Between two beginnings: the wire to a provider over plain http has 32 places, and a command that no line answers
// keeps one until ringd gives it up.
constexpr std::chrono::milliseconds kApart{250};
constexpr std::string_view kSweep = "swept";

struct Options {
  std::string dir, webhook_url;
  double stretch = 1;
  std::vector<std::string> files;
};

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.starts_with("--") && i + 1 == argc) return false;
    if (word == "--dir") {
      options.dir = argv[++i];
    } else if (word == "--webhook-url") {
      options.webhook_url = argv[++i];
    } else if (word == "--stretch") {
      options.stretch = std::strtod(argv[++i], nullptr);
    } else {
      options.files.push_back(word);
    }
  }
  return !options.dir.empty() && !options.webhook_url.empty() && options.stretch >= 1 && !options.files.empty();
}

// The longest first, so that all end at about the same time.
Result<std::vector<Script>> read_scripts(const std::vector<std::string>& files) {
  std::vector<Script> scripts;
  for (const std::string& file : files) {
    auto script = scenario::read_script(file);
    if (!script) return std::unexpected(script.error());
    scripts.push_back(*std::move(script));
  }
  const auto end = [](const Script& script) { return script.lines.back().at_ms; };
  std::ranges::stable_sort(scripts, std::greater<>(), end);
  for (std::size_t i = 0; i < scripts.size(); ++i) scripts[i].call = "w" + std::to_string(i + 1) + "-";
  return scripts;
}

void write(const Options& options, const std::string& name, const std::string& text) {
  std::ofstream(options.dir + "/" + name, std::ios::trunc) << text;
}

// The usual times, slowed down like the scenarios, within what ringd allows.
std::string ring_lines(double stretch) {
  const Policy usual;
  std::string text = "command_jitter 0;\n";  // a file says when, to the tenth of a second
  for (const PolicyTime& time : policy_times()) {
    const std::string_view name = time.key.substr(time.key.find('.') + 1);
    const auto table = settings_table();
    const auto entry =
        std::ranges::find_if(table, [name](const ConfEntry& one) { return one.context == "ring" && one.name == name; });
    const auto slow = static_cast<Millis>(static_cast<double>(usual.*time.field) * stretch);
    text.append(name).append(" ").append(duration_text(std::min(slow, entry->max))).append(";\n");
  }
  return text;
}

// Who wants to be told of outcomes, by name, and whether of ringing, too.
std::string applications(const std::vector<Script>& scripts) {
  std::string names;
  for (const Script& script : scripts) {
    if (script.plan.notify) names += place_of(script).organisation + (script.plan.notify_ringing ? " on\n" : " off\n");
  }
  return names;
}

std::string read(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Outcome {
  std::vector<std::string> complaints;
  Millis late_ms = 0;
};

Outcome play(const Script& script, scenario::Provider& provider, scenario::Product& product) {
  scenario::OnWire performer(script, provider, product);
  Outcome outcome{scenario::Stage(script, performer, product.policy()).play(), performer.late_ms()};
  return outcome;
}

bool play_all(const std::vector<Script>& scripts, scenario::Provider& provider, scenario::Product& product) {
  std::vector<Outcome> outcomes(scripts.size());
  std::vector<std::thread> calls;
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    calls.emplace_back([&, i] { outcomes[i] = play(scripts[i], provider, product); });
    std::this_thread::sleep_for(kApart);
  }
  for (std::thread& call : calls) call.join();
  std::size_t failed = 0;
  Millis late_ms = 0;
  for (const Outcome& outcome : outcomes) {
    for (const std::string& complaint : outcome.complaints) std::fprintf(stderr, "%s\n", complaint.c_str());
    failed += outcome.complaints.empty() ? 0 : 1;
    late_ms = std::max(late_ms, outcome.late_ms);
  }
  const std::vector<std::string> strange = provider.strange();
  for (const std::string& sentence : strange) std::fprintf(stderr, "%s\n", sentence.c_str());
  std::fprintf(stderr, "scenarios: %zu played, %zu as expected; the latest line came %lld ms late\n", scripts.size(),
               scripts.size() - failed, static_cast<long long>(late_ms));
  return failed == 0 && strange.empty();
}

int fail_with(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options) || sodium_init() < 0) {
    std::fprintf(stderr, "usage: ringfence_scenarios_on_wire --dir DIR --webhook-url URL --stretch N FILE...\n");
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  const auto scripts = read_scripts(options.files);
  if (!scripts) return fail_with(scripts.error());
  scenario::Provider provider(options.webhook_url, std::string(kSweep));
  const auto port = provider.start();
  if (!port) return fail_with(port.error());
  Policy policy;
  scenario::Product product(options.dir + "/control.sock", policy, options.stretch, *scripts);
  write(options, "telnyx.keys", provider.public_key() + "\n");
  write(options, "calls.conf", product.directory());
  write(options, "ring.conf", ring_lines(options.stretch));
  write(options, "applications", applications(*scripts));
  write(options, "sim.port", std::to_string(*port) + "\n");
  std::string go;
  if (!std::getline(std::cin, go)) return 1;
  const auto settings = parse_settings("ringd.conf", read(options.dir + "/ringd.conf"));
  if (!settings) return fail_with(settings.error());
  policy = settings->policy;
  return play_all(*scripts, provider, product) ? 0 : 1;
}
