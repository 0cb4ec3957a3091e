// The commands about what has been: why devices rang, a call played again, missed calls, events of no call. See
// commands.h.
#include <iostream>
#include <optional>

#include "ctl/asking.h"
#include "ctl/commands.h"
#include "ctl/input_file.h"
#include "ctl/views.h"

namespace ringfence::ctl {
namespace {

std::string rest_of(const ListQuestion& question) {
  return "limit=" + std::to_string(question.limit) + (question.whole ? "&whole=yes" : "");
}

void print_sentences(const json_t* lines, std::string_view indent) {
  for (std::size_t i = 0; i < json_array_size(lines); ++i) {
    const json_t* line = json_array_get(lines, i);
    std::cout << indent << printable({json_string_value(line), json_string_length(line)}) << "\n";
  }
}

int what_if_call(const Options& options, const std::string& id, const std::string& plan_file) {
  const std::optional<std::string> text = read_file(plan_file);
  if (!text) return complain(kUnreachable, "cannot read " + plan_file + "; expected a file with one plan");
  auto client = connect(options);
  if (!client) return client.error();
  const auto whole = whole_id(*client, id);
  if (!whole) return whole.error();
  const auto reply = ask(
      *client, "POST", "/calls/" + percent_encoded(*whole) + "/replay?file=" + percent_encoded(name_of_file(plan_file)),
      as_bytes(*text));
  if (!reply) return reply.error();
  if (options.json) {
    std::cout << reply->body << "\n";
    return kDone;
  }
  const json_t* json = reply->json.get();
  std::cout << painted(options.look, Paint::bold, "With this plan, if everybody had done what they did then:") << "\n";
  print_sentences(get_array(json, "lines"), "  ");
  if (json_array_size(get_array(json, "doubts")) > 0) {
    std::cout << painted(options.look, Paint::yellow, "What that call does not tell:") << "\n";
    print_sentences(get_array(json, "doubts"), "  ");
  }
  std::cout << "\n" << call_text(options.look, json);
  return kDone;
}

}  // namespace

int explain_call(const Options& options, const std::string& id) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask_for_call(*client, id, "/explain");
  if (!reply) return reply.error();
  if (options.json) {
    std::cout << reply->body << "\n";
    return kDone;
  }
  print_sentences(get_array(reply->json.get(), "lines"), "");
  return kDone;
}

int replay_call(const Options& options, const std::string& id, const std::string& plan_file) {
  if (!plan_file.empty()) return what_if_call(options, id, plan_file);
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask_for_call(*client, id, "/replay");
  if (!reply) return reply.error();
  const json_t* json = reply->json.get();
  const bool same = get_bool(json, "same");
  const std::int64_t line = get_int(json, "differs_at");
  std::cout << (options.json ? reply->body + "\n" : call_text(options.look, json));
  if (!options.json) {
    std::cout << (same ? "\nPlayed again, it is the same call.\n" : "\nPlayed again, it ends DIFFERENTLY")
              << (same        ? ""
                  : line != 0 ? ", first in line " + std::to_string(line) + ".\n"
                              : ".\n");
  }
  return same ? kDone : kRefused;
}

int list_missed(const Options& options, const ListQuestion& question) {
  const std::string& user = question.user;
  const std::string target = "/missed?" + rest_of(question) + (user.empty() ? "" : "&user=" + percent_encoded(user)) +
                             (question.all ? "&all=yes" : "");
  return ask_and_print(options, target,
                       [&](const json_t* answer) { return missed_text(options.look, answer, wall_ms()); });
}

int list_dead(const Options& options, const ListQuestion& question, bool other) {
  const std::string target = std::string("/events/") + (other ? "other?" : "dead?") + rest_of(question);
  return ask_and_print(options, target,
                       [&](const json_t* answer) { return events_text(options.look, answer, wall_ms()); });
}

}  // namespace ringfence::ctl
