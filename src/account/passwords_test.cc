// SPDX-License-Identifier: Apache-2.0
#include "account/passwords.h"

#include <gtest/gtest.h>

#include "account/emails.h"
#include "account/lockout.h"

namespace nsl::account {
namespace {

TEST(Passwords, CommonOnesAreRefusedByRule) {
  for (std::string_view bad :
       {"password12",     "Password123!",      "P@ssw0rd2024",  "passwordpassword",
        "qwertyuiop",     "1234567890",        "0987654321",    "aaaaaaaaaaaa",
        "abababababab",   "abcdefghijkl",      "1q2w3e4r5t6y",  "letmein12345",
        "iloveyou123",    "adminadmin",        "admin12345",    "welcome2026",
        "!!!football!!!", "123password",       "dragon monkey", "BITCOIN2025!",
        "neowallet123",   "ada@example.org",   "20240101",      "qazwsxedcrfv",
        "test-test-test", "secret.password.1", "changeme!!"}) {
    EXPECT_TRUE(IsCommonPassword(bad, "ada@example.org")) << bad;
  }
}

TEST(Passwords, GoodOnesPass) {
  for (std::string_view good :
       {"correct horse battery", "tr0ub4dor&3xyz", "meadow-lantern-72-fig", "kJ8#mQ2$vL5!",
        "zwölf graue Gänse", "blue fern over the quiet harbour", "9f86d081884c7d65"}) {
    EXPECT_TRUE(CheckPassword(good, "ada@example.org")) << good;
  }
}

TEST(Passwords, LengthCountsCharacters) {
  EXPECT_FALSE(CheckPassword("kJ8#mQ2$v", "a@b.c"));
  EXPECT_TRUE(CheckPassword("ääöüßéèçñø", "a@b.c"));
  EXPECT_FALSE(CheckPassword("ääöüß", "a@b.c"));
  std::string longest;
  for (int i = 0; i < 64; ++i) longest += "kJ8#";
  longest[17] = 'x';
  EXPECT_TRUE(CheckPassword(longest, "a@b.c"));
  EXPECT_FALSE(CheckPassword(longest + "y", "a@b.c"));
  EXPECT_FALSE(CheckPassword("not utf-8 \xff\xfe at all", "a@b.c"));
}

TEST(Emails, AreNormalisedAndChecked) {
  EXPECT_EQ(*NormaliseEmail(" Ada.Lovelace+x@Example.ORG "), "ada.lovelace+x@example.org");
  EXPECT_EQ(*NormaliseEmail("a@localhost"), "a@localhost");
  for (std::string_view bad :
       {"", "@", "a@", "@b.c", "a b@c.d", "a@b@c", "a@-b.c", "a@b-.c", "a@.b", "a@b.", "a@b..c",
        ".a@b.c", "a..b@c.d", "a.@b.c", "\"q\"@b.c", "a@b_c.d", "ä@b.c", "a@b.c\n", "a|b@c|d.e"}) {
    EXPECT_FALSE(NormaliseEmail(bad)) << bad;
  }
  EXPECT_FALSE(NormaliseEmail(std::string(65, 'a') + "@b.c"));
  EXPECT_FALSE(NormaliseEmail("a@" + std::string(300, 'b')));
}

TEST(Lockout, ForgetsTheOldestWhenThereAreTooMany) {
  FakeClock clock;
  Lockout lockout(clock, 3);
  for (int i = 0; i < Lockout::kFailures; ++i) lockout.Failed("first");
  EXPECT_FALSE(lockout.Check("first"));
  for (const char* other : {"b", "c", "d"}) lockout.Failed(other);
  EXPECT_EQ(lockout.size(), 3u);
  EXPECT_TRUE(lockout.Check("first"));
}

TEST(Lockout, FailuresFarApartDoNotAddUp) {
  FakeClock clock;
  Lockout lockout(clock);
  for (int i = 0; i < 30; ++i) {
    lockout.Failed("a");
    clock.AdvanceMs(70'000);
    EXPECT_TRUE(lockout.Check("a")) << i;
  }
}

TEST(Lockout, ATryWithoutAHashDoesNotCount) {
  FakeClock clock;
  Lockout lockout(clock);
  for (int i = 0; i < 50; ++i) {
    lockout.Failed("a");
    lockout.NotJudged("a");
  }
  EXPECT_TRUE(lockout.Check("a"));
  EXPECT_EQ(lockout.size(), 0u);
}

}  // namespace
}  // namespace nsl::account
