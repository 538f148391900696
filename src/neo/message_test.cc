// SPDX-License-Identifier: Apache-2.0
#include "neo/message.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <type_traits>

#include "neo/key_test_util.h"
#include "neo/signing.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kSalt = "00112233445566778899aabbccddeeff";
const AuthenticationChallenge kChallenge{
    .network = 860'833'102, .nonce = 7, .timestamp = 1'616'131'369, .domain = "example.com"};

// Only two layouts can be signed, and nothing turns another message into one of them.
template <class T>
concept Signable = requires(const T& message) { message.SignWith(TestKey(0)); };
static_assert(Signable<SignableMessage> && !Signable<WalletMessage>);
static_assert(!std::is_constructible_v<SignableMessage, Bytes>);
static_assert(!std::is_constructible_v<SignableMessage, WalletMessage>);
static_assert(!std::is_constructible_v<WalletMessage, Bytes>);

// A signature of the bytes that a layout should give.
bool Expects(const WalletMessage& message, ByteView bytes) {
  return message.SignedBy(TestPublicKey(0), *TestKey(0).Sign(bytes));
}

Bytes Join(std::initializer_list<ByteView> parts) {
  Bytes out;
  for (ByteView part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

TEST(Message, LayoutsOfTexts) {
  Bytes classic = Hex("010001f0022a2b0000");
  EXPECT_TRUE(Expects(*WalletMessage::ClassicWithoutSalt("*+"), classic));
  EXPECT_TRUE(Expects(*WalletMessage::Plain("*+"), Hex("2a2b")));
  Bytes salted = Join({Hex("010001f022"), AsBytes(kSalt), Hex("2a2b0000")});
  EXPECT_TRUE(Expects(*SignableMessage::Classic(kSalt, "*+"), salted));
  SignData replay_safe = TransactionSignData(9, crypto::Hash256(salted));
  EXPECT_TRUE(Expects(*WalletMessage::ReplaySafe(9, kSalt, "*+"), replay_safe));
  Bytes transaction(48);
  transaction[25] = 1;
  Hash256 bare = crypto::Sha256({transaction, Hex("022a2b")});
  Hash256 with_salt = crypto::Sha256({transaction, Hex("22"), AsBytes(kSalt), Hex("2a2b")});
  EXPECT_TRUE(Expects(*WalletMessage::FakeTransaction({}, "*+"), TransactionSignData(0, bare)));
  EXPECT_TRUE(
      Expects(*WalletMessage::FakeTransaction(kSalt, "*+"), TransactionSignData(0, with_salt)));
}

TEST(Message, LongTextsHaveALongLength) {
  for (auto [size, length] : {std::pair{252, "fc"}, {253, "fdfd00"}, {16'384, "fd0040"}}) {
    std::string text(static_cast<size_t>(size), 'a');
    EXPECT_TRUE(Expects(*WalletMessage::ClassicWithoutSalt(text),
                        Join({Hex("010001f0"), Hex(length), AsBytes(text), Hex("0000")})));
  }
}

TEST(Message, LayoutsOfChallenges) {
  ScriptHash account = AccountOf(TestPublicKey(0));
  ScriptHash reversed = account;
  std::ranges::reverse(reversed.bytes);
  Bytes old = Join({Hex("4e454f33"), Hex("0700000000000000"), Hex("29355460"), account.bytes});
  EXPECT_TRUE(Expects(WalletMessage::Authentication2021(kChallenge, account), old));
  EXPECT_TRUE(Expects(WalletMessage::AuthenticationNeoLine(kChallenge, reversed), old));
  Bytes now = Join({Hex("0700000000000000"), Hex("29355460"), Hex("4e454f33"), account.bytes,
                    Hex("0e"), AsBytes("Authentication"), Hex("0b"), AsBytes("example.com")});
  EXPECT_TRUE(Expects(*SignableMessage::Authentication(kChallenge, account), now));
}

TEST(Message, WhatIsSignedVerifiesWithThatKeyAlone) {
  auto message = SignableMessage::Classic(kSalt, "sign me in\n");
  ASSERT_TRUE(message);
  auto signature = message->SignWith(TestKey(1));
  ASSERT_TRUE(signature);
  EXPECT_TRUE(message->SignedBy(TestPublicKey(1), *signature));
  EXPECT_FALSE(message->SignedBy(TestPublicKey(2), *signature));
  EXPECT_FALSE(message->SignedBy(TestPublicKey(1), ByteView(*signature).first(63)));
  EXPECT_FALSE(
      SignableMessage::Classic(kSalt, "sign me in")->SignedBy(TestPublicKey(1), *signature));
}

TEST(Message, APlainTextIsNeverAsLongAsTheDataOfATransaction) {
  EXPECT_TRUE(WalletMessage::Plain(std::string(35, 'a')));
  EXPECT_TRUE(WalletMessage::Plain(std::string(37, 'a')));
  auto refused = WalletMessage::Plain(std::string(36, 'a'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kChainInvalid);
}

TEST(Message, RefusesTextsThatWalletsEncodeDifferently) {
  for (std::string_view bad :
       {std::string_view(), std::string_view("h\xc3\xa9llo"), std::string_view("a\0b", 3),
        std::string_view("\x7f"), std::string_view("\x1b[0m")}) {
    EXPECT_FALSE(WalletMessage::Plain(bad));
    EXPECT_FALSE(WalletMessage::ClassicWithoutSalt(bad));
    EXPECT_FALSE(WalletMessage::FakeTransaction({}, bad));
    EXPECT_FALSE(SignableMessage::Classic(kSalt, bad));
    EXPECT_FALSE(WalletMessage::ReplaySafe(1, kSalt, bad));
  }
  EXPECT_FALSE(WalletMessage::ClassicWithoutSalt(std::string(kMaxMessageText + 1, 'a')));
  EXPECT_EQ(WalletMessage::Plain("ab\xff").error().detail,
            "byte 2 of the message is no printable ASCII character");
}

TEST(Message, RefusesOtherSaltsAndDomains) {
  for (std::string_view bad :
       {"", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeeff0",
        "00112233445566778899AABBCCDDEEFF", "00112233445566778899aabbccddeefg"}) {
    EXPECT_FALSE(SignableMessage::Classic(bad, "a"));
    EXPECT_FALSE(WalletMessage::FakeTransaction(bad, "a"));
    EXPECT_FALSE(WalletMessage::ReplaySafe(1, bad, "a"));
  }
  for (const std::string& bad : {std::string(), std::string("Example.com"), std::string("a b"),
                                 std::string("a/b"), std::string(254, 'a')}) {
    AuthenticationChallenge challenge = kChallenge;
    challenge.domain = bad;
    EXPECT_FALSE(SignableMessage::Authentication(challenge, {}));
  }
}

}  // namespace
}  // namespace nsl::neo
