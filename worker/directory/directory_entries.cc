// See directory_entries.h.
#include "directory/directory_entries.h"

#include <algorithm>

#include "core/utc_time.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::size_t kAddressBytes = 255;
// In base64 and as an encoded word it still fits into limits::kSipHeaderBytes.
constexpr std::size_t kSpokenBytes = 700;

}  // namespace

DirectoryEntries::Done DirectoryEntries::sip_username(const ConfDirective& directive, Lines& seen,
                                                      std::string& out) const {
  if (auto done = reader_.value(directive, seen, out); !done) return done;
  if (is_directory_name(out) && !out.contains('@')) return {};
  return reader_.error(directive.line,
                       in_quotes(out) + " is not a SIP username; expected the name alone, without sip: and @domain");
}

DirectoryEntries::Done DirectoryEntries::patterns(const ConfDirective& directive, Blocklist& out) const {
  if (directive.has_block || directive.args.empty()) {
    return reader_.error(directive.line, in_quotes(directive.name) + " takes numbers; expected such as " +
                                             directive.name + " +4930123456 +49900* anonymous;");
  }
  for (const std::string& pattern : directive.args) {
    if (!Blocklist::is_pattern(pattern)) {
      return reader_.error(directive.line, in_quotes(pattern) +
                                               " is not a number; expected one such as +4930123456, "
                                               "a range such as +49900*, or anonymous");
    }
    out.add(pattern);
  }
  return {};
}

DirectoryEntries::Done DirectoryEntries::time(const ConfDirective& directive, Lines& seen, Millis never,
                                              Millis& out) const {
  std::string text;
  if (auto done = reader_.value(directive, seen, text); !done) return done;
  const std::optional<Millis> at = text == "never" ? never : parse_utc(text);
  if (!at) {
    return reader_.error(directive.line,
                         in_quotes(text) + " is not a time; expected UTC such as 2026-11-21T07:00:00Z, or never");
  }
  out = *at;
  return {};
}

DirectoryEntries::Done DirectoryEntries::device(const ConfDirective& block, Device& out, int& dialled_at) const {
  out.name = block.args[0];
  dialled_at = 0;
  Lines seen;
  for (const ConfDirective& directive : block.block) {
    Done done;
    if (directive.name == "sip_username" || directive.name == "number") {
      if (dialled_at != 0 && !seen.contains(directive.name)) {
        return reader_.error(directive.line,
                             "device " + out.name + " is a SIP user already or a number already; expected one of both");
      }
      dialled_at = directive.line;
      done = directive.name == "number" ? reader_.value(directive, seen, out.number)
                                        : sip_username(directive, seen, out.sip_username);
      if (done && directive.name == "number" && !is_e164(out.number)) {
        return reader_.error(directive.line, in_quotes(out.number) +
                                                 " is not a number; expected its international "
                                                 "form such as +4917012345");
      }
    } else if (directive.name == "verify") {
      done = reader_.choice(directive, seen, {Verify::none, Verify::press1, Verify::amd, Verify::press1_if_fast},
                            out.verify);
    } else if (directive.name == "last_active_at") {
      done = time(directive, seen, 0, out.last_active_ms);
    } else if (directive.name == "credential_expires_at") {
      done = time(directive, seen, kNeverExpires, out.credential_expires_ms);
    } else {
      return reader_.unknown(directive, "device",
                             {"sip_username", "last_active_at", "credential_expires_at", "number", "verify"});
    }
    if (!done) return done;
  }
  return {};
}

DirectoryEntries::Done DirectoryEntries::sip_address(const ConfDirective& directive, Lines& seen,
                                                     std::string& out) const {
  if (auto done = reader_.text(directive, seen, kAddressBytes, out); !done) return done;
  const std::size_t scheme = out.starts_with("sip:") ? 4 : out.starts_with("sips:") ? 5 : 0;
  const bool plain = std::all_of(out.begin(), out.end(), [](char c) {
    return c > 0x20 && c < 0x7f && !std::string_view("\"<>\\^`{|},").contains(c);
  });
  const std::size_t at = out.find('@');
  if (scheme != 0 && plain && at != std::string::npos && at > scheme && at + 1 < out.size()) return {};
  return reader_.error(directive.line, in_quotes(out) + " is not a SIP address; expected sip:NAME@HOST");
}

DirectoryEntries::Done DirectoryEntries::agent(const ConfDirective& block, Agent& out) const {
  out.name = block.args[0];
  Lines seen;
  for (const ConfDirective& directive : block.block) {
    Done done;
    if (directive.name == "to") {
      done = sip_address(directive, seen, out.to);
    } else if (directive.name == "base_url") {
      done = reader_.text(directive, seen, kAddressBytes, out.base_url);
      if (done && !out.base_url.starts_with("https://") && !out.base_url.starts_with("http://")) {
        return reader_.error(directive.line, in_quotes(out.base_url) + " is not a URL; expected https://...");
      }
    } else if (directive.name == "introduction") {
      done = reader_.text(directive, seen, kSpokenBytes, out.introduction);
    } else if (directive.name == "voice") {
      done = reader_.text(directive, seen, kAddressBytes, out.voice);
    } else if (directive.name == "personality") {
      done = reader_.text(directive, seen, kSpokenBytes, out.personality);
    } else {
      return reader_.unknown(directive, "agent", {"to", "base_url", "introduction", "voice", "personality"});
    }
    if (!done) return done;
  }
  if (!out.to.empty()) return {};
  return reader_.error(block.line, "agent " + out.name + " has no address; expected to sip:NAME@HOST;");
}

DirectoryEntries::Done DirectoryEntries::outbound(const ConfDirective& block, Lines& seen, Outbound& out,
                                                  DirectoryReference& caller) const {
  if (!block.has_block || !block.args.empty()) {
    return reader_.error(block.line, "outbound needs a block; expected outbound { caller_id +4930123456; }");
  }
  if (auto done = reader_.once(block.line, "\"outbound\"", "outbound", seen); !done) return done;
  Lines inside;
  for (const ConfDirective& directive : block.block) {
    Done done;
    if (directive.name == "caller_id") {
      done = reader_.value(directive, inside, out.caller_id);
      caller = {out.caller_id, directive.line};
    } else if (directive.name == "block") {
      done = patterns(directive, out.blocked);
    } else if (directive.name == "do_not_call") {
      done = patterns(directive, out.do_not_call);
    } else {
      return reader_.unknown(directive, "outbound", {"caller_id", "block", "do_not_call"});
    }
    if (!done) return done;
  }
  return {};
}

DirectoryEntries::Done DirectoryEntries::hours(const ConfDirective& directive, Lines& seen, Hours& out,
                                               DirectoryReferences& wanted) const {
  if (directive.name == "schedule") {
    if (auto done = reader_.value(directive, seen, out.schedule); !done) return done;
    wanted.schedule = {out.schedule, directive.line};
    return {};
  }
  const auto& args = directive.args;
  const bool agent = args.size() == 2 && args[0] == "agent";
  if (directive.has_block || (!agent && (args.size() != 1 || args[0] != "voicemail"))) {
    return reader_.error(directive.line, "expected closed voicemail; or closed agent NAME;");
  }
  if (agent) {
    out.closed_agent = args[1];
    wanted.closed_agent = {args[1], directive.line};
  }
  return reader_.once(directive.line, "\"closed\"", "closed", seen);
}

DirectoryEntries::Done DirectoryEntries::receiver(const ConfDirective& directive, Number& out,
                                                  DirectoryReferences& wanted) const {
  const bool named = directive.name != "voicemail";
  if (directive.has_block || directive.args.size() != (named ? 1u : 0u)) {
    return reader_.error(directive.line, directive.name == "ring"    ? "expected ring USER;"
                                         : directive.name == "agent" ? "expected agent NAME;"
                                                                     : "expected voicemail; without a value");
  }
  if (!named) return {};
  DirectoryReference& reference = directive.name == "ring" ? wanted.user : wanted.agent;
  reference = {directive.args[0], directive.line};
  (directive.name == "ring" ? out.user : out.agent) = directive.args[0];
  return {};
}

DirectoryEntries::Done DirectoryEntries::number(const ConfDirective& block, Number& out,
                                                DirectoryReferences& wanted) const {
  if (!block.has_block || block.args.size() != 1 || !is_e164(block.args[0])) {
    return reader_.error(block.line,
                         "a number needs its international form and a block; expected "
                         "number +4930123456 { ring USER; } or { agent NAME; } or { voicemail; }");
  }
  out.e164 = block.args[0];
  int receivers = 0;
  Lines seen;
  for (const ConfDirective& directive : block.block) {
    Done done;
    if (directive.name == "ring" || directive.name == "agent" || directive.name == "voicemail") {
      ++receivers;
      done = receiver(directive, out, wanted);
    } else if (directive.name == "plan") {
      done = reader_.value(directive, seen, out.plan);
      wanted.plan = {out.plan, directive.line};
    } else if (directive.name == "schedule" || directive.name == "closed") {
      done = hours(directive, seen, out.hours, wanted);
    } else {
      return reader_.unknown(directive, "number", {"ring", "agent", "voicemail", "plan", "schedule", "closed"});
    }
    if (!done) return done;
  }
  if (receivers != 1) {
    return reader_.error(block.line, "number " + out.e164 +
                                         " needs exactly one receiver; expected ring USER; agent NAME; or voicemail;");
  }
  return {};
}

}  // namespace ringfence
