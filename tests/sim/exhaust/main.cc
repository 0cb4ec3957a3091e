// ringfence_exhaust [--plan NAME] [--legs N] [--lost N] [--duplicated N] [--unknown N] [--refused N] [--not-sent N]
//                   [--crashes N] [--fake-bridges N] [--rollbacks N] [--cancels N] [--joins N] [--overdue N]
//                   [--atomic 0|1] [--late N] [--shortest 0|1] [--latency 0|1] [--seconds N] [--mutant NAME]
//                   [--must ROW,ROW...]
//
// Exhausts a small world (search.h) and says what it saw. Exit status: 0 no violation (or, with --mutant, one was
// found), 1 otherwise, 3 out of time. --must: rows of the glare table that must have been reached. --latency with
// --mutant: it must break nothing, and be slower than the design.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "mutants.h"
#include "plans.h"
#include "search.h"

namespace ringfence::exhaust {
namespace {

struct Arguments {
  SearchOptions options;
  std::string plan = "plain", mutant = "design", must;
  int legs = 2;
};

constexpr std::array<const char*, kFaults> kFaultOptions{"--lost",     "--duplicated", "--unknown",      "--refused",
                                                         "--not-sent", "--crashes",    "--fake-bridges", "--rollbacks",
                                                         "--cancels",  "--joins",      "--overdue"};

bool set_option(Arguments& arguments, const std::string& name, const std::string& value) {
  const int number = static_cast<int>(std::strtol(value.c_str(), nullptr, 10));
  for (std::size_t i = 0; i < kFaultOptions.size(); ++i) {
    if (name != kFaultOptions[i]) continue;
    arguments.options.budget[i] = static_cast<std::uint8_t>(number);
    return true;
  }
  const std::map<std::string, std::string*> texts{
      {"--plan", &arguments.plan}, {"--mutant", &arguments.mutant}, {"--must", &arguments.must}};
  if (const auto text = texts.find(name); text != texts.end()) {
    *text->second = value;
  } else if (name == "--legs") {
    arguments.legs = number;
  } else if (name == "--atomic") {
    arguments.options.rules.atomic = number != 0;
  } else if (name == "--late") {
    arguments.options.rules.late = number;
  } else if (name == "--shortest") {
    arguments.options.shortest = number != 0;
  } else if (name == "--latency") {
    arguments.options.shortest = arguments.options.latency = number != 0;
  } else if (name == "--seconds") {
    arguments.options.seconds = number;
  } else {
    return false;
  }
  return true;
}

void print(const Arguments& arguments, const SearchReport& report) {
  std::printf("%s, plan %s, %d legs", arguments.mutant.c_str(), arguments.plan.c_str(), arguments.legs);
  for (std::size_t i = 0; i < kFaultOptions.size(); ++i) {
    if (arguments.options.budget[i] > 0) std::printf(", %s %d", kFaultOptions[i] + 2, arguments.options.budget[i]);
  }
  const auto per_second = [&](std::uint64_t count) {
    return static_cast<double>(count) / 1e6 / std::max(report.cpu_seconds, 1e-3);
  };
  static constexpr std::array<const char*, 3> kVerdicts{"EXHAUSTED, no violation", "VIOLATION",
                                                        "OUT OF TIME, no violation so far"};
  std::printf("%s, late %d: %s\n", arguments.options.rules.atomic ? "" : ", answers apart",
              arguments.options.rules.late, kVerdicts[static_cast<std::size_t>(report.verdict)]);
  std::printf(
      "  %llu states, %llu transitions, %llu endings, depth %zu, %llu sessions, %llu distinct steps, %.1f s (%.1f s of "
      "one "
      "core: %.2f M states/s, %.1f M transitions/s), table %zu MiB\n",
      static_cast<unsigned long long>(report.states), static_cast<unsigned long long>(report.transitions),
      static_cast<unsigned long long>(report.endings), report.deepest, static_cast<unsigned long long>(report.sessions),
      static_cast<unsigned long long>(report.steps), report.seconds, report.cpu_seconds, per_second(report.states),
      per_second(report.transitions), report.table_bytes >> 20U);
  if (report.verdict == Verdict::violated) {
    std::printf("%s  %s\n", report.story.c_str(), report.violation.c_str());
    return;
  }
  std::printf("  sometimes:");
  for (std::size_t i = 0; i < report.glare.size(); ++i) {
    if (report.glare[i] > 0) {
      std::printf(" [%s] %llu", std::string(kGlareNames[i]).c_str(), static_cast<unsigned long long>(report.glare[i]));
    }
  }
  std::printf("\n");
}

bool reached_all(const std::string& must, const SearchReport& report) {
  bool all = true;
  for (const char* at = must.c_str(); *at != 0;) {
    char* end = nullptr;
    const auto row = std::strtoul(at, &end, 10);
    if (end == at || row == 0 || row > kGlares) return false;
    if (report.glare[row - 1] == 0) {
      std::printf("  NEVER REACHED: row %s\n", std::string(kGlareNames[row - 1]).c_str());
      all = false;
    }
    at = *end == ',' ? end + 1 : end;
  }
  return all;
}

// Mean and longest fair ending; what other rules repair is seen here.
bool is_slower(const Arguments& arguments, const SearchReport& mutant) {
  Setup setup{.step = explore::step_named("design")};
  if (!set_up(arguments.plan, arguments.legs, setup)) return false;
  Machine machine(std::move(setup));
  const SearchReport design = search(machine, arguments.options);
  const auto mean = [](const SearchReport& r) {
    return static_cast<double>(r.waited_ms) / static_cast<double>(std::max<std::uint64_t>(r.states, 1)) / 1000;
  };
  std::printf("  fair endings: design mean %.3f s, longest %.1f s; %s mean %.3f s, longest %.1f s\n", mean(design),
              static_cast<double>(design.longest_ms) / 1000, arguments.mutant.c_str(), mean(mutant),
              static_cast<double>(mutant.longest_ms) / 1000);
  return mutant.verdict == Verdict::exhausted && (mean(mutant) > mean(design) || mutant.longest_ms > design.longest_ms);
}

int run_design(const Arguments& arguments, Setup setup) {
  Machine machine(std::move(setup));
  const SearchReport report = search(machine, arguments.options);
  print(arguments, report);
  if (report.verdict == Verdict::violated || !reached_all(arguments.must, report)) return 1;
  return report.verdict == Verdict::out_of_time ? 3 : 0;
}

// Told as people notice it, if they do; else as the invariants do.
int run_mutant(const Arguments& arguments, Setup setup) {
  for (const Checks checks : {Checks::people_only, Checks::without_table}) {
    setup.checks = arguments.options.latency ? Checks::without_table : checks;
    Machine machine(setup);
    const SearchReport report = search(machine, arguments.options);
    if (arguments.options.latency) {
      print(arguments, report);
      return is_slower(arguments, report) ? 0 : 1;
    }
    const bool last = checks == Checks::without_table;
    if (report.verdict == Verdict::violated || last) {
      print(arguments, report);
      return report.verdict == Verdict::violated ? 0 : 1;
    }
  }
  return 1;
}

int run(const Arguments& arguments) {
  const bool design = arguments.mutant == "design";
  Setup setup{.step = explore::step_named(arguments.mutant)};
  if (setup.step == nullptr || arguments.legs < 0 || arguments.legs > kDevices ||
      !set_up(arguments.plan, arguments.legs, setup)) {
    std::fprintf(stderr, "no such mutant or plan, or too many legs\n");
    return 2;
  }
  return design ? run_design(arguments, std::move(setup)) : run_mutant(arguments, std::move(setup));
}

}  // namespace
}  // namespace ringfence::exhaust

int main(int argc, char** argv) {
  ringfence::exhaust::Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !ringfence::exhaust::set_option(arguments, argv[i], argv[i + 1])) {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  return ringfence::exhaust::run(arguments);
}
