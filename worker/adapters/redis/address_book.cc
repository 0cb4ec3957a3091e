// The three kinds of books; see address_book.h.
#include "adapters/redis/address_book.h"

#include <array>
#include <utility>

#include "adapters/redis/inquiry.h"
#include "adapters/redis/slot_map.h"

namespace ringfence {
namespace {

class FixedBook final : public AddressBook {
 public:
  FixedBook(Log& log, RedisAddress server) : log_(log), server_(std::move(server)) {}
  [[nodiscard]] const RedisAddress* where(std::size_t) const override { return &server_; }
  void doubt(Doubt) override {}
  void moved(std::size_t, const RedisAddress& to) override {
    if (std::exchange(said_, true)) return;
    log_.write(LogLevel::error, "redis_is_a_cluster",
               {{"server", server_.text()},
                {"detail", "it sends us to " + to.text()},
                {"do", "name some of its nodes with redis { cluster HOST:PORT ...; } instead of server"}});
  }

 private:
  Log& log_;
  RedisAddress server_;
  bool said_ = false;
};

// By the Sentinel client specification: ask any of them by name, believe the address only when its ROLE says master
// (RedisConnection), ask again whenever a connection is lost. The message is a hint, the question every second is what
// counts: messages get lost.
class SentinelBook final : public AddressBook {
 public:
  SentinelBook(UvLoop& loop, Log& log, const RedisOptions& options, std::function<void()> changed)
      : log_(log),
        name_(options.master_name),
        changed_(std::move(changed)),
        inquiry_(loop, log,
                 {.who = "sentinel",
                  .servers = options.sentinels,
                  .login = options.sentinel_login,
                  .question = {"SENTINEL", "get-master-addr-by-name", name_},
                  .channel = "+switch-master"},
                 [this](const redisReply* reply, const RedisAddress& from) { return read(reply, from); }) {}
  [[nodiscard]] const RedisAddress* where(std::size_t) const override {
    return master_.host.empty() ? nullptr : &master_;
  }
  void doubt(Doubt doubt) override { inquiry_.doubt(doubt == Doubt::urgent); }
  void moved(std::size_t, const RedisAddress&) override {}

 private:
  std::string read(const redisReply* reply, const RedisAddress& from) {
    if (reply->type == REDIS_REPLY_NIL) return "it knows no master of the name " + name_;
    auto found = address_of(reply, from);
    if (!found) return "it does not answer like a Sentinel";
    if (*found == master_) return {};
    master_ = *std::move(found);
    log_.write(LogLevel::notice, "redis_master",
               {{"master", name_}, {"server", master_.text()}, {"sentinel", from.text()}});
    changed_();
    return {};
  }

  Log& log_;
  const std::string name_;
  std::function<void()> changed_;
  RedisAddress master_;
  Inquiry inquiry_;
};

class ClusterBook final : public AddressBook {
 public:
  ClusterBook(UvLoop& loop, Log& log, const RedisOptions& options, const RedisKeys& keys, std::function<void()> changed)
      : changed_(std::move(changed)),
        inquiry_(loop, log,
                 {.who = "cluster",
                  .servers = options.cluster,
                  .login = {options.user, options.password},
                  .question = {"CLUSTER", "SLOTS"},
                  .channel = {}},
                 [this](const redisReply* reply, const RedisAddress& from) { return read(reply, from); }) {
    for (std::size_t place = 0; place < kPlaces; ++place) slots_[place] = keys.slot_of(place);
  }
  [[nodiscard]] const RedisAddress* where(std::size_t place) const override {
    return masters_[place].host.empty() ? nullptr : &masters_[place];
  }
  void doubt(Doubt doubt) override { inquiry_.doubt(doubt == Doubt::urgent); }
  void moved(std::size_t place, const RedisAddress& to) override {
    if (masters_[place] == to) return;
    masters_[place] = to;
    inquiry_.doubt(true);
    changed_();
  }

 private:
  std::string read(const redisReply* reply, const RedisAddress& from) {
    const auto map = slot_map(reply, from);
    if (!map) return map.error().text;
    inquiry_.learn(map->servers);
    std::array<RedisAddress, kPlaces> masters;
    for (std::size_t place = 0; place < kPlaces; ++place) {
      if (const RedisAddress* master = map->master_of(slots_[place])) masters[place] = *master;
    }
    if (masters == masters_) return {};
    masters_ = std::move(masters);
    changed_();
    return {};
  }

  std::function<void()> changed_;
  std::array<std::uint16_t, kPlaces> slots_{};
  std::array<RedisAddress, kPlaces> masters_;
  Inquiry inquiry_;
};

}  // namespace

std::unique_ptr<AddressBook> make_address_book(UvLoop& loop, Log& log, const RedisOptions& options,
                                               const RedisKeys& keys, std::function<void()> changed) {
  if (!options.sentinels.empty()) return std::make_unique<SentinelBook>(loop, log, options, std::move(changed));
  if (!options.cluster.empty()) return std::make_unique<ClusterBook>(loop, log, options, keys, std::move(changed));
  return std::make_unique<FixedBook>(log, RedisAddress{options.unix_path, options.host, options.port});
}

}  // namespace ringfence
