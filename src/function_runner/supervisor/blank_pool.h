// SPDX-License-Identifier: Apache-2.0
//
// BlankPool: confined processes that wait for code, so that a cold start is one message away.
//
// Guarantee: what Take() gives was confined completely (each essential piece reported active) and
// has never seen a tenant. Refills follow the rate of takes, at idle. The zygote is replaced after
// many forks, so that its children do not share one address layout for ever, and at once when it
// dies; a replaced one lives until its last child ends. One thread.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/env.h"
#include "base/task.h"
#include "function_runner/api.h"
#include "function_runner/sandbox/zygote.h"

namespace nsl::function_runner {

struct BlankPoolConfig {
  std::string node;
  std::string worker;
  // -dev programs alone: run where the machine allows no isolation, and say so.
  bool allow_unconfined = false;
  size_t keep = 4;
  size_t most = 16;
  // What a blank is forked with: the ceiling of all versions. A worker lowers its own limits to its
  // version's when the code arrives.
  uint32_t memory_mb = 1'024;
  // Each worker gets a user id of its own from here up.
  uint32_t first_uid = 200'000;
  uint32_t uids = 50'000;
  uint32_t forks_per_zygote = 5'000;
};

class BlankPool {
 public:
  static Result<std::unique_ptr<BlankPool>> Start(Env env, Executor executor,
                                                  BlankPoolConfig config);
  ~BlankPool();

  // A blank with this much memory, or none right now.
  std::optional<sandbox::Blank> Take(uint32_t memory_mb);
  // Runs once when a blank is there.
  void WhenReady(std::function<void()> callback);
  size_t size() const { return ready_.size(); }
  // "full", "none", or what optional pieces are missing.
  std::string isolation() const;
  // Blocks at the start of the program alone, until the first blank has reported.
  std::vector<SandboxPiece> Report();
  // Once a second: refill rate, replacement of the zygote.
  void Housekeep();
  void Stop();

 private:
  struct Pending {
    sandbox::Descriptor socket;
    std::unique_ptr<sandbox::Cgroup> cgroup;
    std::shared_ptr<sandbox::Zygote> zygote;
    std::optional<sandbox::Blank> blank;
    std::unique_ptr<asio::posix::basic_stream_descriptor<Executor>> waiter;
    Bytes in;
  };
  using PendingIt = std::list<Pending>::iterator;

  BlankPool(Env env, Executor executor, BlankPoolConfig config);
  Status Begin();
  void Adopt(std::shared_ptr<sandbox::Zygote> zygote);
  void Refill();
  void RefillSoon();
  void ForkOne();
  void WaitControl(std::shared_ptr<sandbox::Zygote> zygote);
  void OnForked(const std::shared_ptr<sandbox::Zygote>& zygote);
  void WaitBlank(PendingIt it);
  // True when the blank has reported (well or badly) and left the list.
  bool ReadBlank(PendingIt it);
  void Replace();
  sandbox::ZygoteOptions Options() const;

  Env env_;
  Executor executor_;
  BlankPoolConfig config_;
  uint32_t skip_ = 0;
  sandbox::CgroupRoot cgroups_;
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      refill_timer_;
  bool refill_pending_ = false;
  std::shared_ptr<sandbox::Zygote> zygote_;
  std::unique_ptr<asio::posix::basic_stream_descriptor<Executor>> control_;
  // Forks that were asked for and not yet answered, in order; then those that warm up.
  std::list<Pending> forking_;
  std::list<Pending> warming_;
  std::vector<sandbox::Blank> ready_;
  std::vector<std::function<void()>> waiting_;
  std::vector<sandbox::Piece> pieces_;
  std::vector<std::string> piece_names_;
  std::thread replacing_;
  bool replacement_running_ = false;
  bool stopped_ = false;
  size_t target_;
  size_t takes_ = 0;
  uint32_t forks_ = 0;
  uint32_t next_uid_ = 0;
  // shared_ptr: handlers queued when the pool goes must see it.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace nsl::function_runner
