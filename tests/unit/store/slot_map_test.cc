// What servers say about other servers, also where they say it oddly: a reply that is no address is never one.
#include "adapters/redis/slot_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace ringfence::test {
namespace {

// A reply as it comes over the wire.
std::unique_ptr<redisReply, void (*)(void*)> reply_of(const std::string& wire) {
  const std::unique_ptr<redisReader, void (*)(redisReader*)> reader(redisReaderCreate(), redisReaderFree);
  void* reply = nullptr;
  redisReaderFeed(reader.get(), wire.data(), wire.size());
  EXPECT_EQ(redisReaderGetReply(reader.get(), &reply), REDIS_OK);
  EXPECT_NE(reply, nullptr) << wire;
  return {static_cast<redisReply*>(reply), freeReplyObject};
}

const RedisAddress kAsked{{}, "10.0.0.1", 7000};

std::string node(const std::string& host, int port) {
  return "*3\r\n" + host + ":" + std::to_string(port) + "\r\n$2\r\nid\r\n";
}

TEST(SlotMapTest, HasTheMasterOfEachSlotAndAllServers) {
  const auto reply = reply_of("*2\r\n*4\r\n:0\r\n:99\r\n" + node("$2\r\nm1\r\n", 1) + node("$2\r\nr1\r\n", 2) +
                              "*3\r\n:200\r\n:16383\r\n" + node("$2\r\nm2\r\n", 3));
  const auto map = slot_map(reply.get(), kAsked);
  ASSERT_TRUE(map) << map.error().text;
  EXPECT_EQ(map->master_of(0)->text(), "m1:1");
  EXPECT_EQ(map->master_of(99)->text(), "m1:1");
  EXPECT_EQ(map->master_of(100), nullptr) << "nobody serves it";
  EXPECT_EQ(map->master_of(16383)->text(), "m2:3");
  EXPECT_EQ(map->servers.size(), 3U);
}

TEST(SlotMapTest, ANodeWithoutAHostIsTheOneThatWasAsked) {
  for (const char* host : {"$0\r\n\r\n", "$-1\r\n", "$1\r\n?\r\n"}) {
    const auto reply = reply_of("*1\r\n*3\r\n:0\r\n:1\r\n" + node(host, 7001));
    const auto map = slot_map(reply.get(), kAsked);
    ASSERT_TRUE(map) << host;
    EXPECT_EQ(map->master_of(1)->text(), "10.0.0.1:7001");
  }
}

TEST(SlotMapTest, WhatIsNoMapIsRefused) {
  const std::string good = node("$1\r\nm\r\n", 1);
  const std::vector<std::string> wrong = {"+OK\r\n",
                                          "*0\r\n",
                                          "*1\r\n:1\r\n",
                                          "*1\r\n*2\r\n:0\r\n:1\r\n",
                                          "*1\r\n*3\r\n$1\r\n0\r\n:1\r\n" + good,
                                          "*1\r\n*3\r\n:2\r\n:1\r\n" + good,
                                          "*1\r\n*3\r\n:-1\r\n:1\r\n" + good,
                                          "*1\r\n*3\r\n:0\r\n:16384\r\n" + good,
                                          "*1\r\n*3\r\n:0\r\n:1\r\n" + node("$1\r\nm\r\n", 0),
                                          "*1\r\n*3\r\n:0\r\n:1\r\n" + node("$1\r\nm\r\n", 65536),
                                          "*1\r\n*3\r\n:0\r\n:1\r\n*1\r\n$1\r\nm\r\n"};
  for (const std::string& wire : wrong) EXPECT_FALSE(slot_map(reply_of(wire).get(), kAsked)) << wire;
  EXPECT_FALSE(slot_map(nullptr, kAsked));
}

TEST(SlotMapTest, RedirectionsAreReadAndNothingElseIs) {
  const auto moved = redirect_of(reply_of("-MOVED 3999 10.0.0.2:6381\r\n").get(), kAsked);
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->ask);
  EXPECT_EQ(moved->to.text(), "10.0.0.2:6381");
  const auto ask = redirect_of(reply_of("-ASK 3999 ::1:6381\r\n").get(), kAsked);
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->ask);
  EXPECT_EQ(ask->to.text(), "[::1]:6381");
  EXPECT_EQ(redirect_of(reply_of("-MOVED 1 :7002\r\n").get(), kAsked)->to.text(), "10.0.0.1:7002");
  for (const char* wire : {"-MOVED\r\n", "-MOVED 1\r\n", "-MOVED 1 host\r\n", "-MOVED 1 h:0\r\n", "-MOVED 1:2 h\r\n",
                           "-ASKING 1 h:1\r\n", "-ERR MOVED 1 h:1\r\n", "+MOVED 1 h:1\r\n"}) {
    EXPECT_FALSE(redirect_of(reply_of(wire).get(), kAsked)) << wire;
  }
  EXPECT_FALSE(redirect_of(nullptr, kAsked));
}

TEST(SlotMapTest, TheAddressASentinelNames) {
  EXPECT_EQ(address_of(reply_of("*2\r\n$9\r\n127.0.0.1\r\n$4\r\n6379\r\n").get(), kAsked)->text(), "127.0.0.1:6379");
  for (const char* wire : {"*-1\r\n", "*1\r\n$1\r\nh\r\n", "*2\r\n$1\r\nh\r\n$2\r\nxx\r\n", "+OK\r\n"}) {
    EXPECT_FALSE(address_of(reply_of(wire).get(), kAsked)) << wire;
  }
}

}  // namespace
}  // namespace ringfence::test
