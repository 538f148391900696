// SPDX-License-Identifier: Apache-2.0
#include "installation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "../api_client.h"
#include "../profile.h"
#include "base/clock.h"
#include "base/json.h"
#include "chain_node.h"
#include "enclave/settings.h"
#include "free_port.h"

namespace nsl::cli {
namespace {

namespace fs = std::filesystem;

// One group reaches the sockets; each program has its own uid (architecture, rule on identities).
constexpr gid_t kGroup = 64800;
constexpr uid_t kHostUid = 64801;
constexpr uid_t kVaultUid = 64802;
constexpr uid_t kRunnerUid = 64803;
constexpr uid_t kChainUid = 64804;

// What the runner needs to confine workers; everything else is dropped.
const std::vector<int> kRunnerCapabilities = {
    CAP_SYS_ADMIN, CAP_SETUID,       CAP_SETGID,       CAP_SETPCAP,
    CAP_KILL,      CAP_SYS_RESOURCE, CAP_DAC_OVERRIDE,
};

std::string Errno(const std::string& what) { return what + ": " + std::strerror(errno); }

std::string LockText() {
  std::string out = "{\"pid\":" + std::to_string(getpid()) + ",\"since\":";
  return out + "\"" + ToRfc3339(NowMs()) + "\"}\n";
}

std::string Holder(int fd) {
  char text[256];
  ssize_t n = pread(fd, text, sizeof text, 0);
  auto value = ParseJson(std::string_view(text, n < 0 ? 0 : static_cast<size_t>(n)));
  if (!value) return "another process";
  return "process " + std::to_string(UintAt(*value, "pid")) + " since " + TextAt(*value, "since");
}

bool Traversable(const std::string& folder) {
  struct stat info{};
  for (fs::path at = folder;; at = at.parent_path()) {
    if (stat(at.c_str(), &info) != 0 || (info.st_mode & S_IXOTH) == 0) return false;
    if (at == at.root_path()) return true;
  }
}

CliStatus Own(const std::string& path, uid_t uid, gid_t gid, mode_t mode) {
  if (chown(path.c_str(), uid, gid) != 0 || chmod(path.c_str(), mode) != 0) {
    return FailWith("cli.file", Errno("cannot set the owner of " + path));
  }
  return {};
}

CliStatus OwnTree(const std::string& folder, uid_t uid) {
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (lchown(entry.path().c_str(), uid, kGroup) != 0) {
      return FailWith("cli.file", Errno("cannot set the owner of " + entry.path().string()));
    }
  }
  return Own(folder, uid, kGroup, 0700);
}

}  // namespace

std::string DefaultDevFolder() {
  if (geteuid() == 0) return "/var/lib/nsl/dev";
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && *data != '\0') return std::string(data) + "/nsl/dev";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "/tmp" : home) + "/.local/share/nsl/dev";
}

CliResult<Installation> Installation::Open(DevOptions options) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error) return FailWith("cli.file", "cannot make " + options.folder + ": " + error.message());
  options.folder = fs::canonical(options.folder, error).string();
  std::string path = options.folder + "/lock";
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return FailWith("cli.file", Errno("cannot open " + path));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::string holder = Holder(fd);
    close(fd);
    return FailWith("cli.locked", options.folder + " is in use by " + holder +
                                      "; stop that `nsl dev`, or choose another --dir");
  }
  Installation out(std::move(options), fd);
  std::string text = LockText();
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) < 0) {
    return FailWith("cli.file", Errno("cannot write " + path));
  }
  return out;
}

Installation::Installation(Installation&& other) noexcept
    : options_(std::move(other.options_)), lock_fd_(other.lock_fd_) {
  other.lock_fd_ = -1;
}

Installation::~Installation() {
  if (lock_fd_ >= 0) close(lock_fd_);
}

CliStatus Installation::Prepare(const Programs& programs) {
  NSL_TRY_VOID(RequireAll(programs));
  NSL_TRY_VOID(MakeFolders());
  NSL_TRY_VOID(ChoosePorts());
  ChooseIdentities();
  NSL_TRY(host_, Staged(programs.host));
  NSL_TRY(vault_, Staged(programs.vault));
  NSL_TRY(runner_, Staged(programs.runner));
  NSL_TRY(worker_js_, Staged(programs.worker_js));
  NSL_TRY(node_, Staged(programs.node));
  NSL_TRY(neo_go_, Staged(programs.neo_go));
  NSL_TRY_VOID(InitModule());
  NSL_TRY_VOID(WriteSettingsFile());
  NSL_TRY_VOID(WriteHostConfig());
  NSL_TRY_VOID(WriteChainConfig(Path("chain"), options_.chain_port,
                                {options_.persistent_chain, options_.block_ms}));
  return GiveAway();
}

CliStatus Installation::MakeFolders() {
  for (const char* name : {"module", "run", "vault", "runner", "host", "chain", "log"}) {
    std::string folder = Path(name);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return FailWith("cli.file", Errno("cannot make " + folder));
    }
  }
  for (const char* name :
       {"run/vault.sock", "run/runner.sock", "run/relay.sock", "host/listen.json"}) {
    unlink(Path(name).c_str());
  }
  return {};
}

CliStatus Installation::ChoosePorts() {
  NSL_TRY(options_.api_port, FreePort(options_.api_port, "--port"));
  NSL_TRY(options_.metrics_port, FreePort(options_.metrics_port, "--metrics-port"));
  NSL_TRY(options_.chain_port, FreePort(options_.chain_port, "--chain-port"));
  return {};
}

void Installation::ChooseIdentities() {
  if (geteuid() != 0) {
    shared_identity_ = "not root, so all programs run as this user";
  } else if (!Traversable(options_.folder)) {
    shared_identity_ = options_.folder + " cannot be reached by other users";
  } else {
    identities_ = true;
  }
}

CliResult<std::string> Installation::Staged(const Program& program) {
  if (!identities_ || ReachableByOthers(program.path)) return program.path;
  // The tree lies in a folder that only root enters (a clone in /root): give the uids a copy.
  fs::path folder = Path("bin");
  std::error_code error;
  fs::create_directories(folder, error);
  chmod(folder.c_str(), 0755);
  fs::path copy = folder / fs::path(program.path).filename();
  fs::copy_file(program.path, copy, fs::copy_options::update_existing, error);
  if (error) return FailWith("cli.file", "cannot copy " + program.path + ": " + error.message());
  chmod(copy.c_str(), 0755);
  return copy.string();
}

CliStatus Installation::InitModule() {
  Child tool({.name = "init-module",
              .command = {vault_, "init-module", "--dir", Path("module")},
              .log_path = Path("log/setup.log")});
  NSL_TRY_VOID(tool.Start());
  int status = 0;
  waitpid(tool.pid(), &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return FailWith("cli.child", "cannot make the simulated security module:\n" + tool.LogTail());
}

CliStatus Installation::WriteSettingsFile() {
  enclave::TrustedSettings settings;
  settings.environment = "dev";
  settings.network = "private";
  settings.magic = kPrivateMagic;
  if (identities_) {
    settings.host_uid = kHostUid;
    settings.vault_uid = kVaultUid;
    settings.runner_uid = kRunnerUid;
  }
  Status written = enclave::WriteSettings(Path("settings.cbor"), settings);
  if (!written) return std::unexpected(CliError(std::move(written.error())));
  return {};
}

CliStatus Installation::WriteHostConfig() {
  std::string text = fmt::format(
      "listen = \"127.0.0.1:{}\"\n"
      "metrics_listen = \"127.0.0.1:{}\"\n"
      "data_dir = \"{}/host\"\n"
      "vault_socket = \"{}/run/vault.sock\"\n"
      "runner_socket = \"{}/run/runner.sock\"\n"
      "relay_socket = \"{}/run/relay.sock\"\n"
      "\n[chain]\nnetwork = \"private\"\nmagic = {}\n"
      "nodes = [\"http://127.0.0.1:{}\"]\n",
      options_.api_port, options_.metrics_port, options_.folder, options_.folder, options_.folder,
      options_.folder, kPrivateMagic, options_.chain_port);
  text += "\n[limits]\n";
  for (const auto& [name, value] : options_.limits) text += fmt::format("{} = {}\n", name, value);
  return WriteFileAtomic(Path("host/host.toml"), text, 0644);
}

CliStatus Installation::GiveAway() {
  if (!identities_) {
    chmod(Path("run").c_str(), 0750);
    return {};
  }
  NSL_TRY_VOID(Own(options_.folder, 0, kGroup, 0751));
  // Each program makes its socket here; the sticky bit keeps it from removing another's.
  NSL_TRY_VOID(Own(Path("run"), 0, kGroup, 01770));
  NSL_TRY_VOID(Own(Path("log"), 0, kGroup, 0750));
  NSL_TRY_VOID(Own(Path("module"), 0, kGroup, 0750));
  NSL_TRY_VOID(Own(Path("module/root.der"), 0, kGroup, 0644));
  NSL_TRY_VOID(Own(Path("module/vault.module"), kVaultUid, kGroup, 0600));
  NSL_TRY_VOID(Own(Path("module/runner.module"), kRunnerUid, kGroup, 0600));
  NSL_TRY_VOID(Own(Path("settings.cbor"), 0, kGroup, 0640));
  NSL_TRY_VOID(OwnTree(Path("vault"), kVaultUid));
  NSL_TRY_VOID(OwnTree(Path("runner"), kRunnerUid));
  NSL_TRY_VOID(OwnTree(Path("host"), kHostUid));
  return OwnTree(Path("chain"), kChainUid);
}

std::vector<ChildSpec> Installation::Children() const {
  auto spec = [this](const char* name, uid_t uid, std::vector<std::string> command,
                     std::vector<int> capabilities = {}) {
    return ChildSpec{.name = name,
                     .command = std::move(command),
                     .log_path = Path("log/" + std::string(name) + ".log"),
                     .working_folder = Path(name),
                     .own_identity = identities_,
                     .identity = {uid, kGroup, std::move(capabilities)}};
  };
  std::string settings = Path("settings.cbor");
  std::string root = Path("module/root.der");
  return {
      spec("chain", kChainUid,
           {neo_go_, "node", "--config-file", Path("chain/protocol.yml"), "--relative-path",
            Path("chain")}),
      spec("vault", kVaultUid,
           {vault_, "--module", Path("module/vault.module"), "--root", root, "--settings", settings,
            "--listen", Path("run/vault.sock")}),
      spec("runner", kRunnerUid,
           {runner_, "--module", Path("module/runner.module"), "--root", root, "--settings",
            settings, "--listen", Path("run/runner.sock"), "--relay", Path("run/relay.sock"),
            "--node", node_, "--worker-js", worker_js_},
           kRunnerCapabilities),
      spec("host", kHostUid, {host_, "--config", Path("host/host.toml")}),
  };
}

}  // namespace nsl::cli
