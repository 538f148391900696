// SPDX-License-Identifier: Apache-2.0
//
// Transactions as HTTP clients see them: an intent, its states up to exactly one terminal one.
//
//   received -> simulated -> signed -> broadcast -> confirmed | expired | cancelled
//   received -> rejected                            (nothing was signed)
//
// A transaction that was signed can end on chain until its last valid block has passed, whatever a
// node says of it; so it is never "rejected", and it is "expired" only after that block. It is
// "cancelled" when the transaction that conflicts with it is in a block, and not before.
#pragma once

#include "wallet/api.h"

namespace nsl::wallet {

struct StateStep {
  std::string state;
  std::string at;
};
BOOST_DESCRIBE_STRUCT(StateStep, (), (state, at))

// One of the transactions that were signed for an intent; a chain takes at most one of them.
struct Attempt {
  // "intent", "cancel"
  std::string kind;
  // tx_… under which the vault keeps it; that of the intent itself for the first.
  std::string id;
  // 0x…
  std::string hash;
  std::string network_fee;
  uint32_t valid_until_block = 0;
};
BOOST_DESCRIBE_STRUCT(Attempt, (), (kind, id, hash, network_fee, valid_until_block))

struct Transaction {
  std::string id;
  std::string project_id;
  std::string wallet_id;
  std::string state;
  // True only for confirmed with HALT and, where one was asked for, the transfer among the
  // notifications.
  bool succeeded = false;
  // One of the two.
  std::optional<TransferIntent> transfer;
  std::optional<CallIntent> call;
  std::string authorised_by;
  // pol_… or the name of the built-in rule that allowed it; empty until it was signed.
  std::string policy;
  // Who vouches for what is said about the chain: "host".
  std::string evidence;
  std::vector<StateStep> states;
  std::optional<std::string> hash;
  std::optional<std::string> sender;
  std::optional<std::string> system_fee;
  std::optional<std::string> network_fee;
  std::optional<uint32_t> valid_until_block;
  std::optional<uint32_t> block;
  // HALT or FAULT.
  std::optional<std::string> vm_state;
  std::optional<std::string> exception;
  // Dotted reason of a rejected one.
  std::optional<std::string> reason;
  std::optional<std::string> detail;
  // Of a transaction that a function sent.
  std::optional<std::string> function_id;
  std::optional<std::string> run_id;
  std::string created_at;
  // All that was signed for it, in the order of signing.
  std::vector<Attempt> attempts;
  static constexpr std::string_view kDefaulted[] = {"attempts"};
};
BOOST_DESCRIBE_STRUCT(Transaction, (),
                      (id, project_id, wallet_id, state, succeeded, transfer, call, authorised_by,
                       policy, evidence, states, hash, sender, system_fee, network_fee,
                       valid_until_block, block, vm_state, exception, reason, detail, function_id,
                       run_id, created_at, attempts))

struct SubmitRequest {
  std::string project;
  std::string wallet;
  // One of transfer and call.
  std::optional<TransferIntent> transfer;
  // Datoshi, at most this much for system and network fee together.
  std::optional<std::string> max_fee;
  std::optional<uint32_t> valid_blocks;
  std::optional<CallIntent> call;
};
BOOST_DESCRIBE_STRUCT(SubmitRequest, (), (project, wallet, transfer, max_fee, valid_blocks, call))
struct TransactionRef {
  std::string transaction;
};
BOOST_DESCRIBE_STRUCT(TransactionRef, (), (transaction))
struct TransactionListRequest {
  std::string project;
  std::optional<std::string> cursor;
  std::optional<uint32_t> limit;
};
BOOST_DESCRIBE_STRUCT(TransactionListRequest, (), (project, cursor, limit))
struct TransactionList {
  std::vector<Transaction> items;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(TransactionList, (), (items, cursor))

struct TokenBalance {
  std::string token;
  std::string symbol;
  uint32_t decimals = 0;
  std::string amount;
};
BOOST_DESCRIBE_STRUCT(TokenBalance, (), (token, symbol, decimals, amount))
struct BalancesRequest {
  std::string wallet;
  // Besides NEO and GAS: the script hash of a token.
  std::optional<std::string> token;
};
BOOST_DESCRIBE_STRUCT(BalancesRequest, (), (wallet, token))
struct Balances {
  std::string wallet_id;
  std::string address;
  uint32_t height = 0;
  std::string evidence;
  std::vector<TokenBalance> items;
};
BOOST_DESCRIBE_STRUCT(Balances, (), (wallet_id, address, height, evidence, items))

// Served by the host.
struct TransactionsApi {
  virtual ~TransactionsApi() = default;
  virtual Task<Result<Transaction>> Submit(CallContext, SubmitRequest) = 0;
  virtual Task<Result<TransactionList>> List(CallContext, TransactionListRequest) = 0;
  virtual Task<Result<Transaction>> Get(CallContext, TransactionRef) = 0;
  // Stops a transaction that is on its way; both have the same last valid block. The answer is the
  // transaction as it stands; which of the two lands is seen at its end. wallet.transaction_ended
  // when it has ended, request.in_progress before it was signed.
  virtual Task<Result<Transaction>> Cancel(CallContext, TransactionRef) = 0;
  virtual Task<Result<Balances>> GetBalances(CallContext, BalancesRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&TransactionsApi::Submit>{
          .number = 720,
          .name = "transactions.create",
          .verb = "POST",
          .path = "/v1/projects/{project}/transactions",
          .signature = rpc::Signature::kRequired,
          .scope = "wallets:send",
          .deadline_ms = 30'000,
          .success = 202,
          .summary = "Simulate, sign and send a transfer or a call; follow it by its id"},
      rpc::Method<&TransactionsApi::List>{.number = 721,
                                          .name = "transactions.list",
                                          .verb = "GET",
                                          .path = "/v1/projects/{project}/transactions",
                                          .scope = "wallets:read",
                                          .idempotent = true,
                                          .summary = "Transactions of a project, newest first"},
      rpc::Method<&TransactionsApi::Get>{.number = 722,
                                         .name = "transactions.get",
                                         .verb = "GET",
                                         .path = "/v1/transactions/{transaction}",
                                         .scope = "wallets:read",
                                         .idempotent = true,
                                         .summary = "One transaction and its states"},
      rpc::Method<&TransactionsApi::Cancel>{
          .number = 724,
          .name = "transactions.cancel",
          .verb = "POST",
          .path = "/v1/transactions/{transaction}:cancel",
          .signature = rpc::Signature::kRequired,
          .scope = "wallets:send",
          .deadline_ms = 30'000,
          .success = 202,
          .summary = "Sign and send a transaction that conflicts with it and does nothing"},
      rpc::Method<&TransactionsApi::GetBalances>{.number = 723,
                                                 .name = "wallets.balances",
                                                 .verb = "GET",
                                                 .path = "/v1/wallets/{wallet}/balances",
                                                 .scope = "wallets:read",
                                                 .idempotent = true,
                                                 .summary = "NEO, GAS and one more token"},
  };
};

}  // namespace nsl::wallet
