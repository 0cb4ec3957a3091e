// Each verb's request, field by field, and against the provider's own schema when it is at hand.
#include "adapters/telnyx/request.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "adapters/telnyx/display_name.h"
#include "shared/json.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr const char* kVoice = "AWS.Polly.Joanna-Neural";

Command full_command(Verb verb) {
  Command command;
  command.id.text = "5f0c7e0e-0000-8000-8000-000000000001";
  command.verb = verb;
  command.call_control_id = "v3:call/1==";
  command.peer = "v3:peer";
  command.connection_id = "1684641123236054244";
  command.to = "sip:gencred1@sip.telnyx.com";
  command.from = "+12025550133";
  command.display_name = "Žofie";
  command.client_state = "eyJyZiI6MX0=";
  command.text = "Nobody can answer.";
  command.dual_channel = true;
  command.beep = false;
  command.timeout_secs = 30;
  command.time_limit_secs = 14400;
  command.target_client_state = "eyJyZiI6Mn0=";
  command.headers = {{"X-Organisation", "acme"}, {"X-Within-Hours", "true"}};
  return command;
}

// Exactly these members, no other.
void expect_body(const Command& command, const std::string& path, const std::string& expected) {
  const Result<HttpRequest> request = build_request(command, kVoice);
  ASSERT_TRUE(request.has_value()) << request.error().text;
  EXPECT_EQ(request->method, HttpRequest::Method::post);
  EXPECT_EQ(request->path, path);
  const Result<Json> body = parse_json(request->body);
  const Result<Json> want = parse_json(expected);
  ASSERT_TRUE(body.has_value() && want.has_value());
  EXPECT_EQ(json_equal(body->get(), want->get()), 1) << request->body << "\nexpected " << expected;
}

TEST(TelnyxRequest, Dial) {
  expect_body(full_command(Verb::dial), "/calls",
              R"({"connection_id":"1684641123236054244","to":"sip:gencred1@sip.telnyx.com","from":"+12025550133",
                  "from_display_name":"Zofie","link_to":"v3:peer","timeout_secs":30,"time_limit_secs":14400,
                  "retry_on_timeout":false,"client_state":"eyJyZiI6MX0=",
                  "command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

// The provider refuses the dial for any other name, that is, on every device; and the caller has chosen it.
TEST(TelnyxRequest, ANameIsShownAsFarAsTheProviderTakesIt) {
  EXPECT_EQ(display_name("O'Brien & Co, GmbH"), "OBrien Co GmbH");
  EXPECT_EQ(display_name("+49 30 _a-b~c!d.e+"), "+49 30 _a-b~c!d.e+");
  EXPECT_EQ(display_name("Jürgen Größe, Łódź, ×÷ Œuvre Ÿ ſ"), "Jurgen Grose Lodz Ouvre Y s");
  EXPECT_EQ(display_name("Вера 7"), "7");
  EXPECT_EQ(display_name("  a \"<sip:x@y>\"  "), "a sipxy");
  EXPECT_EQ(display_name(std::string(300, 'x')), std::string(128, 'x'));
  for (const char* nothing : {"", " ", "???", "日本", "\xc3", "\xc5\xff", "\x80\xbf\r\n"}) {
    EXPECT_EQ(display_name(nothing), "") << nothing;
  }
  Command command = full_command(Verb::dial);
  command.display_name = "日本";
  const Result<HttpRequest> request = build_request(command, kVoice);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->body.find("from_display_name"), std::string::npos);
}

TEST(TelnyxRequest, ADialMayListenForAMachine) {
  Command command = full_command(Verb::dial);
  command.detect_machine = true;
  const Result<HttpRequest> request = build_request(command, kVoice);
  ASSERT_TRUE(request.has_value());
  const Result<Json> body = parse_json(request->body);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(get_text(body->get(), "answering_machine_detection"), "premium");
}

TEST(TelnyxRequest, TransferNamesTheLegItMakes) {
  expect_body(full_command(Verb::transfer), "/calls/v3%3Acall%2F1%3D%3D/actions/transfer",
              R"({"to":"sip:gencred1@sip.telnyx.com","from":"+12025550133","from_display_name":"Zofie",
                  "timeout_secs":30,"time_limit_secs":14400,"target_leg_client_state":"eyJyZiI6Mn0=",
                  "custom_headers":[{"name":"X-Organisation","value":"acme"},{"name":"X-Within-Hours","value":"true"}],
                  "client_state":"eyJyZiI6MX0=","command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, ATransferLeavesOutWhatIsNotSet) {
  Command command = full_command(Verb::transfer);
  command.from.clear();
  command.display_name.clear();
  command.headers.clear();
  command.timeout_secs = command.time_limit_secs = 0;
  expect_body(command, "/calls/v3%3Acall%2F1%3D%3D/actions/transfer",
              R"({"to":"sip:gencred1@sip.telnyx.com","target_leg_client_state":"eyJyZiI6Mn0=",
                  "client_state":"eyJyZiI6MX0=","command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, RejectSaysWhy) {
  Command command = full_command(Verb::reject);
  const char* path = "/calls/v3%3Acall%2F1%3D%3D/actions/reject";
  expect_body(command, path,
              R"({"cause":"CALL_REJECTED","client_state":"eyJyZiI6MX0=",
                  "command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
  command.busy = true;
  expect_body(command, path,
              R"({"cause":"USER_BUSY","client_state":"eyJyZiI6MX0=",
                  "command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, GatherWaitsForOneKeyTwice) {
  Command command = full_command(Verb::gather);
  command.timeout_secs = 15;
  expect_body(command, "/calls/v3%3Acall%2F1%3D%3D/actions/gather_using_speak",
              R"({"payload":"Nobody can answer.","voice":"AWS.Polly.Joanna-Neural","valid_digits":"1",
                  "minimum_digits":1,"maximum_digits":1,"maximum_tries":2,"timeout_millis":7500,
                  "client_state":"eyJyZiI6MX0=","command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, ADialLeavesOutWhatIsNotSet) {
  Command command = full_command(Verb::dial);
  command.display_name.clear();
  command.peer.clear();
  command.client_state.clear();
  command.timeout_secs = command.time_limit_secs = 0;
  expect_body(command, "/calls",
              R"({"connection_id":"1684641123236054244","to":"sip:gencred1@sip.telnyx.com","from":"+12025550133",
                  "retry_on_timeout":false,"command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, AnswerAndHangup) {
  const char* body = R"({"client_state":"eyJyZiI6MX0=","command_id":"5f0c7e0e-0000-8000-8000-000000000001"})";
  expect_body(full_command(Verb::answer), "/calls/v3%3Acall%2F1%3D%3D/actions/answer", body);
  expect_body(full_command(Verb::hangup), "/calls/v3%3Acall%2F1%3D%3D/actions/hangup", body);
}

// OAS marks the body as required: even an empty one is sent.
TEST(TelnyxRequest, ABodyIsNeverEmpty) {
  Command command = full_command(Verb::hangup);
  command.client_state.clear();
  command.id.text.clear();
  expect_body(command, "/calls/v3%3Acall%2F1%3D%3D/actions/hangup", "{}");
}

TEST(TelnyxRequest, BridgeFencesASecondWinner) {
  expect_body(full_command(Verb::bridge), "/calls/v3%3Acall%2F1%3D%3D/actions/bridge",
              R"({"call_control_id":"v3:peer","prevent_double_bridge":true,"client_state":"eyJyZiI6MX0=",
                  "command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, Speak) {
  expect_body(full_command(Verb::speak), "/calls/v3%3Acall%2F1%3D%3D/actions/speak",
              R"({"payload":"Nobody can answer.","voice":"AWS.Polly.Joanna-Neural","client_state":"eyJyZiI6MX0=",
                  "command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, RecordStartForABridgeAndForVoicemail) {
  expect_body(full_command(Verb::record_start), "/calls/v3%3Acall%2F1%3D%3D/actions/record_start",
              R"({"format":"wav","channels":"dual","play_beep":false,"trim":"trim-silence",
                  "client_state":"eyJyZiI6MX0=","command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
  Command voicemail = full_command(Verb::record_start);
  voicemail.dual_channel = false;
  voicemail.beep = true;
  voicemail.max_length_secs = 300;
  expect_body(voicemail, "/calls/v3%3Acall%2F1%3D%3D/actions/record_start",
              R"({"format":"wav","channels":"single","play_beep":true,"max_length":300,"client_state":"eyJyZiI6MX0=",
                  "command_id":"5f0c7e0e-0000-8000-8000-000000000001"})");
}

TEST(TelnyxRequest, TooLongASpeechIsCutBetweenCharacters) {
  Command command = full_command(Verb::speak);
  command.text.clear();
  for (std::size_t i = 0; i < limits::kSpeakCharacters + 7; ++i) command.text += "ž";
  const Result<HttpRequest> request = build_request(command, kVoice);
  ASSERT_TRUE(request.has_value());
  const Result<Json> body = parse_json(request->body);
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(get_text(body->get(), "payload").size(), 2 * limits::kSpeakCharacters);
}

TEST(TelnyxRequest, WithoutACallThereIsNoRequest) {
  for (const Verb verb : {Verb::answer, Verb::bridge, Verb::hangup, Verb::speak, Verb::record_start, Verb::transfer,
                          Verb::reject, Verb::gather}) {
    Command command = full_command(verb);
    command.call_control_id.clear();
    EXPECT_FALSE(build_request(command, kVoice).has_value()) << name_of(verb);
  }
  EXPECT_FALSE(build_request(full_command(Verb::audit), kVoice).has_value());
  EXPECT_FALSE(build_request(full_command(Verb::notify), kVoice).has_value());
}

TEST(TelnyxRequest, OnlyUnreservedCharactersStayBare) {
  EXPECT_EQ(percent_encoded("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encoded(std::string_view("\0\x7f\xff%", 4)), "%00%7F%FF%25");
  EXPECT_EQ(percent_encoded("v3:a+b/c=d e?f#g&[h]"), "v3%3Aa%2Bb%2Fc%3Dd%20e%3Ff%23g%26%5Bh%5D");
}

TEST(TelnyxRequest, ListingsAreFilteredAndPaged) {
  const HttpRequest events = call_events_request("s/1", 2);
  EXPECT_EQ(events.method, HttpRequest::Method::get);
  EXPECT_EQ(events.path, "/call_events?filter%5Bapplication_session_id%5D=s%2F1&page%5Bsize%5D=250&page%5Bnumber%5D=2");
  EXPECT_EQ(active_calls_request("12", "").path, "/connections/12/active_calls?page%5Blimit%5D=250");
  EXPECT_EQ(active_calls_request("12", "v1:x=").path,
            "/connections/12/active_calls?page%5Blimit%5D=250&page%5Bafter%5D=v1%3Ax%3D");
}

// --- the provider's own schema --------------------------------------------------------------------------------------

const json_t* resolved(const json_t* root, const json_t* node) {
  for (int hops = 0; hops < 8; ++hops) {
    const std::string_view ref = get_text(node, "$ref");
    if (ref.empty()) return node;
    node = root;
    for (std::size_t at = ref.find('/'); at != std::string_view::npos;) {
      const std::size_t end = ref.find('/', at + 1);
      const std::string key(ref.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
      node = json_object_get(node, key.c_str());
      at = end;
    }
  }
  return node;
}

bool has_type(const json_t* value, std::string_view type) {
  if (type == "string") return json_is_string(value);
  if (type == "boolean") return json_is_boolean(value);
  if (type == "integer") return json_is_integer(value);
  if (type == "array") return json_is_array(value);
  return type.empty();  // a choice of schemas: strings are among them for what we send
}

void expect_schema(const json_t* root, const char* path, const Command& command) {
  SCOPED_TRACE(path);
  const json_t* post = get_object(get_object(get_object(root, "paths"), path), "post");
  const json_t* body = resolved(root, get_object(post, "requestBody"));
  const json_t* schema =
      resolved(root, get_object(get_object(get_object(body, "content"), "application/json"), "schema"));
  ASSERT_NE(schema, nullptr);
  const Result<HttpRequest> request = build_request(command, kVoice);
  ASSERT_TRUE(request.has_value());
  const Result<Json> sent = parse_json(request->body);
  ASSERT_TRUE(sent.has_value());
  std::size_t i = 0;
  const json_t* name = nullptr;
  json_array_foreach(get_array(schema, "required"), i, name) {
    EXPECT_NE(json_object_get(sent->get(), json_string_value(name)), nullptr) << json_string_value(name);
  }
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(sent->get(), key, value) {
    const json_t* property = resolved(root, get_object(get_object(schema, "properties"), key));
    ASSERT_NE(property, nullptr) << "the schema knows no " << key;
    EXPECT_TRUE(has_type(value, get_text(property, "type"))) << key;
    const json_t* choices = get_array(property, "enum");
    if (choices == nullptr) continue;
    bool among = false;
    const json_t* choice = nullptr;
    json_array_foreach(choices, i, choice) { among = among || json_equal(choice, value) == 1; }
    EXPECT_TRUE(among) << key;
  }
}

TEST(TelnyxRequest, EveryBodyMeetsTheProvidersSchema) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/../shared/specs/telnyx-call-control.openapi.json");
  if (!file) GTEST_SKIP() << "the provider's OpenAPI file is not beside the source tree";
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Result<Json> spec = parse_json(text);
  ASSERT_TRUE(spec.has_value()) << spec.error().text;
  Command dial = full_command(Verb::dial);
  dial.detect_machine = true;
  expect_schema(spec->get(), "/calls", dial);
  const std::string prefix = "/calls/{call_control_id}/actions/";
  for (const auto& [verb, name] : {std::pair{Verb::answer, "answer"}, std::pair{Verb::bridge, "bridge"},
                                   std::pair{Verb::hangup, "hangup"}, std::pair{Verb::speak, "speak"},
                                   std::pair{Verb::record_start, "record_start"}, std::pair{Verb::transfer, "transfer"},
                                   std::pair{Verb::reject, "reject"}, std::pair{Verb::gather, "gather_using_speak"}}) {
    expect_schema(spec->get(), (prefix + name).c_str(), full_command(verb));
  }
}

}  // namespace
}  // namespace ringfence
