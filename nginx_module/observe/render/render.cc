// See render.h: what the three formats share.
#include "observe/render.h"

#include <numeric>

namespace ringfence::observe {

std::uint64_t sum(const PerOutcome& numbers) noexcept {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

std::uint64_t verify_count(const SchemeNumbers& scheme) noexcept {
  return std::accumulate(scheme.verify_times.begin(), scheme.verify_times.end(), std::uint64_t{0});
}

std::string_view content_type(StatusFormat format) noexcept {
  switch (format) {
    case StatusFormat::prometheus:
      return "text/plain; version=0.0.4; charset=utf-8";
    case StatusFormat::html:
      return "text/html; charset=utf-8";
    case StatusFormat::json:
      break;
  }
  return "application/json";
}

std::size_t render(StatusFormat format, const Snapshot& snapshot, std::span<char> out) noexcept {
  TextWriter writer(out);
  switch (format) {
    case StatusFormat::prometheus:
      write_prometheus(writer, snapshot);
      break;
    case StatusFormat::html:
      write_html(writer, snapshot);
      break;
    case StatusFormat::json:
      write_json(writer, snapshot);
      break;
  }
  return writer.size();
}

}  // namespace ringfence::observe
