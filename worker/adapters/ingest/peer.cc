// SO_PEERCRED; see peer.h.
#include "adapters/ingest/peer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace ringfence {

std::optional<Peer> peer_of(int fd) noexcept {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return Peer{.pid = credentials.pid, .uid = credentials.uid, .gid = credentials.gid};
}

bool PeerRule::allows(const Peer& peer) const noexcept {
  return std::find(users.begin(), users.end(), peer.uid) != users.end() ||
         std::find(groups.begin(), groups.end(), peer.gid) != groups.end();
}

PeerRule PeerRule::usual(const std::vector<uid_t>& extra) {
  PeerRule rule{.users = extra, .groups = {}};
  rule.users.push_back(0);
  rule.users.push_back(geteuid());
  return rule;
}

}  // namespace ringfence
