// SPDX-License-Identifier: Apache-2.0
//
// The carriers under test: each gives a TestStub that reaches one TestService.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "base/task_group.h"
#include "rpc/server.h"
#include "rpc_service.h"

namespace nsl::rpc {

class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual Task<Status> Connect() = 0;
  virtual TestStub& stub() = 0;
  // Null for the carrier that has no connection.
  virtual Peer* peer() = 0;
  virtual Task<void> Shutdown() = 0;
  // Ends the connection as a crash of the callee's program would.
  virtual void Cut() {}
};

enum class CarrierKind { kInProcess, kMemory, kUnix, kChannel };
std::string NameOf(CarrierKind kind);
std::unique_ptr<Carrier> MakeCarrier(CarrierKind kind, Env env, Executor executor,
                                     TestService& service, PeerLimits limits);

}  // namespace nsl::rpc
