// Frames: what is written is read back, and whatever breaks the format is refused whole.
#include "shared/frame_codec.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "seeded.h"

namespace ringfence {
namespace {

// A payload built by hand, field by field.
std::string field(std::uint8_t tag, std::string_view bytes) {
  std::string text(1, static_cast<char>(tag));
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(bytes.size() >> shift & 0xff);
  return text + std::string(bytes);
}
std::string received() { return field(1, std::string_view("\0\0\1\x8b\xcf\xe5\x68\0", 8)); }
std::string minimal() { return received() + field(3, "id") + field(8, "{}"); }
bool decodes(std::string_view payload) { return decode_event(as_bytes(payload)).has_value(); }
ByteView payload_of(std::string_view frame) { return as_bytes(frame).subspan(kFrameHeadBytes); }

EventFrame full_event() {
  EventFrame event;
  event.received_ms = 1700000000123;
  event.scheme = "telnyx";
  event.id = "0ccc7b54-4df3-4bca-a65a-3da1ecc777f0";
  event.type = "call.initiated";
  event.partition = "428c31b6-7af4-4bcb-b7f5-5013ef9657c1";
  event.trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  event.headers[0] = {"telnyx-timestamp", "1700000000"};
  event.headers[1] = {"x-empty", ""};
  event.headers[2] = {"x-colons", "a:b:c"};
  event.header_count = 3;
  event.body = as_bytes("{\"data\":{}}");
  return event;
}

TEST(EventFrame, RoundTrips) {
  const EventFrame event = full_event();
  const std::string text = encode_event(event);
  const auto head = decode_head(as_bytes(text), limits::kFramePayloadBytes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->kind, FrameKind::event);
  EXPECT_EQ(head->payload_bytes, text.size() - kFrameHeadBytes);
  const auto decoded = decode_event(payload_of(text));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->received_ms, event.received_ms);
  EXPECT_EQ(decoded->scheme, event.scheme);
  EXPECT_EQ(decoded->id, event.id);
  EXPECT_EQ(decoded->type, event.type);
  EXPECT_EQ(decoded->partition, event.partition);
  EXPECT_EQ(decoded->trace_parent, event.trace_parent);
  ASSERT_EQ(decoded->header_count, 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(decoded->headers[i].name, event.headers[i].name);
    EXPECT_EQ(decoded->headers[i].value, event.headers[i].value);
  }
  EXPECT_EQ(as_text(decoded->body), as_text(event.body));
}

TEST(EventFrame, AnEventAtEveryLimitFitsAFrame) {
  const std::string field_text(limits::kFieldBytes, 'f');
  const std::string value(limits::kFrameHeaderValueBytes, 'v');
  const std::string body(limits::kBodyBytes, 'b');
  EventFrame event;
  event.scheme = event.id = event.type = event.partition = event.trace_parent = field_text;
  for (FrameHeader& header : event.headers) header = {field_text, value};
  event.header_count = event.headers.size();
  event.body = as_bytes(body);
  const std::string text = encode_event(event);
  ASSERT_FALSE(text.empty());
  ASSERT_TRUE(decode_head(as_bytes(text), limits::kFramePayloadBytes));
  EXPECT_TRUE(decode_event(payload_of(text)));
}

TEST(EventFrame, NothingOverALimitIsWritten) {
  const std::string long_field(limits::kFieldBytes + 1, 'f');
  const std::string long_value(limits::kFrameHeaderValueBytes + 1, 'v');
  const std::string long_body(limits::kBodyBytes + 1, 'b');
  std::string_view EventFrame::*const texts[] = {&EventFrame::scheme, &EventFrame::id, &EventFrame::type,
                                                 &EventFrame::partition, &EventFrame::trace_parent};
  for (const auto member : texts) {
    EventFrame event = full_event();
    event.*member = long_field;
    EXPECT_EQ(encode_event(event), "");
  }
  const auto refused = [](auto&& change) {
    EventFrame event = full_event();
    change(event);
    std::string space(limits::kFramePayloadBytes, '\0');
    EXPECT_FALSE(encode_event_prefix(event, {reinterpret_cast<std::uint8_t*>(space.data()), space.size()}));
    EXPECT_EQ(encode_event(event), "");
  };
  refused([&](EventFrame& event) { event.body = as_bytes(long_body); });
  refused([&](EventFrame& event) { event.headers[0].value = long_value; });
  refused([&](EventFrame& event) { event.headers[0].name = long_field; });
  refused([](EventFrame& event) { event.headers[0].name = ""; });
  refused([](EventFrame& event) { event.headers[0].name = "a:b"; });
  refused([](EventFrame& event) { event.header_count = limits::kFrameHeaders + 1; });
  refused([](EventFrame& event) { event.id = ""; });
  refused([](EventFrame& event) { event.received_ms = -1; });
}

TEST(EventFrame, PrefixNeedsAllItsSpaceAndNoMore) {
  const EventFrame event = full_event();
  const std::size_t bytes = event_prefix_bytes(event);
  std::vector<std::uint8_t> exact(bytes);
  EXPECT_TRUE(encode_event_prefix(event, exact));
  for (std::size_t less = 1; less <= bytes; ++less) {
    std::vector<std::uint8_t> small(bytes - less);
    EXPECT_FALSE(encode_event_prefix(event, small)) << less;
  }
  const std::string whole = encode_event(event);
  EXPECT_EQ(whole.size(), bytes + event.body.size());
  EXPECT_EQ(whole.substr(0, bytes), as_text(exact));
}

TEST(EventFrame, AbsentFieldsAreEmpty) {
  const std::string payload = minimal();
  const auto event = decode_event(as_bytes(payload));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->received_ms, 1700000000000);
  EXPECT_EQ(event->id, "id");
  EXPECT_EQ(event->type, "");
  EXPECT_EQ(event->header_count, 0U);
}

TEST(EventFrame, RequiredFieldsAreRequired) {
  EXPECT_TRUE(decodes(minimal()));
  EXPECT_FALSE(decodes(""));
  EXPECT_FALSE(decodes(field(3, "id") + field(8, "{}"))) << "no time";
  EXPECT_FALSE(decodes(received() + field(8, "{}"))) << "no id";
  EXPECT_FALSE(decodes(received() + field(3, "id"))) << "no body";
  EXPECT_FALSE(decodes(received() + field(3, "") + field(8, "{}"))) << "empty id";
}

TEST(EventFrame, FieldsOccurOnceExceptHeaders) {
  for (std::uint8_t tag = 1; tag <= 6; ++tag) {
    const std::string again = tag == 1 ? received() : field(tag, "x");
    EXPECT_FALSE(decodes(again + again + minimal())) << int{tag};
  }
  std::string headers;
  for (std::size_t i = 0; i < limits::kFrameHeaders; ++i) headers += field(7, "a:b");
  EXPECT_TRUE(decodes(headers + minimal()));
  EXPECT_FALSE(decodes(headers + field(7, "a:b") + minimal())) << "too many";
}

TEST(EventFrame, TheBodyIsTheLastField) {
  EXPECT_FALSE(decodes(field(8, "{}") + received() + field(3, "id")));
  EXPECT_FALSE(decodes(minimal() + field(8, "{}")));
  EXPECT_FALSE(decodes(minimal() + field(7, "a:b")));
  EXPECT_FALSE(decodes(minimal() + field(200, ""))) << "not even a field we would skip";
  EXPECT_FALSE(decodes(minimal() + "\x01"));
}

TEST(EventFrame, OnlyHighTagsMayBeSkipped) {
  for (int tag = 0; tag < 256; ++tag) {
    if (tag >= 1 && tag <= 8) continue;
    EXPECT_EQ(decodes(field(static_cast<std::uint8_t>(tag), "xyz") + minimal()), tag >= 128) << tag;
  }
}

TEST(EventFrame, FieldsKeepTheirShape) {
  EXPECT_FALSE(decodes(field(1, "1234567") + field(3, "id") + field(8, "")));
  EXPECT_FALSE(decodes(field(1, "123456789") + field(3, "id") + field(8, "")));
  EXPECT_FALSE(decodes(field(1, "\xff\xff\xff\xff\xff\xff\xff\xff") + field(3, "id") + field(8, ""))) << "negative";
  EXPECT_FALSE(decodes(field(7, "no colon") + minimal()));
  EXPECT_FALSE(decodes(field(7, ":no name") + minimal()));
  EXPECT_TRUE(decodes(field(7, "a:") + minimal()));
  EXPECT_FALSE(decodes(field(7, "a:" + std::string(limits::kFrameHeaderValueBytes + 1, 'v')) + minimal()));
  EXPECT_FALSE(decodes(field(7, std::string(limits::kFieldBytes + 1, 'n') + ":v") + minimal()));
  for (const std::uint8_t tag : std::array<std::uint8_t, 4>{2, 4, 5, 6}) {
    EXPECT_TRUE(decodes(field(tag, std::string(limits::kFieldBytes, 'x')) + minimal())) << int{tag};
    EXPECT_FALSE(decodes(field(tag, std::string(limits::kFieldBytes + 1, 'x')) + minimal())) << int{tag};
  }
}

TEST(EventFrame, EveryTruncationIsRefused) {
  const std::string text = encode_event(full_event());
  const ByteView payload = payload_of(text);
  // Cutting inside the body leaves a body field whose length does not hold, cutting before it leaves none.
  for (std::size_t size = 0; size < payload.size(); ++size) EXPECT_FALSE(decode_event(payload.first(size))) << size;
}

TEST(EventFrame, LengthsThatLieAreRefused) {
  std::string text = minimal();
  for (const std::uint32_t length : {0x7fffffffU, 0x80000000U, 0xffffffffU, 0xfffffff8U}) {
    std::string lying = text;
    for (std::size_t i = 0; i < 4; ++i) lying[1 + i] = static_cast<char>(length >> (24 - 8 * i) & 0xff);
    EXPECT_FALSE(decodes(lying)) << length;
  }
}

TEST(EventFrame, MutatedPayloadsAreRefusedOrReadWithinThemselves) {
  test::Seeded seeded(7);
  const std::string genuine(as_text(payload_of(encode_event(full_event()))));
  for (int round = 0; round < 50'000; ++round) {
    std::string text = genuine;
    for (std::size_t changes = 1 + seeded.below(4); changes > 0; --changes) {
      text[seeded.below(text.size())] = static_cast<char>(seeded.below(256));
    }
    if (seeded.one_in(4)) text.resize(seeded.below(text.size()));
    const auto event = decode_event(as_bytes(text));
    if (!event) continue;
    EXPECT_FALSE(event->id.empty());
    EXPECT_LE(event->header_count, limits::kFrameHeaders);
    EXPECT_EQ(event->body.data() + event->body.size(), as_bytes(text).data() + text.size());
    EXPECT_FALSE(encode_event(*event).empty()) << "what is read can be written";
  }
}

TEST(FrameHead, RefusesWhatItDoesNotKnow) {
  const auto head = [](std::string_view bytes, std::size_t max) { return decode_head(as_bytes(bytes), max); };
  EXPECT_TRUE(head(std::string_view("\0\0\0\5\1\2", 6), 5));
  EXPECT_FALSE(head(std::string_view("\0\0\0\6\1\2", 6), 5)) << "too long";
  EXPECT_FALSE(head(std::string_view("\xff\xff\xff\xff\1\2", 6), limits::kFramePayloadBytes));
  EXPECT_FALSE(head(std::string_view("\0\0\0\0\0\2", 6), 5)) << "version 0";
  EXPECT_FALSE(head(std::string_view("\0\0\0\0\2\2", 6), 5)) << "version 2";
  for (int kind = 0; kind < 256; ++kind) {
    std::string bytes("\0\0\0\0\1", 5);
    bytes += static_cast<char>(kind);
    EXPECT_EQ(head(bytes, 5).has_value(), kind >= 1 && kind <= 4) << kind;
  }
  for (std::size_t size = 0; size < kFrameHeadBytes; ++size) {
    EXPECT_FALSE(head(std::string_view("\0\0\0\5\1\2", size), 5)) << size;
  }
  EXPECT_FALSE(head("GET / HTTP/1.1\r\n", limits::kFramePayloadBytes));
}

TEST(VerdictFrame, RoundTripsAndCutsItsReason) {
  for (const Verdict verdict : {Verdict::accepted, Verdict::duplicate, Verdict::later, Verdict::refused}) {
    const std::string text = encode_verdict({verdict, 65535, "store is away"});
    ASSERT_TRUE(decode_head(as_bytes(text), limits::kFramePayloadBytes));
    const auto decoded = decode_verdict(payload_of(text));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->verdict, verdict);
    EXPECT_EQ(decoded->retry_after_s, 65535);
    EXPECT_EQ(decoded->reason, "store is away");
  }
  const std::string reason(1000, 'r');
  const std::string long_frame = encode_verdict({Verdict::later, 1, reason});
  const auto cut = decode_verdict(payload_of(long_frame));
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->reason.size(), limits::kFieldBytes);
}

TEST(VerdictFrame, RefusesBrokenPayloads) {
  const auto decodes_verdict = [](std::string_view text) { return decode_verdict(as_bytes(text)).has_value(); };
  EXPECT_FALSE(decodes_verdict(""));
  EXPECT_FALSE(decodes_verdict("\1"));
  EXPECT_FALSE(decodes_verdict(std::string_view("\1\0", 2)));
  EXPECT_TRUE(decodes_verdict(std::string_view("\1\0\0", 3)));
  for (int verdict = 0; verdict < 256; ++verdict) {
    std::string text(1, static_cast<char>(verdict));
    EXPECT_EQ(decodes_verdict(text + std::string(2, '\0')), verdict >= 1 && verdict <= 4) << verdict;
  }
  EXPECT_FALSE(decodes_verdict("\1ab" + std::string(limits::kFieldBytes + 1, 'r')));
}

TEST(RequestFrame, RoundTrips) {
  const std::string text = encode_request({"PUT", "/v1/directory?dry_run=1", as_bytes("body")});
  const auto decoded = decode_request(payload_of(text));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->method, "PUT");
  EXPECT_EQ(decoded->target, "/v1/directory?dry_run=1");
  EXPECT_EQ(as_text(decoded->body), "body");
  EXPECT_EQ(encode_request({std::string(256, 'M'), "/", {}}), "");
  EXPECT_EQ(encode_request({"", "/", {}}), "");
  EXPECT_EQ(encode_request({"GET", "", {}}), "");
  EXPECT_EQ(encode_request({"GET", std::string(65536, '/'), {}}), "");
  const std::string body(limits::kDirectoryBytes, 'b');
  EXPECT_EQ(encode_request({"PUT", "/", as_bytes(body)}), "");
  const std::string fits = encode_request({"PUT", "/", as_bytes(body).first(body.size() - 7)});
  EXPECT_TRUE(decode_head(as_bytes(fits), limits::kDirectoryBytes));
  const ByteView payload = payload_of(text);
  for (std::size_t size = 0; size < payload.size() - 4; ++size) EXPECT_FALSE(decode_request(payload.first(size)));
}

TEST(RequestFrame, ItsPrefixIsThatOfTheWholeFrame) {
  const auto prefix = [](const RequestFrame& request, std::size_t body_bytes, std::size_t room = 1 << 20) {
    std::string text(std::min(room, request_prefix_bytes(request)), '\0');
    const ByteSpan out{reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
    return encode_request_prefix(request, body_bytes, out) ? text : "";
  };
  const RequestFrame request{"POST", "/calls?x=1", as_bytes("body")};
  EXPECT_EQ(prefix(request, 4) + "body", encode_request(request));
  EXPECT_EQ(prefix(request, 4, request_prefix_bytes(request) - 1), "");
  EXPECT_EQ(prefix({"", "/", {}}, 0), "");
  EXPECT_EQ(prefix({"GET", "", {}}, 0), "");
  EXPECT_EQ(prefix({std::string(256, 'M'), "/", {}}, 0), "");
  EXPECT_NE(prefix({std::string(255, 'M'), "/", {}}, 0), "");
  EXPECT_EQ(prefix({"GET", std::string(65536, '/'), {}}, 0), "");
  EXPECT_NE(prefix({"GET", std::string(65535, '/'), {}}, 0), "");
  const std::string full = prefix({"PUT", "/", {}}, limits::kFramePayloadBytes - 7);
  ASSERT_FALSE(full.empty());
  EXPECT_TRUE(decode_head(as_bytes(full), limits::kFramePayloadBytes));
  EXPECT_EQ(prefix({"PUT", "/", {}}, limits::kFramePayloadBytes - 6), "");
}

TEST(ReplyFrame, RoundTrips) {
  const std::string text = encode_reply({404, "text/plain", as_bytes("no such call")});
  const auto decoded = decode_reply(payload_of(text));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->status, 404);
  EXPECT_EQ(decoded->content_type, "text/plain");
  EXPECT_EQ(as_text(decoded->body), "no such call");
  EXPECT_EQ(encode_reply({200, std::string(256, 't'), {}}), "");
  const std::string body(limits::kReplyBytes, 'b');
  EXPECT_EQ(encode_reply({200, "t", as_bytes(body)}), "");
  const std::string fits = encode_reply({200, "t", as_bytes(body).first(body.size() - 4)});
  EXPECT_TRUE(decode_head(as_bytes(fits), limits::kReplyBytes));
  const ByteView payload = payload_of(text);
  for (std::size_t size = 0; size < 13; ++size) EXPECT_FALSE(decode_reply(payload.first(size))) << size;
}

}  // namespace
}  // namespace ringfence
