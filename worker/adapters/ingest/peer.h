// Who is at the other end of a Unix socket, as the kernel says, and who may be. Used by FrameServer.
// Must not know: frames, libuv.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

namespace ringfence {

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
  gid_t gid = 0;
};

// The process that called connect(); nullopt when the kernel does not know.
[[nodiscard]] std::optional<Peer> peer_of(int fd) noexcept;

struct PeerRule {
  std::vector<uid_t> users;
  std::vector<gid_t> groups;  // the peer's primary group
  [[nodiscard]] bool allows(const Peer& peer) const noexcept;
  // Root, and the user we run as, and `extra`.
  [[nodiscard]] static PeerRule usual(const std::vector<uid_t>& extra);
};

}  // namespace ringfence
