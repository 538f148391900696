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
#include "wallet/intent_api.h"

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
  // Datoshi: the most that all transactions of 24 hours pay in fees.
  std::string daily_fee;
  // How the request that made it was proved.
  std::string authorised_by;
  std::string created_at;
  int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Wallet, (),
                      (id, project_id, name, kind, address, script_hash, public_key, daily_fee,
                       authorised_by, created_at, version))

struct CreateWalletRequest {
  std::string project;
  // 1 to 64 of a-z 0-9 - _, unique in the project.
  std::string name;
  // Datoshi: the most that all transactions of 24 hours pay in fees; kDailyFee when absent.
  std::optional<std::string> daily_fee;
};
BOOST_DESCRIBE_STRUCT(CreateWalletRequest, (), (project, name, daily_fee))
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

// --- Signing ------------------------------------------------------------------------------------

// What the host asks the vault to sign; the vault builds script and transaction from it.
struct SignRequest {
  // tx_…, chosen by the host.
  std::string transaction;
  std::string project;
  std::string wallet;
  std::optional<TransferIntent> transfer;
  std::optional<std::string> max_fee;
  std::optional<uint32_t> valid_blocks;
  std::optional<CallIntent> call;
};
BOOST_DESCRIBE_STRUCT(SignRequest, (),
                      (transaction, project, wallet, transfer, max_fee, valid_blocks, call))

struct SignedTransaction {
  // That of the effect: another one than was asked when the Idempotency-Key was used before.
  std::string transaction;
  // 0x…
  std::string hash;
  Bytes raw;
  std::string sender;
  // 0x… of the contract that is called: the token of a transfer.
  std::string contract;
  std::string method;
  // What must be among the notifications; empty when no transfer was asked for.
  std::string to;
  std::string amount;
  std::string system_fee;
  std::string network_fee;
  uint32_t valid_until_block = 0;
  // Where the vault had height, fees and balances from: "host".
  std::string evidence;
  std::string authorised_by;
  // pol_… or the name of the built-in rule that allowed it.
  std::string policy;
  int64_t simulated_ms = 0;
  int64_t signed_ms = 0;
};
BOOST_DESCRIBE_STRUCT(SignedTransaction, (),
                      (transaction, hash, raw, sender, contract, method, to, amount, system_fee,
                       network_fee, valid_until_block, evidence, authorised_by, policy,
                       simulated_ms, signed_ms))
struct SignMessageRequest {
  std::string wallet;
  // 1 to 16,384 printable ASCII characters, tabs and line ends.
  std::string text;
};
BOOST_DESCRIBE_STRUCT(SignMessageRequest, (), (wallet, text))
struct SignedMessage {
  // "classic": 010001f0 varbytes(salt text) 0000, which is no transaction and never 36 bytes long.
  std::string layout;
  // 32 hexadecimal digits that the vault drew; signed as text, before `text`.
  std::string salt;
  std::string address;
  // Compressed, 66 hexadecimal digits.
  std::string public_key;
  // r || s, 128 hexadecimal digits.
  std::string signature;
};
BOOST_DESCRIBE_STRUCT(SignedMessage, (), (layout, salt, address, public_key, signature))

struct SimulateIntentRequest {
  std::string project;
  std::string wallet;
  // One of transfer and call.
  std::optional<TransferIntent> transfer;
  std::optional<std::string> max_fee;
  std::optional<uint32_t> valid_blocks;
  std::optional<CallIntent> call;
};
BOOST_DESCRIBE_STRUCT(SimulateIntentRequest, (),
                      (project, wallet, transfer, max_fee, valid_blocks, call))
// What sending would come to now. Nothing was signed, reserved or counted.
struct Simulation {
  // "HALT": what does not is refused with chain.simulation, as sending it would be.
  std::string vm_state;
  // Datoshi.
  std::string system_fee;
  std::string network_fee;
  // Whether a rule allows it with these fees, which one decided, and why.
  bool allowed = false;
  std::string policy;
  std::string because;
  std::string evidence;
};
BOOST_DESCRIBE_STRUCT(Simulation, (),
                      (vm_state, system_fee, network_fee, allowed, policy, because, evidence))

struct SignedRef {
  std::string transaction;
};
BOOST_DESCRIBE_STRUCT(SignedRef, (), (transaction))

struct CancelSignRequest {
  // tx_…, chosen by the host for the cancelling transaction.
  std::string transaction;
  // tx_… that was signed before.
  std::string cancels;
};
BOOST_DESCRIBE_STRUCT(CancelSignRequest, (), (transaction, cancels))

// Served by the vault to the host and, where a row has a path, to HTTP clients.
struct WalletApi {
  virtual ~WalletApi() = default;
  virtual Task<Result<Wallet>> Create(CallContext, CreateWalletRequest) = 0;
  virtual Task<Result<WalletList>> List(CallContext, WalletListRequest) = 0;
  virtual Task<Result<Wallet>> Get(CallContext, WalletRef) = 0;
  // Builds, simulates and signs. The effect is durable before the bytes come back; the same effect
  // key (Idempotency-Key, else the transaction id) gives the same bytes again.
  virtual Task<Result<SignedTransaction>> Sign(CallContext, SignRequest) = 0;
  // Signs a text for people and programs that know wallets; it can never be a transaction.
  virtual Task<Result<SignedMessage>> SignMessage(CallContext, SignMessageRequest) = 0;
  // The same test run, fees and rules as Sign, for whoever may read the project.
  virtual Task<Result<Simulation>> Simulate(CallContext, SimulateIntentRequest) = 0;
  // Builds and signs a transaction of the same wallet that does nothing and conflicts with the one
  // that was signed before (attribute Conflicts), for a network fee above that one's: of the two a
  // chain takes at most one, and neither after their common last valid block. There is one for each
  // transaction: asked again, the same bytes come back. wallet.transaction_ended when the chain is
  // past that block.
  virtual Task<Result<SignedTransaction>> Cancel(CallContext, CancelSignRequest) = 0;
  // The transaction landed or expired, says the host: what it holds back of the balance is free.
  virtual Task<Result<rpc::Empty>> Settle(CallContext, SignedRef) = 0;
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
      rpc::Method<&WalletApi::SignMessage>{.number = 715,
                                           .name = "wallets.sign_message",
                                           .verb = "POST",
                                           .path = "/v1/wallets/{wallet}:sign-message",
                                           .signature = rpc::Signature::kRequired,
                                           .scope = "wallets:send",
                                           .summary = "Sign a text in the classic layout"},
      rpc::Method<&WalletApi::Simulate>{
          .number = 714,
          .name = "transactions.simulate",
          .verb = "POST",
          .path = "/v1/projects/{project}/transactions:simulate",
          .scope = "wallets:read",
          .idempotent = true,
          .deadline_ms = 20'000,
          .summary = "Fees, outcome and deciding rule of a transfer or a call, without sending it"},
      rpc::Method<&WalletApi::Cancel>{.number = 713, .name = "wallet.cancel"},
      rpc::Method<&WalletApi::Settle>{.number = 712, .name = "wallet.settle", .idempotent = true},
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

struct ContractRequest {
  // 0x…
  std::string contract;
};
BOOST_DESCRIBE_STRUCT(ContractRequest, (), (contract))
struct ContractReply {
  // JSON of the manifest; empty when there is no such contract.
  std::string manifest;
};
BOOST_DESCRIBE_STRUCT(ContractReply, (), (manifest))

// The seam for chain facts. The -dev vault has it from the host (evidence "host"); a vault that
// asks nodes over its own TLS implements the same interface.
struct ChainFactsApi {
  virtual ~ChainFactsApi() = default;
  virtual Task<Result<SimulateReply>> Simulate(CallContext, SimulateRequest) = 0;
  virtual Task<Result<NetworkFeeReply>> NetworkFee(CallContext, NetworkFeeRequest) = 0;
  virtual Task<Result<ContractReply>> Contract(CallContext, ContractRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&ChainFactsApi::Simulate>{
          .number = 750, .name = "chain_facts.simulate", .idempotent = true, .deadline_ms = 8'000},
      rpc::Method<&ChainFactsApi::NetworkFee>{.number = 751,
                                              .name = "chain_facts.network_fee",
                                              .idempotent = true,
                                              .deadline_ms = 8'000},
      rpc::Method<&ChainFactsApi::Contract>{
          .number = 752, .name = "chain_facts.contract", .idempotent = true, .deadline_ms = 8'000},
  };
};

}  // namespace nsl::wallet
