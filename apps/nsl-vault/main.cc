// SPDX-License-Identifier: Apache-2.0
// Main of nsl-vault and nsl-vault-dev: harden, read the trusted settings, open the module, serve.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "base/plain_metrics.h"
#include "base/release.h"
#include "vault.h"

namespace nsl::vault_app {
namespace {

constexpr unsigned kStopSeconds = 5;

// What it has come to, for the isolation line.
struct Hardened {
  bool dumpable = true;
  bool cores = true;
};

Hardened Harden() {
  Hardened out;
  out.dumpable = prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_GET_DUMPABLE) != 0;
  rlimit none{0, 0};
  out.cores = setrlimit(RLIMIT_CORE, &none) != 0;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  umask(077);
  signal(SIGPIPE, SIG_IGN);
  return out;
}

int Fatal(Log& log, const Error& error) {
  log.Error("start_failed", {{"reason", TextOf(error.reason)}, {"detail", error.detail}});
  std::fprintf(stderr, "nsl-vault: %s\n", error.ToString().c_str());
  return 1;
}

Status CheckUser(const enclave::TrustedSettings& settings) {
  if (settings.vault_uid < 0 || static_cast<uid_t>(settings.vault_uid) == geteuid()) return {};
  return Fail(Reason::kPlatformConfig, "the settings want this program to run as user " +
                                           std::to_string(settings.vault_uid) + ", not " +
                                           std::to_string(geteuid()));
}

// Users of their own keep host and runner from this program's memory and files; without them only
// the kernel's usual rules between processes of one user are left.
void SayIsolation(Log& log, const enclave::TrustedSettings& settings, const Hardened& hardened) {
  bool users = settings.vault_uid >= 0 && settings.host_uid >= 0 &&
               settings.vault_uid != settings.host_uid && settings.vault_uid != settings.runner_uid;
  log.Info("isolation", {{"isolation", users ? "users" : "none"},
                         {"dumpable", hardened.dumpable},
                         {"core_files", hardened.cores},
                         {"unlocked_pages", crypto::SecretBytes::LockFailures()}});
}

int Serve(const Options& options, Env env, const Hardened& hardened) {
  auto settings = enclave::ReadSettings(options.settings);
  if (!settings) return Fatal(env.log, settings.error());
  if (Status user = CheckUser(*settings); !user) return Fatal(env.log, user.error());
  auto module = OpenModule(options, enclave::SettingsHash(*settings), env);
  if (!module) return Fatal(env.log, module.error());
  asio::io_context io(1);
  auto vault = Vault::Make(env, io, options, *settings, std::move(*module));
  if (!vault) return Fatal(env.log, vault.error());
  if (Status started = (*vault)->Start(); !started) return Fatal(env.log, started.error());
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (failed) return;
    // Ends the program when a peer keeps it from ending by itself.
    alarm(kStopSeconds);
    (*vault)->Stop();
  });
  SayIsolation(env.log, *settings, hardened);
  env.log.Info("ready", {{"release", kRelease}, {"listen", options.listen}});
  io.run();
  return 0;
}

int Run(int argc, char** argv) {
  Result<Options> options = ParseOptions(argc, argv);
  if (!options) {
    std::fprintf(stderr, "nsl-vault: %s\n", options.error().detail.c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(Usage(argv[0]).c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::printf("nsl-vault %s (%s)\n", kRelease, kCommit);
    return 0;
  }
  Hardened hardened = Harden();
  SystemClock clock;
  SystemRandom random;
  JsonLog log(STDERR_FILENO, "vault", clock);
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};
  if (options->verb.empty()) return Serve(*options, env, hardened);
  Status made = InitModule(*options, env);
  if (!made) return Fatal(log, made.error());
  return 0;
}

}  // namespace
}  // namespace nsl::vault_app

int main(int argc, char** argv) { return nsl::vault_app::Run(argc, argv); }
