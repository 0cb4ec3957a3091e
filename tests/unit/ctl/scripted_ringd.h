// A scripted ringd on a Unix socket, and commands run against it. Used by the tests of this folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "ctl/client.h"
#include "ctl/commands.h"
#include "shared/frame_codec.h"
#include "shared/limits.h"
#include "support/temp_dir.h"

namespace ringfence::ctl {

// Answers each request of one connection with the next reply for its `METHOD target`, then hangs up.
class ScriptedRingd {
 public:
  explicit ScriptedRingd(const std::string& path) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
  }
  ~ScriptedRingd() {
    join();
    ::close(listener_);
  }
  void serve(std::map<std::string, std::vector<std::string>> replies) {
    replies_ = std::move(replies);
    thread_ = std::thread([this] { run(); });
  }
  const std::vector<std::string>& asked() {
    join();
    return asked_;
  }
  static std::string ok(std::string_view body) { return encode_reply({.status = 200, .body = as_bytes(body)}); }
  static std::string no(std::uint16_t status, std::string_view body) {
    return encode_reply({.status = status, .body = as_bytes(body)});
  }

 private:
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  void run() {
    constexpr int kPatienceMs = 10'000;
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, kPatienceMs) != 1) return;
    const int fd = ::accept(listener_, nullptr, nullptr);
    FrameReader reader(limits::kDirectoryBytes);
    std::vector<std::uint8_t> buffer(64 * 1024);
    for (bool open = true; open;) {
      const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      ByteView input(buffer.data(), static_cast<std::size_t>(count));
      while (open && reader.next(input) == FrameReader::Status::frame) open = reply(fd, reader.payload());
    }
    ::close(fd);
  }
  bool reply(int fd, ByteView payload) {
    const auto request = decode_request(payload);
    if (!request) return false;
    const std::string key = std::string(request->method) + " " + std::string(request->target);
    asked_.push_back(key + (request->body.empty() ? "" : " " + std::string(as_text(request->body))));
    auto& left = replies_[key];
    if (left.empty()) return false;
    const std::string bytes = left.front();
    left.erase(left.begin());
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  int listener_;
  std::map<std::string, std::vector<std::string>> replies_;
  std::vector<std::string> asked_;
  std::thread thread_;
};

class CommandsTest : public testing::Test {
 protected:
  void SetUp() override {
    options.socket = folder.file("control.sock");
    options.look = {.colour = false, .utf8 = true};
  }
  // Runs a command; its output is kept.
  template <class Command>
  int run(Command command) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = command();
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return code;
  }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder.file(name)) << text;
    return folder.file(name);
  }
  test::TempDir folder;
  std::string out, err;
  Options options;
};

}  // namespace ringfence::ctl
