// SPDX-License-Identifier: Apache-2.0
#include "system.h"

#include <signal.h>
#include <unistd.h>

#include "../deploy.h"
#include "../profile.h"
#include "chain_node.h"
#include "crypto/hash.h"

namespace nsl::cli {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kStartLimit{120'000};
constexpr int kStartTries = 3;
constexpr milliseconds kPoll{10};
// A vault that just started has not read its records either.
constexpr milliseconds kVaultPatience{5'000};
constexpr milliseconds kStopLimit{4'500};
constexpr milliseconds kBackoffMin{100};
constexpr milliseconds kBackoffMax{5'000};
// A child that lived this long starts again without the backoff of before.
constexpr milliseconds kSettled{10'000};

sigset_t Watched() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  sigset_t set = Watched();
  sigprocmask(SIG_BLOCK, &set, nullptr);
}

bool Interrupts::Wait(milliseconds time) {
  sigset_t set = Watched();
  timespec limit{time.count() / 1000, time.count() % 1000 * 1'000'000};
  if (!came_ && sigtimedwait(&set, nullptr, &limit) > 0) came_ = true;
  return came_;
}

DevSystem::DevSystem(Installation installation, Terminal& term, Interrupts& interrupts)
    : installation_(std::move(installation)), term_(term), interrupts_(interrupts) {}

CliStatus DevSystem::Start(const OnStep& on_step) {
  auto step = [&](const std::string& what, auto&& action) -> CliStatus {
    Stopwatch watch(term_, what);
    NSL_TRY_VOID(action());
    on_step(what, watch.Done());
    return {};
  };
  NSL_TRY_VOID(
      step("prepare folder and keys", [&] { return installation_.Prepare(FindPrograms()); }));
  if (!installation_.shared_identity().empty()) {
    term_.Line("  isolation: none between the programs (" + installation_.shared_identity() + ")");
  }
  for (auto& spec : installation_.Children()) children_.emplace_back(std::move(spec));
  backoff_.assign(children_.size(), kBackoffMin);
  failed_starts_.assign(children_.size(), 0);
  restart_at_.assign(children_.size(), Clock::time_point::max());
  NSL_TRY_VOID(step("start programs", [&]() -> CliStatus {
    for (auto& child : children_) NSL_TRY_VOID(child.Start());
    return {};
  }));
  auto socket = [this](const char* name) {
    return access(installation_.Path(name).c_str(), F_OK) == 0;
  };
  NSL_TRY_VOID(step("vault listens",
                    [&] { return Until("the vault", [&] { return socket("run/vault.sock"); }); }));
  NSL_TRY_VOID(step("runner listens", [&] {
    return Until("the runner", [&] { return socket("run/runner.sock"); });
  }));
  NSL_TRY_VOID(step("private Neo N3 chain answers", [&] {
    return Until("the chain", [&] { return ChainAnswers(installation_.options().chain_port); });
  }));
  return step("host is ready", [&] { return Until("the host", [&] { return HostReady(); }); });
}

CliStatus DevSystem::Until(const std::string& what, const std::function<bool()>& done) {
  auto end = Clock::now() + kStartLimit;
  while (!done()) {
    NSL_TRY_VOID(CheckAlive());
    if (interrupts_.Wait(kPoll)) return FailWith("cli.interrupted", "stopped by a signal");
    if (Clock::now() > end) {
      return FailWith(
          "platform.unavailable",
          what + " was not ready within 120 s; its log is below " + installation_.Path("log"));
    }
    if (vault_refuses_since_ && Clock::now() - *vault_refuses_since_ > kVaultPatience) {
      return FailWith("platform.integrity",
                      "the vault does not accept the records in " + installation_.Path("host") +
                          ": they were altered, or belong to another module folder; " +
                          installation_.Path("log/vault.log") +
                          " names the record. Put the folder back as it was, or start with another "
                          "--dir");
    }
  }
  return {};
}

CliStatus DevSystem::CheckAlive() {
  std::string how;
  for (size_t i = 0; i < children_.size(); ++i) {
    Child& child = children_[i];
    if (!child.Ended(how)) continue;
    // A machine that is busy with other things can make a program miss its own time limit.
    if (++failed_starts_[i] < kStartTries) {
      term_.Line("  " + child.name() + " ended while starting (" + how + "); starting it again");
      NSL_TRY_VOID(child.Start());
      continue;
    }
    return FailWith("platform.unavailable", child.name() + " ended while starting (" + how + "); " +
                                                child.spec().log_path + " ends with:\n" +
                                                child.LogTail());
  }
  return {};
}

bool DevSystem::HostReady() {
  HttpClient http;
  auto answer = http.Send({.url = installation_.ApiUrl() + "/readyz", .timeout_ms = 2'000});
  // The words of the component "vault" while it is connected and serves nobody.
  bool refuses = answer && answer->status == 503 &&
                 answer->body.find("has not accepted its records") != std::string::npos;
  if (!refuses) {
    vault_refuses_since_.reset();
  } else if (!vault_refuses_since_) {
    vault_refuses_since_ = Clock::now();
  }
  return answer && answer->status == 200;
}

CliStatus DevSystem::WriteProfile() {
  NSL_TRY(auto der, ReadFileLimited(installation_.Path("module/root.der"), 64 << 10));
  Bytes root = ToBytes(std::string_view(der));
  NSL_TRY(auto lock, ProfileLock::Take());
  NSL_TRY(auto profile, LoadProfile());
  bool same = profile.root_der == root && profile.simulated;
  if (!same) {
    if (!profile.refresh_token.empty()) {
      term_.Line("  the profile had a login at " + profile.api + "; it is replaced");
    }
    profile = Profile{};
  }
  profile.api = installation_.ApiUrl();
  profile.root_der = root;
  profile.root_sha256 = ToHex(crypto::Sha256(root));
  profile.simulated = true;
  profile.chain = "http://127.0.0.1:" + std::to_string(installation_.options().chain_port);
  return SaveProfile(profile);
}

void DevSystem::Restart(Child& child, const std::string& how) {
  size_t i = static_cast<size_t>(&child - children_.data());
  auto now = Clock::now();
  if (now - child.started_at() > kSettled) backoff_[i] = kBackoffMin;
  restart_at_[i] = now + backoff_[i];
  term_.Line(term_.Paint(Colour::kYellow, child.name() + " ended (" + how + ")") +
             "; starting it again in " + std::to_string(backoff_[i].count()) + " ms; log " +
             child.spec().log_path);
  backoff_[i] = std::min(backoff_[i] * 2, kBackoffMax);
}

void DevSystem::Supervise() {
  while (!interrupts_.Wait(milliseconds(50))) {
    std::string how;
    for (size_t i = 0; i < children_.size(); ++i) {
      Child& child = children_[i];
      if (child.Ended(how)) Restart(child, how);
      if (child.running() || Clock::now() < restart_at_[i]) continue;
      restart_at_[i] = Clock::time_point::max();
      if (auto started = child.Start(); started) {
        term_.Line(child.name() + " runs again, pid " + std::to_string(child.pid()));
      } else {
        Restart(child, started.error().detail);
      }
    }
  }
}

void DevSystem::Stop() {
  std::vector<Child*> order;
  for (auto child = children_.rbegin(); child != children_.rend(); ++child)
    order.push_back(&*child);
  StopChildren(std::move(order), kStopLimit);
}

}  // namespace nsl::cli
