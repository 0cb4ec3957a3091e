// The incremental reader: the same frames come out however the stream is cut, and a broken stream stays broken.
#include <gtest/gtest.h>

#include "seeded.h"
#include "shared/frame_codec.h"

namespace ringfence {
namespace {

using Status = FrameReader::Status;

// Feeds `stream` in pieces of the given sizes (the last repeated) and collects the payloads.
struct Read {
  std::vector<std::string> payloads;
  bool broken = false;
};
Read read_in_pieces(std::string_view stream, const std::vector<std::size_t>& sizes, std::size_t max_payload_bytes) {
  FrameReader reader(max_payload_bytes);
  Read read;
  std::size_t turn = 0;
  while (!stream.empty() && !read.broken) {
    const std::size_t size = std::min(stream.size(), sizes[std::min(turn++, sizes.size() - 1)]);
    const std::string piece(stream.substr(0, size));  // a copy, so that ASan sees any view kept too long
    stream.remove_prefix(size);
    ByteView input = as_bytes(piece);
    for (Status status = Status::frame; status == Status::frame;) {
      status = reader.next(input);
      if (status == Status::frame) read.payloads.emplace_back(as_text(reader.payload()));
      read.broken = status == Status::broken;
    }
    EXPECT_TRUE(read.broken || input.empty()) << "need_more means that everything was taken";
  }
  return read;
}

std::string three_frames(std::vector<std::string>& payloads) {
  EventFrame event;
  event.id = "id";
  event.body = as_bytes("{\"data\":{\"id\":\"id\"}}");
  const std::string frames[] = {encode_event(event), encode_verdict({Verdict::accepted, 0, ""}),
                                encode_request({"GET", "/v1/calls", {}})};
  std::string stream;
  for (const std::string& frame : frames) {
    payloads.push_back(frame.substr(kFrameHeadBytes));
    stream += frame;
  }
  return stream;
}

TEST(FrameReader, CutsTheSameFramesAtEverySplit) {
  std::vector<std::string> expected;
  const std::string stream = three_frames(expected);
  for (std::size_t first = 1; first < stream.size(); ++first) {
    for (const std::size_t second : {std::size_t{1}, std::size_t{7}, stream.size()}) {
      const Read read = read_in_pieces(stream, {first, second, stream.size()}, 1000);
      EXPECT_FALSE(read.broken);
      EXPECT_EQ(read.payloads, expected) << first << ", " << second;
    }
  }
  EXPECT_EQ(read_in_pieces(stream, {1}, 1000).payloads, expected) << "byte by byte";
}

TEST(FrameReader, AWholeFrameIsNotCopied) {
  std::vector<std::string> expected;
  const std::string stream = three_frames(expected);
  FrameReader reader(1000);
  ByteView input = as_bytes(stream);
  ASSERT_EQ(reader.next(input), Status::frame);
  EXPECT_EQ(reader.payload().data(), as_bytes(stream).data() + kFrameHeadBytes);
  EXPECT_EQ(reader.head().kind, FrameKind::event);
  ASSERT_EQ(reader.next(input), Status::frame);
  EXPECT_EQ(reader.head().kind, FrameKind::verdict);
  ASSERT_EQ(reader.next(input), Status::frame);
  EXPECT_EQ(reader.head().kind, FrameKind::request);
  EXPECT_EQ(reader.next(input), Status::need_more);
  EXPECT_EQ(reader.next(input), Status::need_more) << "an empty input changes nothing";
}

TEST(FrameReader, EmptyPayloadsAreFrames) {
  const std::string_view stream("\0\0\0\0\1\2\0\0\0\0\1\3", 12);
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    EXPECT_EQ(read_in_pieces(stream, {size}, 0).payloads, (std::vector<std::string>{"", ""})) << size;
  }
}

TEST(FrameReader, ABrokenStreamStaysBroken) {
  for (const std::string_view bad : {std::string_view("\0\0\0\1\2\1", 6), std::string_view("\0\0\0\1\1\0", 6),
                                     std::string_view("\0\0\0\1\1\5", 6), std::string_view("\0\1\0\0\1\1", 6),
                                     std::string_view("\xff\xff\xff\xff\1\1", 6), std::string_view("GET / ", 6)}) {
    std::vector<std::string> before;
    const std::string good = three_frames(before);
    for (std::size_t size = 1; size < 40; ++size) {
      const Read read = read_in_pieces(good + std::string(bad) + good, {size}, 1000);
      EXPECT_TRUE(read.broken);
      EXPECT_EQ(read.payloads, before) << "the frames before are not harmed";
    }
    FrameReader reader(1000);
    ByteView input = as_bytes(bad);
    EXPECT_EQ(reader.next(input), Status::broken);
    ByteView next = as_bytes(good);
    EXPECT_EQ(reader.next(next), Status::broken);
    EXPECT_TRUE(reader.payload().empty());
  }
}

TEST(FrameReader, TheLargestFrameComesThroughInPieces) {
  const std::string body(limits::kBodyBytes, 'b');
  EventFrame event;
  event.id = "id";
  event.body = as_bytes(body);
  const std::string frame = encode_event(event);
  const Read read = read_in_pieces(frame + frame + frame, {1000, 65536, 65536, 3}, limits::kFramePayloadBytes);
  ASSERT_EQ(read.payloads.size(), 3U);
  EXPECT_EQ(read.payloads[2], frame.substr(kFrameHeadBytes));
  EXPECT_TRUE(read_in_pieces(frame, {1000}, frame.size() - kFrameHeadBytes - 1).broken) << "one byte over the limit";
}

TEST(FrameReader, RandomStreamsNeverHarmIt) {
  test::Seeded seeded(8);
  for (int round = 0; round < 5'000; ++round) {
    std::vector<std::string> payloads;
    std::string stream = three_frames(payloads) + three_frames(payloads);
    for (std::size_t changes = seeded.below(3); changes > 0; --changes) {
      stream[seeded.below(stream.size())] = static_cast<char>(seeded.below(256));
    }
    const Read in_pieces = read_in_pieces(stream, {1 + seeded.below(9), 1 + seeded.below(50)}, 300);
    const Read at_once = read_in_pieces(stream, {stream.size()}, 300);
    EXPECT_EQ(in_pieces.payloads, at_once.payloads);
    EXPECT_EQ(in_pieces.broken, at_once.broken);
  }
}

}  // namespace
}  // namespace ringfence
