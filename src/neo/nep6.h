// SPDX-License-Identifier: Apache-2.0
//
// NEP-6: the wallet file of Neo N3, JSON with encrypted keys (nep2.h) and the accounts' scripts.
//
// Guarantee: strict. An account's address is the hash of its script, no account comes twice, a key
// has the form of NEP-2, a standard script has as many parameters as it asks for signatures, and an
// unknown member is refused, so that nothing is lost between reading and writing. A wallet file of
// Neo 2, which looks alike, is named as such. What is written reads back. No secret of its own: the
// keys stay encrypted. Thread-safe. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/kdf.h"
#include "neo/script_hash.h"

namespace nsl::neo {

inline constexpr size_t kMaxWalletFileBytes = size_t{1} << 20;

struct WalletParameter {
  std::string name;
  // As in a contract's manifest: "Signature", "Hash160", ...
  std::string type;
};

struct WalletContract {
  // Of a deployed contract it may be missing.
  Bytes script{};
  std::vector<WalletParameter> parameters{};
  // True for an account that is a contract on the chain, not a script of its own.
  bool deployed = false;
};

struct WalletAccount {
  ScriptHash account;
  std::optional<std::string> label{};
  bool is_default = false;
  bool lock = false;
  // Nothing for an account that is only watched.
  std::optional<std::string> nep2{};
  std::optional<WalletContract> contract{};
  // Any JSON; empty is null.
  std::string extra{};
};

struct WalletFile {
  std::optional<std::string> name{};
  crypto::ScryptParams scrypt{};
  std::vector<WalletAccount> accounts{};
  // Any JSON; empty is null.
  std::string extra{};
};

// chain.invalid with the JSON pointer of the first member that does not fit.
Result<WalletFile> ParseNep6(std::string_view text);

// chain.invalid for a wallet that ParseNep6 would refuse.
Result<std::string> WriteNep6(const WalletFile& wallet);

// The account of a key as other wallets write it, with the key encrypted as `nep2`.
WalletAccount StandardWalletAccount(ByteView single_key_script, std::string nep2);

}  // namespace nsl::neo
