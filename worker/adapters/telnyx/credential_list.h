// A walk over the provider's list of the credentials that carry one tag, page by page. Pure; credentials_client.cc
// carries the requests. Must not know: curl, what is concluded from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "adapters/http/http_request.h"
#include "devices/credential.h"
#include "shared/json.h"

namespace ringfence {

class CredentialList {
 public:
  explicit CredentialList(std::string tag) : tag_(std::move(tag)) {}

  // What to ask next; nothing when all pages were read or limits::kCredentialPages is met.
  [[nodiscard]] std::optional<HttpRequest> next() const;
  // The 2xx answer to it. False: not the list we asked for; the walk ends here.
  [[nodiscard]] bool take(std::string_view body);

  // Every page was read, each item said which it is, and the list did not change in between.
  [[nodiscard]] bool complete() const noexcept { return ended_ && whole_; }
  [[nodiscard]] std::vector<Credential> take_found() { return std::move(found_); }

 private:
  void count(const json_t* meta, std::size_t items);

  std::string tag_;
  std::size_t page_ = 1;
  bool ended_ = false;                  // the provider has no further page
  bool broken_ = false;                 // it did not answer with a list
  bool whole_ = true;                   // nothing speaks for a credential that was not seen
  std::int64_t read_ = 0, total_ = -1;  // items; the provider's count of them, -1: not said yet
  std::vector<Credential> found_;
  std::unordered_set<std::string> ids_;  // of found_: a list that moved on shows one twice
};

}  // namespace ringfence
