// SPDX-License-Identifier: Apache-2.0
#include "rpc/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "function_store/api.h"
#include "gateway/trace.h"

namespace nsl::gateway {
namespace {

using rpc::MembersOf;
using rpc::MergeParams;
using rpc::Pairs;
using rpc::ParamInfo;
using rpc::ParamKind;
using rpc::ParseQuery;
using rpc::RequestParts;
using ::testing::HasSubstr;

std::vector<ParamInfo> ListMembers() { return MembersOf<function_store::ListRequest>(); }

Result<boost::json::object> Merge(Pairs query, std::string body = {}, bool has_body = false) {
  RequestParts parts;
  parts.path = {{"project", "prj_1"}};
  parts.query = std::move(query);
  parts.body = std::move(body);
  parts.has_body = has_body;
  return MergeParams(ListMembers(), parts);
}

TEST(MembersOf, TellsKindsAndWhatIsRequired) {
  std::vector<ParamInfo> members = ListMembers();
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].name, "project");
  EXPECT_TRUE(members[0].required);
  EXPECT_EQ(members[2].name, "limit");
  EXPECT_EQ(members[2].kind, ParamKind::kInteger);
  EXPECT_FALSE(members[2].required);
}

TEST(MergeParams, TypesQueryParameters) {
  Result<boost::json::object> merged = Merge({{"limit", "7"}, {"cursor", "12"}});
  ASSERT_TRUE(merged.has_value());
  EXPECT_EQ(boost::json::serialize(*merged), R"({"project":"prj_1","limit":7,"cursor":"12"})");
  EXPECT_EQ(Merge({{"limit", "7x"}}).error().fields.at(0).pointer, "/limit");
  EXPECT_EQ(Merge({{"limit", ""}}).error().reason, Reason::kRequestInvalid);
}

TEST(MergeParams, RefusesUnknownParametersAndNamesTheNearest) {
  Result<boost::json::object> merged = Merge({{"limt", "7"}});
  ASSERT_FALSE(merged.has_value());
  EXPECT_EQ(merged.error().reason, Reason::kRequestUnknownParameter);
  EXPECT_THAT(merged.error().detail, HasSubstr("'limit'"));
}

TEST(MergeParams, ThePathCannotBeOverruled) {
  // Smuggled ids: the same member in the query, or in the body.
  EXPECT_EQ(Merge({{"project", "prj_2"}}).error().reason, Reason::kRequestUnknownParameter);
  Result<boost::json::object> body = Merge({}, R"({"project":"prj_2"})", true);
  ASSERT_FALSE(body.has_value());
  EXPECT_EQ(body.error().fields.at(0).pointer, "/project");
  EXPECT_EQ(Merge({}, R"({"project":"prj_1"})", true).error().reason, Reason::kRequestInvalid);
  // Twice inside the body does not help either.
  EXPECT_EQ(Merge({}, R"({"limit":1,"limit":2})", true).error().reason, Reason::kRequestMalformed);
}

TEST(MergeParams, BodiesAreObjectsAndTakeNoQuery) {
  EXPECT_EQ(Merge({}, "[]", true).error().reason, Reason::kRequestInvalid);
  EXPECT_EQ(Merge({}, "{", true).error().reason, Reason::kRequestMalformed);
  EXPECT_EQ(Merge({{"limit", "1"}}, "{}", true).error().reason, Reason::kRequestUnknownParameter);
  EXPECT_TRUE(Merge({}, "", true).has_value());
}

TEST(ParseQuery, IsStrict) {
  Result<Pairs> pairs = ParseQuery("a=1&b=x%20y&&c");
  ASSERT_TRUE(pairs.has_value());
  EXPECT_EQ(pairs->size(), 3u);
  EXPECT_EQ((*pairs)[1].second, "x y");
  EXPECT_EQ((*pairs)[2].second, "");
  EXPECT_EQ(ParseQuery("a=1&a=2").error().reason, Reason::kRequestMalformed);
  EXPECT_EQ(ParseQuery("a=1&%61=2").error().reason, Reason::kRequestMalformed);
  EXPECT_FALSE(ParseQuery("=1").has_value());
  EXPECT_FALSE(ParseQuery("a=%00").has_value());
  std::string many;
  for (int i = 0; i < 65; ++i) many += "p" + std::to_string(i) + "=1&";
  EXPECT_FALSE(ParseQuery(many).has_value());
}

TEST(Traceparent, ContinuesValidTracesAlone) {
  SeededRandom random(3);
  TraceMaker traces(random);
  std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  std::string next(View(traces.Continue(good)));
  EXPECT_TRUE(IsTraceparent(next));
  EXPECT_EQ(next.substr(0, 35), good.substr(0, 35));
  EXPECT_EQ(next.substr(53), "01");
  EXPECT_NE(next.substr(36, 16), good.substr(36, 16));
  for (std::string bad :
       {std::string(), std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
        std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"),
        std::string("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        std::string("00-4BF92F3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), good + "x"}) {
    EXPECT_FALSE(IsTraceparent(bad)) << bad;
    std::string fresh(View(traces.Continue(bad)));
    EXPECT_TRUE(IsTraceparent(fresh)) << fresh;
    EXPECT_NE(fresh.substr(3, 32), good.substr(3, 32));
  }
}

}  // namespace
}  // namespace nsl::gateway
