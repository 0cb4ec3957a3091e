// The directive table: values, defaults, and what an operator reads after a mistake.
#include "shared/conf_table.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

constexpr ConfEntry kTable[] = {
    {.name = "log_level", .type = ConfType::choice, .fallback = "info", .choices = "debug|info|warn", .help = "Talk."},
    {.name = "store", .type = ConfType::block, .help = "Where calls live."},
    {.context = "store", .name = "path", .type = ConfType::path, .required = true, .help = "The file."},
    {.context = "store",
     .name = "sync_interval",
     .type = ConfType::duration,
     .fallback = "5ms",
     .min = 1,
     .max = 60'000},
    {.context = "store", .name = "cache", .type = ConfType::size, .fallback = "32m", .min = 4096, .max = 1 << 30},
    {.context = "store", .name = "workers", .type = ConfType::number, .min = 1, .max = 64},
    {.context = "store", .name = "readonly", .type = ConfType::flag, .fallback = "off"},
    {.context = "store", .name = "inner", .type = ConfType::block},
    {.context = "inner", .name = "greeting", .type = ConfType::text, .fallback = "a \"b\" \\ ; c"},
    {.name = "ingest", .type = ConfType::block, .required = true, .help = "The door."},
    {.context = "ingest", .name = "listen", .type = ConfType::path, .fallback = "/run/ringd/ingest.sock"},
};

Result<ConfValues> check(std::string_view text, std::span<const ConfEntry> table = kTable) {
  const auto parsed = parse_conf("ringd.conf", text);
  if (!parsed) return std::unexpected(parsed.error());
  return check_conf("ringd.conf", *parsed, table);
}
std::string error_of(std::string_view text) {
  const auto values = check(text);
  return values ? "accepted" : values.error().text;
}
std::string error_in_store(std::string_view directive) {
  return error_of("ingest {}\nstore {\n path /x;\n " + std::string(directive) + "\n}");
}

TEST(ConfTable, ReadsValuesOfEveryType) {
  const auto values = check(R"(
    log_level warn;
    store { path "/var/lib/ringd/calls.db"; sync_interval 30s500ms; cache 64k; workers 8; readonly on;
            inner { greeting hello; } }
    ingest { listen /tmp/x.sock; })");
  ASSERT_TRUE(values) << values.error().text;
  EXPECT_EQ(values->text("log_level"), "warn");
  EXPECT_EQ(values->text("store.path"), "/var/lib/ringd/calls.db");
  EXPECT_EQ(values->number("store.sync_interval"), 30'500);
  EXPECT_EQ(values->number("store.cache"), 65536);
  EXPECT_EQ(values->number("store.workers"), 8);
  EXPECT_TRUE(values->flag("store.readonly"));
  EXPECT_EQ(values->text("inner.greeting"), "hello");
  EXPECT_TRUE(values->has("store"));
}

TEST(ConfTable, FillsInDefaults) {
  const auto values = check("ingest {}");
  ASSERT_TRUE(values) << values.error().text;
  EXPECT_EQ(values->text("log_level"), "info");
  EXPECT_EQ(values->number("store.sync_interval"), 5);
  EXPECT_EQ(values->number("store.cache"), 32 << 20);
  EXPECT_FALSE(values->flag("store.readonly"));
  EXPECT_TRUE(values->has("ingest"));
  EXPECT_FALSE(values->has("store")) << "a block that is not written is not there";
  EXPECT_FALSE(values->has("store.workers"));
  EXPECT_EQ(values->number("store.workers"), 0);
  EXPECT_EQ(values->text("store.path"), "") << "required only inside its block";
  EXPECT_EQ(values->text("no.such.key"), "");
}

TEST(ConfTable, SuggestsWhatWasMeant) {
  EXPECT_EQ(error_of("ingest {}\nlog_levle warn;"),
            "ringd.conf:2: unknown directive \"log_levle\" at the top level; did you mean \"log_level\"?");
  EXPECT_EQ(error_in_store("sync_intervall 5s;"),
            "ringd.conf:4: unknown directive \"sync_intervall\" in block \"store\"; did you mean \"sync_interval\"?");
  EXPECT_NE(error_in_store("chace 5m;").find("did you mean \"cache\"?"), std::string::npos);
  EXPECT_EQ(error_of("worker_processes 4;"),
            "ringd.conf:1: unknown directive \"worker_processes\" at the top level; expected one of: log_level, store, "
            "ingest");
  EXPECT_NE(error_of(std::string(3000, 'l') + " x;").find("unknown directive"), std::string::npos);
}

TEST(ConfTable, NamesTheBlockADirectiveBelongsTo) {
  EXPECT_EQ(error_of("\npath /x;"),
            "ringd.conf:2: directive \"path\" is not allowed at the top level; expected it in block \"store\"");
  EXPECT_EQ(error_in_store("log_level info;"),
            "ringd.conf:4: directive \"log_level\" is not allowed in block \"store\"; expected it at the top level");
}

TEST(ConfTable, RefusesRepeatedAndMissingDirectives) {
  EXPECT_EQ(error_of("log_level info;\nlog_level warn;"),
            "ringd.conf:2: directive \"log_level\" is repeated; expected it once, it is in line 1 already");
  EXPECT_NE(error_of("ingest {}\ningest {}").find(":2: directive \"ingest\" is repeated"), std::string::npos);
  EXPECT_EQ(
      error_of("log_level info;"),
      "ringd.conf:1: directive \"ingest\" is missing at the top level; expected a block { ... } without arguments");
  EXPECT_EQ(error_of("ingest {}\n\nstore {\n}"),
            "ringd.conf:3: directive \"path\" is missing in block \"store\"; expected an absolute path");
}

TEST(ConfTable, RefusesValuesOfTheWrongKindOrRange) {
  EXPECT_EQ(
      error_in_store("sync_interval fast;"),
      "ringd.conf:4: directive \"sync_interval\" has the value \"fast\"; expected a duration such as 500ms, 30s or "
      "5m, from 1ms to 1m");
  for (const std::string_view bad :
       {"sync_interval 0;", "sync_interval 61s;", "sync_interval -1s;", "sync_interval 1x;", "cache 4095;", "cache 2g;",
        "cache 1kb;", "workers 0;", "workers 65;", "workers 1.5;", "workers 0x8;", "workers \"\";", "readonly yes;",
        "readonly ON;"}) {
    EXPECT_NE(error_in_store(bad).find("ringd.conf:4: directive"), std::string::npos) << bad;
    EXPECT_NE(error_in_store(bad).find("; expected "), std::string::npos) << bad;
  }
  EXPECT_NE(error_of("ingest { listen relative.sock; }").find("expected an absolute path"), std::string::npos);
  EXPECT_NE(error_of("log_level debug|info;").find("expected one of debug|info|warn"), std::string::npos);
  EXPECT_EQ(error_in_store("workers 64;"), "accepted");
  EXPECT_EQ(error_in_store("sync_interval 60s;"), "accepted");
}

TEST(ConfTable, RefusesWrongShapes) {
  EXPECT_NE(error_of("log_level;").find("has 0 arguments"), std::string::npos);
  EXPECT_NE(error_of("log_level info warn;").find("has 2 arguments"), std::string::npos);
  EXPECT_NE(error_of("log_level { }").find("takes no block"), std::string::npos);
  EXPECT_NE(error_of("log_level info { }").find("takes no block"), std::string::npos);
  EXPECT_NE(error_of("ingest;").find("has no block"), std::string::npos);
  EXPECT_NE(error_of("ingest x { }").find("has arguments"), std::string::npos);
}

TEST(ConfTable, ADefaultThatBreaksItsOwnRuleIsOurMistake) {
  const ConfEntry broken[] = {{.name = "n", .type = ConfType::number, .fallback = "7", .min = 1, .max = 5}};
  const auto values = check("", broken);
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code, ErrorCode::internal);
}

TEST(DescribeConf, CanBeReadBackWithTheSameValues) {
  const std::string text = describe_conf(kTable);
  EXPECT_NE(text.find("    #path ...;"), std::string::npos) << text;
  EXPECT_NE(text.find("# duration, 1ms to 1m"), std::string::npos) << text;
  EXPECT_NE(text.find("# debug | info | warn"), std::string::npos) << text;
  std::string filled = text;
  filled.replace(filled.find("#path ..."), 9, "path /x");
  const auto values = check(filled);
  ASSERT_TRUE(values) << values.error().text << "\n" << text;
  const auto defaults = check("ingest {}");
  ASSERT_TRUE(defaults);
  for (const std::string_view key : {"log_level", "store.sync_interval", "store.cache", "store.readonly",
                                     "inner.greeting", "ingest.listen", "store.workers"}) {
    EXPECT_EQ(values->text(key), defaults->text(key)) << key;
    EXPECT_EQ(values->number(key), defaults->number(key)) << key;
  }
}

TEST(DescribeConf, LongHelpIsWrapped) {
  std::string help;
  for (int i = 0; i < 60; ++i) help += "seven77 ";
  const ConfEntry table[] = {{.name = "n", .fallback = "x", .help = help}, {.name = "m", .fallback = "y", .help = {}}};
  const std::string text = describe_conf(table);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    EXPECT_LE(end - begin, 120U);
    begin = end + 1;
  }
  EXPECT_TRUE(check(text, table));
}

}  // namespace
}  // namespace ringfence
