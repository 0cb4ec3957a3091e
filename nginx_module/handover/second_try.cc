// See second_try.h. As nginx's own keepalive does it: the balancer's callback is wrapped, per request.
#include "nginx_module/handover/second_try.h"

namespace ringfence::edge {
namespace {

struct Upstream {
  ngx_http_upstream_srv_conf_t conf;  // first, so that nginx's pointer to it is one to us
  ngx_http_upstream_srv_conf_t* plain;
};

// It was there and is gone. One that is refused, silent or talks nonsense would be so again.
bool died(const ngx_connection_t* c) noexcept {
  return c != nullptr && (c->read->eof != 0 || c->read->error != 0 || c->write->error != 0);
}

void free_peer(ngx_peer_connection_t* peer, void* data, ngx_uint_t state) noexcept {
  auto* u =
      reinterpret_cast<ngx_http_upstream_t*>(reinterpret_cast<u_char*>(peer) - offsetof(ngx_http_upstream_t, peer));
  Context& context = *static_cast<Context*>(u->input_filter_ctx);
  const bool again = (state & NGX_PEER_FAILED) != 0 && peer->cached == 0 && died(peer->connection);
  context.free_peer(peer, data, state);
  if (!again || context.tried_again || peer->tries != 0 || u->conf->next_upstream_tries == 1) return;
  context.tried_again = true;
  peer->tries = 1;
}

ngx_int_t init_peer(ngx_http_request_t* r, ngx_http_upstream_srv_conf_t* conf) noexcept {
  ngx_http_upstream_srv_conf_t* plain = reinterpret_cast<Upstream*>(conf)->plain;
  if (plain->peer.init(r, plain) != NGX_OK) return NGX_ERROR;
  ngx_http_upstream_t& u = *r->upstream;
  static_cast<Context*>(u.input_filter_ctx)->free_peer = u.peer.free;
  u.peer.free = free_peer;
  return NGX_OK;
}

}  // namespace

ngx_http_upstream_srv_conf_t* with_second_try(ngx_pool_t* pool, ngx_http_upstream_srv_conf_t* plain) noexcept {
  auto* upstream = pool_new<Upstream>(pool);
  if (upstream == nullptr) return nullptr;
  upstream->conf = *plain;
  upstream->conf.peer.init = init_peer;
  upstream->plain = plain;
  return &upstream->conf;
}

}  // namespace ringfence::edge
