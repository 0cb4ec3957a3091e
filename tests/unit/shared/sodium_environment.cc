// Starts libsodium once for the whole program, as nginx_module and ringd do at their start.
#include <gtest/gtest.h>
#include <sodium.h>

namespace {

class SodiumEnvironment : public testing::Environment {
  void SetUp() override { ASSERT_GE(sodium_init(), 0); }
};

const testing::Environment* const kSodium = testing::AddGlobalTestEnvironment(new SodiumEnvironment);

}  // namespace
