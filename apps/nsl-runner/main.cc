// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "base/codec.h"
#include "base/metrics.h"
#include "base/plain_metrics.h"
#include "base/release.h"
#include "runner.h"

namespace nsl::runner_app {
namespace {

void Harden() {
  prctl(PR_SET_DUMPABLE, 0);
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  umask(077);
  // Shares a core with host and workers on small machines: fewer forced switches.
  sched_param param{};
  sched_setscheduler(0, SCHED_BATCH, &param);
  signal(SIGPIPE, SIG_IGN);
}

int Fatal(Log& log, const Error& error) {
  log.Error("start_failed", {{"reason", TextOf(error.reason)}, {"detail", error.detail}});
  std::fprintf(stderr, "nsl-runner: %s\n", error.ToString().c_str());
  return 1;
}

int Run(int argc, char** argv) {
  Result<Options> options = ParseOptions(argc, argv);
  if (!options) {
    std::fprintf(stderr, "nsl-runner: %s\n", options.error().detail.c_str());
    return 2;
  }
  if (options->help) {
    std::fputs(Usage(argv[0]).c_str(), stdout);
    return 0;
  }
  if (options->version) {
    std::printf("nsl-runner %s (%s)\n", kRelease, kCommit);
    return 0;
  }
  Harden();
  SystemClock clock;
  SystemRandom random;
  JsonLog log(STDERR_FILENO, "runner", clock);
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};
  asio::io_context io(1);

  function_runner::BlankPoolConfig pool;
  pool.node = options->node;
  pool.worker = options->worker_js;
  pool.allow_unconfined = MayRunUnconfined();
  auto blanks = function_runner::BlankPool::Start(env, io.get_executor(), pool);
  if (!blanks) return Fatal(log, blanks.error());
  if (options->probe) {
    function_runner::SandboxReply report{(*blanks)->Report()};
    std::printf("%s\n", ToJson(report).c_str());
    (*blanks)->Stop();
    return 0;
  }
  Result<enclave::TrustedSettings> settings = enclave::ReadSettings(options->settings);
  if (!settings) return Fatal(log, settings.error());
  Hash256 config_hash = enclave::SettingsHash(*settings);
  Result<Module> module = OpenModule(*options, config_hash, env);
  if (!module) return Fatal(log, module.error());

  Runner runner(env, io, *options, std::move(*settings), std::move(*module), std::move(*blanks));
  if (Status started = runner.Start(); !started) return Fatal(log, started.error());
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&runner](const boost::system::error_code& failed, int) {
    if (!failed) runner.Stop();
  });
  log.Info("ready", {{"release", kRelease}, {"listen", options->listen}});
  io.run();
  return 0;
}

}  // namespace
}  // namespace nsl::runner_app

int main(int argc, char** argv) { return nsl::runner_app::Run(argc, argv); }
