// step() as a performer; see performer.h.
#include "performer.h"

#include <utility>

#include "codec/session_json.h"
#include "history/ladder.h"

namespace ringfence::scenario {
namespace {

class ByStep final : public Performer {
 public:
  ByStep(SessionId id, const Policy& policy) : policy_(policy) { session_.id = std::move(id); }

  std::vector<Command> take(const Event& event) override {
    StepResult result = step(session_, event, policy_);
    ladder_.push_back(ladder_line(session_, event, result, ladder_.size() + 1));
    session_ = std::move(result.next);
    return std::move(result.commands);
  }
  const Session& session() const override { return session_; }
  void crash() override {
    auto restored = decode_session(encode_session(session_));
    if (!restored || !(*restored == session_)) {
      trouble_ = "the document does not hold the whole session";
    } else {
      session_ = *std::move(restored);
    }
  }
  void forget() override {
    session_ = Session{.id = session_.id};
    ladder_.clear();
  }
  std::vector<std::string> ladder() override { return ladder_; }
  std::string trouble() const override { return trouble_; }

 private:
  const Policy& policy_;
  Session session_;
  std::vector<std::string> ladder_;  // as ringd would have stored it
  std::string trouble_;
};

}  // namespace

std::unique_ptr<Performer> perform_by_step(const SessionId& session, const Policy& policy) {
  return std::make_unique<ByStep>(session, policy);
}

}  // namespace ringfence::scenario
