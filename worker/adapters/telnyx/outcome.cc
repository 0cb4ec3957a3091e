// Sent, not sent, or unknown; see outcome.h. Measured against libcurl 7.88 (facts: worker, libcurl on libuv).
#include "adapters/telnyx/outcome.h"

namespace ringfence {
namespace {

// Failures before a request can leave, or ours alone. CURLE_SEND_ERROR and the HTTP/2 ones are not here: curl counts
// bytes as sent late, and a wrong "not sent" would allow a different command while the first is being executed.
bool fails_before_sending(CURLcode code) noexcept {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_FAILED_INIT:
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_INTERFACE_FAILED:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_NO_CONNECTION_AVAILABLE:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return true;
    default:
      return false;
  }
}

}  // namespace

OutcomeClass classify(CURLcode code, long request_bytes, int http_status) noexcept {
  if (code != CURLE_OK) {
    // Bytes may have left on a reused connection that died before curl failed to open a new one.
    const bool untouched = request_bytes == 0 && http_status == 0;
    return untouched && fails_before_sending(code) ? OutcomeClass::not_sent : OutcomeClass::unknown;
  }
  if (http_status >= 200 && http_status < 300) return OutcomeClass::ok;
  if (http_status == 408 || http_status == 429) return OutcomeClass::unknown;
  // A redirect is not followed and executes nothing: the base URL is wrong, and a resend would not help.
  if (http_status >= 300 && http_status < 500) return OutcomeClass::refused;
  return OutcomeClass::unknown;
}

bool says_away(CURLcode code, int http_status) noexcept {
  return code == CURLE_OK ? http_status >= 500 : code != CURLE_WRITE_ERROR;
}

}  // namespace ringfence
