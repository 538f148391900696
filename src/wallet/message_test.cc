// SPDX-License-Identifier: Apache-2.0
#include "neo/message.h"

#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class SignMessageTest : public WalletFixture {
 protected:
  SignMessageTest() : wallet_(MakeWallet()) {}
  Result<SignedMessage> Say(std::string text, std::string who = "alice", std::string wallet = {}) {
    if (wallet.empty()) wallet = wallet_.id;
    return Run(service_->SignMessage(As(std::move(who)), {std::move(wallet), std::move(text)}));
  }
  Wallet wallet_;
};

TEST_F(SignMessageTest, IsTheClassicLayoutUnderASaltOfItsOwn) {
  auto said = Say("I own this wallet");
  ASSERT_TRUE(said) << said.error().ToString();
  EXPECT_EQ(said->layout, "classic");
  EXPECT_EQ(said->address, wallet_.address);
  EXPECT_EQ(said->public_key, wallet_.public_key);
  auto key = neo::PublicKey::FromText(said->public_key);
  auto signature = FromHex(said->signature);
  ASSERT_TRUE(key && signature);
  EXPECT_TRUE(
      neo::SignableMessage::Classic(said->salt, "I own this wallet")->SignedBy(*key, *signature));
  EXPECT_FALSE(
      neo::SignableMessage::Classic(said->salt, "I own this wallet!")->SignedBy(*key, *signature));
  auto again = Say("I own this wallet");
  ASSERT_TRUE(again);
  EXPECT_NE(again->salt, said->salt);
}

// Whatever the text is: 36 characters, the bytes of a transaction's signing data, a script.
TEST_F(SignMessageTest, NothingThatIsSignedIsATransaction) {
  auto sent = Sign(Ask(wallet_));
  ASSERT_TRUE(sent);
  auto tx = neo::DecodeTransaction(sent->raw);
  auto data = neo::SignedData(neo::TransactionHash(*tx), kMagic);
  for (std::string text : {std::string(36, 'a'), ToHex(ByteView(data)), std::string("0")}) {
    auto said = Say(text);
    ASSERT_TRUE(said) << text;
    auto key = neo::PublicKey::FromText(said->public_key);
    auto signature = FromHex(said->signature);
    EXPECT_FALSE(key->ecdsa().Verify(AsBytes(std::string_view(text)), *signature));
    EXPECT_FALSE(key->ecdsa().Verify(ByteView(data), *signature));
  }
  EXPECT_EQ(Why(Say(std::string(reinterpret_cast<const char*>(data.data()), data.size()))),
            "wallet.invalid");
}

TEST_F(SignMessageTest, RefusesWhatIsNoTextAndWhoMayNot) {
  EXPECT_EQ(Why(Say("")), "wallet.invalid");
  EXPECT_EQ(Why(Say("gr\xc3\xbc\xc3\x9f")), "wallet.invalid");
  EXPECT_EQ(Why(Say(std::string(16'385, 'x'))), "wallet.invalid");
  EXPECT_EQ(Why(Say("x", "reader")), "auth.forbidden");
  EXPECT_EQ(Why(Say("x", "bob")), "not_found");
  EXPECT_EQ(Why(Say("x", "nobody")), "auth.invalid");
  EXPECT_EQ(Why(Say("x", "alice", "wal_00000000000000000000000009")), "not_found");
}

}  // namespace
}  // namespace nsl::wallet
