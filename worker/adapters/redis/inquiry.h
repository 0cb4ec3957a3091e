// One question that any of several servers can answer, asked now and then, and at once when in doubt; of the server
// that answered last, and when it does not, of the next. Owned by the address books (Sentinels, nodes of a cluster).
// Must not know: what the answer means.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "adapters/redis/link.h"
#include "adapters/redis/redis_options.h"
#include "adapters/uv/loop.h"
#include "ports/log.h"

namespace ringfence {

class Inquiry {
 public:
  struct Plan {
    std::string who;  // for the log: "sentinel", "cluster"
    std::vector<RedisAddress> servers;
    RedisLogin login;
    std::vector<std::string> question;
    std::string channel;  // a message here is a reason to ask at once; empty: none
  };
  // What is wrong with the answer; empty: nothing. Runs inside hiredis.
  using Read = std::function<std::string(const redisReply*, const RedisAddress& from)>;

  Inquiry(UvLoop& loop, Log& log, Plan plan, Read read);
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;

  // The next answer is to come from somebody else; `soon`: and not only when its time has come.
  void doubt(bool soon);
  // More who know the answer; those of the plan stay.
  void learn(const std::vector<RedisAddress>& servers);

 private:
  void ask();
  void put_question();
  void answered(const redisReply* reply);
  void listen();
  void next_server();
  void failed(const std::string& reason);
  void ask_in(Millis delay_ms);
  void ask_soon();

  UvLoop& loop_;
  Log& log_;
  const Plan plan_;
  Read read_;
  std::deque<RedisAddress> servers_;  // the front is asked
  UvTimer timer_;
  UvTimer deadline_;
  Millis asked_ms_ = 0;
  std::size_t failures_ = 0;  // one after the other
  std::string complaint_;     // the last one logged
  bool asking_ = false;
  bool again_ = false;  // doubted while asking
  bool other_ = false;  // the next one is to be asked
  bool listening_ = false;
  RedisLink ears_;
  RedisLink mouth_;  // last: their handlers use everything above
};

}  // namespace ringfence
