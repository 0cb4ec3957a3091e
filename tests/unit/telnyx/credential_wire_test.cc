// Requests about credentials and what is read of the answers, also when the provider is not itself.
#include "adapters/telnyx/credential_wire.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "adapters/telnyx/credential_list.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr Millis kExpires_ms = 2'286'739'958'000;  // 2042-06-18T21:32:38Z

CredentialRequest create_of(std::string name) {
  CredentialRequest request;
  request.verb = CredentialVerb::create;
  request.name = std::move(name);
  request.tag = "ringfence-device-1";
  request.expires_ms = kExpires_ms;
  return request;
}

CredentialRequest remove_of(std::string id) {
  CredentialRequest request;
  request.verb = CredentialVerb::remove;
  request.id = std::move(id);
  return request;
}

CredentialAnswer made(std::string_view body) {
  return parse_credential_answer(CredentialVerb::create, OutcomeClass::ok, 201, body);
}

CredentialAnswer refused(std::string_view body) {
  return parse_credential_answer(CredentialVerb::create, OutcomeClass::refused, 422, body);
}

std::string blanked(std::string body) {
  blank_passwords(body);
  return body;
}

TEST(CredentialWire, ACreateIsOnePostThatIsNotRepeated) {
  const Result<HttpRequest> request = credential_request(create_of("ringfence 1"), "77");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, HttpRequest::Method::post);
  EXPECT_TRUE(request->once);
  EXPECT_EQ(request->path, "/telephony_credentials");
  EXPECT_EQ(request->body, R"({"connection_id":"77","name":"ringfence 1","tag":"ringfence-device-1",)"
                           R"("expires_at":"2042-06-18T21:32:38Z"})");
  CredentialRequest lasting = create_of("n");
  lasting.expires_ms = 0;
  EXPECT_EQ(credential_request(lasting, "77")->body, R"({"connection_id":"77","name":"n","tag":"ringfence-device-1"})");
}

TEST(CredentialWire, ARemoveNamesItsCredential) {
  const Result<HttpRequest> request = credential_request(remove_of("c2/15?a"), "77");
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, HttpRequest::Method::del);
  EXPECT_EQ(request->path, "/telephony_credentials/c2%2F15%3Fa");
  EXPECT_EQ(request->body, "");
}

TEST(CredentialWire, APageOfAListIsFiltered) {
  const HttpRequest request = credentials_page_request("a&b", 3);
  EXPECT_EQ(request.method, HttpRequest::Method::get);
  EXPECT_EQ(request.path, "/telephony_credentials?filter%5Btag%5D=a%26b&page%5Bnumber%5D=3&page%5Bsize%5D=250");
}

TEST(CredentialWire, WhatNamesNothingIsNotSent) {
  for (const char* id : {"", ".", ".."}) EXPECT_FALSE(credential_request(remove_of(id), "77").has_value()) << id;
  EXPECT_FALSE(credential_request(create_of(""), "77").has_value());
  CredentialRequest untagged = create_of("n");
  untagged.tag.clear();
  EXPECT_FALSE(credential_request(untagged, "77").has_value()) << "nobody would find it again";
}

TEST(CredentialWire, TheBodyMeetsTheProvidersSchema) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/../shared/specs/telnyx-call-control.openapi.json");
  if (!file) GTEST_SKIP() << "the provider's OpenAPI file is not beside the source tree";
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Result<Json> spec = parse_json(text);
  ASSERT_TRUE(spec.has_value()) << spec.error().text;
  const json_t* schemas = get_object(get_object(spec->get(), "components"), "schemas");
  const json_t* schema = get_object(schemas, "TelephonyCredentialCreateRequest");
  const Result<Json> sent = parse_json(credential_request(create_of("n"), "77")->body);
  ASSERT_TRUE(sent.has_value());
  std::size_t i = 0;
  const json_t* name = nullptr;
  json_array_foreach(get_array(schema, "required"), i, name) {
    EXPECT_NE(json_object_get(sent->get(), json_string_value(name)), nullptr) << json_string_value(name);
  }
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(sent->get(), key, value) {
    EXPECT_EQ(get_text(get_object(get_object(schema, "properties"), key), "type"), "string") << key;
    EXPECT_TRUE(json_is_string(value)) << key;
  }
}

TEST(CredentialWire, ACredentialAsTheProviderDocumentsIt) {
  const CredentialAnswer answer =
      made(R"({"data":{"created_at":"2020-06-18T21:32:38","expired":false,"expires_at":"2042-06-18T21:32:38",
               "id":"c215ade3","name":"n","record_type":"credential","resource_id":"connection:77",
               "sip_password":"a92dbcfb","sip_username":"gencred1","user_id":"u"}})");
  EXPECT_EQ(answer.outcome, OutcomeClass::ok);
  EXPECT_EQ(answer.http_status, 201);
  ASSERT_EQ(answer.found.size(), 1u);
  EXPECT_EQ(answer.found[0], (Credential{"c215ade3", "n", "gencred1", kExpires_ms}));
}

TEST(CredentialWire, ACreateThatNamesNoCredentialIsUnknown) {
  const std::string long_id(limits::kFieldBytes + 1, 'x');
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("<html>"), std::string(R"({"data":[]})"),
        std::string(R"({"data":{}})"), std::string(R"({"data":{"id":"c"}})"),
        std::string(R"({"data":{"sip_username":"g"}})"), std::string(R"({"data":{"id":7,"sip_username":"g"}})"),
        std::string(R"({"data":{"id":"c","sip_username":["g"]}})"),
        R"({"data":{"id":")" + long_id + R"(","sip_username":"g"}})", std::string(200'000, '[')}) {
    const CredentialAnswer answer = made(body);
    EXPECT_EQ(answer.outcome, OutcomeClass::unknown) << body.substr(0, 80);
    EXPECT_TRUE(answer.found.empty());
    EXPECT_FALSE(answer.detail.empty());
  }
}

TEST(CredentialWire, WhatIsNotThereIsRemoved) {
  const CredentialAnswer gone =
      parse_credential_answer(CredentialVerb::remove, OutcomeClass::refused, 404, R"({"errors":[{"code":"10005"}]})");
  EXPECT_EQ(gone.outcome, OutcomeClass::ok);
  EXPECT_EQ(gone.http_status, 404);
  EXPECT_EQ(parse_credential_answer(CredentialVerb::remove, OutcomeClass::ok, 200, "<html>").outcome, OutcomeClass::ok);
  EXPECT_EQ(parse_credential_answer(CredentialVerb::create, OutcomeClass::refused, 404, "").outcome,
            OutcomeClass::refused);
  EXPECT_EQ(parse_credential_answer(CredentialVerb::list, OutcomeClass::refused, 404, "").outcome,
            OutcomeClass::refused);
}

TEST(CredentialWire, WhyItWasRefused) {
  EXPECT_EQ(refused(R"({"errors":[{"code":"10015","title":"Bad Request","detail":"No such connection."}]})").detail,
            "10015: Bad Request: No such connection.");
  EXPECT_EQ(refused(R"({"errors":{"status":"can't update credentials in expired status"}})").detail,
            "can't update credentials in expired status");
  EXPECT_EQ(refused(R"({"errors":[{"code":10004}]})").detail, "10004: HTTP 422");
  for (const char* body : {"", "{", "null", "[]", R"({"errors":null})", R"({"errors":[]})", R"({"errors":7})"})
    EXPECT_EQ(refused(body).detail, "HTTP 422") << body;
  const CredentialAnswer answer =
      refused(R"({"errors":[{"code":"10015","title":"a\nb","detail":")" + std::string(50'000, 'y') + "\"}]}");
  EXPECT_LE(answer.detail.size(), limits::kDetailBytes);
  EXPECT_TRUE(answer.detail.starts_with("10015: a?b: yyy")) << answer.detail;
}

TEST(CredentialWire, TimesWithAndWithoutAZone) {
  const struct {
    const char* text;
    Millis expected_ms;
  } rows[] = {{"2042-06-18T21:32:38", kExpires_ms},
              {"2042-06-18T21:32:38Z", kExpires_ms},
              {"2042-06-18T21:32:38.999Z", kExpires_ms},
              {"2042-06-18T21:32:38.000000", kExpires_ms},
              {"2042-06-18T23:32:38+02:00", kExpires_ms},
              {"2042-06-18T23:32:38.5+0200", kExpires_ms},
              {"2042-06-18T16:02:38-0530", kExpires_ms},
              {"2042-06-18T19:32:38-02", kExpires_ms},
              {"1970-01-01T00:00:00+01:00", 0},
              {"", 0},
              {"2042-06-18", 0},
              {"2042-06-18 21:32:38", 0},
              {"2042-13-18T21:32:38", 0},
              {"2042-06-18T21:32:38.", 0},
              {"2042-06-18T21:32:38.Z", 0},
              {"2042-06-18T21:32:38X", 0},
              {"2042-06-18T21:32:38ZZ", 0},
              {"2042-06-18T21:32:38+", 0},
              {"2042-06-18T21:32:38+2", 0},
              {"2042-06-18T21:32:38+02:0", 0},
              {"2042-06-18T21:32:38+02:00:00", 0},
              {"2042-06-18T21:32:38+:0200", 0},
              {"2042-06-18T21:32:38+999999999999", 0},
              {"99999-06-18T21:32:38", 0}};
  for (const auto& row : rows) EXPECT_EQ(parse_expiry(row.text), row.expected_ms) << row.text;
}

TEST(CredentialWire, WhatHasExpiredNeverLooksLasting) {
  const auto expires_of = [](const char* body) { return made(body).found.at(0).expires_ms; };
  EXPECT_EQ(expires_of(R"({"data":{"id":"c","sip_username":"g"}})"), 0);
  EXPECT_EQ(expires_of(R"({"data":{"id":"c","sip_username":"g","expires_at":null,"expired":false}})"), 0);
  EXPECT_EQ(expires_of(R"({"data":{"id":"c","sip_username":"g","expires_at":null,"expired":true}})"), 1);
  EXPECT_EQ(expires_of(R"({"data":{"id":"c","sip_username":"g","expires_at":"soon","expired":true}})"), 1);
}

TEST(CredentialWire, PasswordsAreBlankedBeforeAnybodyReads) {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"data":{"sip_password":"s3cret","id":"c"}})", R"({"data":{"sip_password":"******","id":"c"}})"},
      {R"([{"sip_password" : "a"},{"sip_password":"b"}])", R"([{"sip_password" : "*"},{"sip_password":"*"}])"},
      {R"({"sip_password":"a\"b\\","id":"c"})", R"({"sip_password":"******","id":"c"})"},
      {R"({"sip_password":"cut)", R"({"sip_password":"***)"},
      {R"({"sip_password":"cut\)", R"({"sip_password":"****)"},
      {R"({"sip_password":null,"id":"c"})", R"({"sip_password":null,"id":"c"})"},
      {R"({"sip_password")", R"({"sip_password")"},
      {R"({"sip_password":)", R"({"sip_password":)"},
      {R"(["sip_password","sip_password"])", R"(["sip_password","sip_password"])"},
      {R"({"name":"\"sip_password\":\"x\""})", R"({"name":"\"sip_password\":\"x\""})"},
      {"", ""}};
  for (const auto& [body, expected] : rows) EXPECT_EQ(blanked(body), expected) << body;
}

// --- the walk over a list
// ---------------------------------------------------------------------------------------------

std::string page_of(const std::vector<std::string>& ids, const std::string& meta) {
  std::string body = R"({"data":[)";
  for (const std::string& id : ids) {
    if (body.back() == '}') body += ',';
    body += R"({"id":")" + id + R"(","sip_username":"gencred-)" + id + "\"}";
  }
  return body + R"(],"meta":)" + meta + "}";
}

TEST(CredentialList, ReadsPageAfterPage) {
  CredentialList list("t");
  EXPECT_EQ(list.next()->path, credentials_page_request("t", 1).path);
  ASSERT_TRUE(list.take(page_of({"a", "b"}, R"({"total_pages":2,"total_results":3})")));
  EXPECT_FALSE(list.complete());
  EXPECT_EQ(list.next()->path, credentials_page_request("t", 2).path);
  ASSERT_TRUE(list.take(page_of({"c"}, R"({"total_pages":2,"total_results":3})")));
  EXPECT_FALSE(list.next().has_value());
  EXPECT_TRUE(list.complete());
  const std::vector<Credential> found = list.take_found();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[2].id, "c");
  EXPECT_EQ(found[2].sip_username, "gencred-c");
}

TEST(CredentialList, AnEmptyOneIsComplete) {
  CredentialList list("t");
  ASSERT_TRUE(list.take(page_of({}, R"({"total_pages":0,"total_results":0})")));
  EXPECT_FALSE(list.next().has_value());
  EXPECT_TRUE(list.complete());
}

TEST(CredentialList, WithoutCountsItEndsAtAnEmptyPage) {
  CredentialList list("t");
  ASSERT_TRUE(list.take(page_of({"a"}, "null")));
  ASSERT_TRUE(list.next().has_value());
  ASSERT_TRUE(list.take(page_of({}, "null")));
  EXPECT_TRUE(list.complete());
  EXPECT_EQ(list.take_found().size(), 1u);
}

TEST(CredentialList, OneThatGoesOnIsNotComplete) {
  CredentialList list("t");
  for (std::size_t page = 1; page <= limits::kCredentialPages; ++page) {
    ASSERT_TRUE(list.next().has_value());
    ASSERT_TRUE(list.take(page_of({std::to_string(page)}, R"({"total_pages":9,"total_results":9})")));
  }
  EXPECT_FALSE(list.next().has_value());
  EXPECT_FALSE(list.complete());
  EXPECT_EQ(list.take_found().size(), limits::kCredentialPages);
}

TEST(CredentialList, OneThatChangesMeanwhileIsNotComplete) {
  CredentialList list("t");
  ASSERT_TRUE(list.take(page_of({"a", "b"}, R"({"total_pages":2,"total_results":4})")));
  // One of the first page was removed: "c" moved there, and nobody saw it.
  ASSERT_TRUE(list.take(page_of({"d"}, R"({"total_pages":2,"total_results":3})")));
  EXPECT_FALSE(list.next().has_value());
  EXPECT_FALSE(list.complete());
}

TEST(CredentialList, OneWithFewerItemsThanItSaysIsNotComplete) {
  CredentialList list("t");
  ASSERT_TRUE(list.take(page_of({"a"}, R"({"total_pages":1,"total_results":2})")));
  EXPECT_FALSE(list.next().has_value());
  EXPECT_FALSE(list.complete());
}

TEST(CredentialList, AnItemThatIsShownTwiceIsOne) {
  CredentialList list("t");
  ASSERT_TRUE(list.take(page_of({"a", "b"}, R"({"total_pages":2,"total_results":3})")));
  ASSERT_TRUE(list.take(page_of({"b"}, R"({"total_pages":2,"total_results":3})")));
  EXPECT_EQ(list.take_found().size(), 2u);
}

TEST(CredentialList, AnItemWithoutAnIdIsSkippedAndAbsenceProvesNothing) {
  CredentialList list("t");
  ASSERT_TRUE(list.take(R"({"data":[{"name":"n"},7,{"id":"a"},null],"meta":{"total_pages":1,"total_results":4}})"));
  EXPECT_FALSE(list.next().has_value());
  EXPECT_FALSE(list.complete());
  EXPECT_EQ(list.take_found().size(), 1u);
}

TEST(CredentialList, WhatIsNoListEndsIt) {
  for (const std::string& body : {std::string(), std::string("{}"), std::string("[]"), std::string(R"({"data":{}})"),
                                  std::string("<html>"), std::string(300'000, '[')}) {
    CredentialList list("t");
    EXPECT_FALSE(list.take(body)) << body.substr(0, 80);
    EXPECT_FALSE(list.next().has_value());
    EXPECT_FALSE(list.complete());
  }
}

TEST(CredentialList, HostileCountsDoNoHarm) {
  for (const char* meta : {R"({"total_pages":"x","total_results":[]})", R"({"total_pages":-7})", "[]", "7",
                           R"({"total_pages":9223372036854775807,"total_results":9223372036854775807})"}) {
    CredentialList list("t");
    for (std::size_t page = 0; page < limits::kCredentialPages; ++page) {
      ASSERT_TRUE(list.take(page_of({"a"}, meta))) << meta;
    }
    EXPECT_FALSE(list.next().has_value()) << meta;
    EXPECT_FALSE(list.complete()) << meta;
  }
}

}  // namespace
}  // namespace ringfence
