// The commands about devices: which there are, a credential for one, none any more, and one that has woken up. See
// commands.h.
#include <iostream>
#include <string>

#include "ctl/asking.h"
#include "ctl/commands.h"
#include "ctl/views.h"

namespace ringfence::ctl {
namespace {

struct Names {
  std::string organisation, user, device;
};

// The exit code, after the complaint.
std::expected<Names, int> names_in(const std::string& whom) {
  const std::size_t first = whom.find('/');
  const std::size_t second = first == std::string::npos ? first : whom.find('/', first + 1);
  if (second == std::string::npos) {
    return std::unexpected(
        complain(kUnreachable, printable(whom) + " names no device; expected ORGANISATION/USER/DEVICE"));
  }
  return Names{whom.substr(0, first), whom.substr(first + 1, second - first - 1), whom.substr(second + 1)};
}

std::string place_of(const Names& names) {
  return "/devices/" + percent_encoded(names.organisation) + "/" + percent_encoded(names.user) + "/" +
         percent_encoded(names.device);
}

}  // namespace

int list_devices(const Options& options, const std::string& user, unsigned limit) {
  return ask_and_print(
      options,
      "/devices?whole=yes&limit=" + std::to_string(limit) + (user.empty() ? "" : "&user=" + percent_encoded(user)),
      [&](const json_t* answer) { return devices_text(options.look, answer); });
}

int register_device(const Options& options, const std::string& whom, bool anew) {
  const auto names = names_in(whom);
  if (!names) return names.error();
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "PUT", place_of(*names) + (anew ? "?anew=yes" : ""));
  if (!reply) return reply.error();
  const json_t* device = reply->json.get();
  std::cout << (options.json ? reply->body + "\n"
                             : printable(whom) + " is rung as " + printable(get_text(device, "sip_username")) +
                                   " until " + printable(get_text(device, "expires_at")) + "; credential " +
                                   printable(get_text(device, "credential_id")) + "\n");
  return kDone;
}

int unregister_device(const Options& options, const std::string& whom) {
  const auto names = names_in(whom);
  if (!names) return names.error();
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "DELETE", place_of(*names));
  if (!reply) return reply.error();
  if (options.json) {
    std::cout << reply->body << "\n";
    return kDone;
  }
  std::cout << printable(whom) << " has no credential of its own any more";
  if (get_bool(reply->json.get(), "rings_by_the_text")) {
    std::cout << "; it rings all the same, as the directory's text names one for it: ringctl directory import";
  }
  std::cout << "\n";
  return kDone;
}

int device_ready(const Options& options, const std::string& whom) {
  const auto names = names_in(whom);
  if (!names) return names.error();
  auto client = connect(options);
  if (!client) return client.error();
  const auto reply = ask(*client, "POST",
                         "/devices/ready?organisation=" + percent_encoded(names->organisation) +
                             "&user=" + percent_encoded(names->user) + "&device=" + percent_encoded(names->device));
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

}  // namespace ringfence::ctl
