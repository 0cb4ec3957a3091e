// See plan_command.h.
#include "ctl/plan_command.h"

#include <chrono>
#include <iostream>
#include <vector>

#include "core/utc_time.h"
#include "ctl/input_file.h"
#include "ctl/plan_view.h"
#include "directory/directory.h"
#include "directory/plan_parser.h"
#include "shared/conf_grammar.h"

namespace ringfence::ctl {
namespace {

constexpr int kDone = 0, kRefused = 1, kUnreadable = 2;
constexpr std::string_view kDomain = "sip.telnyx.com";
// Country code 999 is reserved and given to nobody.
constexpr std::string_view kSomebody = "+99900000000";
// A screen or two; a directory may have thousands.
constexpr std::size_t kShownNumbers = 20;

int complain(int code, std::string_view text) {
  std::cerr << "ringctl: " << text << "\n";
  return code;
}

Millis wall_ms() {
  namespace chrono = std::chrono;
  return chrono::duration_cast<chrono::milliseconds>(chrono::system_clock::now().time_since_epoch()).count();
}

// A directory says `organisation`; anything else is read as one plan.
bool is_directory(std::string_view text) {
  const auto directives = parse_conf("", text);
  if (!directives) return text.contains("organisation");
  for (const ConfDirective& one : *directives) {
    if (one.name.starts_with("organi")) return true;
  }
  return directives->empty();
}

class Shower {
 public:
  Shower(const Options& options, const Directory& directory, const PlanQuestion& question, Millis at_ms)
      : options_(options), directory_(directory), question_(question), at_ms_(at_ms) {}

  int run() {
    if (!question_.dials.empty()) return outbound();
    if (question_.who.empty()) return every_number();
    if (question_.who.starts_with('+')) return number(question_.who);
    const auto found = users();
    if (found.size() != 1) return not_one(found.size());
    Directory::Why why;
    const auto plan =
        directory_.plan_for_user(found[0].first->name, found[0].second->name, call(""), at_ms_, kDomain, &why);
    print("user " + found[0].first->name + "/" + found[0].second->name, *plan, why);
    return kDone;
  }

 private:
  using Found = std::vector<std::pair<const Organisation*, const User*>>;

  IncomingCall call(std::string_view called) const {
    return {.called = called,
            .caller = question_.caller.empty() ? kSomebody : std::string_view(question_.caller),
            .every_device = question_.every_device};
  }

  void print(const std::string& title, const RingPlan& plan, const Directory::Why& why) {
    if (options_.json) {
      std::cout << dump_json(plan_json(plan, why, directory_.rules()).get()) << "\n";
      return;
    }
    if (printed_++ > 0) std::cout << "\n";
    std::cout << painted(options_.look, Paint::bold, printable(title)) << " at " << format_utc(at_ms_) << "\n"
              << plan_view(options_.look, plan, why, directory_.rules());
  }

  int number(const std::string& e164) {
    Directory::Why why;
    const RingPlan plan = directory_.plan(call(e164), at_ms_, kDomain, &why);
    print("number " + e164, plan, why);
    return plan.organisation.empty() ? kRefused : kDone;
  }

  int every_number() {
    std::size_t left = 0;
    for (const Organisation& organisation : directory_.organisations()) {
      for (const Number& one : organisation.numbers) {
        if (printed_ < kShownNumbers || options_.json) {
          (void)number(one.e164);
        } else {
          ++left;
        }
      }
    }
    if (left > 0) std::cout << "\nand " << left << " more; name the one you mean\n";
    if (printed_ == 0 && !options_.json) std::cout << "the directory has no numbers; name a user\n";
    return kDone;
  }

  Found users() const {
    Found found;
    const std::size_t slash = question_.who.find('/');
    const std::string organisation = slash == std::string::npos ? "" : question_.who.substr(0, slash);
    const std::string name = slash == std::string::npos ? question_.who : question_.who.substr(slash + 1);
    for (const Organisation& one : directory_.organisations()) {
      if (!organisation.empty() && one.name != organisation) continue;
      if (const User* user = find_user(one, name)) found.emplace_back(&one, user);
    }
    return found;
  }

  int not_one(std::size_t count) const {
    const std::string who = printable(question_.who);
    if (count > 1) return complain(kRefused, "several organisations have a user " + who + "; say ORGANISATION/" + who);
    return complain(kRefused, "there is no user " + who + " in the file; a number begins with a plus");
  }

  int outbound() {
    const auto found = users();
    if (found.size() != 1) return not_one(found.size());
    Directory::Why why;
    for (const Device& device : found[0].second->devices) {
      if (device.sip_username.empty()) continue;
      const RingPlan plan = directory_.plan_outbound(device.sip_username, question_.dials, at_ms_, kDomain, &why);
      print("device " + device.name + " of user " + found[0].second->name + " calls " + question_.dials, plan, why);
      return kDone;
    }
    return complain(kRefused, "user " + printable(question_.who) + " has no device with a credential to call out with");
  }

  const Options& options_;
  const Directory& directory_;
  const PlanQuestion& question_;
  Millis at_ms_;
  std::size_t printed_ = 0;
};

int show_text(const Options& options, const PlanQuestion& question, const std::string& text) {
  const PlanRules rules;
  if (!question.who.empty()) {
    return complain(kRefused,
                    "the file is one plan and has no users or numbers; leave " + printable(question.who) + " out");
  }
  const Result<RingPlan> plan = compile_plan_text(name_of_file(question.file), text, kDomain, rules);
  if (!plan) return complain(kRefused, printable(plan.error().text));
  if (options.json) {
    std::cout << dump_json(plan_json(*plan, {}, rules).get()) << "\n";
  } else {
    std::cout << plan_view(options.look, *plan, {}, rules);
  }
  return kDone;
}

}  // namespace

int show_plan(const Options& options, const PlanQuestion& question) {
  const std::optional<std::string> text = read_file(question.file);
  if (!text) return complain(kUnreadable, "cannot read " + question.file + "; expected a file that you may read");
  const std::optional<Millis> at_ms = question.at.empty() ? wall_ms() : parse_utc(question.at);
  if (!at_ms) {
    return complain(kUnreadable, printable(question.at) + " is not a time; expected UTC such as 2026-11-21T07:00:00Z");
  }
  if (!is_directory(*text)) return show_text(options, question, *text);
  const Result<Directory> directory = Directory::parse(name_of_file(question.file), *text);
  if (!directory) return complain(kRefused, printable(directory.error().text));
  return Shower(options, *directory, question, *at_ms).run();
}

}  // namespace ringfence::ctl
