// `schedule NAME { zone ...; open ...; except ...; }` of the directory file, checked. Used by directory_parser.cc.
// Must not know: who is called inside or outside of the hours.
#pragma once

#include <string>

#include "directory/directory_reader.h"
#include "directory/schedule.h"

namespace ringfence {

[[nodiscard]] Result<Schedule> parse_schedule(const DirectoryReader& reader, const ConfDirective& block);
[[nodiscard]] std::string schedule_text(const Schedule& schedule);  // as it stands in an organisation

}  // namespace ringfence
