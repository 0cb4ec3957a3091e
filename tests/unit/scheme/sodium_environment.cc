// Starts libsodium once for the whole program, as the module does when its configuration is loaded.
#include <gtest/gtest.h>
#include <sodium.h>

namespace {

class SodiumEnvironment : public testing::Environment {
  void SetUp() override { ASSERT_GE(sodium_init(), 0); }
};

const testing::Environment* const kSodium = testing::AddGlobalTestEnvironment(new SodiumEnvironment);

}  // namespace
