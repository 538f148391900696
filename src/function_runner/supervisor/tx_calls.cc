// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/tx_calls.h"

#include <boost/json.hpp>

#include "base/codec.h"
#include "base/json.h"
#include "function_runner/limits.h"

namespace nsl::function_runner {
namespace {

namespace json = boost::json;
using sandbox::HostOp;

constexpr size_t kMostEffectKey = 128;

// An intent as the SDK sends it.
struct TxIntent {
  std::string wallet;
  std::optional<wallet::TransferIntent> transfer;
  std::optional<wallet::CallIntent> call;
  std::optional<std::string> max_fee;
  std::optional<uint32_t> valid_blocks;
  std::optional<std::string> idempotency_key;
};
BOOST_DESCRIBE_STRUCT(TxIntent, (),
                      (wallet, transfer, call, max_fee, valid_blocks, idempotency_key))

std::unexpected<Error> Invalid(const std::string& what) {
  return Fail(Reason::kRequestInvalid, what);
}

Result<json::value> FirstOf(const std::string& args) {
  NSL_TRY(json::value value, ParseJson(args, {}));
  json::array* array = value.if_array();
  if (array == nullptr || array->empty()) return Invalid("argument 1 is missing");
  return std::move((*array)[0]);
}

TrackRequest ToTrack(const Run& run, const wallet::FunctionSignRequest& asked,
                     wallet::FunctionSignReply by_vault) {
  return {run.project_id,
          run.function_id,
          run.run_id,
          by_vault.wallet_id,
          asked.transfer,
          asked.call,
          std::move(by_vault.signed_tx)};
}

}  // namespace

Result<wallet::FunctionSignRequest> TxCalls::Read(Run& run, const std::string& args) {
  NSL_TRY(json::value first, FirstOf(args));
  NSL_TRY(TxIntent intent, FromJsonValue<TxIntent>(first));
  if (++run.transactions > kTransactionsLimit.standard) {
    return Fail(
        Reason::kQuotaRate,
        "a run sends at most " + std::to_string(kTransactionsLimit.standard) + " transactions");
  }
  wallet::FunctionSignRequest out;
  out.transaction = ids_.Make(kTransactionId);
  out.version = run.version->version_id;
  out.effect = "run " + run.run_id + " " + std::to_string(run.transactions);
  if (intent.idempotency_key) {
    if (intent.idempotency_key->empty() || intent.idempotency_key->size() > kMostEffectKey) {
      return Invalid("idempotencyKey has 1 to " + std::to_string(kMostEffectKey) + " characters");
    }
    out.effect = "key " + *intent.idempotency_key;
  }
  out.wallet = std::move(intent.wallet);
  out.transfer = std::move(intent.transfer);
  out.call = std::move(intent.call);
  out.max_fee = std::move(intent.max_fee);
  out.valid_blocks = intent.valid_blocks;
  return out;
}

void TxCalls::Remember(RunKey key, const wallet::FunctionSignReply& by_vault) {
  Run* run = runs_.Find(key);
  if (run == nullptr) return;
  const wallet::SignedTransaction& tx = by_vault.signed_tx;
  run->signed_transactions.push_back({tx.transaction, by_vault.wallet_id, tx.hash});
}

Task<Result<std::string>> TxCalls::Track(TrackRequest request, rpc::CallContext ctx) {
  auto reply = co_await host_.TrackTransaction(std::move(ctx), std::move(request));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return std::move(reply->json);
}

Task<Result<std::string>> TxCalls::Serve(Run* run, rpc::CallContext ctx, HostOp op,
                                         std::string args) {
  if (op == HostOp::kTxStatus || op == HostOp::kTxWait) {
    NSL_CO_TRY(json::value first, FirstOf(args));
    if (!first.is_string()) co_return Invalid("argument 1 must be the id of a transaction");
    auto reply = co_await host_.TransactionState(
        std::move(ctx), {run->project_id, std::string(first.get_string()), op == HostOp::kTxWait});
    if (!reply) co_return std::unexpected(std::move(reply.error()));
    co_return std::move(reply->json);
  }
  NSL_CO_TRY(wallet::FunctionSignRequest asked, Read(*run, args));
  if (op == HostOp::kTxSimulate) {
    auto simulated = co_await wallets_.SimulateForFunction(std::move(ctx), std::move(asked));
    if (!simulated) co_return std::unexpected(std::move(simulated.error()));
    co_return ToJson(*simulated);
  }
  if (op == HostOp::kTxPropose) {
    std::string out = "{\"id\":";
    AppendJsonString(out, asked.transaction);
    out += ",\"state\":\"proposed\"}";
    run->proposals.push_back(std::move(asked));
    co_return out;
  }
  if (op != HostOp::kTxSend) co_return Fail(Reason::kPlatformUnimplemented, "no such call");
  // The run may be gone when the vault answers: it is looked up again.
  RunKey key = run->key;
  TrackRequest track = ToTrack(*run, asked, {});
  auto by_vault = co_await wallets_.SignForFunction(ctx, asked);
  if (!by_vault) co_return std::unexpected(std::move(by_vault.error()));
  Remember(key, *by_vault);
  track.wallet_id = std::move(by_vault->wallet_id);
  track.signed_tx = std::move(by_vault->signed_tx);
  auto tracked = co_await Track(std::move(track), std::move(ctx));
  co_return tracked;
}

Task<Result<std::vector<TrackRequest>>> TxCalls::SignProposals(Run* run, rpc::CallContext ctx) {
  std::vector<wallet::FunctionSignRequest> asked = std::move(run->proposals);
  run->proposals.clear();
  RunKey key = run->key;
  TrackRequest form = ToTrack(*run, {}, {});
  std::vector<TrackRequest> out;
  for (wallet::FunctionSignRequest& one : asked) {
    auto by_vault = co_await wallets_.SignForFunction(ctx, one);
    if (!by_vault) co_return std::unexpected(std::move(by_vault.error()));
    Remember(key, *by_vault);
    TrackRequest track = form;
    track.transfer = std::move(one.transfer);
    track.call = std::move(one.call);
    track.wallet_id = std::move(by_vault->wallet_id);
    track.signed_tx = std::move(by_vault->signed_tx);
    out.push_back(std::move(track));
  }
  co_return out;
}

Task<Status> TxCalls::HandOver(std::vector<TrackRequest> signed_ones, rpc::CallContext ctx) {
  for (TrackRequest& one : signed_ones) {
    auto tracked = co_await Track(std::move(one), ctx);
    if (!tracked) co_return std::unexpected(std::move(tracked.error()));
  }
  co_return Status();
}

}  // namespace nsl::function_runner
