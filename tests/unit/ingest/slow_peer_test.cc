// Peers that are never quite finished. One byte now and then counted as progress, and held a connection for ever.
#include "socket_fixture.h"

namespace ringfence::testing_ingest {
namespace {

TEST_F(SocketTest, APeerThatTricklesAFrameIsCutOff) {
  auto impatient = options();
  impatient.stalled_peer_ms = 40;
  ASSERT_TRUE(start(impatient));
  Peer peer(path_);
  const std::string frame = event_bytes("drip", 60'000);
  std::size_t sent = 0;
  EXPECT_TRUE(eventually([&] {
    peer.read();
    if (!peer.closed && sent < frame.size() / 2) sent += peer.send(std::string_view(frame).substr(sent, 1));
    return peer.closed;
  }));
  EXPECT_LT(sent, frame.size() / 2) << "it was still sending";
  EXPECT_EQ(server_->counters().stalled, 1U);
  EXPECT_TRUE(events_.ids.empty());
}

TEST_F(SocketTest, APeerThatIsBusyAllTheTimeIsNotStalled) {
  auto impatient = options();
  impatient.stalled_peer_ms = 400;  // more than this machine may keep us from sending
  ASSERT_TRUE(start(impatient));
  events_.at_once = true;
  Peer peer(path_);
  const std::string frame = event_bytes("busy", 1000);
  const auto begun = std::chrono::steady_clock::now();
  std::string bytes = frame.substr(0, frame.size() / 2);  // always in the middle of a frame, never of the same one
  EXPECT_TRUE(eventually([&] {
    peer.send(bytes);
    bytes = frame.substr(frame.size() / 2) + frame.substr(0, frame.size() / 2);
    peer.read();
    return peer.closed || std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(1000);
  }));
  EXPECT_FALSE(peer.closed);
  EXPECT_EQ(server_->counters().stalled, 0U);
}

}  // namespace
}  // namespace ringfence::testing_ingest
