// What the provider says, also when it is not itself.
#include "adapters/telnyx/response.h"

#include <gtest/gtest.h>

#include <string>

#include "adapters/telnyx/outcome.h"
#include "adapters/telnyx/provider_text.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

CommandOutcome refused(std::string_view body) { return parse_response(Verb::hangup, OutcomeClass::refused, 422, body); }

TEST(TelnyxResponse, DialIds) {
  const CommandOutcome outcome =
      parse_response(Verb::dial, OutcomeClass::ok, 200,
                     R"({"data":{"call_control_id":"v3:x","call_leg_id":"l","call_session_id":"s","is_alive":false,
                         "record_type":"call","recording_id":"r"}})");
  EXPECT_EQ(outcome.outcome, OutcomeClass::ok);
  EXPECT_EQ(outcome.call_control_id, "v3:x");
  EXPECT_EQ(outcome.call_leg_id, "l");
  EXPECT_EQ(outcome.call_session_id, "s");
  EXPECT_EQ(outcome.recording_id, "r");
}

TEST(TelnyxResponse, AnActionNeedsNoReadableBody) {
  for (const char* body : {R"({"data":{"result":"ok"}})", "", "<html>", R"({"data":7})", "[]"}) {
    const CommandOutcome outcome = parse_response(Verb::hangup, OutcomeClass::ok, 200, body);
    EXPECT_EQ(outcome.outcome, OutcomeClass::ok) << body;
    EXPECT_EQ(outcome.http_status, 200);
  }
}

TEST(TelnyxResponse, ADialWithoutIdsIsUnknown) {
  const std::string long_id(limits::kFieldBytes + 1, 'x');
  for (const std::string& body :
       {std::string(), std::string("null"), std::string(R"({"data":[]})"), std::string(R"({"data":{}})"),
        std::string(R"({"data":{"call_control_id":7,"call_leg_id":"l"}})"),
        std::string(R"({"data":{"call_control_id":"v3:x"}})"), std::string(R"({"data":{"call_leg_id":"l"}})"),
        R"({"data":{"call_control_id":")" + long_id + R"(","call_leg_id":"l"}})", std::string(200'000, '[')}) {
    const CommandOutcome outcome = parse_response(Verb::dial, OutcomeClass::ok, 200, body);
    EXPECT_EQ(outcome.outcome, OutcomeClass::unknown) << body.substr(0, 80);
    EXPECT_FALSE(outcome.detail.empty());
  }
}

TEST(TelnyxResponse, ErrorsAsDocumented) {
  const CommandOutcome outcome = refused(
      R"({"errors":[{"code":"90018","title":"Call has already ended","detail":"No longer active."},{"code":"1"}]})");
  EXPECT_EQ(outcome.error_code, "90018");
  EXPECT_EQ(outcome.detail, "Call has already ended: No longer active.");
}

TEST(TelnyxResponse, ErrorsAsAnObject) {
  const CommandOutcome outcome = refused(R"({"errors":{"status":"can't update credentials in expired status"}})");
  EXPECT_EQ(outcome.error_code, "");
  EXPECT_EQ(outcome.detail, "can't update credentials in expired status");
  EXPECT_EQ(refused(R"({"errors":{"code":"90034","title":"t"}})").error_code, "90034");
}

TEST(TelnyxResponse, HostileErrorsAreBoundedAndPrintable) {
  EXPECT_EQ(refused(R"({"errors":[{"code":90018}]})").error_code, "90018");
  EXPECT_EQ(refused(R"({"errors":[{"code":"123456789012345678"}]})").error_code, "");
  for (const char* body : {"", "{", "null", "[]", R"({"errors":null})", R"({"errors":[]})", R"({"errors":["x"]})",
                           R"({"errors":7})", R"({"errors":{}})", R"({"errors":{"a":{"b":[]}}})"}) {
    const CommandOutcome outcome = refused(body);
    EXPECT_EQ(outcome.outcome, OutcomeClass::refused) << body;
    EXPECT_EQ(outcome.error_code, "") << body;
    EXPECT_EQ(outcome.detail, "HTTP 422") << body;
  }
  const std::string huge(50'000, 'y');
  const CommandOutcome outcome =
      refused(R"({"errors":[{"code":"1","title":"a\nb\u001b[31m","detail":")" + huge + "\"}]}");
  EXPECT_LE(outcome.detail.size(), limits::kDetailBytes);
  EXPECT_TRUE(outcome.detail.starts_with("a?b?[31m: yyy")) << outcome.detail;
}

TEST(TelnyxResponse, PhoneNumbersAreMasked) {
  EXPECT_EQ(safe_detail("to +12025550133 failed"), "to +...33 failed");
  EXPECT_EQ(safe_detail("12025550133"), "...33");
  EXPECT_EQ(safe_detail("code 90018, 123456 ms"), "code 90018, 123456 ms");
  EXPECT_EQ(safe_detail(""), "");
}

TEST(TelnyxOutcome, Table) {
  const struct {
    CURLcode code;
    long request_bytes;
    int status;
    OutcomeClass expected;
  } rows[] = {
      {CURLE_OK, 400, 200, OutcomeClass::ok},
      {CURLE_OK, 400, 201, OutcomeClass::ok},
      {CURLE_OK, 400, 204, OutcomeClass::ok},
      {CURLE_OK, 400, 302, OutcomeClass::refused},
      {CURLE_OK, 400, 400, OutcomeClass::refused},
      {CURLE_OK, 400, 401, OutcomeClass::refused},
      {CURLE_OK, 400, 404, OutcomeClass::refused},
      {CURLE_OK, 400, 408, OutcomeClass::unknown},
      {CURLE_OK, 400, 422, OutcomeClass::refused},
      {CURLE_OK, 400, 429, OutcomeClass::unknown},
      {CURLE_OK, 400, 500, OutcomeClass::unknown},
      {CURLE_OK, 400, 503, OutcomeClass::unknown},
      {CURLE_OK, 400, 599, OutcomeClass::unknown},
      {CURLE_OK, 400, 999, OutcomeClass::unknown},
      {CURLE_OK, 400, 0, OutcomeClass::unknown},
      {CURLE_COULDNT_RESOLVE_HOST, 0, 0, OutcomeClass::not_sent},
      {CURLE_COULDNT_CONNECT, 0, 0, OutcomeClass::not_sent},
      {CURLE_COULDNT_CONNECT, 400, 0, OutcomeClass::unknown},  // a reused connection had died with the request in it
      {CURLE_SSL_CONNECT_ERROR, 0, 0, OutcomeClass::not_sent},
      {CURLE_PEER_FAILED_VERIFICATION, 0, 0, OutcomeClass::not_sent},
      {CURLE_OPERATION_TIMEDOUT, 0, 0, OutcomeClass::not_sent},
      {CURLE_OPERATION_TIMEDOUT, 400, 0, OutcomeClass::unknown},
      {CURLE_OPERATION_TIMEDOUT, 400, 200, OutcomeClass::unknown},
      {CURLE_PARTIAL_FILE, 400, 200, OutcomeClass::unknown},
      {CURLE_GOT_NOTHING, 400, 0, OutcomeClass::unknown},
      {CURLE_SEND_ERROR, 0, 0, OutcomeClass::unknown},
      {CURLE_RECV_ERROR, 400, 0, OutcomeClass::unknown},
      {CURLE_HTTP2, 400, 0, OutcomeClass::unknown},
      {CURLE_HTTP2_STREAM, 400, 0, OutcomeClass::unknown},
      {CURLE_WRITE_ERROR, 400, 200, OutcomeClass::unknown},
      {CURLE_PARTIAL_FILE, 400, 422, OutcomeClass::unknown},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(classify(row.code, row.request_bytes, row.status), row.expected)
        << curl_easy_strerror(row.code) << ", " << row.request_bytes << " bytes, status " << row.status;
  }
}

}  // namespace
}  // namespace ringfence
