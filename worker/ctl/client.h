// One question to ringd over its control socket, one answer, each with a deadline. Blocking: ringctl does one thing at
// a time. Used by commands.cc. Must not know: what is asked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "shared/bytes.h"
#include "shared/result.h"

namespace ringfence::ctl {

struct Answer {
  int status = 0;
  std::string body;
};

class Client {
 public:
  // Errors say what to do about them at three in the morning.
  [[nodiscard]] static Result<Client> connect(const std::string& socket_path);

  [[nodiscard]] Result<Answer> ask(std::string_view method, std::string_view target, ByteView body = {});
  // Lets time pass while watching; false when ringd has hung up meanwhile.
  [[nodiscard]] bool pause(int pause_ms);

 private:
  // A file descriptor with one owner.
  class Descriptor {
   public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();
    [[nodiscard]] int get() const noexcept { return fd_; }

   private:
    int fd_;
  };

  Client(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  [[nodiscard]] Result<void> write_all(std::string_view bytes, std::int64_t deadline_ms);
  [[nodiscard]] Result<Answer> read_answer(std::int64_t deadline_ms);
  [[nodiscard]] Result<void> wait_for(short events, std::int64_t deadline_ms);

  Descriptor fd_;
  std::string path_;
};

// Every byte that is not a letter, digit or one of -._~ as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace ringfence::ctl
