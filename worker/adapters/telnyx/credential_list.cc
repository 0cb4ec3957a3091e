// See credential_list.h.
#include "adapters/telnyx/credential_list.h"

#include "adapters/telnyx/credential_wire.h"
#include "shared/limits.h"

namespace ringfence {

std::optional<HttpRequest> CredentialList::next() const {
  if (ended_ || broken_ || page_ > limits::kCredentialPages) return std::nullopt;
  return credentials_page_request(tag_, page_);
}

bool CredentialList::take(std::string_view body) {
  const Result<Json> json = parse_json(body);
  const json_t* data = json ? get_array(json->get(), "data") : nullptr;
  if (data == nullptr) {
    broken_ = true;
    return false;
  }
  std::size_t i = 0;
  const json_t* item = nullptr;
  json_array_foreach(data, i, item) {
    std::optional<Credential> one = read_credential(item);
    if (!one) {
      whole_ = false;  // it may be the one that is looked for
    } else if (ids_.insert(one->id).second) {
      found_.push_back(std::move(*one));
    }
  }
  count(get_object(json->get(), "meta"), json_array_size(data));
  return true;
}

// Ends at `total_pages`, or at an empty page when the provider does not say. Pages are counted by position: what is
// removed between two of them moves another credential to a page that was read already, and the total tells.
void CredentialList::count(const json_t* meta, std::size_t items) {
  read_ += static_cast<std::int64_t>(items);
  const std::int64_t total = get_int(meta, "total_results", -1);
  if (page_ > 1 && total != total_) whole_ = false;
  total_ = total;
  const std::int64_t pages = get_int(meta, "total_pages", -1);
  ended_ = pages >= 0 ? static_cast<std::int64_t>(page_) >= pages : items == 0;
  if (ended_ && read_ < total_) whole_ = false;
  ++page_;
}

}  // namespace ringfence
