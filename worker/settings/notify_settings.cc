// See notify_settings.h.
#include "settings/notify_settings.h"

#include <algorithm>
#include <span>

#include "shared/conf_table.h"
#include "shared/ids.h"
#include "shared/limits.h"

namespace ringfence {
namespace {

constexpr std::string_view kBlock = "organisation", kConsumer = "consumer", kFamilies = "families";

constexpr ConfEntry kApplicationTable[] = {
    {.context = "", .name = kBlock, .type = ConfType::block},
    {.context = kBlock, .name = "url", .type = ConfType::text, .required = true},
    {.context = kBlock, .name = "secret_file", .type = ConfType::path, .required = true},
    {.context = kBlock, .name = "ringing", .type = ConfType::flag, .fallback = "off"},
};

constexpr ConfEntry kConsumerTable[] = {
    {.context = "", .name = kConsumer, .type = ConfType::block},
    {.context = kConsumer, .name = "url", .type = ConfType::text, .required = true},
    {.context = kConsumer, .name = "secret_file", .type = ConfType::path, .required = true},
};

std::string place_of(std::string_view file_name, const ConfDirective& directive) {
  return std::string(file_name) + ":" + std::to_string(directive.line);
}

bool is_family(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.find_first_not_of(kLetters) == std::string_view::npos;
}

// Of one directive several words, which the table does not have.
Result<std::vector<std::string>> take_families(std::string_view file_name, ConfDirective& consumer) {
  const auto named = [](const ConfDirective& inner) { return inner.name == kFamilies; };
  const auto first = std::ranges::find_if(consumer.block, named);
  if (first == consumer.block.end() || first->args.empty() || std::ranges::count_if(consumer.block, named) != 1) {
    return fail(ErrorCode::invalid, place_of(file_name, consumer) +
                                        ": a consumer says once whose events it wants, such as families message 10dlc "
                                        "number_order;");
  }
  std::vector<std::string> families = first->args;
  const std::string where = place_of(file_name, *first);
  for (const std::string& family : families) {
    std::string mistake;
    if (family == "call") {
      mistake = ": events of calls are not forwarded; what becomes of a call is told to its organisation's application";
    } else if (!is_family(family)) {
      mistake = ": this is no family of events, which is what their type has before the first dot, such as message: ";
      mistake += family;
    } else if (std::ranges::count(families, family) > 1) {
      mistake = ": this family is there twice: ";
      mistake += family;
    }
    if (!mistake.empty()) return fail(ErrorCode::invalid, where + mistake);
  }
  consumer.block.erase(first);
  return families;
}

Result<ApplicationSettings> application(std::string_view file_name, ConfDirective directive) {
  const std::string where = place_of(file_name, directive);
  const bool consumer = directive.name == kConsumer;
  if (directive.args.size() != 1 || directive.args.front().empty()) {
    return fail(ErrorCode::invalid, where + ": directive \"" + directive.name + "\" needs one name; expected " +
                                        directive.name + " NAME { url URL; secret_file PATH; " +
                                        (consumer ? "families message; }" : "}"));
  }
  ApplicationSettings application{.organisation = directive.args.front(), .where = where};
  if (consumer) {
    auto families = take_families(file_name, directive);
    if (!families) return std::unexpected(std::move(families.error()));
    application.families = *std::move(families);
    application.organisation.insert(0, 1, kUnlisted);
  } else if (application.organisation.front() == kUnlisted) {
    return fail(ErrorCode::invalid, where + ": an organisation's name cannot begin with " + kUnlisted);
  }
  directive.args.clear();
  if (consumer) {
    const auto values = check_conf(file_name, std::span(&directive, 1), kConsumerTable);
    if (!values) return std::unexpected(values.error());
    application.url = values->text("consumer.url");
    application.secret_file = values->text("consumer.secret_file");
    return application;
  }
  const auto values = check_conf(file_name, std::span(&directive, 1), kApplicationTable);
  if (!values) return std::unexpected(values.error());
  application.url = values->text("organisation.url");
  application.secret_file = values->text("organisation.secret_file");
  application.ringing = values->flag("organisation.ringing");
  return application;
}

// One application of a name, one consumer of a family.
Result<void> stands_alone(const ApplicationSettings& one, const ConfDirective& said,
                          const std::vector<ApplicationSettings>& others) {
  if (others.size() == limits::kNotifyApplications) {
    return fail(ErrorCode::limit, one.where + ": there are more than " + std::to_string(limits::kNotifyApplications) +
                                      " organisations and consumers");
  }
  for (const ApplicationSettings& other : others) {
    if (other.organisation == one.organisation) {
      return fail(ErrorCode::invalid, one.where + ": " + said.name + " \"" + said.args.front() + "\" is there already");
    }
    const auto shared = std::ranges::find_first_of(one.families, other.families);
    if (shared != one.families.end()) {
      return fail(ErrorCode::invalid,
                  one.where + ": family \"" + *shared + "\" has a consumer already, at " + other.where);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ApplicationSettings>> take_applications(std::string_view file_name,
                                                           std::vector<ConfDirective>& directives) {
  std::vector<ApplicationSettings> applications;
  for (ConfDirective& outer : directives) {
    if (outer.name != "notify") continue;
    const auto named = [](const ConfDirective& inner) { return inner.name == kBlock || inner.name == kConsumer; };
    for (const ConfDirective& inner : outer.block) {
      if (!named(inner)) continue;
      auto one = application(file_name, inner);
      if (!one) return std::unexpected(std::move(one.error()));
      if (auto alone = stands_alone(*one, inner, applications); !alone) return std::unexpected(alone.error());
      applications.push_back(*std::move(one));
    }
    std::erase_if(outer.block, named);
  }
  return applications;
}

}  // namespace ringfence
