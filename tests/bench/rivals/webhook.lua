-- The same gate as a careful team would write it in Lua: one header each, digits only, both ways fresh, the whole body
-- wherever nginx put it, libsodium through FFI, the id out of the verified JSON, dedup in two phases. For comparison
-- only (tools/bench edge); it has no metrics, no key file, no leases that survive a crash of nginx.
local ffi = require "ffi"
local cjson = require "cjson.safe"
ffi.cdef [[
int sodium_init(void);
int crypto_sign_verify_detached(const unsigned char *, const unsigned char *, unsigned long long, const unsigned char *);
int crypto_auth_hmacsha256_verify(const unsigned char *, const unsigned char *, unsigned long long, const unsigned char *);
typedef struct { unsigned char bytes[512]; } hmac_state;
int crypto_auth_hmacsha256_init(hmac_state *, const unsigned char *, size_t);
int crypto_auth_hmacsha256_update(hmac_state *, const unsigned char *, unsigned long long);
int crypto_auth_hmacsha256_final(hmac_state *, unsigned char *);
int sodium_memcmp(const void *, const void *, size_t);
int sodium_hex2bin(unsigned char *, size_t, const char *, size_t, const char *, size_t *, const char **);
]]
local sodium = ffi.load "sodium.so.23"
assert(sodium.sodium_init() >= 0)
local M = { tolerance_s = 300, window_s = 3600, lease_s = 60 }

local function refuse(status) return ngx.exit(status) end

local function once(headers, name)
  local value = headers[name]
  if type(value) ~= "string" then return nil end  -- absent, or a table of several
  return value
end

local function body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  if text then return text end
  local name = ngx.req.get_body_file()
  if not name then return nil end
  local file = io.open(name, "rb")
  if not file then return nil end
  text = file:read "*a"
  file:close()
  return text
end

local function claim(id)
  local seen = ngx.shared.ids
  local ok, why = seen:safe_add(id, "claimed", M.lease_s)
  if ok then
    ngx.ctx.webhook_id = id
    return
  end
  if why ~= "exists" or seen:get(id) ~= "done" then return refuse(503) end
  ngx.header.content_type = "application/json"
  ngx.print '{"ok":true}'
  return ngx.exit(200)
end

function M.telnyx(public_key, dedup)
  local key = ngx.decode_base64(public_key)
  assert(key and #key == 32)
  return function()
    if ngx.req.get_method() ~= "POST" then return refuse(405) end
    local headers = ngx.req.get_headers(0)
    local signature, timestamp = once(headers, "telnyx-signature-ed25519"), once(headers, "telnyx-timestamp")
    if not signature or not timestamp or #timestamp > 12 or not timestamp:find "^%d+$" then return refuse(403) end
    signature = #signature == 88 and ngx.decode_base64(signature)
    if not signature or #signature ~= 64 then return refuse(403) end
    if math.abs(ngx.time() - tonumber(timestamp)) > M.tolerance_s then return refuse(403) end
    local text = body()
    if not text then return refuse(400) end
    local message = timestamp .. "|" .. text
    if sodium.crypto_sign_verify_detached(signature, message, #message, key) ~= 0 then return refuse(403) end
    if not dedup then return end
    local event = cjson.decode(text)
    local id = type(event) == "table" and type(event.data) == "table" and event.data.id
    if type(id) ~= "string" or id == "" then return refuse(400) end
    return claim(id)
  end
end

function M.github(secret)
  local state, mac, given = ffi.new "hmac_state", ffi.new "unsigned char[32]", ffi.new "unsigned char[32]"
  local bytes = ffi.new "size_t[1]"
  return function()
    local header = once(ngx.req.get_headers(0), "x-hub-signature-256")
    local hex = header and header:match "^sha256=(%x+)$"
    if not hex or #hex ~= 64 then return refuse(403) end
    local text = body()
    if not text then return refuse(400) end
    sodium.sodium_hex2bin(given, 32, hex, 64, nil, bytes, nil)
    sodium.crypto_auth_hmacsha256_init(state, secret, #secret)
    sodium.crypto_auth_hmacsha256_update(state, text, #text)
    sodium.crypto_auth_hmacsha256_final(state, mac)
    if sodium.sodium_memcmp(mac, given, 32) ~= 0 then return refuse(403) end
  end
end

-- header_filter_by_lua: what the backend made of a claimed id.
function M.settle()
  local id = ngx.ctx.webhook_id
  if not id then return end
  if ngx.status >= 200 and ngx.status < 300 then
    ngx.shared.ids:set(id, "done", M.window_s)
  else
    ngx.shared.ids:delete(id)
  end
end

return M
