// SPDX-License-Identifier: Apache-2.0
#include "base/toml_text.h"

#include <gtest/gtest.h>

namespace nsl {
namespace {

TEST(TomlText, LettersInsideQuotesAndCommentsAreFine) {
  for (const char* text :
       {"", "a = 1\n", "a = \"Zürich\" # é\n", "a = 'é' # \"é\n", "a = \"\"\"\né\n\"\"\"\nb = 2\n",
        "a = '''\né\n'''\n", "a = \"x\\\"é\"\n", "# é\na = \"\"\n"}) {
    EXPECT_EQ(LineOfStrayByte(text), std::nullopt) << text;
  }
}

TEST(TomlText, StrayLettersAreFoundWithTheirLine) {
  EXPECT_EQ(LineOfStrayByte("é = 1\n"), 1u);
  EXPECT_EQ(LineOfStrayByte("a = 1\nb = é\n"), 2u);
  EXPECT_EQ(LineOfStrayByte("a = \"\" é\n"), 1u);
  EXPECT_EQ(LineOfStrayByte("a = \"open\né = 1\n"), 2u);
  EXPECT_EQ(LineOfStrayByte("a = \"\"\"\né\"\"\" é\n"), 2u);
  EXPECT_EQ(LineOfStrayByte("a = 'x\\'é\n"), 1u);
  EXPECT_EQ(LineOfStrayByte(std::string_view("a = 1\n[\0", 8)), 2u);
  EXPECT_EQ(LineOfStrayByte("a = \"\x01\"\n"), 1u);
  EXPECT_EQ(LineOfStrayByte("a\t= 1\r\n"), std::nullopt);
  // A no-break space, which looks like nothing.
  EXPECT_EQ(LineOfStrayByte("a\xc2\xa0= 1\n"), 1u);
}

}  // namespace
}  // namespace nsl
