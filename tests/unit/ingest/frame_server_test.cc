// Frames over a real Unix socket: every way a peer can behave, and that it harms nobody else.
#include <gmock/gmock.h>

#include "socket_fixture.h"

namespace ringfence::testing_ingest {
namespace {

using ::testing::ElementsAre;

TEST_F(SocketTest, AnEventIsAnsweredByItsVerdict) {
  started();
  Peer peer(path_);
  ASSERT_TRUE(peer.connected);
  peer.send(event_bytes("e1"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  EXPECT_THAT(events_.ids, ElementsAre("e1"));
  events_.answer(Verdict::refused);
  std::string reason;
  EXPECT_EQ(verdict_at(peer, &reason), Verdict::refused);
  EXPECT_EQ(reason, "said");
  peer.send(event_bytes("e2"));  // the connection is kept alive
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  events_.answer();
  EXPECT_EQ(verdict_at(peer), Verdict::accepted);
  EXPECT_EQ(server_->counters().events, 2U);
  EXPECT_EQ(server_->counters().accepted, 1U);
}

TEST_F(SocketTest, ARequestIsAnsweredByItsReply) {
  started();
  Peer peer(path_);
  peer.send(encode_request({.method = "GET", .target = "/health", .body = {}}));
  std::optional<std::pair<FrameKind, std::string>> frame;
  ASSERT_TRUE(eventually([&] { return (frame = peer.take()).has_value(); }));
  EXPECT_EQ(frame->first, FrameKind::reply);
  const auto reply = decode_reply(as_bytes(frame->second));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(as_text(reply->body), "rr");
  EXPECT_THAT(requests_.targets, ElementsAre("/health"));
}

TEST_F(SocketTest, PipelinedEventsAreAnsweredOneAtATimeAndInOrder) {
  started();
  Peer peer(path_);
  peer.send(event_bytes("a") + event_bytes("b") + event_bytes("c"));
  for (const auto* id : {"a", "b", "c"}) {
    ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
    EXPECT_EQ(events_.ids.back(), id);
    peer.send(event_bytes(std::string("later-") + id));  // more, while one is being answered
    for (int turn = 0; turn < 20; ++turn) uv_run(loop_.get(), UV_RUN_NOWAIT);
    EXPECT_EQ(events_.waiting.size(), 1U) << "two frames of one connection are being answered";
    events_.answer();
    EXPECT_EQ(verdict_at(peer), Verdict::accepted);
  }
  for (const auto* id : {"later-a", "later-b", "later-c"}) {
    ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
    EXPECT_EQ(events_.ids.back(), id);
    events_.answer();
    EXPECT_EQ(verdict_at(peer), Verdict::accepted);
  }
}

TEST_F(SocketTest, AThousandPipelinedEventsWithImmediateVerdicts) {
  started();
  events_.at_once = true;
  Peer peer(path_);
  std::string all;
  for (int i = 0; i < 1000; ++i) all += event_bytes("e" + std::to_string(i));
  std::string_view rest = all;
  int answered = 0;
  ASSERT_TRUE(eventually([&] {
    rest.remove_prefix(peer.send(rest));
    while (const auto frame = peer.take()) {
      EXPECT_EQ(decode_verdict(as_bytes(frame->second))->reason, "e" + std::to_string(answered));
      ++answered;
    }
    return answered == 1000;
  }));
  EXPECT_EQ(events_.ids.size(), 1000U);
}

TEST_F(SocketTest, WhatAPeerSendsAheadIsBoundedByPushingBack) {
  started();
  Peer peer(path_);
  peer.send(event_bytes("first"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  const std::string flood = event_bytes("flood", 100'000);
  std::size_t taken = 0;
  int refused = 0;
  ASSERT_TRUE(eventually([&] {
    const std::size_t sent = peer.send(flood);
    taken += sent;
    refused = sent == 0 ? refused + 1 : 0;
    return refused > 50;  // turn after turn nothing more is taken
  }));
  EXPECT_LT(taken, 2U * 1024 * 1024);
  EXPECT_EQ(events_.ids.size(), 1U);
}

TEST_F(SocketTest, AFrameMayArriveByteByByte) {
  started();
  events_.at_once = true;
  Peer peer(path_);
  const std::string bytes = event_bytes("slow");
  for (const char byte : bytes) {
    peer.send({&byte, 1});
    uv_run(loop_.get(), UV_RUN_NOWAIT);
  }
  EXPECT_EQ(verdict_at(peer), Verdict::accepted);
}

TEST_F(SocketTest, TheLargestBodyFitsAndOneByteMoreBreaksTheConnection) {
  started();
  events_.at_once = true;
  Peer peer(path_);
  std::string frame = event_bytes("big", limits::kBodyBytes);
  std::string_view rest = frame;
  ASSERT_TRUE(eventually([&] {
    rest.remove_prefix(peer.send(rest));
    return rest.empty();
  }));
  EXPECT_EQ(verdict_at(peer), Verdict::accepted);
  EXPECT_THAT(events_.body_bytes, ElementsAre(limits::kBodyBytes));

  const auto too_long = static_cast<std::uint32_t>(limits::kFramePayloadBytes + 1);
  const std::string head = {static_cast<char>(too_long >> 24), static_cast<char>(too_long >> 16),
                            static_cast<char>(too_long >> 8),  static_cast<char>(too_long),
                            static_cast<char>(kFrameVersion),  static_cast<char>(FrameKind::event)};
  peer.send(head);
  EXPECT_TRUE(closed_at(peer));
  EXPECT_EQ(server_->counters().broken, 1U);
}

TEST_F(SocketTest, GarbageClosesItsConnectionAndHarmsNoOther) {
  started();
  Peer good(path_), bad(path_);
  good.send(event_bytes("before"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  bad.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(closed_at(bad));
  EXPECT_EQ(server_->counters().broken, 1U);
  EXPECT_GE(log_.count("frame_broken socket=ingest"), 1U);
  events_.answer();
  EXPECT_EQ(verdict_at(good), Verdict::accepted);
}

TEST_F(SocketTest, AWellFramedEventWithABrokenPayloadClosesItsConnection) {
  started();
  Peer peer(path_);
  std::string frame = event_bytes("x");
  frame[kFrameHeadBytes] = 77;  // a field tag nobody knows and nobody may skip
  peer.send(frame);
  EXPECT_TRUE(closed_at(peer));
  EXPECT_EQ(server_->counters().broken, 1U);
  EXPECT_TRUE(events_.ids.empty());
}

TEST_F(SocketTest, AKindOfFrameWithoutASinkBreaksTheFormat) {
  server_ = std::make_unique<FrameServer>(loop_, log_, options());
  ASSERT_TRUE(server_->start({.events = &events_}));
  Peer peer(path_);
  peer.send(encode_request({.method = "GET", .target = "/health", .body = {}}));
  EXPECT_TRUE(closed_at(peer));
  EXPECT_EQ(server_->counters().broken, 1U);
  Peer other(path_);
  other.send(encode_verdict({}));  // the wrong direction
  EXPECT_TRUE(closed_at(other));
  EXPECT_EQ(server_->counters().broken, 2U);
}

TEST_F(SocketTest, HalfAFrameAndGoneIsCountedAsBroken) {
  started();
  Peer peer(path_);
  peer.send(event_bytes("half").substr(0, 20));
  peer.leave();
  EXPECT_TRUE(eventually([&] { return server_->counters().broken == 1; }));
  EXPECT_EQ(server_->counters().open, 0U);
}

TEST_F(SocketTest, APeerThatLeavesBetweenFramesIsNoError) {
  started();
  Peer peer(path_);
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 1; }));
  peer.leave();
  EXPECT_TRUE(eventually([&] { return server_->counters().open == 0; }));
  EXPECT_EQ(server_->counters().broken, 0U);
}

TEST_F(SocketTest, AVerdictForAPeerThatLeftIsDropped) {
  started();
  Peer peer(path_);
  peer.send(event_bytes("gone"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  peer.leave();
  for (int turn = 0; turn < 20; ++turn) uv_run(loop_.get(), UV_RUN_NOWAIT);
  events_.answer();
  EXPECT_TRUE(eventually([&] { return server_->counters().open == 0; }));
}

TEST_F(SocketTest, AVerdictNeverReachesWhoeverGotTheSlotOfAPeerThatLeft) {
  started();
  auto first = std::make_unique<Peer>(path_);
  first->send(event_bytes("first") + "garbage that breaks the connection once the verdict is out");
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  server_->cut_off();
  first.reset();
  Peer second(path_);
  second.send(event_bytes("second"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 2; }));
  events_.answer(Verdict::refused);  // the first one's
  events_.answer(Verdict::accepted);
  EXPECT_EQ(verdict_at(second), Verdict::accepted);
  EXPECT_EQ(server_->counters().replies_dropped, 1U);
}

TEST_F(SocketTest, APeerMayCloseItsSendingHalfAndStillGetsItsVerdict) {
  started();
  Peer peer(path_);
  peer.send(event_bytes("last"));
  peer.end_sending();
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  for (int turn = 0; turn < 20; ++turn) uv_run(loop_.get(), UV_RUN_NOWAIT);
  events_.answer();
  EXPECT_EQ(verdict_at(peer), Verdict::accepted);
  EXPECT_TRUE(closed_at(peer));
}

TEST_F(SocketTest, ALongReplyToASlowReaderArrivesWhole) {
  started();
  requests_.reply_bytes = 3'000'000;
  Peer peer(path_, 4096);
  peer.send(encode_request({.method = "GET", .target = "/calls", .body = {}}));
  ASSERT_TRUE(eventually([&] { return requests_.targets.size() == 1; }));
  peer.send(encode_request({.method = "GET", .target = "/second", .body = {}}));
  for (int turn = 0; turn < 20; ++turn) uv_run(loop_.get(), UV_RUN_NOWAIT);
  EXPECT_EQ(requests_.targets.size(), 1U) << "a second reply was begun before the first was out";
  for (int i = 0; i < 2; ++i) {
    std::optional<std::pair<FrameKind, std::string>> frame;
    ASSERT_TRUE(eventually([&] { return (frame = peer.take()).has_value(); }));
    EXPECT_EQ(decode_reply(as_bytes(frame->second))->body.size(), 3'000'000U);
  }
}

TEST_F(SocketTest, APeerThatLeavesInTheMiddleOfALongReplyIsForgotten) {
  started();
  requests_.reply_bytes = 3'000'000;
  Peer peer(path_);
  peer.send(encode_request({.method = "GET", .target = "/calls", .body = {}}));
  ASSERT_TRUE(eventually([&] { return requests_.targets.size() == 1; }));
  peer.leave();
  EXPECT_TRUE(eventually([&] { return server_->counters().open == 0; }));
}

TEST_F(SocketTest, TheServerMayDieWithAReplyHalfOut) {
  started();
  requests_.reply_bytes = 3'000'000;
  Peer peer(path_);
  peer.send(encode_request({.method = "GET", .target = "/calls", .body = {}}));
  ASSERT_TRUE(eventually([&] { return requests_.targets.size() == 1; }));
  server_.reset();  // the cancelled write comes back later and must find nobody
  EXPECT_TRUE(closed_at(peer));
}

TEST_F(SocketTest, AReplyLongerThanAFrameBecomesAnError) {
  started();
  requests_.reply_bytes = limits::kReplyBytes + 1;
  Peer peer(path_);
  peer.send(encode_request({.method = "GET", .target = "/calls", .body = {}}));
  std::optional<std::pair<FrameKind, std::string>> frame;
  ASSERT_TRUE(eventually([&] { return (frame = peer.take()).has_value(); }));
  EXPECT_EQ(decode_reply(as_bytes(frame->second))->status, 500);
}

TEST_F(SocketTest, AStalledPeerIsCutOff) {
  auto impatient = options();
  impatient.stalled_peer_ms = 20;
  ASSERT_TRUE(start(impatient));
  Peer idle(path_), stalled(path_);
  stalled.send(event_bytes("half").substr(0, 20));
  EXPECT_TRUE(closed_at(stalled));
  EXPECT_EQ(server_->counters().stalled, 1U);
  idle.send(event_bytes("still here"));  // kept alive without a frame on its way: that is not stalling
  EXPECT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
}

TEST_F(SocketTest, APeerThatIsNotAllowedIsClosedCountedAndLogged) {
  auto strict = options();
  strict.peers = {.users = {geteuid() + 1}, .groups = {}};
  ASSERT_TRUE(start(strict));
  Peer peer(path_);
  peer.send(event_bytes("nope"));
  EXPECT_TRUE(closed_at(peer));
  EXPECT_EQ(server_->counters().refused_peer, 1U);
  EXPECT_EQ(server_->counters().accepted, 0U);
  EXPECT_TRUE(events_.ids.empty());
  EXPECT_GE(log_.count("peer_refused socket=ingest uid=" + std::to_string(geteuid())), 1U);
}

TEST_F(SocketTest, APeerMayBeAllowedByItsGroup) {
  auto by_group = options();
  by_group.peers = {.users = {}, .groups = {getegid()}};
  ASSERT_TRUE(start(by_group));
  events_.at_once = true;
  Peer peer(path_);
  peer.send(event_bytes("yes"));
  EXPECT_EQ(verdict_at(peer), Verdict::accepted);
}

TEST_F(SocketTest, ConnectionsPastTheLimitAreClosedAndTheOthersGoOn) {
  auto few = options();
  few.max_connections = 2;
  ASSERT_TRUE(start(few));
  events_.at_once = true;
  Peer first(path_);
  auto second = std::make_unique<Peer>(path_);
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 2; }));
  Peer third(path_);
  EXPECT_TRUE(closed_at(third));
  EXPECT_EQ(server_->counters().refused_full, 1U);
  EXPECT_GE(log_.count("connections_full"), 1U);
  first.send(event_bytes("a"));
  EXPECT_EQ(verdict_at(first), Verdict::accepted);
  second.reset();
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 1; }));
  Peer fourth(path_);
  fourth.send(event_bytes("b"));
  EXPECT_EQ(verdict_at(fourth), Verdict::accepted);
}

TEST_F(SocketTest, StopClosesIdleConnectionsAndFinishesWhatIsInFlight) {
  started();
  Peer idle(path_), busy(path_), arriving(path_);
  busy.send(event_bytes("busy"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1 && server_->counters().open == 3; }));
  const std::string frame = event_bytes("arriving");
  arriving.send(frame.substr(0, 10));
  for (int turn = 0; turn < 20; ++turn) uv_run(loop_.get(), UV_RUN_NOWAIT);
  bool drained = false;
  server_->stop([&] { drained = true; });
  EXPECT_TRUE(closed_at(idle));
  EXPECT_FALSE(Peer(path_).connected);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_FALSE(drained);
  arriving.send(frame.substr(10));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 2; }));
  events_.answer();
  EXPECT_EQ(verdict_at(busy), Verdict::accepted);
  EXPECT_TRUE(closed_at(busy));
  EXPECT_FALSE(drained);
  events_.answer(Verdict::later);
  EXPECT_EQ(verdict_at(arriving), Verdict::later);
  EXPECT_TRUE(eventually([&] { return drained; }));
  loop_.run();  // nothing keeps the loop alive any more
}

// Its sender could not know: an nginx that sent it on a connection of its own would have to tell its client.
TEST_F(SocketTest, WhatHasArrivedUnreadWhenTheServerStopsIsAnswered) {
  started();
  Peer whole(path_), half(path_), at_once(path_), silent(path_);
  ASSERT_TRUE(eventually([&] { return server_->counters().open == 4; }));
  const std::string frame = event_bytes("half");
  ASSERT_EQ(half.send(frame.substr(0, 10)), 10U);
  ASSERT_NE(whole.send(event_bytes("whole")), 0U);
  ASSERT_NE(at_once.send(encode_request({"GET", "/health", {}})), 0U);
  bool drained = false;
  server_->stop([&] { drained = true; });
  EXPECT_TRUE(closed_at(silent));
  half.send(frame.substr(10));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 2; }));
  EXPECT_TRUE(eventually([&] { return at_once.take().has_value(); }));
  EXPECT_TRUE(closed_at(at_once));
  events_.answer();
  events_.answer();
  EXPECT_EQ(verdict_at(whole), Verdict::accepted);
  EXPECT_EQ(verdict_at(half), Verdict::accepted);
  EXPECT_TRUE(eventually([&] { return drained; }));
  EXPECT_EQ(server_->counters().broken, 0U);
}

TEST_F(SocketTest, StopWithNobodyThereDrainsAndMayDestroyTheServer) {
  started();
  server_->stop([&] { server_.reset(); });
  EXPECT_NE(server_, nullptr) << "drained ran inside stop()";
  loop_.run();
  EXPECT_EQ(server_, nullptr);
}

TEST_F(SocketTest, CutOffEndsADrainThatTakesTooLong) {
  started();
  Peer busy(path_);
  busy.send(event_bytes("busy"));
  ASSERT_TRUE(eventually([&] { return events_.waiting.size() == 1; }));
  bool drained = false;
  server_->stop([&] { drained = true; });
  server_->cut_off();
  EXPECT_TRUE(eventually([&] { return drained; }));
  events_.answer();
  EXPECT_EQ(server_->counters().replies_dropped, 1U);
}

}  // namespace
}  // namespace ringfence::testing_ingest
