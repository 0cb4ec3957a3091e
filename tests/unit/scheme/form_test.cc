// Forms and URLs as the providers' libraries write them down to sign. Texts and signatures were made with twilio 6.2.0
// and plivo 4.79.0; HubSpot's list is from its documentation.
#include "scheme/form.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scheme_fixture.h"

namespace ringfence::scheme {
namespace {

using Append = void (FormFields::*)(ByteWriter&) const noexcept;

std::string written(std::string_view form, Append append) {
  std::vector<std::uint8_t> scratch(form.size());
  std::vector<std::uint8_t> out(2 * form.size() + 1);
  FormFields fields;
  if (!fields.parse(form, scratch)) return "malformed";
  fields.sort();
  ByteWriter writer{out};
  (fields.*append)(writer);
  EXPECT_FALSE(writer.failed());
  return std::string(as_text({out.data(), writer.written()}));
}

std::string sorted_url(std::string_view url) {
  std::vector<std::uint8_t> scratch(url.size());
  std::vector<std::uint8_t> out(2 * url.size() + 2);
  ByteWriter writer{out};
  if (!append_url_sorted(url, scratch, writer)) return "malformed";
  EXPECT_FALSE(writer.failed());
  return std::string(as_text({out.data(), writer.written()}));
}

std::string decoded_url(std::string_view url) {
  std::vector<std::uint8_t> out(url.size());
  ByteWriter writer{out};
  append_url_decoded(url, writer);
  return std::string(as_text({out.data(), writer.written()}));
}

TEST(Form, TwilioSortsAndLeavesRepeatedFieldsOut) {
  EXPECT_EQ(written("b=2&a=1", &FormFields::append_twilio), "a1b2");
  EXPECT_EQ(written("a=z+y&a=%C3%BC&a=z%20y&B=1", &FormFields::append_twilio), "B1az ya\xC3\xBC");
  EXPECT_EQ(written("ab=c&a=bc", &FormFields::append_twilio), "abcabc");
  EXPECT_EQ(written("a=bc&a=bc&ab=c", &FormFields::append_twilio), "abcabc") << "two fields, and one of them twice";
  EXPECT_EQ(written("&&x=1&&", &FormFields::append_twilio), "x1");
  EXPECT_EQ(written("x", &FormFields::append_twilio), "x");
  EXPECT_EQ(written("=v&x=a=b", &FormFields::append_twilio), "vxa=b");
  EXPECT_EQ(written("x=%00", &FormFields::append_twilio), std::string("x\0", 2));
}

TEST(Form, PlivoKeepsRepeatedFields) { EXPECT_EQ(written("z=1&y=b&y=a&y=a", &FormFields::append_plivo), "yayaybz1"); }

TEST(Form, BrokenEscapesAreRefused) {
  for (const char* form : {"a=%", "a=%4", "a=%g0", "a=%0g", "%=1", "a=1&b=%zz"}) {
    EXPECT_EQ(written(form, &FormFields::append_twilio), "malformed") << form;
  }
}

TEST(Form, FieldsAreBounded) {
  std::string form;
  for (std::size_t i = 0; i < kFormFields; ++i) form += "a=1&";
  EXPECT_EQ(written(form, &FormFields::append_twilio), "a1");
  EXPECT_EQ(written(form + "a=1", &FormFields::append_twilio), "malformed");
}

TEST(Form, AFieldIsFoundWhenItIsThereOnce) {
  const std::string form = "Call%53id=CA1&To=1&To=2&Empty=";
  std::vector<std::uint8_t> scratch(form.size());
  FormFields fields;
  ASSERT_TRUE(fields.parse(form, scratch));
  EXPECT_EQ(fields.find_once("CallSid"), "CA1");
  EXPECT_EQ(fields.find_once("To"), "");
  EXPECT_EQ(fields.find_once("Empty"), "");
  EXPECT_EQ(fields.find_once("Other"), "");
}

TEST(Form, PlivoSortsTheQuery) {
  EXPECT_EQ(sorted_url("https://h.example/p"), "https://h.example/p");
  EXPECT_EQ(sorted_url("https://h.example/p?"), "https://h.example/p");
  EXPECT_EQ(sorted_url("https://h.example/p?b=2&a=1&a=0"), "https://h.example/p?a=0&a=1&b=2");
  EXPECT_EQ(sorted_url("https://h.example/a%20b/c?x=a%20b+c%26"), "https://h.example/a%20b/c?x=a b c&");
  EXPECT_EQ(sorted_url("https://h.example:8443/a/b?q"), "https://h.example:8443/a/b?q=");
  EXPECT_EQ(sorted_url("http://h.example:80/p/?x=1#f"), "http://h.example:80/p/?x=1");
  EXPECT_EQ(sorted_url("https://h.example/p?&&x=1&=v&"), "https://h.example/p?=v&x=1");
  EXPECT_EQ(sorted_url("https://h.example/p?%"), "malformed");
  EXPECT_EQ(sorted_url("?a&b&c&d&e&f"), "?a=&b=&c=&d=&e=&f=") << "longer than it was";
}

TEST(Form, HubspotDecodesItsTwelve) {
  EXPECT_EQ(decoded_url("%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B"), ":/?@!$'()*,;");
  EXPECT_EQ(decoded_url("%3a%2f%3f"), ":/?");
  EXPECT_EQ(decoded_url("/a%20b%26c+d?e=%3"), "/a%20b%26c+d?e=%3");
  EXPECT_EQ(decoded_url("%253A%00%"), "%253A%00%") << "once, and nothing else";
}

TEST(Form, QueryArguments) {
  EXPECT_EQ(query_argument("https://h/p?a=1&b=2#c=3", "b"), "2");
  EXPECT_EQ(query_argument("https://h/p?b=1&b=2", "b"), "") << "twice is as good as never";
  EXPECT_EQ(query_argument("https://h/p?bb=1&c", "b"), "");
  EXPECT_EQ(query_argument("https://h/p", "b"), "");
  EXPECT_EQ(query_argument("https://h/p#?b=1", "b"), "");
}

// --- through the presets --------------------------------------------------------------------------------------------

Request form_request(std::string_view url, std::string_view body) {
  Request request;
  request.url = url;
  request.body = body;
  request.media_type = "application/x-www-form-urlencoded; charset=UTF-8";
  return request;
}

TEST(Form, TwiliosOwnSignatures) {
  Scheme scheme = Scheme::preset("twilio");
  scheme.trust("0123456789abcdef");
  Request odd = form_request("https://h.example/twilio",
                             "b=2&a=z+y&a=%C3%BC&a=z%20y&B=1&=&empty=&%26=%3D&CallSid=CAx&CallStatus=ringing");
  odd.set("x-twilio-signature", "U9MFeVvH+z9HNrqUQCTZvF8/X9c=");
  const Judged judged = judge(scheme, odd);
  EXPECT_EQ(name(judged), "");
  EXPECT_EQ(judged.type, "ringing");
  EXPECT_EQ(judged.partition, "CAx");
  EXPECT_EQ(judged.id.size(), 32U) << "hash=content, there being no token";
  odd.set("i-twilio-idempotency-token", "tok-1");
  EXPECT_EQ(judge(scheme, odd).id, "tok-1");
  odd.body.back() = 'h';
  EXPECT_EQ(name(judge(scheme, odd)), "no_key_matches");
  odd.media_type = "application/json";
  EXPECT_EQ(name(judge(scheme, odd)), "digest_missing") << "the body decides nothing by its type";
}

TEST(Form, TwiliosJsonIsCoveredByItsHash) {
  Scheme scheme = Scheme::preset("twilio");
  scheme.trust("0123456789abcdef");
  Request json;
  json.body = "{\"a\":1}";
  json.url = "https://h.example/twilio?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
  json.set("x-twilio-signature", "QV8a3N8JOE7jhCOyFWo8Z8f+8f4=");
  EXPECT_EQ(name(judge(scheme, json)), "");
  json.body = "{\"a\":2}";
  EXPECT_EQ(name(judge(scheme, json)), "digest_differs");
  json.media_type = "";
  EXPECT_EQ(name(judge(scheme, json)), "digest_differs");
}

TEST(Form, PlivosOwnSignatures) {
  Scheme scheme = Scheme::preset("plivo");
  scheme.trust("0123456789abcdef");
  struct Case {
    std::string url, body, signature;
  };
  for (const Case& known :
       {Case{"https://h.example/plivo?b=2&a=1&a=0", "z=1&y=b&y=a&y=a&CallUUID=c1&Event=StartApp",
             "Td1D32Gcj9YuZ7ZIzRhBkRBYG5bi7ySuJcQgZSr/7Uc="},
        Case{"https://h.example/plivo", "From=%2B1+2&Event=Ring", "L1lLMktrLFgs7b4mwDMgXJ+hi+Enlg2U8OHyfXJhlLk="},
        Case{"https://h.example:8443/p?x=a%20b+c&q", "To=&Event=x", "wHll8vQLeUKSH0WnIDKGvOxKKL2Ckb2TDwR61XFGXEc="}}) {
    Request request = form_request(known.url, known.body);
    request.set("x-plivo-signature-v3", to_base64(std::string(32, 'x')) + ", " + known.signature);
    EXPECT_EQ(name(judge(scheme, request)), "header_missing");
    request.set("x-plivo-signature-v3-nonce", "05429567804466091622");
    EXPECT_EQ(name(judge(scheme, request)), "") << known.url;
    request.set("x-plivo-signature-v3-nonce", "05429567804466091623");
    EXPECT_EQ(name(judge(scheme, request)), "no_key_matches");
    request.body = "a=%";
    EXPECT_EQ(name(judge(scheme, request)), "form_malformed");
  }
}

}  // namespace
}  // namespace ringfence::scheme
