// SPDX-License-Identifier: Apache-2.0
#include "vault_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "account/client/sealed_password.h"
#include "account/client/signed_request.h"
#include "account/grants.h"
#include "base/codec.h"
#include "crypto/hash.h"
#include "enclave/files.h"
#include "net/unix.h"
#include "rpc/channel.h"

namespace nsl::testing_vault {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

void World::Turn(std::chrono::milliseconds time) {
  io.restart();
  io.run_for(time);
}

enclave::TrustedSettings VaultProcess::Settings() {
  enclave::TrustedSettings settings;
  settings.environment = "test";
  settings.network = "private";
  settings.magic = 42;
  return settings;
}

VaultProcess::VaultProcess(World& world, enclave::TrustedSettings settings)
    : world_(world), settings_(std::move(settings)) {
  char name[] = "/tmp/nsl-vault-XXXXXX";
  NSL_CHECK(mkdtemp(name) != nullptr);
  dir_ = name;
  NSL_CHECK(enclave::InitSimulatedModule(module_dir(), world_.clock, world_.random).has_value());
  NSL_CHECK(enclave::WriteSettings(dir_ + "/settings.cbor", settings_).has_value());
}

VaultProcess::~VaultProcess() {
  if (pid_ > 0) Kill();
  std::filesystem::remove_all(dir_);
}

void VaultProcess::Start() {
  std::string log = dir_ + "/vault.log";
  std::string module = module_dir() + "/vault.module";
  std::string root = module_dir() + "/root.der";
  std::string settings = dir_ + "/settings.cbor";
  std::string listen = socket();
  pid_ = fork();
  NSL_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDERR_FILENO);
    execl(NSL_VAULT_DEV, "nsl-vault-dev", "--module", module.c_str(), "--root", root.c_str(),
          "--settings", settings.c_str(), "--listen", listen.c_str(), nullptr);
    _exit(127);
  }
  for (int i = 0; i < 500 && Log().find("\"event\":\"ready\"") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

int VaultProcess::Stop() {
  kill(pid_, SIGTERM);
  for (int i = 0; i < 600; ++i) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return -1;
}

void VaultProcess::Kill() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  std::filesystem::remove(dir_ + "/vault.log");
}

std::string VaultProcess::Log() const {
  std::ifstream in(dir_ + "/vault.log");
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

Bytes VaultProcess::root_der() const {
  return *enclave::ReadWholeFile(module_dir() + "/root.der", 4096);
}

size_t VaultProcess::ResidentKb() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

bool VaultProcess::MemoryHolds(std::string_view needle) const {
  std::ifstream maps("/proc/" + std::to_string(pid_) + "/maps");
  int memory = open(("/proc/" + std::to_string(pid_) + "/mem").c_str(), O_RDONLY);
  bool found = false;
  size_t read_bytes = 0;
  for (std::string line; std::getline(maps, line) && memory >= 0 && !found;) {
    unsigned long from = 0;
    unsigned long to = 0;
    char rights[5] = {};
    if (sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, rights) != 3 || rights[0] != 'r' ||
        rights[1] != 'w' || to - from > (256ul << 20)) {
      continue;
    }
    std::string chunk(to - from, '\0');
    ssize_t n = pread(memory, chunk.data(), chunk.size(), static_cast<off_t>(from));
    if (n <= 0) continue;
    read_bytes += static_cast<size_t>(n);
    found = chunk.find(needle) != std::string::npos;
  }
  if (memory >= 0) close(memory);
  // A scan that saw nothing proves nothing.
  EXPECT_GT(read_bytes, 1u << 20) << "the memory of the vault could not be read";
  return found;
}

namespace {

Task<Result<std::unique_ptr<net::ByteStream>>> DialTask(std::string path, char kind) {
  auto stream = co_await net::ConnectUnix(std::move(path));
  if (!stream) co_return stream;
  auto byte = static_cast<uint8_t>(kind);
  Status sent = co_await (*stream)->WriteAll({&byte, 1});
  if (!sent) co_return std::unexpected(std::move(sent.error()));
  co_return stream;
}

Task<Result<std::unique_ptr<net::ByteStream>>> Handshake(std::unique_ptr<net::ByteStream> stream,
                                                         rpc::ChannelOptions options,
                                                         rpc::Attester* attester, Random* random) {
  auto channel =
      co_await rpc::OpenChannel(std::move(stream), std::move(options), *attester, *random);
  co_return channel;
}

}  // namespace

std::unique_ptr<net::ByteStream> Dial(World& world, VaultProcess& vault, char kind) {
  auto stream = world.Run(DialTask(vault.socket(), kind));
  return stream ? std::move(*stream) : nullptr;
}

Host::Host(World& world, VaultProcess& vault, enclave::RecordsApi& records)
    : world_(world),
      vault_(vault),
      session_key_(crypto::P256PrivateKey::Generate(world.random)),
      group_(world.io.get_executor()) {
  dispatcher_ = std::make_unique<rpc::Dispatcher>(world.env, world.io.get_executor(), handlers_);
  dispatcher_->Bind<enclave::RecordsApi>(records);
  auto stream = Dial(world, vault, 'H');
  NSL_CHECK(stream != nullptr);
  peer_ = rpc::Peer::Create(world.env, std::move(stream), handlers_);
  group_.Spawn(peer_->Run());
  account_ = std::make_unique<account::AccountStub>(world.env, *peer_);
}

Host::~Host() {
  peer_->Close();
  world_.Run(dispatcher_->Shutdown());
  world_.Run(CloseGroup(group_));
}

bool Host::WaitReady(std::chrono::milliseconds limit) {
  auto until = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < until && !closed()) {
    auto reply = world_.Run(account_->Attestation({}, {std::string(32, 'a')}));
    if (reply) return true;
    world_.Turn(std::chrono::milliseconds(20));
  }
  return false;
}

Result<enclave::AttestationView> Host::Attest(const Bytes& root_der) {
  Bytes nonce = world_.random.Draw(32);
  NSL_TRY(auto reply, world_.Run(account_->Attestation({}, {ToHex(nonce)})));
  enclave::AttestationPolicy policy;
  policy.root_der = root_der;
  policy.simulated = true;
  policy.role = enclave::kVaultRole;
  policy.nonce = nonce;
  policy.now_ms = world_.clock.NowMs();
  return enclave::VerifyAttestation(reply.document, policy);
}

Result<account::CredentialsRequest> Host::Sealed(std::string_view method, std::string email,
                                                 std::string_view password) {
  NSL_TRY(auto view, Attest(vault_.root_der()));
  NSL_TRY(auto box, account::SealPassword(view.keys.hpke_key, method, email, password,
                                          world_.random, session_key_.PublicKey().Compressed()));
  return account::CredentialsRequest{std::move(email), std::move(box)};
}

rpc::CallContext Host::Signed(const account::Session& session, std::string method,
                              std::string target, std::string body) {
  rpc::CallContext context;
  auto header = account::SignRequest(session_key_, session.signing.value(), method, target,
                                     AsBytes(body), world_.clock.NowMs(), world_.random);
  NSL_CHECK(header.has_value());
  context.credential = *header;
  context.signed_http =
      rpc::SignedHttp{std::move(method), std::move(target),
                      ToBytes(ByteView(crypto::Sha256(AsBytes(body)))), ToBytes(body)};
  return context;
}

Result<account::Session> Host::Register(std::string email, std::string password) {
  NSL_TRY(auto request, Sealed(account::kRegisterMethod, std::move(email), password));
  return world_.Run(account_->Register({}, std::move(request)));
}

Result<account::Session> Host::Login(std::string email, std::string password) {
  NSL_TRY(auto request, Sealed(account::kLoginMethod, std::move(email), password));
  return world_.Run(account_->Login({}, std::move(request)));
}

Runner::Runner(World& world, VaultProcess& vault)
    : Runner(world, vault, Options{vault.module_dir(), enclave::kRunnerRole, vault.settings()}) {}

Runner::Runner(World& world, VaultProcess& vault, Options options)
    : world_(world),
      vault_(vault),
      options_(std::move(options)),
      key_(crypto::P256PrivateKey::Generate(world.random)),
      group_(world.io.get_executor()) {
  Hash256 config = enclave::SettingsHash(options_.settings);
  auto module = enclave::SimulatedModule::Open(
      options_.module_dir + "/" + std::string(options_.role) + ".module",
      options_.module_dir + "/root.der", options_.role, config, world.clock, world.random);
  NSL_CHECK(module.has_value());
  module_ = std::move(*module);
  enclave::AttestedKeys keys;
  keys.role = options_.role;
  keys.release = "test";
  keys.boot_id = world.random.Draw(16);
  keys.signing_key = ToBytes(ByteView(key_.PublicKey().Compressed()));
  keys.config_hash = ToBytes(ByteView(config));
  identity_ = std::make_unique<enclave::Identity>(*module_, keys);
  dispatcher_ = std::make_unique<rpc::Dispatcher>(world.env, world.io.get_executor(), handlers_);
  dispatcher_->Bind<account::RevocationApi>(revocation_);
}

Runner::~Runner() {
  if (peer_) peer_->Close();
  world_.Run(dispatcher_->Shutdown());
  world_.Run(CloseGroup(group_));
}

Status Runner::Connect() {
  auto stream = Dial(world_, vault_, 'R');
  if (!stream) return Fail(Reason::kPlatformUnavailable, "refused");
  // This side believes the vault's own root, so that a refusal is the vault's.
  enclave::ChannelAttester attester(*identity_, {vault_.root_der(), true, {}}, world_.clock);
  rpc::ChannelOptions options;
  options.end = rpc::ChannelEnd::kInitiator;
  options.role = options_.role;
  options.peer_role = enclave::kVaultRole;
  options.name_space = enclave::ChannelName(options_.settings);
  NSL_TRY(auto channel,
          world_.Run(Handshake(std::move(stream), options, &attester, &world_.random)));
  peer_ = rpc::Peer::Create(world_.env, std::move(channel), handlers_);
  group_.Spawn(peer_->Run());
  admission_ = std::make_unique<account::AdmissionStub>(world_.env, *peer_);
  // The vault knows the runner once it has answered; a refusal shows here at the latest.
  NSL_TRY([[maybe_unused]] auto answer, world_.Run(admission_->Admit({}, {"", ""})));
  return {};
}

account::GrantRequest Runner::Build(const std::string& project, const std::string& function,
                                    const std::string& version, uint8_t code) {
  account::BuildRecord record;
  record.tag = account::kBuildTag;
  record.project_id = project;
  record.function_id = function;
  record.code_hash = Bytes(32, code);
  record.artefacts["main.js"] = Bytes(32, 2);
  record.runtime = "js";
  record.entry = "main.js";
  record.toolchain = "v8";
  record.release = "test";
  record.access = "members";
  account::GrantRequest request;
  request.build_record = ToCbor(record);
  request.build_signature = *key_.Sign(request.build_record);
  request.version_id = version;
  return request;
}

}  // namespace nsl::testing_vault
