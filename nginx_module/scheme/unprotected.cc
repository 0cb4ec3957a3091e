// What a scheme leaves open, in sentences: said at start-up and in the README, so that nobody takes a scheme for more
// than its provider made it. Must not know: how a request is judged.
#include "scheme/recipe.h"
#include "scheme/recipe_check.h"

namespace ringfence::scheme {

std::array<std::string_view, 4> unprotected(const Plan& plan) noexcept {
  std::array<std::string_view, 4> sentences{};
  std::size_t count = 0;
  if (plan.methods[0].algorithm == Algorithm::token) {
    sentences[count++] =
        "the token signs nothing: whoever has seen one request can send any other, so it is only as safe as TLS";
    return sentences;
  }
  if (!plan.covers_body) {
    sentences[count++] =
        "the body is not signed: whoever has seen one request can send another body with its signature";
  }
  if (!plan.covers_id) {
    sentences[count++] =
        "the event's id is not signed: whoever has seen one request can change it, so an id counts together with what "
        "is signed";
  }
  if (!plan.has_timestamp) {
    sentences[count++] =
        plan.covers_id
            ? "there is no signed timestamp: a request that was seen can be sent again once the dedup window is over"
            : "there is no signed timestamp: a request that was seen can be sent again at any time, under "
              "another id";
  }
  if (!is_signed(plan, plan.type) || !is_signed(plan, plan.partition) || !is_signed(plan, plan.attempt)) {
    sentences[count++] =
        "the event's type, partition or attempt is not signed: whoever sends a request again can change it";
  }
  return sentences;
}

}  // namespace ringfence::scheme
