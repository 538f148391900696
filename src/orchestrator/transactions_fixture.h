// SPDX-License-Identifier: Apache-2.0
//
// For tests of transactions: a vault that signs as told, nodes that land as told. One thread.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>

#include "chain/api.h"
#include "chain/sender.h"
#include "function_store/store_fixture.h"
#include "net/signal.h"
#include "orchestrator/transactions.h"

namespace nsl::orchestrator {

inline constexpr char kWalletA[] = "wal_00000000000000000000000001";
inline const std::string kCancelHash = "0x" + std::string(64, '2');
inline constexpr char kTokenHash[] = "0xd2a4cff31913016155e38e474a2c06d08be276cf";

// A private chain at block 7 on which "Nfrom" has 5 of each token.
struct FakeChain final : chain::ChainApi {
  std::vector<chain::NodeState> nodes{{"http://n", "healthy", 7, 1, ""}};
  std::string network() const override { return "private"; }
  uint32_t magic() const override { return 42; }
  Task<Result<uint32_t>> Height(Deadline) override { co_return 7u; }
  Task<Result<chain::ChainAnswer>> Block(std::string, Deadline) override { return None(); }
  Task<Result<chain::ChainAnswer>> Transaction(std::string, Deadline) override { return None(); }
  Task<Result<chain::ChainAnswer>> ApplicationLog(std::string, Deadline) override { return None(); }
  Task<Result<chain::ChainAnswer>> InvokeFunction(std::string, std::string, std::string,
                                                  Deadline) override {
    return None();
  }
  Task<Result<chain::Balance>> BalanceOf(std::string token, std::string owner, Deadline) override {
    co_return chain::Balance{token, token, 8, owner == "Nfrom" ? "5" : "0"};
  }
  std::vector<chain::NodeState> Nodes() const override { return nodes; }

 private:
  static Task<Result<chain::ChainAnswer>> None() { co_return Fail(Reason::kChainUnavailable); }
};

// Project A has one wallet. An effect is kept by key, as the vault does.
struct FakeWallets final : wallet::WalletApi {
  explicit FakeWallets(account::AccountApi& authority) : accounts(authority) {}
  account::AccountApi& accounts;
  std::map<std::string, wallet::SignedTransaction> by_key;
  std::map<std::string, wallet::SignedTransaction> by_id;
  // Answers of Sign before it works: an error each.
  std::deque<Error> errors;
  // The error comes although the effect was made.
  bool sign_before_error = false;
  bool away = false;
  size_t signs = 0;

  Task<Status> May(rpc::CallContext context, std::string project, std::string scope) {
    auto who = co_await accounts.Authenticate(std::move(context), {});
    if (!who) co_return std::unexpected(std::move(who.error()));
    co_return account::Permit(*who, project, scope);
  }
  static wallet::Wallet One() {
    wallet::Wallet out;
    out.id = kWalletA;
    out.project_id = function_store::kProjectA;
    out.name = "main";
    out.address = "Nfrom";
    return out;
  }

  Task<Result<wallet::Wallet>> Create(rpc::CallContext c, wallet::CreateWalletRequest q) override {
    Status may = co_await May(std::move(c), q.project, "wallets:write");
    if (!may) co_return std::unexpected(std::move(may.error()));
    co_return One();
  }
  Task<Result<wallet::WalletList>> List(rpc::CallContext c, wallet::WalletListRequest q) override {
    Status may = co_await May(std::move(c), q.project, "wallets:read");
    if (!may) co_return std::unexpected(std::move(may.error()));
    co_return wallet::WalletList{{One()}};
  }
  Task<Result<wallet::Wallet>> Get(rpc::CallContext c, wallet::WalletRef q) override {
    Status may = co_await May(std::move(c), function_store::kProjectA, "wallets:read");
    if (!may) co_return std::unexpected(std::move(may.error()));
    if (q.wallet != kWalletA) co_return Fail(Reason::kNotFound, "no such wallet");
    co_return One();
  }
  Task<Result<wallet::SignedTransaction>> Sign(rpc::CallContext c, wallet::SignRequest q) override {
    ++signs;
    std::string key =
        c.idempotency_key.empty() ? q.transaction : c.credential + "/" + c.idempotency_key;
    bool fails = !errors.empty();
    if (!fails || sign_before_error) {
      if (!by_key.contains(key)) by_key[key] = Make(q);
      by_id[by_key[key].transaction] = by_key[key];
    }
    if (!fails) co_return by_key[key];
    Error error = std::move(errors.front());
    errors.pop_front();
    co_return std::unexpected(std::move(error));
  }
  Task<Result<wallet::SignedMessage>> SignMessage(rpc::CallContext c,
                                                  wallet::SignMessageRequest q) override {
    Status may = co_await May(std::move(c), function_store::kProjectA, "wallets:send");
    if (!may) co_return std::unexpected(std::move(may.error()));
    if (q.wallet != kWalletA) co_return Fail(Reason::kNotFound, "no such wallet");
    co_return wallet::SignedMessage{};
  }
  Task<Result<wallet::Simulation>> Simulate(rpc::CallContext,
                                            wallet::SimulateIntentRequest) override {
    co_return wallet::Simulation{};
  }
  Task<Result<wallet::SignedTransaction>> Cancel(rpc::CallContext,
                                                 wallet::CancelSignRequest q) override {
    ++cancels;
    if (!errors.empty()) {
      Error error = std::move(errors.front());
      errors.pop_front();
      co_return std::unexpected(std::move(error));
    }
    wallet::SignedTransaction& kept = cancelled[q.cancels];
    if (kept.raw.empty()) {
      kept.transaction = q.transaction;
      kept.hash = kCancelHash;
      kept.raw = ToBytes("cancels " + q.cancels);
      kept.network_fee = "6";
      kept.valid_until_block = 110;
    }
    co_return kept;
  }
  std::map<std::string, wallet::SignedTransaction> cancelled;
  size_t cancels = 0;
  Task<Result<wallet::SignedTransaction>> FindSigned(rpc::CallContext,
                                                     wallet::SignedRef q) override {
    if (away) co_return Fail(Reason::kPlatformUnavailable, "the vault is away");
    auto it = by_id.find(q.transaction);
    if (it == by_id.end()) co_return Fail(Reason::kNotFound, "nothing was signed");
    co_return it->second;
  }
  Task<Result<rpc::Empty>> Settle(rpc::CallContext, wallet::SignedRef q) override {
    settled.push_back(q.transaction);
    co_return rpc::Empty{};
  }
  std::vector<std::string> settled;

 private:
  static wallet::SignedTransaction Make(const wallet::SignRequest& q) {
    wallet::SignedTransaction out;
    out.transaction = q.transaction;
    out.hash = "0x" + std::string(64, '1');
    out.raw = ToBytes("raw of " + q.transaction);
    out.sender = "Nfrom";
    out.contract = kTokenHash;
    if (q.transfer) {
      out.to = "Nto";
      out.amount = q.transfer->amount;
    }
    out.system_fee = "10";
    out.network_fee = "5";
    out.valid_until_block = 110;
    out.evidence = "host";
    out.authorised_by = "bearer";
    return out;
  }
};

// Lands nothing until told.
struct FakeLanding final : chain::SubmitApi {
  std::optional<chain::Standing> standing;
  // It is the cancellation that landed.
  bool rival_landed = false;
  std::vector<Bytes> sent;

  void Land(std::string vm_state, std::string amount) {
    standing.emplace();
    standing->landed = chain::LandedTransaction{.block = 105,
                                                .vm_state = std::move(vm_state),
                                                .exception = {},
                                                .gas_consumed = "9",
                                                .transfers = {}};
    standing->landed->transfers.push_back({kTokenHash, "Nfrom", "Nto", std::move(amount)});
  }
  Task<Result<chain::TestRun>> TestScript(Bytes, std::string, Deadline) override {
    co_return chain::TestRun{};
  }
  Task<Result<std::string>> ContractManifest(std::string, Deadline) override {
    co_return std::string();
  }
  Task<Result<chain::FeePolicy>> Policy(Deadline) override { co_return chain::FeePolicy{}; }
  Task<Result<int64_t>> NetworkFee(Bytes, Deadline) override { co_return 0; }
  Task<std::vector<chain::NodeVerdict>> Broadcast(Bytes raw, Deadline) override {
    sent.push_back(std::move(raw));
    co_return std::vector<chain::NodeVerdict>{{"http://a", true, ""}};
  }
  Task<Result<chain::Standing>> Find(std::string hash, Deadline) override {
    if (standing && (hash == kCancelHash) == rival_landed) co_return *standing;
    chain::Standing unknown;
    unknown.unknown = 1;
    unknown.height = 100;
    co_return unknown;
  }
};

// Waits a moment of real time, so that the loops of a test neither spin nor stand.
struct NoTransport final : chain::NodeTransport {
  Task<Result<Bytes>> Post(std::string, std::string, std::chrono::milliseconds, size_t) override {
    co_return Fail(Reason::kUpstreamFailed, "no node");
  }
  Task<void> Sleep(std::chrono::milliseconds) override {
    Executor executor = co_await asio::this_coro::executor;
    net::Signal never(executor);
    co_await never.WaitFor(std::chrono::milliseconds(1));
  }
};

class TransactionsFixture : public ::testing::Test, public function_store::StoreFixture {
 protected:
  TransactionsFixture() : StoreFixture({TransactionMigrations()}) { Open(); }
  ~TransactionsFixture() override { Close(); }

  void Open() {
    sender =
        std::make_unique<chain::TransactionSender>(temp.env, io.get_executor(), landing, transport);
    service = std::make_unique<Transactions>(
        temp.env, io.get_executor(),
        TransactionParts{*temp.database, access, wallets, chain, *sender});
  }
  void Close() {
    Do(Shut());
    service.reset();
    sender.reset();
  }
  Task<int> Shut() {
    co_await sender->Shutdown();
    co_await service->Shutdown();
    co_return 0;
  }
  // What a host that was killed and started again does.
  void Restart() {
    Close();
    Open();
    service->Start();
  }
  Result<wallet::Transaction> Submit(std::string key = {}, std::string amount = "7",
                                     std::string who = function_store::kOwnerA,
                                     std::string project = function_store::kProjectA) {
    CallContext context = As(std::move(who));
    context.idempotency_key = std::move(key);
    wallet::TransferIntent transfer{"GAS", "Nto", std::move(amount)};
    return Do(service->Submit(std::move(context),
                              {std::move(project), kWalletA, std::move(transfer), {}, {}, {}}));
  }
  Result<wallet::Transaction> Get(const std::string& id,
                                  std::string who = function_store::kOwnerA) {
    return Do(service->Get(As(std::move(who)), {id}));
  }
  // Lets the loops run until the transaction is in this state.
  wallet::Transaction Until(const std::string& id, std::string_view state) {
    for (int i = 0; i < 5'000; ++i) {
      auto now = Get(id);
      EXPECT_TRUE(now);
      if (!now || now->state == state) return now.value_or(wallet::Transaction{});
      io.restart();
      io.run_one_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "never " << state;
    return {};
  }
  void RunUntil(const std::function<bool()>& done) {
    for (int i = 0; i < 5'000 && !done(); ++i) {
      io.restart();
      io.run_one_for(std::chrono::milliseconds(5));
    }
    EXPECT_TRUE(done());
  }
  int64_t Count() {
    auto rows =
        temp.database->ReadBlocking(storage::Statement("SELECT COUNT(*) FROM transactions"));
    return (*rows)[0].Int(0);
  }
  static std::vector<std::string> StatesOf(const wallet::Transaction& tx) {
    std::vector<std::string> out;
    for (const auto& step : tx.states) out.push_back(step.state);
    return out;
  }
  template <class T>
  static std::string Why(const Result<T>& result) {
    return result ? "ok" : std::string(TextOf(result.error().reason));
  }

  FakeWallets wallets{vault};
  FakeLanding landing;
  NoTransport transport;
  FakeChain chain;
  std::unique_ptr<chain::TransactionSender> sender;
  std::unique_ptr<Transactions> service;
};

}  // namespace nsl::orchestrator
