// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class WalletServiceTest : public WalletFixture {};

TEST_F(WalletServiceTest, MakesAWalletThatStaysAfterARestart) {
  Wallet made = MakeWallet();
  EXPECT_TRUE(IsId(kWalletId, made.id));
  EXPECT_EQ(made.kind, "project");
  EXPECT_EQ(made.authorised_by, "signature");
  auto key = neo::PublicKey::FromText(made.public_key);
  ASSERT_TRUE(key);
  EXPECT_EQ(made.address, neo::AddressOf(*key));
  Restart();
  auto again = Run(service_->Get(As("reader"), {made.id}));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->address, made.address);
  auto list = Run(service_->List(As("reader"), {kProjectA}));
  ASSERT_TRUE(list);
  EXPECT_EQ(list->items.size(), 1u);
}

TEST_F(WalletServiceTest, TheKeyComesFromKernelAndModuleTogether) {
  auto key_with = [&](uint64_t seed, uint8_t fill) {
    SeededRandom random(seed);
    Env env{clock_, random, log_, metrics_};
    module_.fill = fill;
    return ToHex(WalletKeys(env, root_, module_).Make()->PublicKey().Compressed());
  };
  EXPECT_NE(key_with(1, 1), key_with(1, 2));
  EXPECT_NE(key_with(1, 1), key_with(2, 1));
  module_.broken = true;
  EXPECT_EQ(Why(Run(service_->Create(As("alice"), {kProjectA, "x", {}}))),
            "platform.security_module");
}

TEST_F(WalletServiceTest, NamesAreUniqueAndPlain) {
  MakeWallet("main");
  EXPECT_EQ(Why(Run(service_->Create(As("alice"), {kProjectA, "main", {}}))), "wallet.exists");
  for (std::string name :
       {std::string(), std::string(65, 'a'), std::string("A"), std::string("a b")}) {
    EXPECT_EQ(Why(Run(service_->Create(As("alice"), {kProjectA, name, {}}))), "wallet.invalid")
        << name;
  }
}

TEST_F(WalletServiceTest, AProjectOfAnotherNetworkGetsNone) {
  authoriser_.network = "testnet";
  EXPECT_EQ(Why(Run(service_->Create(As("alice"), {kProjectA, "main", {}}))), "wallet.invalid");
}

TEST_F(WalletServiceTest, ObjectsOfAnotherTenantWereNever) {
  Wallet wallet = MakeWallet();
  auto foreign = Run(service_->Get(As("bob"), {wallet.id}));
  auto none = Run(service_->Get(As("bob"), {"wal_00000000000000000000000009"}));
  ASSERT_FALSE(foreign);
  ASSERT_FALSE(none);
  EXPECT_EQ(foreign.error().ToString(), none.error().ToString());
  EXPECT_EQ(Why(Run(service_->Get(As("nobody"), {wallet.id}))), "auth.invalid");
  EXPECT_EQ(Why(Run(service_->Get(As("nobody"), {"wal_x"}))), "auth.invalid");
  // In his own project with the wallet of another.
  SignRequest request = Ask(wallet);
  request.project = kProjectB;
  EXPECT_EQ(Why(Sign(request, {}, "bob")), "not_found");
  EXPECT_EQ(Why(Sign(Ask(wallet), {}, "bob")), "not_found");
  EXPECT_EQ(Why(Sign(Ask(wallet), {}, "reader")), "auth.forbidden");
  EXPECT_EQ(Why(Run(service_->Create(As("reader"), {kProjectA, "x", {}}))), "auth.forbidden");
  EXPECT_EQ(chain_.simulated, 0u);
}

TEST_F(WalletServiceTest, TheKeyIsInNoRecordAndNoLogLine) {
  Wallet wallet = MakeWallet();
  ASSERT_TRUE(Sign(Ask(wallet)));
  auto stored = Run(store_->Get(std::string(WalletRow::kTable), wallet.id));
  ASSERT_TRUE(stored);
  auto row = FromCbor<WalletRow>((*stored)->value);
  ASSERT_TRUE(row);
  auto key = keys_->Open(row->sealed_key, row->public_key, row->project_id, row->id);
  ASSERT_TRUE(key);
  crypto::SecretBytes scalar = key->Scalar();
  auto holds = [&](ByteView bytes) { return !std::ranges::search(bytes, scalar.view()).empty(); };
  // Not even in the row that the store keeps in plain memory.
  EXPECT_FALSE(holds((*stored)->value));
  for (const auto& record : records_.written) EXPECT_FALSE(holds(record.sealed));
  // Moved to another wallet, project or public key it opens nowhere.
  EXPECT_EQ(Why(keys_->Open(row->sealed_key, row->public_key, kProjectB, row->id)),
            "platform.integrity");
  EXPECT_EQ(Why(keys_->Open(row->sealed_key, row->public_key, row->project_id, "wal_other")),
            "platform.integrity");
  Bytes cut(row->sealed_key.begin(), row->sealed_key.begin() + 5);
  EXPECT_EQ(Why(keys_->Open(cut, row->public_key, row->project_id, row->id)), "platform.integrity");
}

}  // namespace
}  // namespace nsl::wallet
