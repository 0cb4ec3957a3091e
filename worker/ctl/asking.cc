// See asking.h.
#include "ctl/asking.h"

#include <chrono>
#include <iostream>
#include <vector>

#include "ctl/terminal.h"
#include "shared/limits.h"

namespace ringfence::ctl {

int complain(int code, std::string_view text) {
  std::cerr << "ringctl: " << text << "\n";
  return code;
}

std::expected<Reply, int> checked(Answer answer) {
  Result<Json> json = parse_json(answer.body);
  if (!json) return std::unexpected(complain(kUnreachable, "ringd's answer is not JSON: " + json.error().text));
  if (answer.status >= 300) {
    return std::unexpected(complain(kRefused, printable(get_text(json->get(), "error"))));
  }
  return Reply{std::move(answer.body), std::move(*json)};
}

std::expected<Reply, int> ask(Client& client, std::string_view method, const std::string& target, ByteView body) {
  Result<Answer> answer = client.ask(method, target, body);
  if (!answer) return std::unexpected(complain(kUnreachable, answer.error().text));
  return checked(std::move(*answer));
}

std::expected<Client, int> connect(const Options& options) {
  Result<Client> client = Client::connect(options.socket);
  if (!client) return std::unexpected(complain(kUnreachable, client.error().text));
  return std::move(*client);
}

int ask_and_print(const Options& options, const std::string& target,
                  const std::function<std::string(const json_t*)>& text) {
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "GET", target);
  if (!reply) return reply.error();
  std::cout << (options.json ? reply->body + "\n" : text(reply->json.get()));
  return kDone;
}

int ask_and_pass(const Options& options, const std::string& target) {
  auto client = connect(options);
  if (!client) return client.error();
  Result<Answer> answer = client->ask("GET", target);
  if (!answer) return complain(kUnreachable, answer.error().text);
  if (answer->status >= 300) {
    const auto refused = checked(std::move(*answer));
    return refused ? kDone : refused.error();
  }
  std::cout << answer->body;
  return kDone;
}

std::int64_t wall_ms() {
  namespace chrono = std::chrono;
  return chrono::duration_cast<chrono::milliseconds>(chrono::system_clock::now().time_since_epoch()).count();
}

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

std::expected<Reply, int> ask_for_call(Client& client, const std::string& id, const std::string& rest) {
  Result<Answer> answer = client.ask("GET", "/calls/" + percent_encoded(id) + rest);
  if (!answer) return std::unexpected(complain(kUnreachable, answer.error().text));
  if (answer->status != 404) return checked(std::move(*answer));
  auto whole = whole_id(client, id);
  if (!whole) return std::unexpected(whole.error());
  return ask(client, "GET", "/calls/" + percent_encoded(*whole) + rest);
}

}  // namespace ringfence::ctl
