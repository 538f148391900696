// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/admission.h"

#include <gtest/gtest.h>

#include "base/codec.h"

namespace nsl::function_runner {
namespace {

Hash256 Credential(uint8_t n) {
  Hash256 h{};
  h[0] = n;
  return h;
}

account::RouteVersion Version(const std::string& project, const std::string& function) {
  account::BuildRecord record;
  record.tag = "nsl/build/1";
  record.project_id = project;
  record.function_id = function;
  record.access = "members";
  account::Grant grant;
  grant.tag = "nsl/grant/1";
  grant.version_id = "ver_1";
  grant.build_record = ToCbor(record);
  return {{ToCbor(grant), {}}, {"prod"}};
}

account::AdmitReply Reply(const std::string& project, const std::string& function) {
  account::AdmitReply reply;
  reply.principal_id = "key_1";
  reply.rights = {{project, true, true}};
  reply.project_id = project;
  reply.versions = {Version(project, function)};
  reply.ttl_ms = 60'000;
  return reply;
}

TEST(Admission, LeaseEndsFiveSecondsAfterTheRequestWasSent) {
  FakeClock clock;
  Admission admission;
  MonoTime sent = clock.Mono();
  clock.AdvanceMs(1'000);
  ASSERT_TRUE(admission.Store(Credential(1), "fn_1", Reply("prj_1", "fn_1"), sent).has_value());
  EXPECT_NE(admission.Find(Credential(1), "fn_1", clock.Mono()).route, nullptr);
  clock.AdvanceMs(3'999);
  EXPECT_NE(admission.Find(Credential(1), "fn_1", clock.Mono()).credential, nullptr);
  clock.AdvanceMs(1);
  EXPECT_EQ(admission.Find(Credential(1), "fn_1", clock.Mono()).credential, nullptr);
  EXPECT_EQ(admission.Find(Credential(1), "fn_1", clock.Mono()).route, nullptr);
}

TEST(Admission, RevocationDropsAtOnce) {
  FakeClock clock;
  Admission admission;
  ASSERT_TRUE(
      admission.Store(Credential(1), "fn_1", Reply("prj_1", "fn_1"), clock.Mono()).has_value());
  admission.DropPrincipal("key_1");
  EXPECT_EQ(admission.Find(Credential(1), "fn_1", clock.Mono()).credential, nullptr);
  EXPECT_NE(admission.Find(Credential(1), "fn_1", clock.Mono()).route, nullptr);
  admission.DropFunction("fn_1");
  EXPECT_EQ(admission.Find(Credential(1), "fn_1", clock.Mono()).route, nullptr);
}

TEST(Admission, GrantOfAnotherProjectOrFunctionIsRefused) {
  FakeClock clock;
  Admission admission;
  account::AdmitReply reply = Reply("prj_1", "fn_1");
  reply.project_id = "prj_2";
  Status stored = admission.Store(Credential(1), "fn_1", reply, clock.Mono());
  ASSERT_FALSE(stored.has_value());
  EXPECT_EQ(stored.error().reason, Reason::kGrantInvalid);
  EXPECT_FALSE(
      admission.Store(Credential(1), "fn_2", Reply("prj_1", "fn_1"), clock.Mono()).has_value());
  EXPECT_EQ(admission.Find(Credential(1), "fn_2", clock.Mono()).route, nullptr);
}

TEST(Admission, PicksByAliasAndByVersion) {
  FakeClock clock;
  Admission admission;
  ASSERT_TRUE(
      admission.Store(Credential(1), "fn_1", Reply("prj_1", "fn_1"), clock.Mono()).has_value());
  RouteLease* route = admission.Find(Credential(1), "fn_1", clock.Mono()).route;
  ASSERT_NE(route, nullptr);
  EXPECT_NE(route->Pick(""), nullptr);
  EXPECT_NE(route->Pick("prod"), nullptr);
  EXPECT_NE(route->Pick("ver_1"), nullptr);
  EXPECT_EQ(route->Pick("canary"), nullptr);
}

}  // namespace
}  // namespace nsl::function_runner
