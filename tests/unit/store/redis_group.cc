// Starting groups of redis-servers and asking them about each other; see redis_group.h.
#include "redis_group.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

namespace ringfence::test {
namespace {

constexpr int kSlots = 16384;

bool says(const RedisServer& server, const std::string& command, const std::string& part) {
  return server.command(command).find(part) != std::string::npos;
}

}  // namespace

RedisAddress address_of(const RedisServer& server) { return {{}, "127.0.0.1", server.port()}; }

// Replicas and Sentinels log in to the data servers as `peer` and ringd as `ringd`, so that one can be cut off from the
// other: a login that is refused is a cut link, for a replica at once, for a Sentinel once PING is refused as well.
SentinelGroup::SentinelGroup() {
  std::vector<std::string> users = {"--masteruser", "peer", "--masterauth", "peer"};
  for (const std::string name : {"peer", "ringd"}) {
    users.insert(users.end(), {"--user", name, "on", ">" + name, "~*", "&*", "+@all"});
  }
  data.push_back(std::make_unique<RedisServer>(users));
  const std::string port = std::to_string(data[0]->port());
  std::vector<std::string> follow = users;
  follow.insert(follow.end(), {"--replicaof", "127.0.0.1 " + port});
  // Two: with WAIT 1 the one that is left has to confirm for the one that was promoted.
  for (int i = 0; i < 2; ++i) data.push_back(std::make_unique<RedisServer>(follow));
  for (const char* name : {"one", "two", "three"}) {
    const std::string file = folder_.file(name);
    std::ofstream(file) << "sentinel monitor " << kName << " 127.0.0.1 " << port << " 2\n"
                        << "sentinel down-after-milliseconds " << kName << " 500\n"
                        << "sentinel failover-timeout " << kName << " 3000\n"
                        << "sentinel auth-user " << kName << " peer\n"
                        << "sentinel auth-pass " << kName << " peer\n";
    sentinels.push_back(std::make_unique<RedisServer>(std::vector<std::string>{"--sentinel"}, file));
  }
}

bool SentinelGroup::settled() const {
  return std::ranges::all_of(sentinels,
                             [](const auto& one) {
                               return says(*one, "INFO sentinel", "status=ok") &&
                                      says(*one, "INFO sentinel", "slaves=2,sentinels=3");
                             }) &&
         says(*data[1], "INFO replication", "master_link_status:up") &&
         says(*data[2], "INFO replication", "master_link_status:up");
}

RedisServer* SentinelGroup::named_master() const {
  std::map<std::string, int> votes;
  for (const auto& one : sentinels) ++votes[one->command(std::string("SENTINEL get-master-addr-by-name ") + kName)];
  for (const auto& server : data) {
    const std::string port = std::to_string(server->port());
    for (const auto& [answer, count] : votes) {
      if (count >= 2 && answer.find("\r\n" + port + "\r\n") != std::string::npos) return server.get();
    }
  }
  return nullptr;
}

RedisOptions SentinelGroup::options() const {
  RedisOptions options;
  for (const auto& one : sentinels) options.sentinels.push_back(address_of(*one));
  options.master_name = kName;
  options.user = options.password = "ringd";
  return options;
}

void SentinelGroup::cut_off_replicas() const {
  EXPECT_TRUE(says(*data[0], "ACL SETUSER peer off", "+OK"));
  EXPECT_TRUE(says(*data[0], "CLIENT KILL TYPE replica", ":2"));
}

void SentinelGroup::cut_off_everybody() const {
  EXPECT_TRUE(says(*data[0], "ACL SETUSER default -ping", "+OK"));
  EXPECT_TRUE(says(*data[0], "ACL SETUSER peer off", "+OK"));
  EXPECT_TRUE(says(*data[0], "CLIENT KILL USER peer", ":"));
}

void SentinelGroup::reconnect() const {
  EXPECT_TRUE(says(*data[0], "ACL SETUSER default +ping", "+OK"));
  EXPECT_TRUE(says(*data[0], "ACL SETUSER peer on", "+OK"));
}

ClusterGroup::ClusterGroup() {
  for (std::size_t i = 0; i < 2 * kMasters; ++i) {
    bus_ports_.push_back(free_port());
    nodes.push_back(std::make_unique<RedisServer>(std::vector<std::string>{
        "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", std::to_string(bus_ports_[i]),
        "--cluster-replica-validity-factor", "0", "--enable-debug-command", "yes"}));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    static_cast<void>(nodes[i]->command("CLUSTER SET-CONFIG-EPOCH " + std::to_string(i + 1)));
    if (i < kMasters) {
      const auto first = i * kSlots / kMasters, last = (i + 1) * kSlots / kMasters - 1;
      static_cast<void>(
          nodes[i]->command("CLUSTER ADDSLOTSRANGE " + std::to_string(first) + " " + std::to_string(last)));
    }
    static_cast<void>(nodes[0]->command("CLUSTER MEET 127.0.0.1 " + std::to_string(nodes[i]->port()) + " " +
                                        std::to_string(bus_ports_[i])));
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (std::size_t i = kMasters; i < nodes.size(); ++i) {
    const std::string follow = "CLUSTER REPLICATE " + id(i - kMasters);
    while (!nodes[i]->command(follow).starts_with("+OK") && std::chrono::steady_clock::now() < end) {
    }
  }
}

bool ClusterGroup::settled() const {
  return std::ranges::all_of(nodes,
                             [](const auto& node) {
                               const std::string info = node->command("CLUSTER INFO");
                               return info.find("cluster_state:ok") != std::string::npos &&
                                      info.find("cluster_known_nodes:6") != std::string::npos;
                             }) &&
         std::all_of(nodes.begin() + kMasters, nodes.end(),
                     [](const auto& replica) { return says(*replica, "INFO replication", "master_link_status:up"); });
}

RedisOptions ClusterGroup::options() const {
  RedisOptions options;
  // One replica and one master: either is enough to find the rest.
  options.cluster = {address_of(*nodes.back()), address_of(*nodes.front())};
  return options;
}

std::string ClusterGroup::id(std::size_t index) const {
  const std::string reply = nodes[index]->command("CLUSTER MYID");
  return reply.substr(reply.find('\n') + 1, 40);
}

std::size_t ClusterGroup::master_of(std::uint16_t slot, std::size_t asked) const {
  std::istringstream lines(nodes[asked]->command("CLUSTER NODES"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, address, flags, word;
    words >> name >> address >> flags;
    if (flags.find("master") == std::string::npos) continue;
    while (words >> word) {
      const auto dash = word.find('-');
      if (word.find_first_not_of("0123456789-") != std::string::npos || word.size() > 11) continue;
      const long first = std::strtol(word.c_str(), nullptr, 10);
      const long last = dash == std::string::npos ? first : std::strtol(word.c_str() + dash + 1, nullptr, 10);
      if (slot < first || slot > last) continue;
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (address.find(":" + std::to_string(nodes[i]->port()) + "@") != std::string::npos) return i;
      }
    }
  }
  return nodes.size();
}

}  // namespace ringfence::test
