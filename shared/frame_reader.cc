// Cuts a byte stream into frames. Used by ringd and ringctl, one reader a connection.
// Must not know: sockets, what a payload says.
#include <algorithm>

#include "shared/frame_codec.h"

namespace ringfence {
namespace {

// Memory kept between frames that arrive in pieces. Ordinary events fit; after a large one the memory is given back,
// so that thousands of idle connections do not hold a largest frame each.
constexpr std::size_t kKeptBytes = 16 * 1024;

void move_front(ByteView& input, std::size_t count, std::vector<std::uint8_t>& buffer) {
  buffer.insert(buffer.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(count));
  input = input.subspan(count);
}

}  // namespace

FrameReader::Status FrameReader::next(ByteView& input) {
  if (broken_) return Status::broken;
  payload_ = {};
  if (!have_head_ && buffer_.size() >= kFrameHeadBytes) {  // the frame delivered last time
    if (buffer_.capacity() > kKeptBytes) {
      buffer_ = {};
    } else {
      buffer_.clear();
    }
  }
  if (!have_head_) {
    ByteView head = input;
    if (!buffer_.empty() || input.size() < kFrameHeadBytes) {
      move_front(input, std::min(input.size(), kFrameHeadBytes - buffer_.size()), buffer_);
      if (buffer_.size() < kFrameHeadBytes) return Status::need_more;
      head = buffer_;
    }
    const std::optional<FrameHead> decoded = decode_head(head, max_payload_bytes_);
    if (!decoded) {
      broken_ = true;
      buffer_ = {};
      return Status::broken;
    }
    head_ = *decoded;
    const std::size_t frame_bytes = kFrameHeadBytes + head_.payload_bytes;
    if (buffer_.empty() && input.size() >= frame_bytes) {  // whole in the input: nothing is copied
      payload_ = input.subspan(kFrameHeadBytes, head_.payload_bytes);
      input = input.subspan(frame_bytes);
      return Status::frame;
    }
    if (buffer_.empty()) move_front(input, kFrameHeadBytes, buffer_);
    have_head_ = true;
  }
  const std::size_t frame_bytes = kFrameHeadBytes + head_.payload_bytes;
  const std::size_t count = std::min(input.size(), frame_bytes - buffer_.size());
  if (buffer_.size() + count > buffer_.capacity()) {
    // Grows with what has really arrived, never past the frame: a head that promises much is not believed yet.
    buffer_.reserve(std::min(frame_bytes, std::max(2 * buffer_.capacity(), buffer_.size() + count)));
  }
  move_front(input, count, buffer_);
  if (buffer_.size() < frame_bytes) return Status::need_more;
  have_head_ = false;
  payload_ = ByteView(buffer_).subspan(kFrameHeadBytes);
  return Status::frame;
}

}  // namespace ringfence
