// See notify_settings.h.
#include "settings/notify_settings.h"

#include <algorithm>
#include <span>

#include "shared/conf_table.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kBlock = "organisation";

constexpr ConfEntry kApplicationTable[] = {
    {.context = "", .name = kBlock, .type = ConfType::block},
    {.context = kBlock, .name = "url", .type = ConfType::text, .required = true},
    {.context = kBlock, .name = "secret_file", .type = ConfType::path, .required = true},
    {.context = kBlock, .name = "ringing", .type = ConfType::flag, .fallback = "off"},
};

Result<ApplicationSettings> application(std::string_view file_name, ConfDirective directive) {
  const std::string where = std::string(file_name) + ":" + std::to_string(directive.line);
  if (directive.args.size() != 1 || directive.args.front().empty()) {
    return fail(ErrorCode::invalid,
                where +
                    ": directive \"organisation\" needs one name; expected organisation NAME { url URL; "
                    "secret_file PATH; }");
  }
  ApplicationSettings application{.organisation = directive.args.front(), .where = where};
  directive.args.clear();
  const auto values = check_conf(file_name, std::span(&directive, 1), kApplicationTable);
  if (!values) return std::unexpected(values.error());
  application.url = values->text("organisation.url");
  application.secret_file = values->text("organisation.secret_file");
  application.ringing = values->flag("organisation.ringing");
  return application;
}

}  // namespace

Result<std::vector<ApplicationSettings>> take_applications(std::string_view file_name,
                                                           std::vector<ConfDirective>& directives) {
  std::vector<ApplicationSettings> applications;
  for (ConfDirective& outer : directives) {
    if (outer.name != "notify") continue;
    const auto named = [](const ConfDirective& inner) { return inner.name == kBlock; };
    for (const ConfDirective& inner : outer.block) {
      if (!named(inner)) continue;
      auto one = application(file_name, inner);
      if (!one) return std::unexpected(std::move(one.error()));
      if (std::ranges::find(applications, one->organisation, &ApplicationSettings::organisation) !=
          applications.end()) {
        return fail(ErrorCode::invalid, one->where + ": organisation \"" + one->organisation + "\" is there already");
      }
      if (applications.size() == limits::kNotifyApplications) {
        return fail(ErrorCode::limit, one->where + ": there are more than " +
                                          std::to_string(limits::kNotifyApplications) + " organisations");
      }
      applications.push_back(*std::move(one));
    }
    std::erase_if(outer.block, named);
  }
  return applications;
}

}  // namespace ringfence
