// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "crypto/hash.h"
#include "neo/token_script.h"
#include "wallet/wallet_fixture.h"

namespace nsl::wallet {
namespace {

class SignTest : public WalletFixture {
 protected:
  SignTest() : wallet_(MakeWallet()) {}
  Wallet wallet_;
};

TEST_F(SignTest, BuildsExactlyTheTransferThatWasAskedFor) {
  auto made = Sign(Ask(wallet_));
  ASSERT_TRUE(made) << made.error().ToString();
  auto tx = neo::DecodeTransaction(made->raw);
  ASSERT_TRUE(tx);
  auto sender = neo::ParseAccount(wallet_.address);
  neo::Nep17Transfer transfer{
      GasHash(), *sender, *neo::ParseAccount(kReceiver), neo::Integer(150'000'000), {}};
  EXPECT_EQ(tx->script, *neo::Nep17TransferScript({&transfer, 1}));
  ASSERT_EQ(tx->signers.size(), 1u);
  EXPECT_EQ(tx->signers[0].account, *sender);
  EXPECT_EQ(tx->signers[0].scopes, static_cast<uint8_t>(neo::Scope::kCalledByEntry));
  EXPECT_TRUE(tx->attributes.empty());
  EXPECT_EQ(tx->valid_until_block, 1'100u);
  // 997775 * 1.10, rounded up.
  EXPECT_EQ(tx->system_fee, 1'097'553);
  EXPECT_EQ(made->system_fee, "1097553");
  EXPECT_EQ(made->network_fee, std::to_string(tx->network_fee));
  EXPECT_EQ(made->hash, neo::ToText(neo::TransactionHash(*tx)));
  EXPECT_EQ(made->evidence, "host");
  EXPECT_EQ(made->authorised_by, "signature");
  EXPECT_TRUE(
      neo::VerifyWitness(tx->witnesses.at(0), *sender, kMagic, neo::TransactionHash(*tx).bytes));
}

TEST_F(SignTest, TheEffectIsDurableBeforeTheBytesComeBack) {
  records_.before_put = [](const auto&) -> Status {
    return Fail(Reason::kPlatformStorage, "the disk is full");
  };
  SignRequest request = Ask(wallet_);
  auto made = Sign(request, "key-1");
  EXPECT_FALSE(made);
  records_.before_put = nullptr;
}

TEST_F(SignTest, TheSameKeyGivesTheSameBytesAndNoSecondTransaction) {
  auto first = Sign(Ask(wallet_), "key-1");
  ASSERT_TRUE(first);
  chain_.down = true;
  auto again = Sign(Ask(wallet_), "key-1");
  ASSERT_TRUE(again) << again.error().ToString();
  EXPECT_EQ(again->raw, first->raw);
  EXPECT_EQ(again->transaction, first->transaction);
  Restart();
  auto later = Sign(Ask(wallet_), "key-1");
  ASSERT_TRUE(later);
  EXPECT_EQ(later->raw, first->raw);
  EXPECT_EQ(Written(EffectRow::kTable), 1u);
  chain_.down = false;
  auto other = Sign(Ask(wallet_), "key-2");
  ASSERT_TRUE(other);
  EXPECT_NE(other->hash, first->hash);
}

TEST_F(SignTest, TheSameKeyForAnotherIntentIsRefused) {
  ASSERT_TRUE(Sign(Ask(wallet_), "key-1"));
  std::vector<std::function<void(SignRequest&)>> changes = {
      [](SignRequest& r) { r.transfer->amount = "150000001"; },
      [](SignRequest& r) {
        r.transfer->token = "NEO";
        r.transfer->amount = "1";
      },
      [](SignRequest& r) { r.transfer->to = "Nhfg3TbpwogLvDGVvAvqyThbsHgoSUKwtn"; },
      [](SignRequest& r) { r.max_fee = "99999999"; }, [](SignRequest& r) { r.valid_blocks = 99; }};
  for (auto& change : changes) {
    SignRequest request = Ask(wallet_);
    change(request);
    EXPECT_EQ(Why(Sign(request, "key-1")), "wallet.effect_mismatch");
  }
  // The address of the receiver and its hash are one intent.
  SignRequest same = Ask(wallet_);
  same.transfer->to = neo::ToText(*neo::ParseAccount(kReceiver));
  EXPECT_TRUE(Sign(same, "key-1"));
}

TEST_F(SignTest, WithoutAKeyTheTransactionIdIsTheEffect) {
  SignRequest request = Ask(wallet_);
  auto first = Sign(request);
  auto again = Sign(request);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->raw, again->raw);
  request.transfer->amount = "1";
  EXPECT_EQ(Why(Sign(request)), "wallet.effect_mismatch");
  // The id of one effect does not serve as that of another.
  EXPECT_EQ(Why(Sign(request, "key-9")), "wallet.effect_mismatch");
}

TEST_F(SignTest, TwoAtOnceGiveOneTransaction) {
  std::optional<Result<SignedTransaction>> a;
  std::optional<Result<SignedTransaction>> b;
  auto start = [&](std::optional<Result<SignedTransaction>>* out) {
    asio::co_spawn(io_.get_executor(), service_->Sign(As("alice", "key-1"), Ask(wallet_)),
                   [out](std::exception_ptr, Result<SignedTransaction> r) { *out = std::move(r); });
  };
  start(&a);
  start(&b);
  io_.restart();
  while (!(a && b) && io_.run_one() > 0) {
  }
  ASSERT_TRUE(a && b && *a && *b);
  EXPECT_EQ((*a)->raw, (*b)->raw);
}

TEST_F(SignTest, FindsAgainWhatWasSigned) {
  SignRequest request = Ask(wallet_);
  auto made = Sign(request, "key-1");
  ASSERT_TRUE(made);
  auto found = Run(service_->FindSigned({}, {request.transaction}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->raw, made->raw);
  EXPECT_EQ(Why(Run(service_->FindSigned({}, {ids_.Make(kTransactionId)}))), "not_found");
  EXPECT_EQ(Why(Run(service_->FindSigned({}, {"x"}))), "not_found");
}

TEST_F(SignTest, RefusesWhatIsNoIntentAndNamesTheField) {
  struct Case {
    std::string pointer;
    std::function<void(SignRequest&)> change;
  };
  std::vector<Case> cases = {
      {"/transfer/to", [](SignRequest& r) { r.transfer->to = ""; }},
      // One letter of the checksum.
      {"/transfer/to",
       [](SignRequest& r) { r.transfer->to = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHQ"; }},
      // An address of Neo 2 and one of Bitcoin.
      {"/transfer/to",
       [](SignRequest& r) { r.transfer->to = "AK2nJJpJr6o664CWJKi1QRXjqeic2zRp8y"; }},
      {"/transfer/to",
       [](SignRequest& r) { r.transfer->to = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"; }},
      {"/transfer/to", [](SignRequest& r) { r.transfer->to = "0x" + std::string(40, '0'); }},
      {"/transfer/token", [](SignRequest& r) { r.transfer->token = "gas"; }},
      {"/transfer/token", [](SignRequest& r) { r.transfer->token = ""; }},
      {"/transfer/amount", [](SignRequest& r) { r.transfer->amount = ""; }},
      {"/transfer/amount", [](SignRequest& r) { r.transfer->amount = "0"; }},
      {"/transfer/amount", [](SignRequest& r) { r.transfer->amount = "-1"; }},
      {"/transfer/amount", [](SignRequest& r) { r.transfer->amount = "1.5"; }},
      {"/transfer/amount", [](SignRequest& r) { r.transfer->amount = "007"; }},
      {"/transfer/amount", [](SignRequest& r) { r.transfer->amount = std::string(78, '9'); }},
      {"/maxFee", [](SignRequest& r) { r.max_fee = "0"; }},
      {"/maxFee", [](SignRequest& r) { r.max_fee = "1000000001"; }},
      {"/maxFee", [](SignRequest& r) { r.max_fee = "-5"; }},
      {"/validBlocks", [](SignRequest& r) { r.valid_blocks = 0; }},
      {"/validBlocks", [](SignRequest& r) { r.valid_blocks = 5761; }}};
  for (const Case& c : cases) {
    SignRequest request = Ask(wallet_);
    c.change(request);
    auto made = Sign(request);
    ASSERT_FALSE(made) << c.pointer;
    EXPECT_EQ(TextOf(made.error().reason), "wallet.invalid");
    ASSERT_EQ(made.error().fields.size(), 1u);
    EXPECT_EQ(made.error().fields[0].pointer, c.pointer);
  }
  EXPECT_EQ(chain_.simulated, 0u);
  EXPECT_EQ(Written(EffectRow::kTable), 0u);
}

// Every number of the chain comes through the host.
TEST_F(SignTest, SignsNothingOnAHostileAnswer) {
  struct Case {
    std::string name;
    std::string reason;
    std::function<void(FakeChain&)> lie;
  };
  std::vector<Case> cases = {
      {"absurd fee", "wallet.policy", [](FakeChain& c) { c.facts.gas_consumed = 900'000'000; }},
      {"fee above all", "chain.unavailable",
       [](FakeChain& c) { c.facts.gas_consumed = INT64_MAX; }},
      {"negative fee", "chain.unavailable", [](FakeChain& c) { c.facts.gas_consumed = -1; }},
      {"negative rate", "chain.unavailable", [](FakeChain& c) { c.facts.fee_per_byte = -1; }},
      {"rate above all", "chain.unavailable",
       [](FakeChain& c) { c.facts.exec_factor = INT64_MAX; }},
      {"high rate", "wallet.policy", [](FakeChain& c) { c.facts.fee_per_byte = 90'000'000; }},
      {"height above all", "chain.unavailable", [](FakeChain& c) { c.facts.height = UINT32_MAX; }},
      {"height jumps", "chain.unavailable", [](FakeChain& c) { c.facts.height = 1'000'000; }},
      {"height falls", "chain.unavailable", [](FakeChain& c) { c.facts.height = 900; }},
      {"other script", "chain.unavailable", [](FakeChain& c) { c.swapped_script = {0x11}; }},
      {"other network", "chain.network", [](FakeChain& c) { c.facts.magic = 860833102; }},
      {"fault", "chain.simulation", [](FakeChain& c) { c.facts.state = "FAULT"; }},
      {"break", "chain.simulation", [](FakeChain& c) { c.facts.state = "HALT, BREAK"; }},
      {"no state", "chain.simulation", [](FakeChain& c) { c.facts.state = ""; }},
      {"no blocks", "chain.unavailable", [](FakeChain& c) { c.facts.max_valid_blocks = 0; }},
      {"few blocks", "wallet.invalid", [](FakeChain& c) { c.facts.max_valid_blocks = 10; }},
      {"negative balance", "chain.unavailable", [](FakeChain& c) { c.facts.gas_balance = "-1"; }},
      {"no balance", "chain.unavailable", [](FakeChain& c) { c.facts.token_balance = "x"; }},
      {"endless balance", "chain.unavailable",
       [](FakeChain& c) { c.facts.gas_balance = std::string(70, '9'); }},
      {"other network fee", "chain.unavailable", [](FakeChain& c) { c.fee_lie = -1; }},
      {"silent", "chain.unavailable", [](FakeChain& c) { c.down = true; }}};
  // The first height of a life has nothing before it.
  ASSERT_TRUE(Sign(Ask(wallet_)));
  size_t before = Written(EffectRow::kTable);
  FakeChain honest = chain_;
  for (const Case& c : cases) {
    chain_ = honest;
    c.lie(chain_);
    EXPECT_EQ(Why(Sign(Ask(wallet_))), c.reason) << c.name;
  }
  EXPECT_EQ(Written(EffectRow::kTable), before);
  chain_ = honest;
  EXPECT_TRUE(Sign(Ask(wallet_)));
}

TEST_F(SignTest, TheTextOfANodeCannotDriveATerminal) {
  chain_.facts.state = "FAULT";
  chain_.facts.exception = "\x1b[31m" + std::string(5'000, 'x') + "\n";
  auto made = Sign(Ask(wallet_));
  ASSERT_FALSE(made);
  EXPECT_LT(made.error().detail.size(), 500u);
  EXPECT_TRUE(std::ranges::all_of(made.error().detail, [](char c) { return c >= 0x20; }));
}

TEST_F(SignTest, FundsMustCoverAmountAndFees) {
  SignRequest request = Ask(wallet_);
  request.transfer->amount = "1000000001";
  EXPECT_EQ(Why(Sign(request)), "funds.gas");
  // All of it leaves nothing for the fees.
  request.transfer->amount = "1000000000";
  EXPECT_EQ(Why(Sign(request)), "funds.gas");
  request.transfer = {"NEO", kReceiver, "51"};
  EXPECT_EQ(Why(Sign(request)), "funds.token");
  request.transfer->amount = "50";
  EXPECT_EQ(Why(Sign(request)), "ok");
  chain_.facts.gas_balance = "10";
  request = Ask(wallet_);
  request.transfer = {"NEO", kReceiver, "1"};
  EXPECT_EQ(Why(Sign(request)), "funds.gas");
}

TEST_F(SignTest, TheFeeCeilingIsTheCallers) {
  SignRequest request = Ask(wallet_);
  request.max_fee = "1000";
  auto made = Sign(request);
  ASSERT_FALSE(made);
  EXPECT_EQ(TextOf(made.error().reason), "wallet.policy");
  EXPECT_EQ(made.error().fields.at(0).pointer, "/maxFee");
  chain_.facts.gas_consumed = 200'000'000;
  request.max_fee = "300000000";
  EXPECT_TRUE(Sign(request));
}

TEST_F(SignTest, WithoutASourceOfFactsNothingIsSigned) {
  WalletService blind(env_, *store_, authoriser_, *keys_, *policies_, *book_, ChainEvidence{},
                      WalletNetwork{"private", kMagic});
  EXPECT_EQ(Why(Run(blind.Sign(As("alice"), Ask(wallet_)))), "platform.unimplemented");
}

rpc::SignedHttp SignedTransfer(const Wallet& wallet, std::string amount) {
  rpc::SignedHttp http;
  http.method = "POST";
  http.target = "/v1/projects/" + wallet.project_id + "/transactions";
  std::string body = R"({"wallet":")" + wallet.id + R"(","transfer":{"token":"GAS","to":")" +
                     kReceiver + R"(","amount":")" + amount + R"("}})";
  http.body = ToBytes(AsBytes(body));
  http.body_hash = ToBytes(ByteView(crypto::Sha256(http.body)));
  return http;
}

TEST_F(SignTest, WhatTheClientSignedMovesAndNotWhatTheHostSays) {
  CallContext context = As("alice");
  context.signed_http = SignedTransfer(wallet_, "7");
  SignRequest host = Ask(MakeWallet("other"));
  host.transfer = {"NEO", kReceiver, "100"};
  host.max_fee = "1000000000";
  auto made = Run(service_->Sign(context, host));
  ASSERT_TRUE(made) << made.error().ToString();
  EXPECT_EQ(made->amount, "7");
  EXPECT_EQ(made->sender, wallet_.address);
  auto tx = neo::DecodeTransaction(made->raw);
  ASSERT_TRUE(tx);
  auto sender = neo::ParseAccount(wallet_.address);
  neo::Nep17Transfer transfer{
      GasHash(), *sender, *neo::ParseAccount(kReceiver), neo::Integer(7), {}};
  EXPECT_EQ(tx->script, *neo::Nep17TransferScript({&transfer, 1}));
}

TEST_F(SignTest, ASignatureForAnotherRouteOrBodyMovesNothing) {
  for (auto spoil : {+[](rpc::SignedHttp& h) { h.target += "/x"; },
                     +[](rpc::SignedHttp& h) { h.method = "PUT"; },
                     +[](rpc::SignedHttp& h) { h.body[h.body.size() - 4] = '9'; },
                     +[](rpc::SignedHttp& h) {
                       h.target = "/v1/projects/" + std::string(kProjectB) + "/transactions";
                     }}) {
    CallContext context = As("alice");
    context.signed_http = SignedTransfer(wallet_, "7");
    spoil(*context.signed_http);
    auto made = Run(service_->Sign(context, Ask(wallet_)));
    EXPECT_FALSE(made);
  }
  EXPECT_EQ(Written(EffectRow::kTable), 0u);
}

TEST(HeightGuard, FollowsAChainAtItsPace) {
  FakeClock clock;
  HeightGuard guard(clock);
  EXPECT_TRUE(guard.Check(100));
  EXPECT_TRUE(guard.Check(100));
  // Nodes differ by a few blocks.
  EXPECT_TRUE(guard.Check(85));
  EXPECT_FALSE(guard.Check(79));
  EXPECT_TRUE(guard.Check(100 + HeightGuard::kSlack));
  EXPECT_FALSE(guard.Check(100 + 2 * HeightGuard::kSlack + 1));
  clock.AdvanceMs(10'000);
  EXPECT_TRUE(guard.Check(100 + HeightGuard::kSlack + 100));
  EXPECT_FALSE(guard.Check(HeightGuard::kMostHeight + 1));
}

}  // namespace
}  // namespace nsl::wallet
