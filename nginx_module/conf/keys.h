// The keys one location trusts, from webhook_key and webhook_key_file. Every refusal is an error of `nginx -t` that
// names the line. Used by directives. Must not know: requests.
#pragma once

#include <array>

#include "nginx_module/ngx.h"
#include "shared/limits.h"
#include "shared/signature.h"

namespace ringfence::edge {

struct KeyRing {
  std::array<PublicKey, limits::kWebhookKeys> keys;
  std::size_t count;
};

// False after having logged why.
[[nodiscard]] bool add_key(ngx_conf_t* cf, KeyRing& ring, std::string_view base64);
// Every line of the file that is not empty is one key; '#' starts a comment, alone or after a key.
[[nodiscard]] bool add_key_file(ngx_conf_t* cf, KeyRing& ring, ngx_str_t path);

}  // namespace ringfence::edge
