// SPDX-License-Identifier: Apache-2.0
//
// SystemService: SystemApi over what main hands in. One thread.
#pragma once

#include <functional>

#include "base/env.h"
#include "gateway/limits.h"
#include "gateway/system_api.h"
#include "storage/api.h"

namespace nsl::gateway {

// What main knows about the parts; asked at each call, so it must not wait.
struct SystemSource {
  virtual ~SystemSource() = default;
  virtual Component Vault() const = 0;
  virtual Component Runner() const = 0;
  // Known after the first connection to the runner.
  virtual std::optional<bool> Simulated() const = 0;
  virtual std::string Isolation() const = 0;
};

class SystemService final : public SystemApi {
 public:
  // Borrowed. `limits`: those of main beside the tables that are known here.
  SystemService(Env env, storage::Database& database, chain::ChainApi& chain,
                const SystemSource& source, const GatewayLimits& gateway_limits,
                std::vector<LimitView> limits);

  Task<Result<Health>> Healthz(CallContext, rpc::Empty) override;
  Task<Result<Readiness>> Readyz(CallContext, rpc::Empty) override;
  Task<Result<SystemStatus>> Status(CallContext, rpc::Empty) override;
  Task<Result<LimitList>> Limits(CallContext, rpc::Empty) override;
  Task<Result<VersionView>> Version(CallContext, rpc::Empty) override;

 private:
  Task<std::vector<Component>> Components();
  Component Chain();

  Env env_;
  storage::Database& database_;
  chain::ChainApi& chain_;
  const SystemSource& source_;
  std::vector<LimitView> limits_;
  // A chain that was reached once and is lost now does not take the host out of service: functions
  // that do not read it go on.
  bool chain_was_ready_ = false;
};

}  // namespace nsl::gateway
