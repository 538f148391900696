// SPDX-License-Identifier: Apache-2.0
#include "wallet/service.h"

#include <algorithm>

#include "base/codec.h"
#include "neo/amount.h"
#include "neo/verification_script.h"
#include "wallet/names.h"

namespace nsl::wallet {
namespace {

std::unexpected<Error> NoWallet() { return Fail(Reason::kNotFound, "no such wallet"); }

Result<int64_t> ReadDailyFee(const std::optional<std::string>& text) {
  if (!text) return kDailyFee;
  auto fee = neo::AmountFromText(*text, 0);
  if (fee && *fee >= 0 && *fee <= kMostDailyFee) return *fee;
  return Fail(Error(Reason::kWalletInvalid, "the field /dailyFee is not valid")
                  .WithField("/dailyFee",
                             "0 to " + std::to_string(kMostDailyFee) + " datoshi as decimal text"));
}

Result<Wallet> ToWallet(const WalletRow& row) {
  auto key = neo::PublicKey::FromBytes(row.public_key);
  if (!key) return Fail(Reason::kPlatformIntegrity, "the stored public key of the wallet is none");
  Wallet out;
  out.id = row.id;
  out.project_id = row.project_id;
  out.name = row.name;
  out.kind = row.kind;
  neo::ScriptHash account = neo::AccountOf(*key);
  out.address = neo::ToAddress(account);
  out.script_hash = neo::ToText(account);
  out.public_key = key->ToText();
  out.daily_fee = std::to_string(row.daily_fee);
  out.authorised_by = row.authorised_by;
  out.created_at = ToRfc3339(row.created_ms);
  return out;
}

}  // namespace

WalletService::WalletService(Env env, enclave::SealedStore& store, account::Authoriser& authoriser,
                             WalletKeys& keys, PolicyService& policies, SpendBook& book,
                             ChainEvidence chain, WalletNetwork network)
    : env_(env),
      rows_(store),
      authoriser_(authoriser),
      keys_(keys),
      policies_(policies),
      book_(book),
      chain_(std::move(chain)),
      network_(std::move(network)),
      heights_(env.clock),
      ids_(env.clock, env.random),
      signed_(env.metrics.GetCounter("nsl_wallet_signed_total", "Transactions signed")),
      refused_(env.metrics.GetCounter("nsl_wallet_refused_total",
                                      "Transactions that were asked for and not signed")) {}

Task<Result<WalletRow>> WalletService::FindWallet(std::string id) {
  if (!IsId(kWalletId, id)) co_return NoWallet();
  auto found = co_await rows_.Find<WalletRow>(std::move(id));
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!*found) co_return NoWallet();
  co_return std::move((*found)->row);
}

Task<Result<Wallet>> WalletService::Create(CallContext context, CreateWalletRequest request) {
  auto change = co_await account::AuthoriseChange(authoriser_, std::move(context),
                                                  rpc::FormOf<WalletApi, &WalletApi::Create>(),
                                                  std::move(request), "wallets:write");
  if (!change) co_return std::unexpected(std::move(change.error()));
  request = std::move(change->request);
  account::Authorised who = std::move(change->who);
  NSL_CO_TRY_VOID(CheckName(request.name, "wallet"));
  if (who.network != network_.name) {
    co_return Fail(Reason::kWalletInvalid, "the project is of the network '" + who.network +
                                               "', this vault signs for '" + network_.name +
                                               "'; make the wallet in a project of that network");
  }
  WalletRow row;
  NSL_CO_TRY(row.daily_fee, ReadDailyFee(request.daily_fee));
  NSL_CO_TRY(crypto::P256PrivateKey key, keys_.Make());
  row.id = ids_.Make(kWalletId);
  row.project_id = request.project;
  row.name = request.name;
  row.kind = "project";
  row.public_key = ToBytes(ByteView(key.PublicKey().Compressed()));
  row.sealed_key = keys_.Seal(key, row.project_id, row.id);
  row.principal_id = who.principal_id;
  row.authorised_by = who.authorised_by;
  row.created_ms = env_.clock.NowMs();
  for (int attempt = 0; attempt < kChangeAttempts; ++attempt) {
    auto found = co_await rows_.Find<ProjectWalletsRow>(request.project);
    if (!found) co_return std::unexpected(std::move(found.error()));
    ProjectWalletsRow all = *found ? (*found)->row : ProjectWalletsRow{};
    bool taken = std::any_of(all.wallets.begin(), all.wallets.end(),
                             [&](const WalletName& w) { return w.name == row.name; });
    if (taken) {
      co_return Fail(Reason::kWalletExists,
                     "the project already has a wallet named '" + row.name + "'");
    }
    if (all.wallets.size() >= kMaxWalletsPerProject) {
      co_return Fail(Reason::kQuotaItems, "a project has at most 100 wallets");
    }
    all.wallets.push_back({row.id, row.name});
    std::vector<enclave::StoreChange> changes;
    changes.push_back(PutRow(row.id, row, 0));
    changes.push_back(PutRow(request.project, all, *found ? (*found)->version : 0));
    Status done = co_await rows_.Commit(std::move(changes));
    if (IsConflict(done)) continue;
    if (!done) co_return std::unexpected(std::move(done.error()));
    env_.log.Info("wallet_made", {{"wallet", row.id}});
    co_return ToWallet(row);
  }
  co_return Fail(Reason::kQuotaBusy, "the project changes elsewhere; try again");
}

Task<Result<WalletList>> WalletService::List(CallContext context, WalletListRequest request) {
  auto who = co_await authoriser_.Authorise(std::move(context), request.project, "wallets:read",
                                            rpc::Signature::kNone);
  if (!who) co_return std::unexpected(std::move(who.error()));
  auto found = co_await rows_.Find<ProjectWalletsRow>(std::move(request.project));
  if (!found) co_return std::unexpected(std::move(found.error()));
  WalletList out;
  if (!*found) co_return out;
  for (const WalletName& name : (*found)->row.wallets) {
    auto row = co_await FindWallet(name.id);
    if (!row) co_return std::unexpected(std::move(row.error()));
    NSL_CO_TRY(Wallet wallet, ToWallet(*row));
    out.items.push_back(std::move(wallet));
  }
  co_return out;
}

Task<Result<Wallet>> WalletService::Get(CallContext context, WalletRef request) {
  auto row = co_await FindWallet(std::move(request.wallet));
  if (!row && row.error().reason != Reason::kNotFound) {
    co_return std::unexpected(std::move(row.error()));
  }
  // A caller without a valid credential learns nothing, not even that there is nothing.
  std::string project = row ? row->project_id : std::string();
  auto who = co_await authoriser_.Authorise(std::move(context), std::move(project), "wallets:read",
                                            rpc::Signature::kNone);
  if (!who && who.error().reason == Reason::kNotFound) co_return NoWallet();
  if (!who) co_return std::unexpected(std::move(who.error()));
  if (!row) co_return std::unexpected(std::move(row.error()));
  co_return ToWallet(*row);
}

}  // namespace nsl::wallet
