// The rows of the glare table (facts of the field: which two things may happen at once), so that a search can show that
// it was there. Used by the search's report. Must not know: what is right.
#pragma once

#include <array>
#include <string_view>

namespace ringfence::exhaust {

enum Glare : unsigned {
  kAnswerAfterCancel,
  kCancelBeforeAnswer,
  kTwoAnswers,
  kAnsweredBeforeItsId,
  kHangupBeforeItsId,
  kLateLeg,
  kDialUnknown,
  kInferredRevived,
  kWinnerLost,
  kBridgeRefused,
  kBridgeUnproved,
  kCallerLeavesBridge,
  kBridgedAfterLeaving,
  kAnswerAfterRingTime,
  kHangupInGreeting,
  kRecordingAfterEnd,
  kHangupOfTheDead,
  kResentAfterCrash,
  kRolledBack,
  kNoChannel,
  kInitiatedTwice,
  kScreenFailed,
  kRungAgain,
  kEarlyStart,
  kGlares
};

inline constexpr std::array<std::string_view, kGlares> kGlareNames{"1 answer-after-cancel",
                                                                   "2 cancel-seen-by-the-answer",
                                                                   "3 two-answers",
                                                                   "4 answered-before-its-id",
                                                                   "5 hangup-before-its-id",
                                                                   "6 late-leg",
                                                                   "7 dial-unknown",
                                                                   "8 runs-after-its-timeout",
                                                                   "9 winner-lost",
                                                                   "10 bridge-refused",
                                                                   "11 bridge-unproved",
                                                                   "12 caller-leaves-bridge",
                                                                   "13 bridged-told-too-late",
                                                                   "14 answer-after-ring-time",
                                                                   "15 hangup-in-greeting",
                                                                   "16 recording-after-end",
                                                                   "17 hangup-of-the-dead",
                                                                   "18 resent-after-crash",
                                                                   "19 store-rolled-back",
                                                                   "20 no-channel",
                                                                   "21 initiated-twice",
                                                                   "22 screen-failed",
                                                                   "23 rung-again",
                                                                   "24 early-start"};

}  // namespace ringfence::exhaust
