// A worker stops, or dies, and another one on the same store goes on: when the call wants it, not when a lease ends.
#include "fixture.h"

namespace ringfence::test {
namespace {

class Succession : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    other = std::make_unique<Worker>(loop, store);
    other->engine.start();
  }
  // Both clocks go on together; the slack and one scan are what the other worker may be late.
  void pass(Millis span_ms) {
    for (Millis passed = 0; passed < span_ms; passed += kStepMs) {
      worker->clock.advance(kStepMs);
      other->clock.advance(kStepMs);
    }
  }
  static constexpr Millis kStepMs = 50;
  static constexpr Millis kLateMs = limits::kDueSlackMs + limits::kDueScanMs + kStepMs;
  std::unique_ptr<Worker> other;
};

TEST_F(Succession, ACommandWhoseResultTheStoppedWorkerNeverLearntIsSentAgainInTime) {
  start();
  post(incoming("ev-1"));
  loop.run();
  ASSERT_EQ(worker->telephony.sent.size(), 2u) << "two dials, not answered yet";
  worker->engine.stop_accepting();
  EXPECT_FALSE(worker->engine.idle());
  const Millis due_in_ms = store.rows["caller-leg"].due_ms - worker->clock.now_ms();
  EXPECT_LT(due_in_ms, 1000) << "due when the command wants to be sent again, not after a lease";
  pass(due_in_ms + kLateMs);
  ASSERT_EQ(other->telephony.sent.size(), 2u);
  EXPECT_EQ(other->telephony.sent[0].command.id, worker->telephony.sent[0].command.id);
  EXPECT_EQ(worker->telephony.sent.size(), 2u) << "who stops keeps no deadline any more";
}

TEST_F(Succession, TheDeadlineOfACallOfTheStoppedWorkerIsKeptByTheOther) {
  ring();
  worker->engine.stop_accepting();
  const Millis due_in_ms = store.rows["caller-leg"].due_ms - worker->clock.now_ms();
  pass(due_in_ms + kLateMs);
  EXPECT_FALSE(other->telephony.sent.empty()) << "the ring time is over: the caller goes to voicemail";
}

}  // namespace
}  // namespace ringfence::test
