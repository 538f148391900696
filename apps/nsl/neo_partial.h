// SPDX-License-Identifier: Apache-2.0
//
// A transaction on its way to its signatures, in the file that other wallets of Neo exchange
// (ContractParametersContext): the transaction, and per account its script and what was signed.
//
// Guarantee: strict. The hash is that of the transaction, each script that of one of its signers,
// and every signature was verified by its key for this transaction and network, whoever handed the
// file over. No secret. A value; thread-safe. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <vector>

#include "neo/signing.h"
#include "neo/transaction.h"

namespace nsl::cli {

struct PartialItem {
  // The verification script of a standard account.
  Bytes script;
  std::vector<neo::KeySignature> signatures;
};

class Partial {
 public:
  // `tx` has no witnesses.
  Partial(neo::Transaction tx, uint32_t network);
  // chain.invalid with the JSON pointer of what is wrong.
  static Result<Partial> FromJson(const boost::json::value& json);
  boost::json::value ToJson() const;

  const neo::Transaction& tx() const { return tx_; }
  const neo::Uint256& id() const { return id_; }
  uint32_t network() const { return network_; }

  // Names the script of one of the signers.
  Status AddScript(ByteView script);
  // Signs for every signer whose script asks for the key, the key's own account among them;
  // chain.invalid when there is none.
  Status Sign(const crypto::P256PrivateKey& key);
  // Takes over what another file of the same transaction has.
  Status Merge(const Partial& other);

  // "N… needs 1 of 2 signatures": one line per signer that is not done.
  std::vector<std::string> Missing() const;
  // Once nothing is missing.
  Result<neo::Transaction> Complete() const;

 private:
  Status AddSignature(const neo::ScriptHash& account, const neo::KeySignature& signature);
  Status ReadItem(const std::string& name, const boost::json::value& json);

  neo::Transaction tx_;
  neo::Uint256 id_;
  uint32_t network_;
  std::map<neo::ScriptHash, PartialItem> items_;
};

}  // namespace nsl::cli
