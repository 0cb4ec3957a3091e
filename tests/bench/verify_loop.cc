// The baseline: nothing but libsodium verifying the same messages. Prints {"us_per_verify": CPU microseconds}.
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "webhooks.h"

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || sodium_init() < 0) {
    std::fputs("usage: verify_loop COUNT\n", stderr);
    return 2;
  }
  const std::size_t count = std::strtoul(argv[1], nullptr, 10);
  const ringfence::bench::Webhooks maker;
  const auto webhooks = maker.make(count, "verify");
  std::vector<std::string> messages;
  messages.reserve(count);
  for (const auto& one : webhooks) messages.push_back(one.timestamp + "|" + one.body);
  std::size_t good = 0;
  const double before = cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) {
    const auto bytes = ringfence::as_bytes(messages[i]);
    good += crypto_sign_verify_detached(webhooks[i].raw_signature.data(), bytes.data(), bytes.size(),
                                        maker.public_key().data()) == 0
                ? 1
                : 0;
  }
  const double spent = cpu_seconds() - before;
  std::printf("{\"us_per_verify\": %.2f, \"verified\": %zu}\n", spent * 1e6 / static_cast<double>(count), good);
  return good == count ? 0 : 1;
}
