// How the commands ask ringd: connect, ask, complain with the right exit code. Used by commands.cc and
// past_commands.cc. Must not know: what an answer means.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "ctl/client.h"
#include "ctl/commands.h"
#include "shared/json.h"

namespace ringfence::ctl {

inline constexpr int kDone = 0, kRefused = 1, kUnreachable = 2;

// Says it and gives `code` back.
int complain(int code, std::string_view text);

// A good answer, raw and parsed; or the exit code after the complaint.
struct Reply {
  std::string body;
  Json json;
};
[[nodiscard]] std::expected<Reply, int> checked(Answer answer);
[[nodiscard]] std::expected<Reply, int> ask(Client& client, std::string_view method, const std::string& target,
                                            ByteView body = {});
[[nodiscard]] std::expected<Client, int> connect(const Options& options);

// One question whose answer is printed as it came, whatever it is. An exit code.
[[nodiscard]] int ask_and_pass(const Options& options, const std::string& target);
// One question, its answer printed as `text` makes it, or as it came with --json. An exit code.
[[nodiscard]] int ask_and_print(const Options& options, const std::string& target,
                                const std::function<std::string(const json_t*)>& text);
[[nodiscard]] std::int64_t wall_ms();

// The one call whose id begins like this.
[[nodiscard]] std::expected<std::string, int> whole_id(Client& client, const std::string& beginning);
// What ringd knows of it: GET /calls/ID`rest`. The beginning of its id is enough.
[[nodiscard]] std::expected<Reply, int> ask_for_call(Client& client, const std::string& id,
                                                     const std::string& rest = {});

}  // namespace ringfence::ctl
