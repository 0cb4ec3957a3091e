// See input_file.h.
#include "ctl/input_file.h"

#include <fstream>
#include <iostream>
#include <iterator>

namespace ringfence::ctl {

std::optional<std::string> read_file(const std::string& file) {
  const auto read = [](std::istream& stream) {
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    return stream.bad() ? std::nullopt : std::optional(std::move(text));
  };
  if (file == "-") return read(std::cin);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  return read(stream);
}

std::string name_of_file(const std::string& file) { return file == "-" ? "(standard input)" : file; }

}  // namespace ringfence::ctl
