// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/value.hpp>

#include "base/json.h"

namespace nsl {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(LogTest, StringsAreEscapedAsRfc8259Demands) {
  EXPECT_EQ(Quoted("plain"), "\"plain\"");
  EXPECT_EQ(Quoted("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
  EXPECT_EQ(Quoted("\n\r\t"), "\"\\n\\r\\t\"");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(Quoted("\xc3\xa4\xf0\x9f\x98\x80"), "\"\xc3\xa4\xf0\x9f\x98\x80\"");
}

TEST(LogTest, InvalidUtf8BecomesTheReplacementCharacter) {
  constexpr std::string_view kReplaced = "\"\xef\xbf\xbd\"";
  EXPECT_EQ(Quoted("\xff"), kReplaced);
  EXPECT_EQ(Quoted("\xc3"), kReplaced);
  EXPECT_EQ(Quoted("a\xed\xa0\x80z").substr(0, 2), "\"a");
  for (std::string_view bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80"}) {
    EXPECT_TRUE(ParseJson(Quoted(bad))) << bad;
  }
}

TEST(LogTest, EveryByteSequenceBecomesValidJson) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      char text[] = {static_cast<char>(a), static_cast<char>(b), 'x'};
      ASSERT_TRUE(CheckJson(Quoted({text, 3}))) << a << " " << b;
    }
  }
}

TEST(LogTest, WritesOneJsonLineWithFieldsAndHonoursTheFloor) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  FakeClock clock(1'700'000'000'123);
  JsonLog log(fds[1], "vault", clock);
  log.Debug("not_seen");
  log.Warn("quota_hit", {{"project", "prj_1\n"}, {"left", 0u}, {"delta", -5}, {"on", true}});
  char buffer[512];
  ssize_t n = read(fds[0], buffer, sizeof buffer);
  close(fds[0]);
  close(fds[1]);
  ASSERT_GT(n, 0);
  EXPECT_EQ(std::string_view(buffer, static_cast<size_t>(n)),
            "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"warn\",\"part\":\"vault\","
            "\"event\":\"quota_hit\",\"project\":\"prj_1\\n\",\"left\":0,\"delta\":-5,"
            "\"on\":true}\n");
}

TEST(LogTest, MemoryLogKeepsTheLines) {
  MemoryLog log;
  log.Info("one");
  log.Error("two", {{"code", 7}});
  EXPECT_NE(log.text().find("\"event\":\"one\""), std::string::npos);
  EXPECT_NE(log.text().find("\"event\":\"two\",\"code\":7}\n"), std::string::npos);
}

}  // namespace
}  // namespace nsl
