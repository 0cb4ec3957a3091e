// The smaller entries of the directory file, each read by itself: devices, agents, lists of numbers, hours, outbound
// calls. What holds between entries is directory_parser.cc, which uses this. Must not know: other entries.
#pragma once

#include "directory/directory.h"
#include "directory/directory_reader.h"

namespace ringfence {

// A name that another entry must have; looked up when everything is read.
struct DirectoryReference {
  std::string name;
  int line = 0;
};
// Of one number or user.
struct DirectoryReferences {
  DirectoryReference user, agent, plan, schedule, closed_agent, caller_id;
};

class DirectoryEntries {
 public:
  using Done = DirectoryReader::Done;
  using Lines = DirectoryReader::Lines;

  explicit DirectoryEntries(const DirectoryReader& reader) : reader_(reader) {}

  [[nodiscard]] Done sip_username(const ConfDirective& directive, Lines& seen, std::string& out) const;
  // `block +49900* anonymous;`, any number of times.
  [[nodiscard]] Done patterns(const ConfDirective& directive, Blocklist& out) const;
  // `dialled_at`: the line of what is dialled, 0 when nothing is.
  [[nodiscard]] Done device(const ConfDirective& block, Device& out, int& dialled_at) const;
  [[nodiscard]] Done agent(const ConfDirective& block, Agent& out) const;
  [[nodiscard]] Done outbound(const ConfDirective& block, Lines& seen, Outbound& out, DirectoryReference& caller) const;
  // `schedule NAME;` and `closed voicemail;` or `closed agent NAME;`
  [[nodiscard]] Done hours(const ConfDirective& directive, Lines& seen, Hours& out, DirectoryReferences& wanted) const;
  [[nodiscard]] Done number(const ConfDirective& block, Number& out, DirectoryReferences& wanted) const;

 private:
  [[nodiscard]] Done time(const ConfDirective& directive, Lines& seen, Millis never, Millis& out) const;
  [[nodiscard]] Done receiver(const ConfDirective& directive, Number& out, DirectoryReferences& wanted) const;
  [[nodiscard]] Done sip_address(const ConfDirective& directive, Lines& seen, std::string& out) const;

  const DirectoryReader& reader_;
};

}  // namespace ringfence
