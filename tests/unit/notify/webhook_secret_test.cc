// Secrets as they stand in their file, and signatures as the specification's own example has them.
#include "adapters/notify/webhook_secret.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

constexpr std::string_view kSpecSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kOther = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

TEST(WebhookSecretTest, SignsAsTheSpecificationsExample) {
  const auto secrets = WebhookSecrets::parse(kSpecSecret);
  ASSERT_TRUE(secrets.has_value()) << secrets.error().text;
  EXPECT_EQ(secrets->sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSecretTest, EachSecretSignsTheNewestFirst) {
  const auto both =
      WebhookSecrets::parse(std::string(kOther) + "  # since today\r\n\n# the old one\n" + std::string(kSpecSecret));
  const auto old = WebhookSecrets::parse(kSpecSecret);
  const auto fresh = WebhookSecrets::parse(kOther);
  ASSERT_TRUE(both && old && fresh);
  EXPECT_EQ(both->size(), 2u);
  EXPECT_EQ(both->sign("id", "1", "{}"), fresh->sign("id", "1", "{}") + " " + old->sign("id", "1", "{}"));
}

TEST(WebhookSecretTest, AMovedSecretStillSigns) {
  auto first = WebhookSecrets::parse(kSpecSecret);
  auto second = WebhookSecrets::parse(kOther);
  ASSERT_TRUE(first && second);
  const std::string before = first->sign("id", "1", "{}");
  *second = *std::move(first);
  EXPECT_EQ(second->sign("id", "1", "{}"), before);
}

TEST(WebhookSecretTest, WhatIsNoSecretIsRefusedWithoutBeingRepeated) {
  for (const std::string_view text :
       {"", "# nothing", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_not base64", "whsec_MfKQ9r8G",
        "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"}) {
    const auto secrets = WebhookSecrets::parse(text);
    ASSERT_FALSE(secrets.has_value()) << text;
    EXPECT_EQ(secrets.error().text.find("MfKQ"), std::string::npos) << secrets.error().text;
  }
  std::string many;
  for (int i = 0; i < 5; ++i) many += std::string(kSpecSecret) + "\n";
  EXPECT_FALSE(WebhookSecrets::parse(many).has_value());
}

}  // namespace
}  // namespace ringfence
