// A folder with the embedded store's file in it, for tests of the file. Must not know: its tables.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "adapters/sqlite/embedded_store.h"
#include "bench.h"

namespace ringfence::test {

class EmbeddedStoreFile : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedStore> open() {
    auto opened = EmbeddedStore::open(bench_.loop, bench_.log, path_);
    EXPECT_TRUE(opened) << opened.error().text;
    return opened ? std::move(*opened) : nullptr;
  }
  std::string refusal() {
    const auto opened = EmbeddedStore::open(bench_.loop, bench_.log, path_);
    return opened ? "it was opened" : opened.error().text;
  }

  TempDir folder_;
  std::string path_ = folder_.file("store.db");
  Bench bench_;
};

}  // namespace ringfence::test
