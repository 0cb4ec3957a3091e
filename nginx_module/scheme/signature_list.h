// The shapes in which providers write signatures: one value, a prefix, lists with any separators, with the timestamp
// among them. Used by interpret. Must not know: keys, contents, which request this is.
#pragma once

#include "scheme/crypto.h"
#include "scheme/interpret.h"

namespace ringfence::scheme {

// Reads the value of one signature source: adds to presented.candidates what the methods with that source understand,
// and sets presented.timestamp if the plan has it there. One pass. Entries with names of others are skipped; one of
// ours that is not well-formed refuses the request. The shape is that of the first method with this source.
[[nodiscard]] Reason read_signatures(const Plan& plan, const Source& source, std::string_view value,
                                     Presented& presented) noexcept;
[[nodiscard]] bool same_source(const Source& a, const Source& b) noexcept;

// The bytes of a candidate; false unless it is the one encoding of as many as the method needs (hex in either case).
[[nodiscard]] bool decode_signature(const Method& method, std::string_view text,
                                    std::span<std::uint8_t, kSignatureMost> out, std::size_t& bytes) noexcept;

}  // namespace ringfence::scheme
