// SPDX-License-Identifier: Apache-2.0
#include "base/toml_text.h"

#include <gtest/gtest.h>

namespace nsl {
namespace {

TEST(TomlText, AsciiAndCommentLinesAreFine) {
  for (const char* text : {"", "a = 1\n", "a = \"Z\\u00FCrich\"\n", "# \xc3\xa9\na = 1\n",
                           " \t# \xc3\xa9", "a\t= 1\r\n"}) {
    EXPECT_EQ(LineOfStrayByte(text), std::nullopt) << text;
  }
}

TEST(TomlText, StrayBytesAreFoundWithTheirLine) {
  EXPECT_EQ(LineOfStrayByte("\xc3\xa9 = 1\n"), 1u);
  EXPECT_EQ(LineOfStrayByte("a = 1\nb = '\xc3\xa9'\n"), 2u);
  EXPECT_EQ(LineOfStrayByte("a = 1 # \xc3\xa9\n"), 1u);
  EXPECT_EQ(LineOfStrayByte("# fine\na = \xc3\xa9\n"), 2u);
  EXPECT_EQ(LineOfStrayByte(std::string_view("a = 1\n[\0", 8)), 2u);
  EXPECT_EQ(LineOfStrayByte("# \x01\n"), 1u);
  // A no-break space, which looks like nothing.
  EXPECT_EQ(LineOfStrayByte("a\xc2\xa0= 1\n"), 1u);
}

}  // namespace
}  // namespace nsl
