// SPDX-License-Identifier: Apache-2.0
// The half of NodePool that sends and follows transactions.
#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "chain/node_pool.h"
#include "chain/submit_json.h"
#include "neo/contract_hash.h"

namespace nsl::chain {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr milliseconds kNodeTimeout{5'000};
constexpr int64_t kAlreadyOnChain = -501;
constexpr int64_t kAlreadyInPool = -503;

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

milliseconds Within(const Clock& clock, Deadline deadline) {
  return std::min(kNodeTimeout, milliseconds(deadline.RemainingMs(clock)));
}

// Nodes of before 3.7 say both in words (-500).
bool AlreadyThere(const RpcAnswer& answer) {
  return answer.code == kAlreadyOnChain || answer.code == kAlreadyInPool ||
         answer.message.find("AlreadyExists") != std::string::npos ||
         answer.message.find("AlreadyInPool") != std::string::npos;
}

}  // namespace

Task<Result<TestRun>> NodePool::TestScript(Bytes script, std::string account, Deadline deadline) {
  std::string params = "[" + Quoted(ToBase64(script)) + R"(,[{"account":)" + Quoted(account) +
                       R"(,"scopes":"CalledByEntry"}]])";
  Result<Answer> answer = co_await Call("invokescript", std::move(params), deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  NSL_CO_TRY(TestRun out, TestRunFromJson(answer->result));
  out.height = answer->node->height;
  co_return out;
}

Task<Result<int64_t>> NodePool::PolicyValue(std::string method, Deadline deadline) {
  Result<Answer> answer =
      co_await Invoke(neo::FindNative("PolicyContract")->hash, std::move(method), "[]", deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  co_return TopInteger(answer->result);
}

Task<Result<FeePolicy>> NodePool::Policy(Deadline deadline) {
  FeePolicy out;
  Result<int64_t> per_byte = co_await PolicyValue("getFeePerByte", deadline);
  if (!per_byte) co_return std::unexpected(std::move(per_byte.error()));
  out.fee_per_byte = *per_byte;
  // Networks since the Faun hard fork have the finer factor; before there is no such method.
  Result<int64_t> factor = co_await PolicyValue("getExecPicoFeeFactor", deadline);
  if (!factor && factor.error().reason == Reason::kChainFault) {
    factor = co_await PolicyValue("getExecFeeFactor", deadline);
    if (factor && *factor > INT32_MAX) factor = Fail(Reason::kChainUnavailable, "absurd factor");
    if (factor) *factor *= 10'000;
  }
  if (!factor) co_return std::unexpected(std::move(factor.error()));
  out.exec_factor = *factor;
  Result<Answer> version = co_await Call("getversion", "[]", deadline);
  if (!version) co_return std::unexpected(std::move(version.error()));
  const json::object* fields = version->result.if_object();
  const json::value* protocol = fields ? fields->if_contains("protocol") : nullptr;
  const json::object* values = protocol ? protocol->if_object() : nullptr;
  NSL_CO_TRY(int64_t blocks,
             Count(values ? values->if_contains("maxvaliduntilblockincrement") : nullptr));
  out.max_valid_blocks = static_cast<uint32_t>(std::min<int64_t>(blocks, INT32_MAX));
  co_return out;
}

Task<Result<int64_t>> NodePool::NetworkFee(Bytes transaction, Deadline deadline) {
  Result<Answer> answer =
      co_await Call("calculatenetworkfee", "[" + Quoted(ToBase64(transaction)) + "]", deadline);
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const json::object* object = answer->result.if_object();
  co_return Count(object ? object->if_contains("networkfee") : nullptr);
}

Task<Result<std::string>> NodePool::ContractManifest(std::string contract, Deadline deadline) {
  Result<Answer> answer = co_await Call("getcontractstate", "[" + Quoted(contract) + "]", deadline);
  if (!answer && answer.error().reason == Reason::kChainUnknown) co_return std::string();
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  const json::object* state = answer->result.if_object();
  const json::value* manifest = state ? state->if_contains("manifest") : nullptr;
  if (manifest == nullptr || !manifest->is_object()) {
    co_return Fail(Reason::kChainUnavailable, "the node's answer has no manifest");
  }
  co_return json::serialize(*manifest);
}

Task<std::vector<NodeVerdict>> NodePool::Broadcast(Bytes transaction, Deadline deadline) {
  std::string params = "[" + Quoted(ToBase64(transaction)) + "]";
  std::vector<NodeVerdict> out;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node* node = &nodes_[i];
    if (!Usable(*node)) continue;
    milliseconds timeout = Within(env_.clock, deadline);
    if (timeout.count() == 0) break;
    Result<RpcAnswer> answer = co_await Ask(node, "sendrawtransaction", params, timeout);
    NodeVerdict verdict{node->url, false, {}};
    if (!answer) {
      verdict.detail = answer.error().detail;
      Failed(*node, answer.error());
    } else if (answer->refused) {
      verdict.taken = AlreadyThere(*answer);
      verdict.detail = answer->message + " (" + std::to_string(answer->code) + ")";
    } else {
      verdict.taken = true;
    }
    out.push_back(std::move(verdict));
  }
  co_return out;
}

Task<Result<std::optional<LandedTransaction>>> NodePool::FindAt(Node* node, std::string hash,
                                                                Deadline deadline) {
  std::string params = "[" + Quoted(hash) + "]";
  Result<RpcAnswer> log =
      co_await Ask(node, "getapplicationlog", params, Within(env_.clock, deadline));
  if (!log) co_return std::unexpected(std::move(log.error()));
  if (log->refused) {
    RpcRefusal refusal = MapRpcRefusal(log->code, log->message);
    if (refusal.error.reason == Reason::kChainUnknown) co_return std::nullopt;
    co_return std::unexpected(std::move(refusal.error));
  }
  NSL_CO_TRY(LandedTransaction landed, LogFromJson(log->result, hash));
  Result<RpcAnswer> height =
      co_await Ask(node, "gettransactionheight", params, Within(env_.clock, deadline));
  if (!height) co_return std::unexpected(std::move(height.error()));
  if (height->refused)
    co_return Fail(Reason::kChainUnavailable, "the node has a log and no height");
  NSL_CO_TRY(int64_t index, Count(&height->result));
  if (index > UINT32_MAX) co_return Fail(Reason::kChainUnavailable, "the node's height is none");
  landed.block = static_cast<uint32_t>(index);
  Result<RpcAnswer> block = co_await Ask(node, "getblock", "[" + std::to_string(index) + ",true]",
                                         Within(env_.clock, deadline));
  if (!block) co_return std::unexpected(std::move(block.error()));
  if (block->refused) co_return Fail(Reason::kChainUnavailable, "the node has no such block");
  NSL_CO_TRY_VOID(BlockHolds(block->result, landed.block, hash));
  co_return std::optional(std::move(landed));
}

Task<Result<Standing>> NodePool::Find(std::string hash, Deadline deadline) {
  Standing out;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Node* node = &nodes_[i];
    if (!Usable(*node)) continue;
    // Of before the question, so that an unknown transaction is unknown up to this block at least.
    uint32_t height = node->height;
    auto found = co_await FindAt(node, hash, deadline);
    if (!found) {
      out.incomplete = true;
      env_.log.Warn("transaction_not_read", {{"url", node->url}, {"detail", found.error().detail}});
      continue;
    }
    if (!*found) {
      out.height = out.unknown == 0 ? height : std::min(out.height, height);
      ++out.unknown;
      continue;
    }
    if (out.landed &&
        (out.landed->vm_state != (*found)->vm_state || out.landed->block != (*found)->block)) {
      co_return Fail(Reason::kChainUnavailable, "the nodes disagree about " + hash + ": " +
                                                    node->url + " says " + (*found)->vm_state +
                                                    " in block " + std::to_string((*found)->block));
    }
    if (!out.landed) out.landed = std::move(**found);
  }
  co_return out;
}

}  // namespace nsl::chain
