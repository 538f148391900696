// SPDX-License-Identifier: Apache-2.0
//
// Host: the object graph of nsl-host, from the database up to the listeners.
//
// Guarantee: Open() takes the database or says who has it; Boot() returns when requests are served;
// Stop() ends everything within the grace and then the io_context. One thread, that of `io`; no
// globals.
#pragma once

#include <memory>

#include "account/client/access_cache.h"
#include "account/client/stubs.h"
#include "base/blocking_pool.h"
#include "chain/curl_transport.h"
#include "chain/node_pool.h"
#include "chain/sender.h"
#include "chain_facts_service.h"
#include "config.h"
#include "function_runner/clients.h"
#include "function_store/store.h"
#include "gateway/gateway.h"
#include "gateway/metrics_handler.h"
#include "gateway/system_service.h"
#include "metrics/registry.h"
#include "net/http_server.h"
#include "orchestrator/run_service.h"
#include "orchestrator/runs.h"
#include "orchestrator/transactions.h"
#include "records_service.h"
#include "relay.h"
#include "rpc/dispatcher.h"
#include "rpc/server.h"
#include "runner_host_service.h"
#include "wallet/client/stubs.h"

namespace nsl::host {

class Host final : public gateway::SystemSource {
 public:
  // `registry` is env.metrics.
  static Result<std::unique_ptr<Host>> Open(Env env, metrics::Registry& registry,
                                            asio::io_context& io, HostConfig config);
  ~Host() override;

  // Starts everything; `done` gets the outcome on the io thread.
  void Boot(std::function<void(Status)> done);
  // Idempotent.
  void Stop();
  // False after a storage fault: the process must end with an error.
  bool healthy() const { return healthy_; }
  // Calls are on their way through the runner.
  bool busy() const { return run_service_ && run_service_->in_flight() > 0; }

  gateway::Component Vault() const override;
  gateway::Component Runner() const override;
  std::optional<bool> Simulated() const override;
  std::string Isolation() const override;

 private:
  Host(Env env, metrics::Registry& registry, asio::io_context& io, HostConfig config);
  Status OpenStorage();
  void Build(metrics::Registry& registry);
  Task<Status> BootTask();
  Status Listen();
  Task<void> BootAndTell(std::function<void(Status)> done);
  Task<void> StopTask();
  Task<void> LearnRunner();
  // Connected is not enough: a vault that refuses the records it was given serves nobody.
  Task<void> WatchVault();
  // The relay's socket can be made once it is known which user the runner has.
  Task<void> ListenForRunner();
  Task<void> CollectBlobs();
  // 'H' or 'R' tells the vault what the connection is.
  Task<Result<std::unique_ptr<net::ByteStream>>> ConnectVault(uint8_t first);
  Task<Result<std::unique_ptr<net::ByteStream>>> ConnectRunner();

  Env env_;
  asio::io_context& io_;
  HostConfig config_;
  bool healthy_ = true;
  bool stopping_ = false;
  std::optional<function_runner::RunnerInfo> runner_info_;
  bool vault_serves_ = false;

  net::CurlClient curl_;
  chain::CurlTransport transport_;
  BlockingPool pool_;
  std::unique_ptr<chain::NodePool> chain_;
  std::unique_ptr<chain::TransactionSender> sender_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<storage::BlobStore> blobs_;
  std::unique_ptr<storage::KvStore> kv_;
  std::unique_ptr<storage::RecordStore> record_store_;
  std::unique_ptr<RecordsService> records_;
  std::unique_ptr<RunnerHostService> runner_host_;
  std::unique_ptr<ChainFactsService> chain_facts_;

  rpc::Handlers vault_handlers_;
  rpc::Handlers runner_handlers_;
  rpc::Dispatcher vault_dispatcher_;
  rpc::Dispatcher runner_dispatcher_;
  rpc::Link vault_link_;
  rpc::Link runner_link_;
  account::AccountStub vault_;
  wallet::WalletStub wallets_;
  wallet::PolicyStub policies_;
  function_runner::RunnerStub runner_;
  Relay relay_;

  account::AccessCache access_;
  std::unique_ptr<function_store::FunctionStore> functions_;
  std::unique_ptr<orchestrator::UsageTracker> usage_;
  std::unique_ptr<orchestrator::RunService> run_service_;
  std::unique_ptr<orchestrator::Runs> runs_;
  std::unique_ptr<orchestrator::Transactions> transactions_;
  std::unique_ptr<gateway::IdempotencyStore> idempotency_;
  std::unique_ptr<gateway::SystemService> system_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::unique_ptr<gateway::MetricsHandler> metrics_handler_;
  std::unique_ptr<net::HttpServer> api_server_;
  std::unique_ptr<net::HttpServer> metrics_server_;
  TaskGroup tasks_;
  // Runs the stop itself, which waits for the other group.
  TaskGroup stop_tasks_;
};

}  // namespace nsl::host
