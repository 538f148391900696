// SPDX-License-Identifier: Apache-2.0
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/release.h"
#include "host.h"
#include "metrics/process.h"
#include "net/run_loop.h"

namespace nsl::host {
namespace {

constexpr char kUsage[] =
    "usage: nsl-host --config FILE [--check-config]\n"
    "       nsl-host --version\n"
    "\n"
    "  --config FILE    configuration (TOML)\n"
    "  --check-config   read the configuration, say what is wrong, and end\n"
    "  --version        release and commit\n";

struct Options {
  std::string config;
  bool check = false;
  bool version = false;
  bool help = false;
};

std::optional<Options> ParseOptions(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--config" && i + 1 < argc) {
      out.config = argv[++i];
    } else if (word == "--check-config") {
      out.check = true;
    } else if (word == "--version") {
      out.version = true;
    } else if (word == "--help" || word == "-h") {
      out.help = true;
    } else {
      std::fprintf(stderr, "nsl-host: unknown or incomplete option '%s'\n%s", argv[i], kUsage);
      return std::nullopt;
    }
  }
  if (out.config.empty() && !out.version && !out.help) {
    std::fprintf(stderr, "nsl-host: --config is missing\n%s", kUsage);
    return std::nullopt;
  }
  return out;
}

void Harden() {
  ::prctl(PR_SET_DUMPABLE, 0);
  rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::umask(077);
  // One descriptor per client connection: take what is allowed.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  // Shares a core with runner and workers on small machines: fewer forced switches.
  sched_param param{};
  ::sched_setscheduler(0, SCHED_BATCH, &param);
  ::signal(SIGPIPE, SIG_IGN);
}

int Fatal(Log& log, const Error& error) {
  log.Error("start_failed", {{"reason", TextOf(error.reason)}, {"detail", error.detail}});
  std::fprintf(stderr, "nsl-host: %s\n", error.ToString().c_str());
  return 1;
}

int Serve(HostConfig config) {
  Harden();
  SystemClock clock;
  SystemRandom random;
  JsonLog log(STDERR_FILENO, "host", clock);
  metrics::Registry registry;
  metrics::AddProcessMetrics(registry);
  Env env{clock, random, log, registry};
  asio::io_context io(1);
  Result<std::unique_ptr<Host>> host = Host::Open(env, registry, io, std::move(config));
  if (!host) return Fatal(log, host.error());
  int code = 0;
  (*host)->Boot([&](Status booted) {
    if (booted) return;
    code = Fatal(log, booted.error());
    (*host)->Stop();
  });
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&host](const boost::system::error_code& failed, int) {
    if (!failed) (*host)->Stop();
  });
  net::RunLoop(io, [&host] { return (*host)->busy(); }).Run();
  if (!(*host)->healthy()) code = 1;
  host->reset();
  return code;
}

int Run(int argc, char** argv) {
  std::optional<Options> options = ParseOptions(argc, argv);
  if (!options) return 2;
  if (options->help) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (options->version) {
    std::printf("nsl-host %s (%s)\n", kRelease, kCommit);
    return 0;
  }
  Result<HostConfig> config = ReadConfig(options->config);
  if (!config) {
    std::fprintf(stderr, "nsl-host: %s\n", config.error().detail.c_str());
    return 2;
  }
  if (options->check) {
    std::printf("%s is valid\n", options->config.c_str());
    return 0;
  }
  return Serve(std::move(*config));
}

}  // namespace
}  // namespace nsl::host

int main(int argc, char** argv) { return nsl::host::Run(argc, argv); }
