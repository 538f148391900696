// SPDX-License-Identifier: Apache-2.0
//
// For tests of transactions: a vault that signs as told, nodes that land as told. One thread.
#pragma once

#include <deque>

#include "chain/api.h"
#include "chain/sender.h"
#include "function_store/store_fixture.h"
#include "net/signal.h"
#include "orchestrator/transactions.h"

namespace nsl::orchestrator {

inline constexpr char kWalletA[] = "wal_00000000000000000000000001";
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
  Task<Result<chain::Standing>> Find(std::string, Deadline) override {
    if (standing) co_return *standing;
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

}  // namespace nsl::orchestrator
