// The two stores behind one face, so that one suite tests both. Used by the parametrised tests of this folder.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "adapters/redis/redis_store.h"
#include "adapters/sqlite/embedded_store.h"
#include "bench.h"
#include "redis_group.h"
#include "redis_server.h"

namespace ringfence::test {

class StoreTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    if (GetParam() != "embedded" && !have_redis_server()) GTEST_SKIP() << "redis-server is not installed";
    if (GetParam() == "redis") server_ = std::make_unique<RedisServer>();
    if (GetParam() == "cluster") share_cluster();
    stores_.push_back(open());
  }

  // As many views of the same data as workers there are. The embedded file has one owner, so they share it.
  Store& worker(std::size_t index) {
    if (GetParam() == "embedded") return *stores_[0];
    while (stores_.size() <= index) stores_.push_back(open());
    return *stores_[index];
  }
  Store& store() { return worker(0); }

  std::unique_ptr<Store> open() {
    if (GetParam() == "embedded") {
      auto opened = EmbeddedStore::open(bench_.loop, bench_.log, folder_.file("store.db"));
      EXPECT_TRUE(opened) << opened.error().text;
      return std::move(*opened);
    }
    RedisOptions options;
    if (GetParam() == "redis") {
      options.unix_path = server_->socket_path();
    } else {
      options = cluster_->options();
      options.key_prefix = "test" + std::to_string(tests_);
    }
    auto opened = RedisStore::open(bench_.loop, bench_.log, options);
    EXPECT_TRUE(opened) << opened.error().text;
    EXPECT_TRUE(bench_.run_until([&] { return (*opened)->ready(); }));
    return std::move(*opened);
  }

  // A cluster takes seconds to form, so there is one for all tests of a process, and each has keys of its own.
  void share_cluster() {
    if (!cluster_) cluster_ = std::make_unique<ClusterGroup>();
    ++tests_;
    ASSERT_TRUE(bench_.run_until([] { return cluster_->settled(); }));
  }
  static void TearDownTestSuite() { cluster_.reset(); }

  TempDir folder_;
  std::unique_ptr<RedisServer> server_;
  inline static std::unique_ptr<ClusterGroup> cluster_;
  inline static int tests_ = 0;
  Bench bench_;
  std::vector<std::unique_ptr<Store>> stores_;
};

inline std::string backend_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace ringfence::test
