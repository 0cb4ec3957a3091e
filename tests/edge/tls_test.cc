// Webhooks over TLS: a scheme that signs the URL signs https://, and the module has to know that the connection is one,
// however it was built. "As --with-compat allows" is the module from sources configured without
// --with-http_ssl_module, which an nginx with TLS takes for its own.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <cstdio>
#include <memory>

#include "edge/gate_test.h"

namespace ringfence::test {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* one) const noexcept {
    (void)kFree(one);
  }
};
template <class T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

// A key and a certificate of its own making, in one file, for an hour.
bool write_certificate(const std::string& path) {
  const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const Owned<X509, X509_free> made(X509_new());
  if (key == nullptr || made == nullptr) return false;
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("edge.test"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_set_pubkey(made.get(), key.get());
  if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0) return false;
  const Owned<std::FILE, std::fclose> file(std::fopen(path.c_str(), "w"));
  return file != nullptr && PEM_write_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
         PEM_write_X509(file.get(), made.get()) == 1;
}

class TlsTest : public GateTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static constexpr std::string_view kSecret = "the-signature-key-of-the-test";

  void SetUp() override {
    if (!NginxFixture::has("--with-http_ssl_module")) {
      GTEST_SKIP() << "this nginx was built without --with-http_ssl_module";
    }
    ASSERT_TRUE(write_certificate(nginx.file("tls.pem")));
    NginxSetup with = gate_setup();
    with.module = GetParam();
    with.http += "ssl_certificate {dir}/tls.pem;\nssl_certificate_key {dir}/tls.pem;\n";
    with.server = "listen unix:{dir}/tls.sock ssl;\nlocation /w { webhook square; webhook_key " + std::string(kSecret) +
                  "; proxy_pass http://backend; }\n";
    ASSERT_TRUE(start_gate(with));
  }
  // As Square signs what it sends to `url`.
  [[nodiscard]] static HttpRequest signed_for(const std::string& url) {
    HttpRequest request;
    request.path = "/w?shop=1";
    request.body = R"({"event_id":"evt-1","type":"payment.created","data":{"id":"payment-1"}})";
    const std::string text = url + request.body;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(kSecret.data()), kSecret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_final(&state, mac);
    char encoded[sodium_base64_ENCODED_LEN(sizeof mac, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(encoded, sizeof encoded, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return request.set("content-type", "application/json").set("x-square-hmacsha256-signature", encoded);
  }
};

TEST_P(TlsTest, TheUrlThatWasSignedBeginsWithHttps) {
  HttpClient tls(nginx.file("tls.sock"));
  HttpRequest request = signed_for("https://edge.test/w?shop=1");
  request.tls = true;
  const HttpResponse response = tls.send(request);
  EXPECT_EQ(response.status, 200) << response.error;
  request = signed_for("http://edge.test/w?shop=1");
  request.tls = true;
  EXPECT_EQ(tls.send(request).status, 403);
  EXPECT_EQ(backend.count(), 1U);
}

TEST_P(TlsTest, OverPlainHttpItDoesNot) {
  EXPECT_EQ(send(signed_for("http://edge.test/w?shop=1")).status, 200);
  EXPECT_EQ(send(signed_for("https://edge.test/w?shop=1")).status, 403);
  EXPECT_EQ(backend.count(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Module, TlsTest, ::testing::Values(RINGFENCE_MODULE, RINGFENCE_DYING_MODULE),
                         [](const auto& of) { return of.index == 0 ? "Own" : "AsWithCompatAllows"; });

}  // namespace
}  // namespace ringfence::test
