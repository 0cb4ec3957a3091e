// See commands.h.
#include "ctl/commands.h"

#include <poll.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <vector>

#include "ctl/asking.h"
#include "ctl/input_file.h"
#include "ctl/ladder_text.h"
#include "ctl/views.h"
#include "directory/directory.h"
#include "shared/limits.h"

namespace ringfence::ctl {
namespace {

// Between two looks at the watch: a person sees no difference to "at once".
constexpr int kWatchPauseMs = 100;

std::string contents(const Directory& directory) {
  std::size_t numbers = 0, users = 0, devices = 0;
  for (const Organisation& organisation : directory.organisations()) {
    numbers += organisation.numbers.size();
    users += organisation.users.size();
    for (const User& user : organisation.users) devices += user.devices.size();
  }
  const auto count = [](std::size_t number, std::string_view noun) {
    return counted(static_cast<long long>(number), noun);
  };
  return count(directory.organisations().size(), "organisation") + ", " + count(numbers, "number") + ", " +
         count(users, "user") + ", " + count(devices, "device");
}

// An id as it stands when there is such a call, else the one that begins so.
std::expected<std::string, int> known_id(Client& client, const std::string& id) {
  Result<Answer> answer = client.ask("GET", "/calls/" + percent_encoded(id));
  if (!answer) return std::unexpected(complain(kUnreachable, answer.error().text));
  if (answer->status != 404) return id;
  return whole_id(client, id);
}

std::optional<Client> wait_for_ringd(const Options& options, int away_s) {
  if (away_s > 0) std::cerr << "ringctl: ringd hung up; waiting for it to come back\n";
  for (int waited_ms = 0; waited_ms < away_s * 1000; waited_ms += kWatchPauseMs) {
    (void)::poll(nullptr, 0, kWatchPauseMs);
    if (Result<Client> client = Client::connect(options.socket)) return std::move(*client);
  }
  return std::nullopt;
}

// Prints what is new; false when the reader of our output has gone.
bool print_lines(const Options& options, const WatchOptions& watch, LadderText& ladder, const json_t* lines) {
  for (std::size_t i = 0; i < json_array_size(lines); ++i) {
    const json_t* line = json_array_get(lines, i);
    if (!get_text(line, "session").starts_with(watch.call)) continue;
    std::cout << (options.json ? dump_json(line) : ladder.render(line)) << "\n";
  }
  std::cout.flush();
  return static_cast<bool>(std::cout);
}

}  // namespace

int list_calls(const Options& options, unsigned limit) {
  return ask_and_print(options, "/calls?limit=" + std::to_string(limit),
                       [&](const json_t* answer) { return calls_text(options.look, answer, wall_ms()); });
}

int show_call(const Options& options, const std::string& id, bool whole) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask_for_call(*client, id, whole ? "?whole=yes" : "");
  if (!reply) return reply.error();
  std::cout << (options.json ? reply->body + "\n" : call_text(options.look, reply->json.get()));
  return kDone;
}

int cancel_call(const Options& options, const std::string& id) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto whole = known_id(*client, id);
  if (!whole) return whole.error();
  const auto reply = ask(*client, "POST", "/calls/" + percent_encoded(*whole) + "/cancel");
  if (!reply) return reply.error();
  std::cout << (options.json ? reply->body + "\n" : "call " + printable(*whole) + " is being ended\n");
  return kDone;
}

int reload(const Options& options) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "POST", "/reload");
  if (!reply) return reply.error();
  std::cout << (options.json ? reply->body + "\n"
                             : "read again; " + printable(get_text(reply->json.get(), "detail")) + "\n");
  return kDone;
}

int remember_summary(const Options& options, const std::string& organisation, const std::string& caller,
                     unsigned seconds, const std::string& file) {
  const std::optional<std::string> text = read_file(file);
  if (!text) return complain(kUnreachable, "cannot read " + file + "; expected a file that you may read");
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "PUT",
                         "/summaries?organisation=" + percent_encoded(organisation) +
                             "&caller=" + percent_encoded(caller) + "&seconds=" + std::to_string(seconds),
                         as_bytes(*text));
  if (!reply) return reply.error();
  std::cout << (options.json ? reply->body : text->empty() ? "forgotten" : "remembered") << "\n";
  return kDone;
}

int watch(const Options& options, const WatchOptions& watch) {
  auto client = connect(options);
  if (!client) return client.error();
  LadderText ladder(options.look, watch.call.empty());
  std::string target = watch.from_start ? "/watch?after=0" : "/watch";
  for (;;) {
    Result<Answer> answer = client->ask("GET", target);
    if (!answer || !client->pause(0)) {
      // Lines are numbered on over a restart, so nothing is shown twice.
      std::optional<Client> again = wait_for_ringd(options, watch.away_s);
      if (!again) return complain(kUnreachable, "ringd hung up and stays away. `systemctl status ringd`");
      client.emplace(std::move(*again));
      continue;
    }
    const auto reply = checked(std::move(*answer));
    if (!reply) return reply.error();
    const json_t* json = reply->json.get();
    if (const std::int64_t missed = get_int(json, "missed"); missed > 0) {
      std::cerr << "ringctl: " << missed << " lines went by unseen\n";
    }
    const json_t* lines = get_array(json, "lines");
    if (!print_lines(options, watch, ladder, lines)) return kDone;
    target = "/watch?after=" + std::to_string(get_int(json, "next"));
    if (json_array_size(lines) == 0) (void)client->pause(kWatchPauseMs);
  }
}

int show_health(const Options& options) {
  bool ok = false;
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "GET", "/health");
  if (!reply) return reply.error();
  ok = get_text(reply->json.get(), "status") == "ok";
  std::cout << (options.json ? reply->body + "\n" : health_text(options.look, reply->json.get()));
  return ok ? kDone : kRefused;
}

int show_metrics(const Options& options) { return ask_and_pass(options, "/metrics"); }

int import_directory(const Options& options, const std::string& file) {
  const std::optional<std::string> text = read_file(file);
  if (!text) return complain(kUnreachable, "cannot read " + file + "; expected a file that you may read");
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "PUT", "/directory?file=" + percent_encoded(name_of_file(file)), as_bytes(*text));
  if (!reply) return reply.error();
  if (options.json) {
    std::cout << reply->body << "\n";
    return kDone;
  }
  const Result<Directory> parsed = Directory::parse(name_of_file(file), *text);
  std::cout << "directory revision " << get_int(reply->json.get(), "revision") << " is in use"
            << (parsed ? ": " + contents(*parsed) : "") << "\n";
  return kDone;
}

int check_directory(const Options& options, const std::string& file) {
  const std::optional<std::string> text = read_file(file);
  if (!text) return complain(kUnreachable, "cannot read " + file + "; expected a file that you may read");
  const Result<Directory> parsed = Directory::parse(name_of_file(file), *text);
  if (!parsed) return complain(kRefused, parsed.error().text);
  if (options.json) {
    std::cout << "{\"ok\":true}\n";
  } else {
    std::cout << name_of_file(file) << " is good: " << contents(*parsed) << "\n";
  }
  return kDone;
}

int show_directory(const Options& options) {
  return ask_and_print(options, "/directory", [](const json_t* answer) {
    const std::string text(get_text(answer, "text"));
    return "# revision " + std::to_string(get_int(answer, "revision")) + "\n" +
           (text.empty() ? "# no directory has been imported: every call goes to voicemail\n" : text);
  });
}

}  // namespace ringfence::ctl
