// SPDX-License-Identifier: Apache-2.0
//
// What the wallet room keeps in the sealed store. Names of members are part of the stored form.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "wallet/api.h"
#include "wallet/policy_api.h"

namespace nsl::wallet {

// Key: wallet id.
struct WalletRow {
  static constexpr std::string_view kTable = "wallet";
  std::string id;
  std::string project_id;
  std::string name;
  std::string kind;
  // 33 bytes.
  Bytes public_key;
  // The scalar, sealed once more below the record: what the store caches in plain memory is no key.
  Bytes sealed_key;
  std::string principal_id;
  std::string authorised_by;
  int64_t created_ms = 0;
  // Datoshi.
  int64_t daily_fee = kDailyFee;
  static constexpr std::string_view kDefaulted[] = {"daily_fee"};
};
BOOST_DESCRIBE_STRUCT(WalletRow, (),
                      (id, project_id, name, kind, public_key, sealed_key, principal_id,
                       authorised_by, created_ms, daily_fee))

struct WalletName {
  std::string id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(WalletName, (), (id, name))

// Key: project id. Limit and unique names are decided on this one row.
struct ProjectWalletsRow {
  static constexpr std::string_view kTable = "project_wallets";
  std::vector<WalletName> wallets;
};
BOOST_DESCRIBE_STRUCT(ProjectWalletsRow, (), (wallets))

// Key: effect key in hexadecimal.
struct EffectRow {
  static constexpr std::string_view kTable = "effect";
  std::string project_id;
  std::string wallet_id;
  Bytes intent_hash;
  std::string principal_id;
  SignedTransaction signed_tx;
};
BOOST_DESCRIBE_STRUCT(EffectRow, (), (project_id, wallet_id, intent_hash, principal_id, signed_tx))

// Key: transaction id.
struct EffectOfRow {
  static constexpr std::string_view kTable = "effect_of";
  std::string effect_key;
};
BOOST_DESCRIBE_STRUCT(EffectOfRow, (), (effect_key))

// Key: policy id.
struct PolicyRow {
  static constexpr std::string_view kTable = "policy";
  std::string id;
  std::string project_id;
  std::string name;
  // As it was asked for; hashes in place of names and addresses.
  PolicyRule rule;
  std::string principal_id;
  std::string authorised_by;
  int64_t created_ms = 0;
  int64_t version = 1;
  static constexpr std::string_view kDefaulted[] = {"version"};
};
BOOST_DESCRIBE_STRUCT(PolicyRow, (),
                      (id, project_id, name, rule, principal_id, authorised_by, created_ms,
                       version))

// Key: project id. In the order of making.
struct ProjectPoliciesRow {
  static constexpr std::string_view kTable = "project_policies";
  std::vector<std::string> policies;
};
BOOST_DESCRIBE_STRUCT(ProjectPoliciesRow, (), (policies))

struct SpendSlice {
  int64_t start_ms = 0;
  std::string amount;
  int64_t fee = 0;
  uint32_t count = 0;
};
BOOST_DESCRIBE_STRUCT(SpendSlice, (), (start_ms, amount, fee, count))
struct SpendWindow {
  uint32_t seconds = 0;
  std::vector<SpendSlice> slices;
};
BOOST_DESCRIBE_STRUCT(SpendWindow, (), (seconds, slices))

// Key: policy id. One window for each of its limits.
struct PolicySpendRow {
  static constexpr std::string_view kTable = "policy_spend";
  std::vector<SpendWindow> windows;
};
BOOST_DESCRIBE_STRUCT(PolicySpendRow, (), (windows))

// What a transaction on its way holds back of its sender's balance.
struct HeldBack {
  std::string transaction;
  // Datoshi: the fees, and the GAS that it moves.
  int64_t fee = 0;
  std::string gas;
  uint32_t valid_until_block = 0;
};
BOOST_DESCRIBE_STRUCT(HeldBack, (), (transaction, fee, gas, valid_until_block))

// Key: wallet id.
struct LedgerRow {
  static constexpr std::string_view kTable = "wallet_ledger";
  std::vector<HeldBack> held;
  // Fees of 24 hours.
  SpendWindow day;
};
BOOST_DESCRIBE_STRUCT(LedgerRow, (), (held, day))

template <class Row>
struct Stored {
  uint64_t version = 0;
  Row row;
};

}  // namespace nsl::wallet
