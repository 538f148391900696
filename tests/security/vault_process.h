// SPDX-License-Identifier: Apache-2.0
//
// A real nsl-vault-dev and the two who talk to it, for tests: the host (honest or not) and a runner
// behind the attested channel. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "account/client/stubs.h"
#include "base/plain_metrics.h"
#include "enclave/identity.h"
#include "enclave/memory_records.h"
#include "enclave/run_task.h"
#include "enclave/settings.h"
#include "enclave/simulated/simulated_module.h"
#include "rpc/dispatcher.h"
#include "rpc/peer.h"

namespace nsl::testing_vault {

// The environment of a test: real time, real randomness, no log.
struct World {
  asio::io_context io;
  SystemClock clock;
  SystemRandom random;
  NullLog log;
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};

  template <class T>
  T Run(Task<T> task) {
    return RunTask(io, std::move(task));
  }
  void Run(Task<void> task) { RunTask(io, std::move(task)); }
  // Lets what is under way go on for a while.
  void Turn(std::chrono::milliseconds time);
};

// The folder and the process.
class VaultProcess {
 public:
  explicit VaultProcess(World& world, enclave::TrustedSettings settings = Settings());
  ~VaultProcess();

  static enclave::TrustedSettings Settings();
  void Start();
  // SIGTERM; the exit code, or -1 when it did not end within 6 s.
  int Stop();
  void Kill();
  pid_t pid() const { return pid_; }
  const enclave::TrustedSettings& settings() const { return settings_; }
  std::string socket() const { return dir_ + "/vault.sock"; }
  std::string module_dir() const { return dir_ + "/module"; }
  const std::string& dir() const { return dir_; }
  std::string Log() const;
  Bytes root_der() const;
  // Kilobytes.
  size_t ResidentKb() const;
  // True when the bytes stand anywhere in the memory of the process.
  bool MemoryHolds(std::string_view needle) const;

 private:
  World& world_;
  enclave::TrustedSettings settings_;
  std::string dir_;
  pid_t pid_ = -1;
};

// The host's end: keeps the records, calls AccountApi.
class Host {
 public:
  Host(World& world, VaultProcess& vault, enclave::RecordsApi& records);
  ~Host();

  account::AccountStub& account() { return *account_; }
  rpc::Peer& peer() { return *peer_; }
  bool closed() const { return peer_->closed(); }
  // Until the vault answers, at most `limit`; false when it does not.
  bool WaitReady(std::chrono::milliseconds limit = std::chrono::milliseconds(5'000));
  // A verified document of the vault.
  Result<enclave::AttestationView> Attest(const Bytes& root_der);
  Result<account::Session> Register(std::string email, std::string password);
  Result<account::Session> Login(std::string email, std::string password);

  Result<account::CredentialsRequest> Sealed(std::string_view method, std::string email,
                                             std::string_view password);
  // What a client gives to the host: a request signed with the session key of its last login.
  rpc::CallContext Signed(const account::Session& session, std::string method, std::string target,
                          std::string body = {});

 private:
  World& world_;
  VaultProcess& vault_;
  // The client's, of all its logins.
  crypto::P256PrivateKey session_key_;
  rpc::Handlers handlers_;
  std::unique_ptr<rpc::Dispatcher> dispatcher_;
  rpc::PeerPtr peer_;
  std::unique_ptr<account::AccountStub> account_;
  TaskGroup group_;
};

// A runner with a module and keys of its own.
class Runner {
 public:
  struct Options {
    std::string module_dir;
    std::string_view role = enclave::kRunnerRole;
    enclave::TrustedSettings settings;
  };
  Runner(World& world, VaultProcess& vault);
  Runner(World& world, VaultProcess& vault, Options options);
  ~Runner();

  // Handshake and peer; the error of the handshake.
  Status Connect();
  account::AdmissionStub& admission() { return *admission_; }
  bool closed() const { return !peer_ || peer_->closed(); }
  const std::vector<account::RevokeRequest>& revoked() const { return revocation_.revoked; }
  account::GrantRequest Build(const std::string& project, const std::string& function,
                              const std::string& version, uint8_t code = 1);

 private:
  struct Recorder final : account::RevocationApi {
    Task<Result<rpc::Empty>> Revoke(rpc::CallContext, account::RevokeRequest request) override {
      revoked.push_back(std::move(request));
      co_return rpc::Empty{};
    }
    std::vector<account::RevokeRequest> revoked;
  };

  World& world_;
  VaultProcess& vault_;
  Options options_;
  crypto::P256PrivateKey key_;
  std::unique_ptr<enclave::SimulatedModule> module_;
  std::unique_ptr<enclave::Identity> identity_;
  Recorder revocation_;
  rpc::Handlers handlers_;
  std::unique_ptr<rpc::Dispatcher> dispatcher_;
  rpc::PeerPtr peer_;
  std::unique_ptr<account::AdmissionStub> admission_;
  TaskGroup group_;
};

// A raw connection after the byte that says what it is; null when it was refused.
std::unique_ptr<net::ByteStream> Dial(World& world, VaultProcess& vault, char kind);

}  // namespace nsl::testing_vault
