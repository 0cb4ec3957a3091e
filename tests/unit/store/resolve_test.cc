// A name with several addresses: every one has its turn, so that a Redis behind only one of them is found.
#include "adapters/redis/resolve.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netdb.h>

namespace ringfence::test {
namespace {

// What Debian's /etc/hosts makes of "localhost", in the order in which it is tried.
class Localhost {
 public:
  Localhost() {
    six_.sin6_family = AF_INET6;
    six_.sin6_addr = in6addr_loopback;
    four_.sin_family = AF_INET;
    four_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    first_.ai_addr = reinterpret_cast<sockaddr*>(&six_);
    first_.ai_addrlen = sizeof(six_);
    first_.ai_next = &second_;
    second_.ai_addr = reinterpret_cast<sockaddr*>(&four_);
    second_.ai_addrlen = sizeof(four_);
  }
  Localhost(const Localhost&) = delete;
  Localhost& operator=(const Localhost&) = delete;
  const addrinfo* found() const { return &first_; }

 private:
  sockaddr_in6 six_{};
  sockaddr_in four_{};
  addrinfo first_{};
  addrinfo second_{};
};

TEST(Resolve, EveryAddressOfANameHasItsTurn) {
  const Localhost localhost;
  EXPECT_EQ(Resolve::address_at(0, 0, localhost.found()).value(), "::1");
  EXPECT_EQ(Resolve::address_at(1, 0, localhost.found()).value(), "127.0.0.1");
  EXPECT_EQ(Resolve::address_at(2, 0, localhost.found()).value(), "::1");
}

TEST(Resolve, AnUnknownNameAndANameWithoutAddressAreToldApart) {
  EXPECT_NE(Resolve::address_at(0, UV_EAI_NONAME, nullptr).error().text.find("cannot be resolved"), std::string::npos);
  EXPECT_NE(Resolve::address_at(7, 0, nullptr).error().text.find("no address"), std::string::npos);
}

}  // namespace
}  // namespace ringfence::test
