// Two versions of ringd on one store: what an older one stored stays readable, and what a newer one stored is carried
// along or left alone, never lost.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "codec/session_json.h"
#include "core/step.h"
#include "shared/json.h"
#include "support/core_fixture.h"

namespace ringfence {
namespace {

std::vector<std::string> stored_documents(const std::filesystem::path& file) {
  std::vector<std::string> documents;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) documents.push_back(line);
  return documents;
}

// One line a document, as ringd stored it then: never edited, only added to. When a format grows, its first documents
// become a file here; README.md of the codec tells when it may.
TEST(Versions, EveryDocumentEverStoredInAFormatThatIsReadReadsBackAsItWas) {
  int formats = 0;
  const std::string nothing = encode_session(Session{});
  const std::string newest = nothing.substr(0, nothing.find(',') + 1);
  for (const auto& file : std::filesystem::directory_iterator(RINGFENCE_SOURCE_DIR "/tests/unit/codec/documents")) {
    ++formats;
    for (const std::string& document : stored_documents(file.path())) {
      const auto session = decode_session(document);
      ASSERT_TRUE(session) << file.path() << ": " << session.error().text << "\n" << document;
      EXPECT_EQ(session->carried, "") << "a field is no longer read: " << document;
      // The newest format's also come out as they went in, so that nothing in them is read past.
      if (document.starts_with(newest)) {
        EXPECT_EQ(encode_session(*session), document);
      }
      static_cast<void>(due_ms(*session));
    }
  }
  EXPECT_GE(formats, 1) << "the documents are missing";
}

// A ringing call of three devices, with `edit` done to its document.
class Edited {
 public:
  Edited() {
    call_.offered({"phone", "tablet", "desk"});
    document_ = std::move(*parse_json(encode_session(call_.session)));
  }
  json_t* at(std::initializer_list<const char*> path) {
    json_t* place = document_.get();
    for (const char* name : path) {
      place = json_is_array(place) ? json_array_get(place, static_cast<std::size_t>(std::stoi(name)))
                                   : json_object_get(place, name);
    }
    return place;
  }
  [[nodiscard]] std::string text() const { return dump_json(document_.get()); }
  [[nodiscard]] test::Call& call() { return call_; }

 private:
  test::Call call_;
  Json document_;
};

TEST(Versions, FieldsOfANewerRingdAreCarriedAlong) {
  Edited edited;
  set_text(edited.at({}), "music", "a waltz");
  set_int(edited.at({"parent"}), "mood", 7);
  set_bool(edited.at({"plan"}), "polite", true);
  set_text(edited.at({"legs", "1"}), "battery", "low");
  set_text(edited.at({"legs", "1", "destination"}), "colour", "green");
  const auto read = decode_session(edited.text());
  ASSERT_TRUE(read) << read.error().text;
  test::Call call = edited.call();
  call.session = *read;
  call.leg(WebhookType::answered, 1);
  ASSERT_EQ(call.session.winner, 1);
  const auto written = parse_json(encode_session(call.session));
  ASSERT_TRUE(written);
  const json_t* leg = json_array_get(json_object_get(written->get(), "legs"), 1);
  EXPECT_EQ(get_text(written->get(), "music"), "a waltz");
  EXPECT_EQ(get_int(get_object(written->get(), "parent"), "mood"), 7);
  EXPECT_TRUE(get_bool(get_object(written->get(), "plan"), "polite"));
  EXPECT_EQ(get_text(leg, "battery"), "low");
  EXPECT_EQ(get_text(get_object(leg, "destination"), "colour"), "green");
  EXPECT_EQ(get_int(written->get(), "winner", -2), 1) << "what is ours is ours";
  const auto again = decode_session(dump_json(written->get()));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, call.session);
}

TEST(Versions, WhatOnlyANewerRingdUnderstandsIsLeftToIt) {
  const auto edited = [](auto edit) {
    Edited document;
    edit(document);
    return decode_session(document.text());
  };
  const Result<Session> refused[] = {
      edited([](Edited& d) { set_int(d.at({}), "format", 1000); }),
      edited([](Edited& d) { set_text(d.at({}), "phase", "dancing"); }),
      edited([](Edited& d) {
        set_text(d.at({"legs", "0"}), "state", "asleep");
      }),
      edited([](Edited& d) {
        set_text(d.at({"outbox", "0"}), "verb", "sing");
      }),
      edited([](Edited& d) {
        set_text(d.at({"outbox", "0"}), "melody", "a waltz");
      }),
  };
  for (const Result<Session>& session : refused) {
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, ErrorCode::unavailable) << session.error().text;
  }
}

}  // namespace
}  // namespace ringfence
