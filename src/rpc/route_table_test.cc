// SPDX-License-Identifier: Apache-2.0
#include "rpc/route_table.h"

#include <gtest/gtest.h>

namespace nsl::rpc {
namespace {

RouteTable Table() {
  RouteTable table;
  table.Add("GET", "/v1/functions/{function}", 0);
  table.Add("DELETE", "/v1/functions/{function}", 1);
  table.Add("POST", "/v1/functions/{function}:invoke", 2);
  table.Add("PUT", "/v1/functions/{function}/aliases/{name}", 3);
  table.Add("GET", "/v1/me", 4);
  return table;
}

struct Row {
  const char* verb;
  const char* path;
  int operation;
  const char* allow;
};

// -1: no operation with this verb, or no such path when allow is empty.
constexpr Row kRows[] = {
    {"GET", "/v1/functions/fn_1", 0, "DELETE, GET, HEAD, OPTIONS"},
    {"HEAD", "/v1/functions/fn_1", 0, "DELETE, GET, HEAD, OPTIONS"},
    {"DELETE", "/v1/functions/fn_1", 1, "DELETE, GET, HEAD, OPTIONS"},
    {"POST", "/v1/functions/fn_1", -1, "DELETE, GET, HEAD, OPTIONS"},
    {"POST", "/v1/functions/fn_1:invoke", 2, "OPTIONS, POST"},
    {"GET", "/v1/functions/fn_1:invoke", -1, "OPTIONS, POST"},
    {"GET", "/v1/functions/fn_1:other", -1, ""},
    {"PUT", "/v1/functions/fn_1/aliases/prod", 3, "OPTIONS, PUT"},
    {"GET", "/v1/me", 4, "GET, HEAD, OPTIONS"},
    {"get", "/v1/me", -1, "GET, HEAD, OPTIONS"},
    {"GET", "/v1/me/", -1, ""},
    {"GET", "/v1//me", -1, ""},
    {"GET", "/V1/me", -1, ""},
    {"GET", "/v1/functions/", -1, ""},
    {"GET", "v1/me", -1, ""},
    {"GET", "", -1, ""},
    {"GET", "/v1/functions/../me", -1, ""},
    {"GET", "/v1/functions/%2e%2e", 0, "DELETE, GET, HEAD, OPTIONS"},
    {"GET", "/v1/functions/a%2Fb", -1, ""},
    {"GET", "/v1/functions/a%00b", -1, ""},
    {"GET", "/v1/functions/a%zz", -1, ""},
    {"GET", "/v1/functions/a%2", -1, ""},
    {"GET", "/v1/functions/a%", -1, ""},
    {"GET", "/v1/functions/%ff", -1, ""},
    {"GET", "/v1/functions/a%3ainvoke", -1, ""},
    {"GET", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t", -1, ""},
};

TEST(RouteTable, MatchesExactlyTheTemplates) {
  RouteTable table = Table();
  for (const Row& row : kRows) {
    RouteMatch match = table.Match(row.verb, row.path);
    EXPECT_EQ(match.operation ? static_cast<int>(*match.operation) : -1, row.operation)
        << row.verb << ' ' << row.path;
    EXPECT_EQ(match.allow, row.allow) << row.verb << ' ' << row.path;
  }
}

TEST(RouteTable, GivesDecodedParameters) {
  RouteMatch match = Table().Match("PUT", "/v1/functions/fn%5F1/aliases/a%20b");
  ASSERT_EQ(match.params.size(), 2u);
  EXPECT_EQ(match.params[0], (std::pair<std::string, std::string>("function", "fn_1")));
  EXPECT_EQ(match.params[1], (std::pair<std::string, std::string>("name", "a b")));
}

TEST(PercentDecode, ReadsTheLastCharacters) {
  EXPECT_EQ(PercentDecode("%41", false), "A");
  EXPECT_EQ(PercentDecode("x%41", false), "xA");
  EXPECT_EQ(PercentDecode("a+b", true), "a b");
  EXPECT_EQ(PercentDecode("a+b", false), "a+b");
  EXPECT_FALSE(PercentDecode("%4", false).has_value());
  EXPECT_FALSE(PercentDecode("%", false).has_value());
}

}  // namespace
}  // namespace nsl::rpc
