// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "pretty_json.h"

namespace nsl::cli {
namespace {

TEST(Printable, EscapesWhatDrivesATerminal) {
  EXPECT_EQ(Printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(Printable("\xc2\x9b"), "\\x9b");
  EXPECT_EQ(Printable("x\ny\tz"), "x\ny\tz");
  EXPECT_EQ(Printable("x\ny", false), "x\\x0ay");
  EXPECT_EQ(Printable("Zürich €"), "Zürich €");
}

TEST(PrettyJson, IsStableAndParsesBack) {
  auto value = ParseJson(R"({"b":[1,{"c":null}],"a":{},"e":[]})");
  ASSERT_TRUE(value);
  std::string text = PrettyJson(*value);
  EXPECT_EQ(text,
            "{\n  \"b\": [\n    1,\n    {\n      \"c\": null\n    }\n  ],\n  \"a\": {},\n"
            "  \"e\": []\n}");
  EXPECT_EQ(PrettyJson(*ParseJson(text)), text);
}

TEST(HumanUnits, AreShort) {
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1200), "1.2 kB");
  EXPECT_EQ(HumanMicros(950), "950 us");
  EXPECT_EQ(HumanMicros(12'300), "12.3 ms");
  EXPECT_EQ(HumanMicros(1'200'000), "1.20 s");
}

}  // namespace
}  // namespace nsl::cli
