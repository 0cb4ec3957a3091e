// The request contract: codes for each kind of fault, and our field tables against the provider's own OpenAPI file.
#include "telnyx_sim/checks.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace ringfence::sim {
namespace {

std::string code_of(Verb verb, const std::string& text) {
  const auto body = parse_json(text);
  EXPECT_TRUE(body.has_value()) << text;
  const auto error = check_request(verb, body->get());
  return error ? error->code + " " + error->pointer : "";
}

TEST(Checks, AcceptsWhatWeSend) {
  EXPECT_EQ(code_of(Verb::dial, R"({"connection_id":"1","to":"sip:gencredA@sip.telnyx.com","from":"+12025550133",
    "link_to":"v3:x","bridge_intent":true,"timeout_secs":25,"client_state":"YQ==","command_id":"a"})"),
            "");
  EXPECT_EQ(code_of(Verb::answer, "{}"), "");
  EXPECT_EQ(code_of(Verb::hangup, "{}"), "");
  EXPECT_EQ(code_of(Verb::bridge, R"({"call_control_id":"v3:x","prevent_double_bridge":true})"), "");
  EXPECT_EQ(code_of(Verb::record_start, R"({"format":"mp3","channels":"dual","max_length":120})"), "");
}

TEST(Checks, NamesTheMissingField) {
  EXPECT_EQ(code_of(Verb::dial, R"({"to":"+18005550100","from":"+18005550101"})"), "10004 /connection_id");
  EXPECT_EQ(code_of(Verb::dial, R"({"connection_id":"1","to":"","from":"+18005550101"})"), "10004 /to");
  EXPECT_EQ(code_of(Verb::bridge, "{}"), "10004 /call_control_id");
  EXPECT_EQ(code_of(Verb::record_start, R"({"format":"mp3"})"), "10004 /channels");
  EXPECT_EQ(code_of(Verb::speak, R"({"payload":"hello"})"), "10004 /voice");
}

TEST(Checks, RefusesWrongTypesChoicesAndRanges) {
  const std::string dial = R"({"connection_id":"1","to":"+18005550100","from":"+18005550101")";
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"timeout_secs":"25"})"), "10015 /timeout_secs");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"timeout_secs":4})"), "90028 /timeout_secs");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"timeout_secs":601})"), "90028 /timeout_secs");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"timeout_secs":600})"), "");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"time_limit_secs":29})"), "90029 /time_limit_secs");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"bridge_intent":"yes"})"), "10015 /bridge_intent");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"privacy":"none of your business"})"), "10032 /privacy");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"client_state":"not base64!"})"), "90017 /client_state");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"client_state":null})"), "10015 /client_state");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"custom_headers":[{"name":"X-A"}]})"), "10015 /custom_headers");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"from_display_name":"OBrien Co. +1 ~!_-"})"), "");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"from_display_name":"O'Brien"})"), "10015 /from_display_name");
  EXPECT_EQ(code_of(Verb::dial, dial + R"(,"from_display_name":")" + std::string(129, 'x') + "\"}"),
            "10015 /from_display_name");
  EXPECT_EQ(code_of(Verb::transfer, R"({"to":"+18005550100","from_display_name":"A & B"})"),
            "10015 /from_display_name");
  EXPECT_EQ(code_of(Verb::reject, R"({"cause":"BORED"})"), "10032 /cause");
  EXPECT_EQ(code_of(Verb::speak, R"({"voice":"v","payload":")" + std::string(3001, 'x') + "\"}"), "10033 /payload");
}

TEST(Checks, RefusesNumbersThatAreNotE164) {
  EXPECT_EQ(code_of(Verb::dial, R"({"connection_id":"1","to":"18005550100","from":"+18005550101"})"), "10016 /to");
  EXPECT_EQ(code_of(Verb::dial, R"({"connection_id":"1","to":"sip:nobody","from":"+18005550101"})"), "10016 /to");
  EXPECT_EQ(code_of(Verb::dial, R"({"connection_id":"1","to":"+18005550100","from":"anonymous"})"), "10016 /from");
  EXPECT_EQ(code_of(Verb::dial, R"({"connection_id":"1","to":["sip:a@x","tel:1"],"from":"+18005550101"})"),
            "10016 /to");
}

// --- against the provider's own file ---------------------------------------------------------------------------------

class OpenApi : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(RINGFENCE_SOURCE_DIR "/../shared/specs/telnyx-call-control.openapi.json");
    if (!in) GTEST_SKIP() << "the provider's OpenAPI file is not part of the repository and not beside it";
    std::stringstream text;
    text << in.rdbuf();
    document_.reset(json_loads(text.str().c_str(), 0, nullptr));
    ASSERT_NE(document_, nullptr);
  }
  const json_t* resolved(const json_t* schema) const {
    for (std::string_view ref = get_text(schema, "$ref"); !ref.empty(); ref = get_text(schema, "$ref")) {
      schema = document_.get();
      for (std::size_t at = ref.find('/'); at != ref.npos;) {
        const std::size_t next = ref.find('/', at + 1);
        schema = get_object(schema, std::string(ref.substr(at + 1, next - at - 1)).c_str());
        at = next;
      }
    }
    return schema;
  }
  const json_t* body_schema(Verb verb) const {
    const std::string path =
        verb == Verb::dial ? "/calls" : "/calls/{call_control_id}/actions/" + std::string(verb_name(verb));
    const json_t* operation = get_object(get_object(get_object(document_.get(), "paths"), path.c_str()),
                                         verb == Verb::client_state_update ? "put" : "post");
    const json_t* content = get_object(get_object(operation, "requestBody"), "content");
    return resolved(get_object(get_object(content, "application/json"), "schema"));
  }
  static std::string type_name(FieldType type) {
    switch (type) {
      case FieldType::flag:
        return "boolean";
      case FieldType::integer:
        return "integer";
      case FieldType::object:
        return "object";
      case FieldType::headers:
        return "array";
      case FieldType::text_or_list:
      case FieldType::text_or_integer:
      case FieldType::destination:
      case FieldType::any:
        return "";
      default:
        return "string";
    }
  }
  static std::string choices_of(const json_t* schema) {
    std::string choices;
    const json_t* list = get_array(schema, "enum");
    for (std::size_t i = 0; i < json_array_size(list); ++i) {
      const json_t* one = json_array_get(list, i);
      if (i != 0) choices += '|';
      choices += json_is_string(one) ? json_string_value(one) : std::to_string(json_integer_value(one));
    }
    return choices;
  }
  Json document_;
};

TEST_F(OpenApi, EveryFieldOfEveryVerbIsCheckedAsTheProviderDeclaresIt) {
  for (const Verb verb : kVerbs) {
    SCOPED_TRACE(verb_name(verb));
    const json_t* schema = body_schema(verb);
    ASSERT_NE(schema, nullptr);
    std::set<std::string> required;
    const json_t* list = get_array(schema, "required");
    for (std::size_t i = 0; i < json_array_size(list); ++i) required.insert(json_string_value(json_array_get(list, i)));
    const json_t* properties = get_object(schema, "properties");
    EXPECT_EQ(json_object_size(properties), fields_of(verb).size());
    for (const Field& field : fields_of(verb)) {
      SCOPED_TRACE(field.name);
      const json_t* declared = resolved(json_object_get(properties, field.name.data()));
      ASSERT_NE(declared, nullptr) << "the provider knows no such field";
      EXPECT_EQ(field.required, required.contains(std::string(field.name)));
      EXPECT_EQ(type_name(field.type), get_text(declared, "type"));
      EXPECT_EQ(field.choices, choices_of(declared));
      if (json_object_get(declared, "maximum") != nullptr) {
        EXPECT_EQ(field.max, get_int(declared, "maximum"));
      }
    }
  }
}

}  // namespace
}  // namespace ringfence::sim
