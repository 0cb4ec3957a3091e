// See http_client.h: the libcurl half.
#include "support/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>

namespace ringfence::test {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::size_t take_body(char* data, std::size_t, std::size_t bytes, void* to) {
  static_cast<HttpResponse*>(to)->body.append(data, bytes);
  return bytes;
}

std::size_t take_header(char* data, std::size_t, std::size_t bytes, void* to) {
  const std::string_view line(data, bytes);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bytes;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front()))) value.remove_prefix(1);
  while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back()))) value.remove_suffix(1);
  static_cast<HttpResponse*>(to)->headers[std::move(name)] = value;
  return bytes;
}

std::size_t give_body(char* out, std::size_t, std::size_t room, void* from) {
  auto& rest = *static_cast<std::string_view*>(from);
  const std::size_t bytes = std::min(room, rest.size());
  std::memcpy(out, rest.data(), bytes);
  rest.remove_prefix(bytes);
  return bytes;
}

struct ListDeleter {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return;
  (void)list.release();
  list.reset(longer);
}

HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  const auto has = [&](std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& header) { return same_name(header.first, name); });
  };
  // libcurl takes "name:" for a header to leave out, and "name;" for one with nothing in it.
  for (const auto& [name, value] : request.headers) append(list, value.empty() ? name + ";" : name + ": " + value);
  // What libcurl would add by itself, unless the test asks for it.
  if (!has("expect")) append(list, "Expect:");
  if (!has("content-type")) append(list, "Content-Type:");
  if (request.chunked && !request.http2) append(list, "Transfer-Encoding: chunked");
  return list;
}

}  // namespace

HttpRequest& HttpRequest::set(std::string_view name, std::string value) {
  for (auto& header : headers) {
    if (same_name(header.first, name)) {
      header.second = std::move(value);
      return *this;
    }
  }
  headers.emplace_back(name, std::move(value));
  return *this;
}

HttpRequest& HttpRequest::remove(std::string_view name) {
  std::erase_if(headers, [&](const auto& header) { return same_name(header.first, name); });
  return *this;
}

struct HttpClient::Impl {
  std::string socket;
  std::unique_ptr<CURL, void (*)(CURL*)> curl{curl_easy_init(), curl_easy_cleanup};
};

HttpClient::HttpClient(std::string unix_socket) : impl_(std::make_unique<Impl>()) {
  impl_->socket = std::move(unix_socket);
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
  HttpResponse response;
  CURL* curl = impl_->curl.get();
  const HeaderList headers = header_list(request);
  std::string_view upload = request.body;
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, impl_->socket.c_str());
  curl_easy_setopt(curl, CURLOPT_URL,
                   ((request.tls ? "https://edge.test" : "http://edge.test") + request.path).c_str());
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20000L);
  curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 5000L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                   static_cast<long>(request.http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &response);
  if (request.chunked) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  } else if (request.method != "GET" && request.method != "HEAD") {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) response.error = curl_easy_strerror(code);
  long status = 0;
  long connects = 1;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
  response.status = static_cast<int>(status);
  response.new_connection = connects != 0;
  return response;
}

HttpResponse HttpClient::get(std::string path) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  return send(request);
}

}  // namespace ringfence::test
