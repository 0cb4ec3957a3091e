// See client.h.
#include "ctl/client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "shared/frame_codec.h"
#include "shared/limits.h"

namespace ringfence::ctl {
namespace {

std::int64_t now_ms() {
  namespace chrono = std::chrono;
  return chrono::duration_cast<chrono::milliseconds>(chrono::steady_clock::now().time_since_epoch()).count();
}

std::string advice(const std::string& path, int fault) {
  switch (fault) {
    case ENOENT:
      return "there is no socket at " + path +
             ": ringd is not running, or listens elsewhere. `systemctl status ringd` tells; `control` in ringd.conf "
             "says "
             "where; --socket PATH or RINGD_CONTROL asks there";
    case ECONNREFUSED:
      return "nobody listens at " + path +
             ": ringd has died and left its socket behind. `journalctl -u ringd -n 50` says why; `systemctl restart "
             "ringd`";
    case EACCES:
    case EPERM:
      return "you may not open " + path +
             ": run ringctl as root or as a user that ringd.conf allows (control_user, control_group)";
    case EAGAIN:
      return "ringd at " + path + " takes no more connections: too many ringctl are running, or it is stuck";
    default:
      return path + ": " + std::strerror(fault);
  }
}

}  // namespace

Client::Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Client> Client::connect(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.empty() || socket_path.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::invalid, "the socket's path must have 1 to " + std::to_string(sizeof address.sun_path - 1) +
                                        " bytes: " + socket_path);
  }
  std::copy(socket_path.begin(), socket_path.end(), address.sun_path);
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return fail(ErrorCode::internal, std::string("socket: ") + std::strerror(errno));
  // A Unix socket connects at once or not at all.
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail(ErrorCode::unavailable, advice(socket_path, errno));
  }
  return Client(std::move(fd), socket_path);
}

Result<Answer> Client::ask(std::string_view method, std::string_view target, ByteView body) {
  const std::int64_t deadline_ms = now_ms() + limits::kControlAnswerMs;
  const std::string frame = encode_request({.method = method, .target = target, .body = body});
  if (frame.empty()) return fail(ErrorCode::limit, "the request is too large for one frame");
  if (auto done = write_all(frame, deadline_ms); !done) return std::unexpected(done.error());
  return read_answer(deadline_ms);
}

bool Client::pause(int pause_ms) {
  pollfd poll{.fd = fd_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, pause_ms) == 0;  // readable between two questions: hung up, or not our protocol
}

Result<void> Client::wait_for(short events, std::int64_t deadline_ms) {
  pollfd poll{.fd = fd_.get(), .events = events, .revents = 0};
  for (;;) {
    const std::int64_t left_ms = std::max<std::int64_t>(0, deadline_ms - now_ms());
    const int ready = ::poll(&poll, 1, static_cast<int>(left_ms));
    if (ready > 0) return {};
    if (ready == 0) {
      return fail(ErrorCode::unavailable,
                  "ringd did not answer within " + std::to_string(limits::kControlAnswerMs / 1000) +
                      " s: it is stopped or overloaded. `systemctl status ringd`, `journalctl -u "
                      "ringd -n 50`");
    }
    if (errno != EINTR) return fail(ErrorCode::internal, std::string("poll: ") + std::strerror(errno));
  }
}

Result<void> Client::write_all(std::string_view bytes, std::int64_t deadline_ms) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (auto ready = wait_for(POLLOUT, deadline_ms); !ready) return ready;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return {};  // what ringd said before it hung up is worth more than that it did
    } else if (errno != EINTR) {
      return fail(ErrorCode::unavailable, advice(path_, errno));
    }
  }
  return {};
}

Result<Answer> Client::read_answer(std::int64_t deadline_ms) {
  FrameReader reader(limits::kReplyBytes);
  std::array<std::uint8_t, 16 * 1024> buffer;
  for (;;) {
    if (auto ready = wait_for(POLLIN, deadline_ms); !ready) return std::unexpected(ready.error());
    const ssize_t count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) {
      return fail(ErrorCode::unavailable,
                  "ringd hung up before it answered: it is stopping, or ringd.conf does not allow this user "
                  "(control_user). `journalctl -u ringd -n 20` says which");
    }
    ByteView input(buffer.data(), static_cast<std::size_t>(count));
    const FrameReader::Status status = reader.next(input);
    if (status == FrameReader::Status::need_more) continue;
    if (status == FrameReader::Status::frame && reader.head().kind == FrameKind::reply) {
      if (const auto reply = decode_reply(reader.payload())) {
        return Answer{reply->status, std::string(as_text(reply->body))};
      }
    }
    return fail(ErrorCode::invalid, "what listens at " + path_ + " is not ringd, or speaks another version");
  }
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace ringfence::ctl
