// SPDX-License-Identifier: Apache-2.0
//
// The object graph of the vault and its life: start, serve, stop.
//
// One socket, two kinds of connections, told by their first byte: 'H' the host, which calls
// AccountApi and WalletApi and keeps the records; 'R' bytes of a runner, relayed by the host, on
// which the attested channel is opened before a single call is heard. One thread.
#pragma once

#include <memory>

#include "account/client/stubs.h"
#include "account/service.h"
#include "base/env.h"
#include "base/task_group.h"
#include "enclave/identity.h"
#include "enclave/records_stub.h"
#include "enclave/sealed_store.h"
#include "module.h"
#include "net/byte_stream.h"
#include "net/signal.h"
#include "rpc/dispatcher.h"
#include "rpc/peer.h"
#include "wallet/service.h"

namespace nsl::vault_app {

// Records go to the host connection that was opened last.
class HostSource final : public rpc::PeerSource {
 public:
  void Opened(rpc::PeerPtr peer) { peer_ = std::move(peer); }
  void Closed(const rpc::PeerPtr& peer) {
    if (peer_ == peer) peer_.reset();
  }
  rpc::Peer* Current() override { return peer_ && !peer_->closed() ? peer_.get() : nullptr; }

 private:
  rpc::PeerPtr peer_;
};

class Vault {
 public:
  static Result<std::unique_ptr<Vault>> Make(Env env, asio::io_context& io, const Options& options,
                                             enclave::TrustedSettings settings, Module module);

  Status Start();
  // Ends everything; then io.run() returns.
  void Stop();

 private:
  // What a runner proved, for as long as its connection lasts.
  class RunnerLink;

  Vault(Env env, asio::io_context& io, const Options& options, enclave::TrustedSettings settings,
        Module module, ByteView sealing_root, account::VaultKeys keys);
  Task<void> AcceptLoop();
  Task<void> Serve(std::unique_ptr<net::ByteStream> stream);
  Task<Result<uint8_t>> ReadKind(net::ByteStream* stream);
  Task<void> ServeHost(std::unique_ptr<net::ByteStream> stream);
  Task<void> ServeRunner(std::unique_ptr<net::ByteStream> stream);
  // Reads the records whenever a host has come, until they are good.
  Task<void> LoadLoop();
  Task<void> StopTask();

  Env env_;
  asio::io_context& io_;
  std::string listen_;
  enclave::TrustedSettings settings_;
  Module module_;
  account::VaultKeys keys_;
  enclave::Identity identity_;
  HostSource host_;
  enclave::RecordsStub records_;
  enclave::SealedStore store_;
  account::AccountService service_;
  std::unique_ptr<wallet::ChainFactsApi> chain_facts_;
  wallet::WalletKeys wallet_keys_;
  wallet::SpendBook spend_book_;
  wallet::PolicyService policies_;
  wallet::WalletService wallets_;
  rpc::Handlers host_handlers_;
  rpc::Handlers runner_handlers_;
  rpc::Dispatcher host_dispatcher_;
  rpc::Dispatcher runner_dispatcher_;
  std::unique_ptr<net::Listener> listener_;
  size_t connections_ = 0;
  bool full_ = false;
  // A host came and the records have not been read from it yet.
  bool load_due_ = false;
  net::Signal load_signal_;
  TaskGroup tasks_;
  TaskGroup stopping_;
};

}  // namespace nsl::vault_app
