// SPDX-License-Identifier: Apache-2.0
//
// Wallets and transactions: the interfaces of the vault's wallet room and of the host's service
// that lands what the vault signed.
//
// Amounts and fees are whole smallest units in decimal strings (GAS: datoshi). A script hash is
// "0x" and 40 digits; an address is accepted wherever a script hash is.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "rpc/method.h"

namespace nsl::wallet {

using rpc::CallContext;

// --- Wallets ------------------------------------------------------------------------------------

struct Wallet {
  std::string id;
  std::string project_id;
  std::string name;
  // "project": a random key made in the vault.
  std::string kind;
  std::string address;
  std::string script_hash;
  // Compressed, 66 hexadecimal digits.
  std::string public_key;
  // How the request that made it was proved.
  std::string authorised_by;
  std::string created_at;
  int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Wallet, (),
                      (id, project_id, name, kind, address, script_hash, public_key, authorised_by,
                       created_at, version))

struct CreateWalletRequest {
  std::string project;
  // 1 to 64 of a-z 0-9 - _, unique in the project.
  std::string name;
};
BOOST_DESCRIBE_STRUCT(CreateWalletRequest, (), (project, name))
struct WalletListRequest {
  std::string project;
};
BOOST_DESCRIBE_STRUCT(WalletListRequest, (), (project))
struct WalletRef {
  std::string wallet;
};
BOOST_DESCRIBE_STRUCT(WalletRef, (), (wallet))
struct WalletList {
  std::vector<Wallet> items;
};
BOOST_DESCRIBE_STRUCT(WalletList, (), (items))

// --- Intents ------------------------------------------------------------------------------------

struct TransferIntent {
  // "GAS", "NEO" or the script hash of a NEP-17 token.
  std::string token;
  // Address or script hash.
  std::string to;
  std::string amount;
};
BOOST_DESCRIBE_STRUCT(TransferIntent, (), (token, to, amount))

inline constexpr uint32_t kValidBlocks = 100;
inline constexpr uint32_t kMostValidBlocks = 5760;
// Datoshi: the most that one transaction pays in fees unless it says otherwise, and the most it can
// say.
inline constexpr int64_t kMaxFee = 100'000'000;
inline constexpr int64_t kMostMaxFee = 1'000'000'000;

// What the host asks the vault to sign; the vault builds script and transaction from it.
struct SignRequest {
  // tx_…, chosen by the host.
  std::string transaction;
  std::string project;
  std::string wallet;
  TransferIntent transfer;
  std::optional<std::string> max_fee;
  std::optional<uint32_t> valid_blocks;
};
BOOST_DESCRIBE_STRUCT(SignRequest, (),
                      (transaction, project, wallet, transfer, max_fee, valid_blocks))

struct SignedTransaction {
  // That of the effect: another one than was asked when the Idempotency-Key was used before.
  std::string transaction;
  // 0x…
  std::string hash;
  Bytes raw;
  std::string sender;
  std::string token_hash;
  std::string to;
  std::string amount;
  std::string system_fee;
  std::string network_fee;
  uint32_t valid_until_block = 0;
  // Where the vault had height, fees and balances from: "host".
  std::string evidence;
  std::string authorised_by;
  int64_t simulated_ms = 0;
  int64_t signed_ms = 0;
};
BOOST_DESCRIBE_STRUCT(SignedTransaction, (),
                      (transaction, hash, raw, sender, token_hash, to, amount, system_fee,
                       network_fee, valid_until_block, evidence, authorised_by, simulated_ms,
                       signed_ms))
struct SignedRef {
  std::string transaction;
};
BOOST_DESCRIBE_STRUCT(SignedRef, (), (transaction))

// Served by the vault to the host and, where a row has a path, to HTTP clients.
struct WalletApi {
  virtual ~WalletApi() = default;
  virtual Task<Result<Wallet>> Create(CallContext, CreateWalletRequest) = 0;
  virtual Task<Result<WalletList>> List(CallContext, WalletListRequest) = 0;
  virtual Task<Result<Wallet>> Get(CallContext, WalletRef) = 0;
  // Builds, simulates and signs. The effect is durable before the bytes come back; the same effect
  // key (Idempotency-Key, else the transaction id) gives the same bytes again.
  virtual Task<Result<SignedTransaction>> Sign(CallContext, SignRequest) = 0;
  // What was signed under this id before; not_found when nothing was. Needs no credential: the
  // bytes were released to this host.
  virtual Task<Result<SignedTransaction>> FindSigned(CallContext, SignedRef) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&WalletApi::Create>{.number = 700,
                                      .name = "wallets.create",
                                      .verb = "POST",
                                      .path = "/v1/projects/{project}/wallets",
                                      .signature = rpc::Signature::kRequired,
                                      .scope = "wallets:write",
                                      .success = 201,
                                      .summary = "Make a wallet; its key never leaves the vault"},
      rpc::Method<&WalletApi::List>{.number = 701,
                                    .name = "wallets.list",
                                    .verb = "GET",
                                    .path = "/v1/projects/{project}/wallets",
                                    .scope = "wallets:read",
                                    .idempotent = true,
                                    .summary = "Wallets of a project"},
      rpc::Method<&WalletApi::Get>{.number = 702,
                                   .name = "wallets.get",
                                   .verb = "GET",
                                   .path = "/v1/wallets/{wallet}",
                                   .scope = "wallets:read",
                                   .idempotent = true,
                                   .summary = "One wallet"},
      rpc::Method<&WalletApi::Sign>{.number = 710, .name = "wallet.sign"},
      rpc::Method<&WalletApi::FindSigned>{
          .number = 711, .name = "wallet.find_signed", .idempotent = true},
  };
};

// --- What the vault asks about the chain --------------------------------------------------------

struct SimulateRequest {
  Bytes script;
  // 0x…; signs with CalledByEntry.
  std::string account;
  // 0x… of the token that is moved.
  std::string token;
};
BOOST_DESCRIBE_STRUCT(SimulateRequest, (), (script, account, token))
// All as some node says it. Nothing here is believed further than its bounds.
struct SimulateReply {
  uint32_t magic = 0;
  // Index of the newest block.
  uint32_t height = 0;
  // The script that was run.
  Bytes script;
  // "HALT", "FAULT"
  std::string state;
  std::string exception;
  // Datoshi.
  int64_t gas_consumed = 0;
  int64_t fee_per_byte = 0;
  // In 1/10000 datoshi.
  int64_t exec_factor = 0;
  uint32_t max_valid_blocks = 0;
  std::string gas_balance;
  std::string token_balance;
};
BOOST_DESCRIBE_STRUCT(SimulateReply, (),
                      (magic, height, script, state, exception, gas_consumed, fee_per_byte,
                       exec_factor, max_valid_blocks, gas_balance, token_balance))
struct NetworkFeeRequest {
  Bytes transaction;
};
BOOST_DESCRIBE_STRUCT(NetworkFeeRequest, (), (transaction))
struct NetworkFeeReply {
  int64_t network_fee = 0;
};
BOOST_DESCRIBE_STRUCT(NetworkFeeReply, (), (network_fee))

// The seam for chain facts. The -dev vault has it from the host (evidence "host"); a vault that
// asks nodes over its own TLS implements the same interface.
struct ChainFactsApi {
  virtual ~ChainFactsApi() = default;
  virtual Task<Result<SimulateReply>> Simulate(CallContext, SimulateRequest) = 0;
  virtual Task<Result<NetworkFeeReply>> NetworkFee(CallContext, NetworkFeeRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&ChainFactsApi::Simulate>{
          .number = 750, .name = "chain_facts.simulate", .idempotent = true, .deadline_ms = 8'000},
      rpc::Method<&ChainFactsApi::NetworkFee>{.number = 751,
                                              .name = "chain_facts.network_fee",
                                              .idempotent = true,
                                              .deadline_ms = 8'000},
  };
};

}  // namespace nsl::wallet
