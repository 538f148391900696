// SPDX-License-Identifier: Apache-2.0
#include "gateway/system_service.h"

#include <algorithm>

#include "base/release.h"
#include "function_runner/limits.h"

namespace nsl::gateway {

SystemService::SystemService(Env env, storage::Database& database, chain::ChainApi& chain,
                             const SystemSource& source, const GatewayLimits& gateway_limits,
                             std::vector<LimitView> limits)
    : env_(env), database_(database), chain_(chain), source_(source), limits_(std::move(limits)) {
  for (const LimitRow& row : kGatewayLimits) {
    limits_.push_back({"gateway." + std::string(row.name), gateway_limits.*row.member, row.minimum,
                       row.maximum, std::string(row.unit), std::string(row.reason)});
  }
  for (const function_runner::Limit& limit : function_runner::kLimits) {
    limits_.push_back({std::string(limit.name), limit.standard, limit.minimum, limit.maximum,
                       std::string(limit.unit), std::string(limit.reason)});
  }
}

Task<Result<Health>> SystemService::Healthz(CallContext, rpc::Empty) { co_return Health{"ok"}; }

Component SystemService::Chain() {
  std::vector<chain::NodeState> nodes = chain_.Nodes();
  Component out{"chain", nodes.empty(), nodes.empty() ? "no node is configured" : ""};
  size_t healthy = 0;
  for (const chain::NodeState& node : nodes) healthy += node.state == "healthy" ? 1 : 0;
  if (!nodes.empty()) {
    out.ready = healthy > 0;
    out.detail =
        std::to_string(healthy) + " of " + std::to_string(nodes.size()) + " nodes are healthy";
  }
  chain_was_ready_ = chain_was_ready_ || out.ready;
  return out;
}

Task<std::vector<Component>> SystemService::Components() {
  std::vector<Component> out;
  Result<storage::Rows> rows = co_await database_.Read(storage::Statement("SELECT 1"));
  out.push_back({"database", rows.has_value(), rows ? "" : "the database does not answer"});
  out.push_back(source_.Vault());
  out.push_back(source_.Runner());
  out.push_back(Chain());
  co_return out;
}

Task<Result<Readiness>> SystemService::Readyz(CallContext, rpc::Empty) {
  Readiness out;
  out.components = co_await Components();
  out.ready = std::all_of(out.components.begin(), out.components.end(), [&](const Component& c) {
    return c.ready || (c.name == "chain" && chain_was_ready_);
  });
  co_return out;
}

Task<Result<SystemStatus>> SystemService::Status(CallContext context, rpc::Empty) {
  SystemStatus out;
  out.components = co_await Components();
  bool all = std::all_of(out.components.begin(), out.components.end(),
                         [](const Component& c) { return c.ready; });
  out.status = all ? "operational" : "degraded";
  out.release = kRelease;
  out.simulated = source_.Simulated();
  out.isolation = source_.Isolation();
  out.network = chain_.network();
  out.network_magic = chain_.magic();
  if (out.components.back().ready && !chain_.Nodes().empty()) {
    Deadline soon = context.deadline.Earlier(Deadline::In(env_.clock, std::chrono::seconds(1)));
    Result<uint32_t> height = co_await chain_.Height(soon);
    if (height) out.height = *height;
  }
  co_return out;
}

Task<Result<LimitList>> SystemService::Limits(CallContext, rpc::Empty) {
  co_return LimitList{limits_};
}

Task<Result<VersionView>> SystemService::Version(CallContext, rpc::Empty) {
  co_return VersionView{kRelease, kCommit, source_.Simulated()};
}

}  // namespace nsl::gateway
