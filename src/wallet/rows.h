// SPDX-License-Identifier: Apache-2.0
//
// What the wallet room keeps in the sealed store. Names of members are part of the stored form.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "wallet/api.h"

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
};
BOOST_DESCRIBE_STRUCT(WalletRow, (),
                      (id, project_id, name, kind, public_key, sealed_key, principal_id,
                       authorised_by, created_ms))

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

template <class Row>
struct Stored {
  uint64_t version = 0;
  Row row;
};

}  // namespace nsl::wallet
