// SPDX-License-Identifier: Apache-2.0
//
// The object graph of the runner and its life: start, serve, stop.
#pragma once

#include <memory>

#include "account/client/stubs.h"
#include "base/env.h"
#include "base/task_group.h"
#include "crypto/ecdsa.h"
#include "enclave/identity.h"
#include "enclave/settings.h"
#include "function_runner/clients.h"
#include "function_runner/supervisor/runner_service.h"
#include "module.h"
#include "options.h"
#include "rpc/dispatcher.h"
#include "rpc/server.h"
#include "sealer.h"
#include "wallet/client/stubs.h"

namespace nsl::runner_app {

// Calls of the runner go to the host connection that was opened last.
class HostSource final : public rpc::PeerSource {
 public:
  void Opened(rpc::Peer& peer) { peer_ = rpc::PeerPtr(&peer); }
  rpc::Peer* Current() override { return peer_ && !peer_->closed() ? peer_.get() : nullptr; }

 private:
  rpc::PeerPtr peer_;
};

class Runner {
 public:
  // The blanks' zygote was started before; the module's keys are made here.
  Runner(Env env, asio::io_context& io, const Options& options, enclave::TrustedSettings settings,
         Module module, std::unique_ptr<function_runner::BlankPool> blanks);

  Status Start();
  // Ends everything within 5 s; then io.run() returns.
  void Stop();

 private:
  Task<Result<std::unique_ptr<net::ByteStream>>> ConnectVault();
  Task<void> TickLoop();
  Task<void> HousekeepLoop();
  Task<void> StopTask();

  Env env_;
  asio::io_context& io_;
  Options options_;
  enclave::TrustedSettings settings_;
  Module module_;
  crypto::P256PrivateKey key_;
  Bytes boot_id_;
  enclave::Identity identity_;
  RecordSealer sealer_;
  std::unique_ptr<function_runner::BlankPool> blanks_;
  TaskGroup tasks_;
  TaskGroup stopping_;
  HostSource host_source_;
  function_runner::RunnerHostStub host_;
  rpc::Handlers vault_handlers_;
  rpc::Link vault_link_;
  account::AdmissionStub vault_;
  wallet::FunctionWalletStub wallets_;
  function_runner::ReceiptBatch receipts_;
  function_runner::Dispatcher dispatcher_;
  function_runner::Builder builder_;
  function_runner::RunnerService service_;
  function_runner::Revocations revocations_;
  rpc::Handlers host_handlers_;
  rpc::Dispatcher host_dispatcher_;
  rpc::Dispatcher vault_dispatcher_;
  rpc::Server server_;
};

}  // namespace nsl::runner_app
