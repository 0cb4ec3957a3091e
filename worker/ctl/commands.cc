// See commands.h.
#include "ctl/commands.h"

#include <poll.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <vector>

#include "core/directory.h"
#include "ctl/client.h"
#include "ctl/input_file.h"
#include "ctl/ladder_text.h"
#include "ctl/views.h"
#include "shared/limits.h"

namespace ringfence::ctl {
namespace {

constexpr int kDone = 0, kRefused = 1, kUnreachable = 2;
// Between two looks at the watch: a person sees no difference to "at once".
constexpr int kWatchPauseMs = 100;

int complain(int code, std::string_view text) {
  std::cerr << "ringctl: " << text << "\n";
  return code;
}

std::int64_t wall_ms() {
  namespace chrono = std::chrono;
  return chrono::duration_cast<chrono::milliseconds>(chrono::system_clock::now().time_since_epoch()).count();
}

// A good answer, raw and parsed; or the exit code after the complaint.
struct Reply {
  std::string body;
  Json json;
};

std::expected<Reply, int> checked(Answer answer) {
  Result<Json> json = parse_json(answer.body);
  if (!json) return std::unexpected(complain(kUnreachable, "ringd's answer is not JSON: " + json.error().text));
  if (answer.status >= 300) {
    return std::unexpected(complain(kRefused, printable(get_text(json->get(), "error"))));
  }
  return Reply{std::move(answer.body), std::move(*json)};
}

std::expected<Reply, int> ask(Client& client, std::string_view method, const std::string& target, ByteView body = {}) {
  Result<Answer> answer = client.ask(method, target, body);
  if (!answer) return std::unexpected(complain(kUnreachable, answer.error().text));
  return checked(std::move(*answer));
}

std::expected<Client, int> connect(const Options& options) {
  Result<Client> client = Client::connect(options.socket);
  if (!client) return std::unexpected(complain(kUnreachable, client.error().text));
  return std::move(*client);
}

// One question, its answer printed as `text` makes it or as it came.
template <class Text>
int ask_and_print(const Options& options, const std::string& target, Text text) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "GET", target);
  if (!reply) return reply.error();
  std::cout << (options.json ? reply->body + "\n" : text(reply->json.get()));
  return kDone;
}

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

// The one call whose id begins like this.
std::expected<std::string, int> whole_id(Client& client, const std::string& beginning) {
  const auto listing = ask(client, "GET", "/calls?limit=" + std::to_string(limits::kListedCalls));
  if (!listing) return std::unexpected(listing.error());
  std::vector<std::string> found;
  const json_t* calls = get_array(listing->json.get(), "calls");
  for (std::size_t i = 0; i < json_array_size(calls); ++i) {
    const std::string_view id = get_text(json_array_get(calls, i), "session");
    if (id == beginning) return std::string(id);
    if (id.starts_with(beginning)) found.emplace_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return std::unexpected(complain(
        kRefused, "no call begins with " + printable(beginning) + "; `ringctl calls` lists those that are kept"));
  }
  std::string text = std::to_string(found.size()) + " calls begin with " + printable(beginning) + ":";
  for (const std::string& id : found) text += "\n  " + printable(id);
  return std::unexpected(complain(kRefused, text));
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

int show_call(const Options& options, const std::string& id) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto whole = known_id(*client, id);
  if (!whole) return whole.error();
  const auto reply = ask(*client, "GET", "/calls/" + percent_encoded(*whole));
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

int device_ready(const Options& options, const std::string& whom) {
  const std::size_t first = whom.find('/');
  const std::size_t second = first == std::string::npos ? first : whom.find('/', first + 1);
  if (second == std::string::npos) {
    return complain(kUnreachable, printable(whom) + " names no device; expected ORGANISATION/USER/DEVICE");
  }
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "POST",
                         "/devices/ready?organisation=" + percent_encoded(whom.substr(0, first)) +
                             "&user=" + percent_encoded(whom.substr(first + 1, second - first - 1)) +
                             "&device=" + percent_encoded(whom.substr(second + 1)));
  if (!reply) return reply.error();
  if (options.json) {
    std::cout << reply->body << "\n";
    return kDone;
  }
  const json_t* calls = get_array(reply->json.get(), "calls");
  if (json_array_size(calls) == 0) std::cout << "no call rings for this device's user now\n";
  for (std::size_t i = 0; i < json_array_size(calls); ++i) {
    std::cout << "joins call " << printable(json_string_value(json_array_get(calls, i))) << "\n";
  }
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
