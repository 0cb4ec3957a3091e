// ring_floor http|frame|embedded|redis COUNT [SOCKET_OR_FOLDER]: the CPU that one event of a call costs at least, by
// part, with the libraries ringd uses and none of its code: a request by libcurl, a frame read and answered, a write by
// SQLite or to Redis. Prints one JSON line. Peers run in a child, whose CPU does not count.
// ring_floor volley COUNT PORT: so many requests at once to that port, over connections that are open already.
// Must not know: what it is compared with (tools/bench).
#include <arpa/inet.h>
#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace {

constexpr int kConnections = 32;         // as ringd over plain HTTP
constexpr int kWritesTogether = 16;      // of a transaction, of a pipeline: about what a busy ringd has
const std::string kDocument(2500, 'd');  // a session of five legs, and its line of the ladder
const std::string kRequest(600, 'r'), kWebhook(1000, 'w');

double cpu_us() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec); };
  return us(used.ru_utime) + us(used.ru_stime);
}

int number(const std::string& text) { return static_cast<int>(std::strtol(text.c_str(), nullptr, 10)); }

pid_t in_child(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  work();
  _exit(0);
}

// Answers whatever ends like a request's body: headers never do.
[[noreturn]] void serve_http(int listener) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"data\":{\"result\":\"ok\"}}";
  const int epoll = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    epoll_event events[64];
    const int count = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        epoll_event fresh{.events = EPOLLIN, .data = {.fd = accept(listener, nullptr, nullptr)}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fresh.data.fd, &fresh);
        continue;
      }
      char buffer[8192];
      const ssize_t n = recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) {
        close(fd);
      } else if (buffer[n - 1] == kRequest.back()) {
        (void)!send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
      }
    }
  }
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) noexcept { return size * count; }

// Requests by libcurl, so many at once, over connections that stay open.
class Client {
 public:
  explicit Client(int port)
      : url_("http://127.0.0.1:" + std::to_string(port) + "/v2/calls/one/actions/hangup"),
        multi_(curl_multi_init()),
        headers_(curl_slist_append(curl_slist_append(nullptr, "Content-Type: application/json"),
                                   "Authorization: Bearer KEYtest_of_the_stand_in")) {}

  bool run(int count, int at_once) {
    int begun = 0, done = 0;
    for (; begun < at_once && begun < count; ++begun) begin(curl_easy_init());
    while (done < count) {
      int running = 0, left = 0;
      curl_multi_perform(multi_, &running);
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        CURL* easy = message->easy_handle;
        if (message->data.result != CURLE_OK) return false;
        ++done;
        curl_multi_remove_handle(multi_, easy);
        curl_easy_reset(easy);
        if (begun < count) {
          ++begun;
          begin(easy);
        }
      }
      if (running > 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    return true;
  }

 private:
  void begin(CURL* easy) {
    curl_easy_setopt(easy, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(kRequest.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, kRequest.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &drop);
    curl_multi_add_handle(multi_, easy);
  }

  std::string url_;
  CURLM* multi_;
  curl_slist* headers_;
};

bool http(int count) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 64) != 0) return false;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const pid_t child = in_child([listener] { serve_http(listener); });
  const bool fine = Client(ntohs(address.sin_port)).run(count, kConnections);
  kill(child, SIGKILL);
  return fine;
}

bool volley(int count, int port) {
  Client client(port);
  return client.run(count, count) && client.run(count, count);
}

bool frame(int count) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return false;
  in_child([&] {
    char answer[16];
    while (send(pair[1], kWebhook.data(), kWebhook.size(), MSG_NOSIGNAL) > 0 && recv(pair[1], answer, 9, 0) > 0) {
    }
  });
  const int epoll = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = pair[0]}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &event);
  for (int i = 0; i < count; ++i) {
    char buffer[65536];
    if (epoll_wait(epoll, &event, 1, 1000) != 1 || recv(pair[0], buffer, sizeof buffer, 0) <= 0) return false;
    if (send(pair[0], "verdict..", 9, MSG_NOSIGNAL) != 9) return false;
  }
  return true;
}

bool embedded(int count, const std::string& folder) {
  sqlite3* db = nullptr;
  sqlite3_stmt* write = nullptr;
  const std::string path = folder + "/floor.db";
  const auto run = [&db](const char* sql) { return sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK; };
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK || !run("PRAGMA journal_mode=WAL") ||
      !run("PRAGMA synchronous=FULL") ||
      !run("CREATE TABLE IF NOT EXISTS floor(id INTEGER PRIMARY KEY, document TEXT)") ||
      sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO floor VALUES(?, ?)", -1, &write, nullptr) != SQLITE_OK) {
    return false;
  }
  for (int i = 0; i < count; ++i) {
    if (i % kWritesTogether == 0 && !run("BEGIN IMMEDIATE")) return false;
    sqlite3_bind_int(write, 1, i % 1000);
    sqlite3_bind_text(write, 2, kDocument.data(), static_cast<int>(kDocument.size()), SQLITE_STATIC);
    if (sqlite3_step(write) != SQLITE_DONE || sqlite3_reset(write) != SQLITE_OK) return false;
    if ((i % kWritesTogether == kWritesTogether - 1 || i == count - 1) && !run("COMMIT")) return false;
  }
  return true;
}

bool redis(int count, const std::string& socket_path) {
  redisContext* context = redisConnectUnix(socket_path.c_str());
  if (context == nullptr || context->err != 0) return false;
  for (int i = 0; i < count; i += kWritesTogether) {
    for (int n = 0; n < kWritesTogether; ++n)
      redisAppendCommand(context, "SET floor:%d %b", n, kDocument.data(), kDocument.size());
    for (int n = 0; n < kWritesTogether; ++n) {
      void* reply = nullptr;
      if (redisGetReply(context, &reply) != REDIS_OK) return false;
      freeReplyObject(reply);
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc >= 3 ? argv[1] : "";
  const int count = argc >= 3 ? number(argv[2]) : 0;
  const std::string where = argc >= 4 ? argv[3] : "";
  const double before = cpu_us();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const bool fine = what == "http"       ? http(count)
                    : what == "volley"   ? volley(count, number(where))
                    : what == "frame"    ? frame(count)
                    : what == "embedded" ? embedded(count, where)
                    : what == "redis"    ? redis(count, where)
                                         : false;
  if (!fine || count <= 0) {
    std::fprintf(stderr, "usage: ring_floor http|frame|embedded|redis|volley COUNT [SOCKET, FOLDER, PORT]\n");
    return 2;
  }
  std::printf("{\"us\": %.2f}\n", (cpu_us() - before) / count);
  return 0;
}
