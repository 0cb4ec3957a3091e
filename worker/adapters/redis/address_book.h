// Who is the master of a place (keys.h): a fixed address, what the Sentinels say, or the slot map of a cluster. Owned
// by RedisNodes, which needs no other knowledge of the three. Must not know: connections to masters, commands of the
// store.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "adapters/redis/keys.h"
#include "adapters/redis/redis_options.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"

namespace ringfence {

class AddressBook {
 public:
  virtual ~AddressBook() = default;
  AddressBook() = default;
  AddressBook(const AddressBook&) = delete;
  AddressBook& operator=(const AddressBook&) = delete;

  // Nothing: not known yet, or nobody serves it.
  [[nodiscard]] virtual const RedisAddress* where(std::size_t place) const = 0;
  enum class Doubt { mild, urgent };
  // A master was lost (urgent) or does not serve as it should (mild): ask again, and somebody else.
  virtual void doubt(Doubt doubt) = 0;
  // A server says that the place is elsewhere.
  virtual void moved(std::size_t place, const RedisAddress& to) = 0;
};

// `changed` runs when where() may answer otherwise; never from inside this call.
[[nodiscard]] std::unique_ptr<AddressBook> make_address_book(UvLoop& loop, Log& log, const RedisOptions& options,
                                                             const RedisKeys& keys, std::function<void()> changed);

}  // namespace ringfence
