// SPDX-License-Identifier: Apache-2.0
#include "deploy.h"

#include <gtest/gtest.h>

namespace nsl::cli {
namespace {

FunctionFolder Folder(std::string content) {
  FunctionFolder folder;
  folder.files.push_back({"index.js", ToBytes(std::string_view(content))});
  return folder;
}

TEST(SourceLine, ShowsLineAndCaret) {
  EXPECT_EQ(WithSourceLine("index.js:2:5: unexpected token", Folder("a\n  b c d\n")),
            "index.js:2:5: unexpected token\n  |   b c d\n  |     ^");
}

TEST(SourceLine, KeepsTheCaretUnderATab) {
  EXPECT_EQ(WithSourceLine("index.js:1:2: x", Folder("\tb")), "index.js:1:2: x\n  |  b\n  |  ^");
}

TEST(SourceLine, LeavesADetailThatNamesNoPlace) {
  for (const char* detail : {"no handler", "other.js:1:1: x", "index.js:0:1: x", "index.js:9:1: x",
                             "index.js:1:99: x", "index.js:x:1"}) {
    EXPECT_EQ(WithSourceLine(detail, Folder("abc\n")), detail);
  }
}

TEST(SourceLine, CutsALongLineAroundItsColumn) {
  std::string shown = WithSourceLine("index.js:1:5000: x", Folder(std::string(10'000, 'a')));
  EXPECT_LT(shown.size(), 300U);
}

}  // namespace
}  // namespace nsl::cli
