// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nsl::host {
namespace {

using ::testing::HasSubstr;

constexpr char kGood[] = R"(listen = "127.0.0.1:0"
metrics_listen = "[::1]:9091"
data_dir = "/tmp/d"
vault_socket = "/tmp/v.sock"
runner_socket = "/tmp/r.sock"
relay_socket = "/tmp/relay.sock"

[chain]
network = "private"
magic = 42
nodes = ["http://127.0.0.1:30333"]

[limits]
invoke_rate = 500
kept_runs_days = 7
)";

std::string ErrorOf(std::string text) {
  Result<HostConfig> config = ParseConfig(text, "host.toml");
  return config ? "" : config.error().detail;
}

TEST(HostConfig, ReadsEveryKey) {
  Result<HostConfig> config = ParseConfig(kGood, "host.toml");
  ASSERT_TRUE(config.has_value()) << config.error().detail;
  EXPECT_EQ(config->listen.port, 0);
  EXPECT_EQ(config->metrics_listen.address, "::1");
  EXPECT_EQ(config->chain.magic, 42u);
  EXPECT_EQ(config->chain.nodes.size(), 1u);
  EXPECT_EQ(config->gateway_limits.invoke_rate, 500u);
  EXPECT_EQ(config->gateway_limits.read_rate, 100u);
  EXPECT_EQ(config->limits.kept_runs_days, 7u);
  EXPECT_FALSE(config->runner_uid.has_value());
}

TEST(HostConfig, UnknownKeyNamesLineAndNearestKey) {
  std::string text = kGood;
  text += "invoke_burts = 5\n";
  EXPECT_THAT(ErrorOf(text), HasSubstr("host.toml:16: unknown key 'limits.invoke_burts'; the "
                                       "nearest known key is 'limits.invoke_burst'"));
  EXPECT_THAT(ErrorOf("lisen = \"127.0.0.1:1\"\n" + std::string(kGood)),
              HasSubstr("host.toml:1: unknown key 'lisen'; the nearest known key is 'listen'"));
  EXPECT_THAT(ErrorOf(std::string(kGood) + "[chian]\nmagic = 1\n"), HasSubstr("'chian'"));
}

TEST(HostConfig, LettersOutsideAsciiBelongIntoQuotes) {
  std::string text = kGood;
  EXPECT_THAT(ErrorOf(text + "inv\xc3\xb6ke = 5\n"),
              HasSubstr("host.toml:16: a control character, or a letter outside ASCII"));
  EXPECT_EQ(ErrorOf(text + "# \xc3\xb6\n"), "");
}

TEST(HostConfig, BrokenTablesAreRefusedAndNotAsserted) {
  EXPECT_THAT(ErrorOf("[,s["), HasSubstr("host.toml:1: "));
  EXPECT_THAT(ErrorOf("\n[]\n"), HasSubstr("host.toml:2: "));
}

TEST(HostConfig, LimitOutOfRangeNamesTheRange) {
  std::string text = kGood;
  text += "in_flight = 0\n";
  EXPECT_THAT(ErrorOf(text), HasSubstr("'limits.in_flight' is an integer from 1 to 9500"));
}

TEST(HostConfig, RefusesWrongTypesAndMissingKeys) {
  EXPECT_THAT(ErrorOf("data_dir = 5"), HasSubstr("host.toml:1: 'data_dir' is text"));
  EXPECT_THAT(ErrorOf("data_dir = \"x\""), HasSubstr("absolute path"));
  EXPECT_THAT(ErrorOf("data_dir = \"/x\"\n"), HasSubstr("'vault_socket' is missing"));
  EXPECT_THAT(ErrorOf("listen = \"localhost:80\"\ndata_dir = \"/x\""),
              HasSubstr("numeric address"));
  EXPECT_THAT(ErrorOf("this is no toml"), HasSubstr("host.toml:1:"));
  std::string text = kGood;
  text.replace(text.find("http://127"), 4, "ftp_");
  EXPECT_THAT(ErrorOf(text), HasSubstr("http:// or https://"));
}

TEST(HostConfig, EachLimitHasADefaultInItsRangeAndAReason) {
  HostConfig config;
  for (const HostLimitRow& row : kHostLimits) {
    EXPECT_GE(config.limits.*row.member, row.minimum) << row.name;
    EXPECT_LE(config.limits.*row.member, row.maximum) << row.name;
    EXPECT_GT(row.reason.size(), 10u) << row.name;
  }
  for (const gateway::LimitRow& row : gateway::kGatewayLimits) {
    EXPECT_GE(config.gateway_limits.*row.member, row.minimum) << row.name;
    EXPECT_LE(config.gateway_limits.*row.member, row.maximum) << row.name;
    EXPECT_GT(row.reason.size(), 10u) << row.name;
  }
}

TEST(ListenAddress, TakesNumericAddressesAlone) {
  EXPECT_EQ(ParseListenAddress("[::1]:0")->address, "::1");
  EXPECT_EQ(ParseListenAddress("0.0.0.0:65535")->port, 65535);
  for (const char* bad : {"", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
                          "[127.0.0.1]:80", "127.0.0.1:8o", "host:80"}) {
    EXPECT_FALSE(ParseListenAddress(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace nsl::host
