// SPDX-License-Identifier: Apache-2.0
#include "wallet/spend_book.h"

#include <algorithm>

#include "base/codec.h"
#include "neo/amount.h"

namespace nsl::wallet {
namespace {

constexpr uint32_t kDay = 86'400;

// Past its last valid block by this much a transaction holds nothing back any more.
constexpr uint32_t kExpiryMargin = 3;

template <class Row>
Task<Result<Row>> ReadRow(enclave::SealedStore* store, std::string key) {
  auto value = co_await store->Get(std::string(Row::kTable), std::move(key));
  if (!value) co_return std::unexpected(std::move(value.error()));
  if (!*value) co_return Row{};
  auto row = FromCbor<Row>((*value)->value);
  if (!row) {
    co_return Fail(Reason::kPlatformIntegrity,
                   "a stored record of '" + std::string(Row::kTable) + "' cannot be read");
  }
  co_return std::move(*row);
}

template <class Row>
enclave::StoreChange Put(const std::string& key, const Row& row) {
  return {std::string(Row::kTable), key, ToCbor(row), false, std::nullopt};
}

const PolicyRow* FindPolicy(const std::vector<PolicyRow>& policies, const std::string& id) {
  for (const PolicyRow& policy : policies) {
    if (policy.id == id) return &policy;
  }
  return nullptr;
}

int64_t Saturated(int64_t a, int64_t b) {
  int64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? INT64_MAX : out;
}

int64_t GasOf(const HeldBack& held) {
  auto gas = neo::AmountFromText(held.gas, 0);
  return Saturated(held.fee, gas ? *gas : INT64_MAX);
}

}  // namespace

std::string ReasonOf(const Verdict& verdict) {
  std::string out = verdict.because;
  if (verdict.policy != kNoRule) return out;
  for (const RuleLine& line : verdict.rules) {
    if (line.effect != "allow" || line.policy == kMemberRule) continue;
    return out + ". The policy '" + line.name + "' does not: " + line.because;
  }
  return out;
}

std::unexpected<Error> RefusedBy(const Verdict& verdict) {
  return Fail(Reason::kWalletPolicy,
              "rule " + verdict.policy + ": " + ReasonOf(verdict) + "; nothing was signed");
}

Task<Status> SpendBook::Load(std::string wallet_id, const std::vector<PolicyRow>* policies) {
  if (!wallet_id.empty() && !ledgers_.contains(wallet_id)) {
    auto row = co_await ReadRow<LedgerRow>(&store_, wallet_id);
    if (!row) co_return std::unexpected(std::move(row.error()));
    row->day.seconds = kDay;
    // Another call may have loaded it, and counted, in the meantime.
    ledgers_.try_emplace(std::move(wallet_id), std::move(*row));
  }
  for (size_t i = 0; i < policies->size(); ++i) {
    const PolicyRule& rule = (*policies)[i].rule;
    std::string id = (*policies)[i].id;
    if (rule.limits.empty() || spends_.contains(id)) continue;
    auto row = co_await ReadRow<PolicySpendRow>(&store_, id);
    if (!row) co_return std::unexpected(std::move(row.error()));
    row->windows.resize(rule.limits.size());
    for (size_t k = 0; k < rule.limits.size(); ++k) {
      row->windows[k].seconds = rule.limits[k].seconds;
    }
    spends_.try_emplace(std::move(id), std::move(*row));
  }
  co_return Status();
}

const PolicySpendRow* SpendBook::SpendOf(const std::string& policy_id) const {
  auto found = spends_.find(policy_id);
  return found == spends_.end() ? nullptr : &found->second;
}

std::vector<HeldBack> SpendBook::HeldOf(const std::string& wallet_id) const {
  auto found = ledgers_.find(wallet_id);
  return found == ledgers_.end() ? std::vector<HeldBack>() : found->second.held;
}

Status SpendBook::CheckBalance(const Request& request, const LedgerRow& ledger,
                               int64_t needed) const {
  int64_t held = 0;
  auto live = [&](const HeldBack& h) {
    return h.valid_until_block + kExpiryMargin >= request.height;
  };
  for (const HeldBack& h : ledger.held) {
    if (live(h)) held = Saturated(held, GasOf(h));
  }
  for (const HeldBack& h : request.held_before) {
    bool still = std::any_of(ledger.held.begin(), ledger.held.end(), [&](const HeldBack& other) {
      return other.transaction == h.transaction;
    });
    if (!still && live(h)) held = Saturated(held, GasOf(h));
  }
  if (Saturated(held, needed) <= request.gas_balance) return {};
  std::string on_the_way = held == 0 ? std::string()
                                     : ", and " + neo::GasToText(held) +
                                           " GAS are held back for its transactions on "
                                           "their way";
  return Fail(Reason::kFundsGas, "the wallet has " + neo::GasToText(request.gas_balance) +
                                     " GAS and needs " + neo::GasToText(needed) +
                                     " GAS, of which " +
                                     neo::GasToText(request.question.fee.value_or(0)) +
                                     " GAS are fees" + on_the_way + "; send it more");
}

Result<SpendBook::Reservation> SpendBook::Reserve(const Request& request) {
  const PolicyQuestion& q = request.question;
  Verdict verdict =
      Decide(request.policies, [this](const std::string& id) { return SpendOf(id); }, q);
  if (!verdict.allowed) return RefusedBy(verdict);
  Reservation out;
  out.policy_id = verdict.policy;
  if (q.intent.moved) out.spend.amount = q.intent.moved->amount;
  NSL_TRY_VOID(Hold(request, out));
  const PolicyRow* policy = FindPolicy(request.policies, verdict.policy);
  auto spend = spends_.find(verdict.policy);
  if (policy != nullptr && spend != spends_.end()) {
    for (SpendWindow& window : spend->second.windows) {
      out.slices.push_back(Count(window, q.now_ms, out.spend));
    }
    out.changes.push_back(Put(verdict.policy, spend->second));
  }
  return out;
}

Result<SpendBook::Reservation> SpendBook::ReserveFee(const Request& request) {
  Reservation out;
  NSL_TRY_VOID(Hold(request, out));
  return out;
}

Status SpendBook::Hold(const Request& request, Reservation& out) {
  const PolicyQuestion& q = request.question;
  auto ledger = ledgers_.find(request.wallet.id);
  if (ledger == ledgers_.end() || !q.fee) return Fail(Reason::kPlatformInternal, "not loaded");
  out.wallet_id = request.wallet.id;
  out.transaction = std::string(request.transaction);
  out.spend.fee = *q.fee;
  std::string gas = q.intent.moved && q.intent.contract == GasHash() ? out.spend.amount : "0";
  HeldBack held{out.transaction, *q.fee, gas, request.valid_until_block};
  NSL_TRY_VOID(CheckBalance(request, ledger->second, GasOf(held)));
  Spent day = SumOf(ledger->second.day, q.now_ms);
  if (day.fee + *q.fee > request.wallet.daily_fee) {
    return Fail(Reason::kWalletPolicy, "rule dailyFee: the wallet pays at most " +
                                           neo::GasToText(request.wallet.daily_fee) +
                                           " GAS of fees in 24 hours and has "
                                           "paid " +
                                           neo::GasToText(day.fee) + " GAS; nothing was signed");
  }
  std::erase_if(ledger->second.held, [&](const HeldBack& h) {
    return h.valid_until_block + kExpiryMargin < request.height;
  });
  ledger->second.held.push_back(std::move(held));
  out.day_slice = Count(ledger->second.day, q.now_ms, {"0", *q.fee});
  out.changes.push_back(Put(out.wallet_id, ledger->second));
  return {};
}

void SpendBook::TakeBack(const Reservation& reservation) {
  auto ledger = ledgers_.find(reservation.wallet_id);
  if (ledger != ledgers_.end()) {
    std::erase_if(ledger->second.held,
                  [&](const HeldBack& h) { return h.transaction == reservation.transaction; });
    wallet::TakeBack(ledger->second.day, reservation.day_slice, {"0", reservation.spend.fee});
  }
  auto spend = spends_.find(reservation.policy_id);
  if (spend == spends_.end()) return;
  for (size_t i = 0; i < reservation.slices.size() && i < spend->second.windows.size(); ++i) {
    wallet::TakeBack(spend->second.windows[i], reservation.slices[i], reservation.spend);
  }
}

SpendBook::Limits SpendBook::SetLimits(const std::string& policy_id,
                                       const std::vector<RollingLimit>& limits,
                                       std::vector<enclave::StoreChange>& changes) {
  Limits before;
  if (auto found = spends_.find(policy_id); found != spends_.end()) before = found->second;
  PolicySpendRow row;
  for (const RollingLimit& limit : limits) {
    SpendWindow window;
    if (before && !before->windows.empty()) {
      auto same = std::ranges::find(before->windows, limit.seconds, &SpendWindow::seconds);
      window = same != before->windows.end()
                   ? *same
                   : *std::ranges::max_element(before->windows, {}, &SpendWindow::seconds);
    }
    window.seconds = limit.seconds;
    row.windows.push_back(std::move(window));
  }
  if (row.windows.empty()) {
    spends_.erase(policy_id);
  } else {
    spends_[policy_id] = row;
  }
  changes.push_back(Put(policy_id, row));
  return before;
}

void SpendBook::Restore(const std::string& policy_id, Limits before) {
  if (before) {
    spends_[policy_id] = std::move(*before);
  } else {
    spends_.erase(policy_id);
  }
}

std::optional<enclave::StoreChange> SpendBook::Settle(const std::string& wallet_id,
                                                      const std::string& transaction) {
  auto ledger = ledgers_.find(wallet_id);
  if (ledger == ledgers_.end()) return std::nullopt;
  size_t gone = std::erase_if(ledger->second.held,
                              [&](const HeldBack& h) { return h.transaction == transaction; });
  if (gone == 0) return std::nullopt;
  return Put(wallet_id, ledger->second);
}

}  // namespace nsl::wallet
