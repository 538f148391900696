// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/host_calls.h"

#include <boost/json.hpp>

#include "base/log.h"
#include "function_runner/limits.h"

namespace nsl::function_runner {
namespace {

namespace json = boost::json;
using sandbox::HostOp;

bool IsTx(HostOp op) { return op >= HostOp::kTxSend; }
bool IsChain(HostOp op) { return op >= HostOp::kChainHeight && !IsTx(op); }

// Arguments are always a JSON array; what it holds is checked one by one.
class Args {
 public:
  explicit Args(std::string_view text) {
    boost::system::error_code failed;
    json::parse_options options;
    options.max_depth = 32;
    json::value value = json::parse(text, failed, {}, options);
    if (!failed && value.is_array()) array_ = std::move(value.get_array());
  }
  std::string Text(size_t i) {
    if (i < array_.size() && array_[i].is_string()) return std::string(array_[i].get_string());
    Complain(i, "a string");
    return {};
  }
  std::string TextOr(size_t i, std::string fallback) {
    if (Missing(i)) return fallback;
    return Text(i);
  }
  int64_t IntOr(size_t i, int64_t fallback) {
    if (Missing(i)) return fallback;
    if (array_[i].is_int64()) return array_[i].get_int64();
    if (array_[i].is_double() &&
        array_[i].get_double() == static_cast<int64_t>(array_[i].get_double())) {
      return static_cast<int64_t>(array_[i].get_double());
    }
    Complain(i, "an integer");
    return 0;
  }
  bool Missing(size_t i) const { return i >= array_.size() || array_[i].is_null(); }
  const json::value* At(size_t i) const { return i < array_.size() ? &array_[i] : nullptr; }
  std::string JsonOf(size_t i) const {
    return i < array_.size() ? json::serialize(array_[i]) : std::string("null");
  }
  const std::string& complaint() const { return complaint_; }

 private:
  void Complain(size_t i, std::string_view what) {
    if (complaint_.empty()) {
      complaint_ = "argument " + std::to_string(i + 1) + " must be " + std::string(what);
    }
  }
  json::array array_;
  std::string complaint_;
};

std::string ValueJson(const std::optional<KvValue>& value) {
  if (!value) return "null";
  return "{\"value\":" + value->json + ",\"version\":" + std::to_string(value->version) + "}";
}

constexpr std::string_view ChainMethod(HostOp op) {
  switch (op) {
    case HostOp::kChainHeight:
      return "height";
    case HostOp::kChainBlock:
      return "block";
    case HostOp::kChainTransaction:
      return "transaction";
    case HostOp::kChainApplicationLog:
      return "applicationLog";
    case HostOp::kChainCall:
      return "call";
    case HostOp::kChainBalanceOf:
      return "balanceOf";
    case HostOp::kChainNetwork:
      return "network";
    default:
      return "";
  }
}

std::unexpected<Error> Invalid(const std::string& complaint) {
  return Fail(Reason::kRequestInvalid, complaint);
}

Task<Result<std::string>> KvBatch(std::shared_ptr<KvSession> kv, rpc::CallContext ctx,
                                  std::string args) {
  Args parsed(args);
  const json::value* list = parsed.At(0);
  if (list == nullptr || !list->is_array() || list->get_array().size() > 100) {
    co_return Invalid("batch takes an array of at most 100 {op, key, value}");
  }
  json::array ops = list->get_array();
  for (const json::value& op : ops) {
    const json::object* o = op.if_object();
    const json::value* key = o ? o->if_contains("key") : nullptr;
    const json::value* kind = o ? o->if_contains("op") : nullptr;
    if (!key || !key->is_string() || !kind || !kind->is_string()) {
      co_return Invalid("each operation of a batch is {op: \"put\" or \"delete\", key, value?}");
    }
    std::string name(key->get_string());
    if (kind->get_string() == "put") {
      const json::value* value = o->if_contains("value");
      std::string text = value ? json::serialize(*value) : "null";
      Result<uint64_t> put = co_await kv->Put(ctx, name, std::move(text), std::nullopt);
      if (!put) co_return std::unexpected(std::move(put.error()));
    } else if (kind->get_string() == "delete") {
      Result<bool> gone = co_await kv->Delete(ctx, name);
      if (!gone) co_return std::unexpected(std::move(gone.error()));
    } else {
      co_return Invalid("op of a batch operation is \"put\" or \"delete\"");
    }
  }
  co_return std::string("null");
}

Task<Result<std::string>> KvList(std::shared_ptr<KvSession> kv, rpc::CallContext ctx,
                                 std::string args) {
  Args parsed(args);
  std::string prefix = parsed.TextOr(0, "");
  std::string cursor = parsed.TextOr(1, "");
  int64_t limit = parsed.IntOr(2, 50);
  if (!parsed.complaint().empty()) co_return Invalid(parsed.complaint());
  uint32_t bounded = limit < 0 || limit > 1'000 ? 0 : static_cast<uint32_t>(limit);
  Result<KvSession::Page> page =
      co_await kv->List(std::move(ctx), std::move(prefix), std::move(cursor), bounded);
  if (!page) co_return std::unexpected(std::move(page.error()));
  std::string out = "{\"items\":[";
  for (auto& [key, value] : page->items) {
    if (out.back() != '[') out.push_back(',');
    out += "{\"key\":";
    AppendJsonString(out, key);
    out += ",\"value\":" + value.json + ",\"version\":" + std::to_string(value.version) + "}";
  }
  out += "],\"cursor\":";
  if (page->cursor.empty()) {
    out += "null";
  } else {
    AppendJsonString(out, page->cursor);
  }
  out += "}";
  co_return out;
}

}  // namespace

HostCalls::HostCalls(Env env, RunnerHostApi& host, wallet::FunctionWalletApi& wallets,
                     ProjectSealer& sealer, TaskGroup& tasks, RunTable& runs)
    : host_(host), sealer_(sealer), tasks_(tasks), runs_(runs), tx_(env, host, wallets, runs) {}

std::shared_ptr<KvSession> HostCalls::Session(Run& run) {
  if (!run.kv) {
    run.kv =
        std::make_shared<KvSession>(host_, sealer_, run.project_id, "default", run.project_key);
  }
  return run.kv;
}

rpc::CallContext HostCalls::Context(const Run& run) const {
  rpc::CallContext ctx;
  ctx.deadline = Deadline(run.deadline);
  ctx.request_id = run.request_id;
  ctx.traceparent = run.traceparent;
  return ctx;
}

void HostCalls::Serve(Run& run, HostOp op, std::string args, OnAnswer on_answer) {
  ++run.host_calls;
  if (run.host_calls > kHostCallsLimit.standard) {
    return on_answer(Fail(
        Reason::kQuotaRate,
        "a run makes at most " + std::to_string(kHostCallsLimit.standard) + " platform calls"));
  }
  if (IsChain(op) && ++run.chain_reads > kChainReadsLimit.standard) {
    return on_answer(
        Fail(Reason::kQuotaRate,
             "a run makes at most " + std::to_string(kChainReadsLimit.standard) + " chain reads"));
  }
  tasks_.Spawn(ServeTask(run.key, op, std::move(args), std::move(on_answer)));
}

Task<void> HostCalls::ServeTask(RunKey key, HostOp op, std::string args, OnAnswer on_answer) {
  Run* run = runs_.Find(key);
  if (run == nullptr) co_return;
  rpc::CallContext ctx = Context(*run);
  if (IsTx(op)) {
    Result<std::string> answer = co_await tx_.Serve(run, std::move(ctx), op, std::move(args));
    on_answer(std::move(answer));
  } else if (IsChain(op)) {
    Result<std::string> answer = co_await Chain(key, std::move(ctx), op, std::move(args));
    on_answer(std::move(answer));
  } else {
    std::shared_ptr<KvSession> kv = Session(*run);
    Result<std::string> answer = co_await Kv(std::move(kv), std::move(ctx), op, std::move(args));
    on_answer(std::move(answer));
  }
}

Task<Result<std::string>> HostCalls::Chain(RunKey key, rpc::CallContext ctx, HostOp op,
                                           std::string args) {
  ChainReadRequest request{std::string(ChainMethod(op)), std::move(args)};
  if (request.method.empty()) co_return Fail(Reason::kPlatformUnimplemented, "no such call");
  Result<ChainReadReply> reply = co_await host_.ChainRead(std::move(ctx), std::move(request));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  if (Run* run = runs_.Find(key); run != nullptr && reply->height > run->chain_height) {
    run->chain_height = reply->height;
  }
  co_return std::move(reply->result);
}

Task<Result<std::string>> HostCalls::Kv(std::shared_ptr<KvSession> kv, rpc::CallContext ctx,
                                        HostOp op, std::string args) {
  Args a(args);
  switch (op) {
    case HostOp::kKvGet: {
      std::string key = a.Text(0);
      if (!a.complaint().empty()) co_return Invalid(a.complaint());
      Result<std::optional<KvValue>> value = co_await kv->Get(std::move(ctx), std::move(key));
      if (!value) co_return std::unexpected(std::move(value.error()));
      co_return ValueJson(*value);
    }
    case HostOp::kKvPut:
    case HostOp::kKvPutIf: {
      std::string key = a.Text(0);
      std::optional<uint64_t> expect;
      if (op == HostOp::kKvPutIf) {
        int64_t version = a.IntOr(2, -1);
        if (version < 0) co_return Invalid("argument 3 must be the version to expect, 0 = absent");
        expect = static_cast<uint64_t>(version);
      }
      if (!a.complaint().empty()) co_return Invalid(a.complaint());
      Result<uint64_t> version =
          co_await kv->Put(std::move(ctx), std::move(key), a.JsonOf(1), expect);
      if (!version) co_return std::unexpected(std::move(version.error()));
      co_return std::to_string(*version);
    }
    case HostOp::kKvDelete: {
      std::string key = a.Text(0);
      if (!a.complaint().empty()) co_return Invalid(a.complaint());
      Result<bool> gone = co_await kv->Delete(std::move(ctx), std::move(key));
      if (!gone) co_return std::unexpected(std::move(gone.error()));
      co_return std::string(*gone ? "true" : "false");
    }
    case HostOp::kKvIncrement: {
      std::string key = a.Text(0);
      int64_t by = a.IntOr(1, 1);
      if (!a.complaint().empty()) co_return Invalid(a.complaint());
      Result<int64_t> value = co_await kv->Increment(std::move(ctx), std::move(key), by);
      if (!value) co_return std::unexpected(std::move(value.error()));
      co_return std::to_string(*value);
    }
    case HostOp::kKvCommit: {
      Status done = co_await kv->Commit(std::move(ctx));
      if (!done) co_return std::unexpected(std::move(done.error()));
      co_return std::string("null");
    }
    case HostOp::kKvList: {
      Result<std::string> page = co_await KvList(std::move(kv), std::move(ctx), std::move(args));
      co_return page;
    }
    case HostOp::kKvBatch: {
      Result<std::string> done = co_await KvBatch(std::move(kv), std::move(ctx), std::move(args));
      co_return done;
    }
    default:
      co_return Fail(Reason::kPlatformUnimplemented, "no such call");
  }
}

void HostCalls::Commit(Run& run, std::function<void(Status)> done) {
  tasks_.Spawn(CommitTask(run.key, std::move(done)));
}

Task<void> HostCalls::CommitTask(RunKey key, std::function<void(Status)> done) {
  Run* run = runs_.Find(key);
  if (run == nullptr) co_return;
  std::shared_ptr<KvSession> kv = run->kv;
  rpc::CallContext ctx = Context(*run);
  // A refusal of a proposal fails the run before anything of it is kept.
  auto proposals = co_await tx_.SignProposals(run, ctx);
  Status status;
  if (!proposals) status = std::unexpected(std::move(proposals.error()));
  if (status && kv) status = co_await kv->Commit(ctx);
  if (status) status = co_await tx_.HandOver(std::move(*proposals), std::move(ctx));
  done(std::move(status));
}

}  // namespace nsl::function_runner
