// See status.h. Counters are read one by one while others write them: each is right, their sum may be a moment off.
#include "nginx_module/observe/status.h"

#include "nginx_module/conf/directives.h"

namespace ringfence::edge {
namespace {

// Upper bounds of the text below: names are ours and short, numbers have at most 20 digits.
constexpr std::size_t kHeadBytes = 1024;
constexpr std::size_t kZoneBytes = 512;

u_char* put_counters(u_char* out, const u_char* end, const Counters& all) noexcept {
  out = ngx_slprintf(out, const_cast<u_char*>(end), "{\"outcomes\":{");
  for (std::size_t i = 1; i < kOutcomes; ++i) {
    ngx_str_t name = ngx_text(kOutcomeNames[i]);
    out = ngx_slprintf(out, const_cast<u_char*>(end), "%s\"%V\":%uA", i == 1 ? "" : ",", &name, all.outcomes[i]);
  }
  return ngx_slprintf(out, const_cast<u_char*>(end),
                      "},\"worker\":{\"frames_sent\":%uA,\"bytes_sent\":%uA,\"retries\":%uA,\"broken_replies\":%uA},"
                      "\"zones\":{",
                      all.frames_sent, all.bytes_sent, all.retries, all.broken_replies);
}

u_char* put_zone(u_char* out, u_char* end, ngx_shm_zone_t* zone, bool first) noexcept {
  const DedupStats s = stats(zone);
  out = ngx_slprintf(out, end, "%s\"", first ? "" : ",");
  out = reinterpret_cast<u_char*>(ngx_escape_json(out, zone->shm.name.data, zone->shm.name.len));
  return ngx_slprintf(out, end,
                      "\":{\"capacity\":%uL,\"entries\":%uL,\"claims\":%uL,\"commits\":%uL,\"releases\":%uL,"
                      "\"duplicates\":%uL,\"in_flight\":%uL,\"evictions_early\":%uL,\"full\":%uL}",
                      s.capacity, s.entries, s.claims, s.commits, s.releases, s.duplicates, s.in_flight,
                      s.evictions_early, s.full);
}

ngx_buf_t* status_text(ngx_http_request_t* r) noexcept {
  const MainConf& main = main_conf(r);
  auto* const* zones = static_cast<ngx_shm_zone_t* const*>(main.dedup_zones.elts);
  std::size_t room = kHeadBytes;
  for (ngx_uint_t i = 0; i < main.dedup_zones.nelts; ++i) room += kZoneBytes + 6 * zones[i]->shm.name.len;
  ngx_buf_t* buf = ngx_create_temp_buf(r->pool, room);
  if (buf == nullptr) return nullptr;
  buf->last = put_counters(buf->last, buf->end, counters(r));
  for (ngx_uint_t i = 0; i < main.dedup_zones.nelts; ++i) buf->last = put_zone(buf->last, buf->end, zones[i], i == 0);
  buf->last = ngx_slprintf(buf->last, buf->end, "}}\n");
  buf->last_buf = r == r->main ? 1 : 0;
  buf->last_in_chain = 1;
  return buf;
}

}  // namespace

ngx_int_t handle_status(ngx_http_request_t* r) noexcept {
  if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) return NGX_HTTP_NOT_ALLOWED;
  if (const ngx_int_t rc = ngx_http_discard_request_body(r); rc != NGX_OK) return rc;
  ngx_buf_t* buf = status_text(r);
  if (buf == nullptr) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  r->headers_out.status = NGX_HTTP_OK;
  r->headers_out.content_length_n = buf->last - buf->pos;
  r->headers_out.content_type = ngx_text("application/json");
  r->headers_out.content_type_len = r->headers_out.content_type.len;
  const ngx_int_t rc = ngx_http_send_header(r);
  if (rc == NGX_ERROR || rc > NGX_OK || r->header_only != 0) return rc;
  ngx_chain_t out{buf, nullptr};
  return ngx_http_output_filter(r, &out);
}

}  // namespace ringfence::edge
