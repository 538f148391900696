// SPDX-License-Identifier: Apache-2.0
//
// What the host says about itself: liveness, readiness, status, limits, version.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "chain/api.h"
#include "rpc/method.h"

namespace nsl::gateway {

using rpc::Access;
using rpc::CallContext;

struct Health {
  std::string status;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status))

struct Component {
  std::string name;
  bool ready = false;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(Component, (), (name, ready, detail))
struct Readiness {
  // 503 while false.
  bool ready = false;
  std::vector<Component> components;
};
BOOST_DESCRIBE_STRUCT(Readiness, (), (ready, components))

struct SystemStatus {
  // "operational" or "degraded".
  std::string status;
  std::string release;
  // Absent while the runner has not been reached.
  std::optional<bool> simulated;
  std::string isolation;
  std::string network;
  uint32_t network_magic = 0;
  std::optional<uint32_t> height;
  std::vector<Component> components;
};
BOOST_DESCRIBE_STRUCT(SystemStatus, (),
                      (status, release, simulated, isolation, network, network_magic, height,
                       components))

struct LimitView {
  std::string name;
  // The value in force; for limits of a function, what a manifest that says nothing gets.
  uint64_t value = 0;
  uint64_t minimum = 0;
  uint64_t maximum = 0;
  std::string unit;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(LimitView, (), (name, value, minimum, maximum, unit, reason))
struct LimitList {
  std::vector<LimitView> items;
};
BOOST_DESCRIBE_STRUCT(LimitList, (), (items))

struct VersionView {
  std::string release;
  std::string commit;
  std::optional<bool> simulated;
};
BOOST_DESCRIBE_STRUCT(VersionView, (), (release, commit, simulated))

struct SystemApi {
  virtual ~SystemApi() = default;
  virtual Task<Result<Health>> Healthz(CallContext, rpc::Empty) = 0;
  virtual Task<Result<Readiness>> Readyz(CallContext, rpc::Empty) = 0;
  virtual Task<Result<SystemStatus>> Status(CallContext, rpc::Empty) = 0;
  virtual Task<Result<LimitList>> Limits(CallContext, rpc::Empty) = 0;
  virtual Task<Result<VersionView>> Version(CallContext, rpc::Empty) = 0;

  static constexpr auto kMethods = std::tuple{
      rpc::Method<&SystemApi::Healthz>{.number = 600,
                                       .name = "system.healthz",
                                       .verb = "GET",
                                       .path = "/healthz",
                                       .access = Access::kPublic,
                                       .idempotent = true,
                                       .summary = "The process serves requests"},
      rpc::Method<&SystemApi::Readyz>{.number = 601,
                                      .name = "system.readyz",
                                      .verb = "GET",
                                      .path = "/readyz",
                                      .access = Access::kPublic,
                                      .idempotent = true,
                                      .summary = "Database, vault, runner and chain can be used"},
      rpc::Method<&SystemApi::Status>{.number = 602,
                                      .name = "system.status",
                                      .verb = "GET",
                                      .path = "/v1/status",
                                      .access = Access::kPublic,
                                      .idempotent = true,
                                      .summary = "State of the platform and its network"},
      rpc::Method<&SystemApi::Limits>{.number = 603,
                                      .name = "system.limits",
                                      .verb = "GET",
                                      .path = "/v1/limits",
                                      .access = Access::kPublic,
                                      .idempotent = true,
                                      .summary = "Every limit with value, range and reason"},
      rpc::Method<&SystemApi::Version>{.number = 604,
                                       .name = "system.version",
                                       .verb = "GET",
                                       .path = "/v1/version",
                                       .access = Access::kPublic,
                                       .idempotent = true,
                                       .summary = "Release and commit of this installation"},
  };
};

}  // namespace nsl::gateway
