// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/blank_pool.h"

#include <linux/capability.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace nsl::function_runner {
namespace {

using sandbox::PieceBit;

constexpr int kFirstBlankMs = 10'000;
// A cold call is answered sooner than this; the next blank is made after it and not beside it.
constexpr std::chrono::milliseconds kRefillAfterTake{3};
constexpr uint64_t kGroupSlack = uint64_t{64} << 20;

// What needs privileges; the rest of the cage works without.
constexpr uint32_t kPrivileged = sandbox::kMountSpace | sandbox::kNetSpace | sandbox::kIpcSpace |
                                 sandbox::kUtsSpace | sandbox::kPidSpace | sandbox::kOwnUid |
                                 sandbox::kNoCapabilities;

bool HasCapability(int capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(__NR_capget, &header, data) != 0) return false;
  return (data[capability / 32].effective >> (capability % 32) & 1) != 0;
}

SandboxPiece Describe(const sandbox::Piece& piece) {
  return {std::string(piece.name), piece.essential, piece.active, piece.error};
}

}  // namespace

BlankPool::BlankPool(Env env, Executor executor, BlankPoolConfig config)
    : env_(env),
      executor_(executor),
      config_(std::move(config)),
      cgroups_("nsl-" + std::to_string(getpid())),
      refill_timer_(executor_),
      target_(config_.keep) {}

BlankPool::~BlankPool() {
  *alive_ = false;
  Stop();
}

Result<std::unique_ptr<BlankPool>> BlankPool::Start(Env env, Executor executor,
                                                    BlankPoolConfig config) {
  std::unique_ptr<BlankPool> pool(new BlankPool(env, executor, std::move(config)));
  NSL_TRY_VOID(pool->Begin());
  return pool;
}

sandbox::ZygoteOptions BlankPool::Options() const {
  sandbox::ZygoteOptions options;
  options.program = config_.node;
  options.preload = config_.worker;
  options.skip = skip_;
  return options;
}

Status BlankPool::Begin() {
  if (!HasCapability(CAP_SYS_ADMIN) || !HasCapability(CAP_SETUID)) {
    if (!config_.allow_unconfined) {
      return Fail(Reason::kPlatformConfig,
                  "functions cannot be isolated: the runner needs root or the capabilities "
                  "SYS_ADMIN, SETUID, SETGID, SETPCAP and SYS_RESOURCE");
    }
    skip_ = kPrivileged;
    env_.log.Warn("isolation", {{"isolation", "none"},
                                {"why", "not root: functions share user, files and network"}});
  }
  NSL_TRY(auto zygote, sandbox::Zygote::Start(Options()));
  if (skip_ == 0 && !sandbox::Complete(zygote->pieces())) {
    std::string missing;
    for (const sandbox::Piece& piece : zygote->pieces()) {
      if (!piece.active)
        missing += std::string(piece.name) + " errno " + std::to_string(piece.error) + " ";
    }
    return Fail(Reason::kPlatformConfig, "functions cannot be isolated: " + missing);
  }
  Adopt(std::move(zygote));
  Refill();
  return {};
}

void BlankPool::Adopt(std::shared_ptr<sandbox::Zygote> zygote) {
  if (control_) {
    control_->release();
    control_.reset();
  }
  forking_.clear();
  zygote_ = std::move(zygote);
  forks_ = 0;
  control_ = std::make_unique<asio::posix::basic_stream_descriptor<Executor>>(executor_,
                                                                              zygote_->control());
  WaitControl(zygote_);
}

// One at a time, so that making blanks never takes the machine from the calls; all at once only
// while nothing is left to take.
void BlankPool::Refill() {
  while (!stopped_ && zygote_) {
    size_t making = forking_.size() + warming_.size();
    bool short_of = ready_.empty() || !waiting_.empty();
    if (ready_.size() + making >= target_ || (making > 0 && !short_of)) return;
    size_t before = forking_.size();
    ForkOne();
    if (forking_.size() == before) return;
  }
}

void BlankPool::RefillSoon() {
  if (ready_.empty() || !waiting_.empty()) {
    asio::post(executor_, [this, alive = alive_] {
      if (*alive) Refill();
    });
    return;
  }
  // Not put off by the next one: calls that come fast would empty the pool.
  if (refill_pending_) return;
  refill_pending_ = true;
  refill_timer_.expires_after(kRefillAfterTake);
  refill_timer_.async_wait([this, alive = alive_](const boost::system::error_code& failed) {
    if (!*alive) return;
    refill_pending_ = false;
    if (!failed) Refill();
  });
}

void BlankPool::ForkOne() {
  auto pair = sandbox::SocketPair();
  if (!pair) return;
  sandbox::ForkCommand command;
  command.uid = command.gid = config_.first_uid + next_uid_;
  next_uid_ = (next_uid_ + 1) % config_.uids;
  command.memory_mb = config_.memory_mb;
  command.skip = skip_;
  if (!zygote_->SendFork(command, pair->second.get())) return Replace();
  ++forks_;
  Pending pending;
  pending.socket = std::move(pair->first);
  pending.cgroup = cgroups_.Make();
  pending.zygote = zygote_;
  forking_.push_back(std::move(pending));
}

void BlankPool::WaitControl(std::shared_ptr<sandbox::Zygote> zygote) {
  control_->async_wait(asio::posix::descriptor_base::wait_read,
                       [this, zygote, alive = alive_](const boost::system::error_code& failed) {
                         if (!*alive || failed || zygote != zygote_) return;
                         OnForked(zygote);
                       });
}

void BlankPool::OnForked(const std::shared_ptr<sandbox::Zygote>& zygote) {
  auto forked = zygote->Receive();
  if (!forked || forking_.empty()) {
    env_.log.Error("zygote_lost");
    return Replace();
  }
  Pending pending = std::move(forking_.front());
  forking_.pop_front();
  if (pending.cgroup && !pending.cgroup->Add(forked->pid)) pending.cgroup.reset();
  pending.blank.emplace(forked->pid, std::move(forked->pidfd), std::move(pending.socket),
                        std::move(pending.cgroup));
  pending.blank->KeepAlive(zygote);
  warming_.push_back(std::move(pending));
  auto it = std::prev(warming_.end());
  it->waiter = std::make_unique<asio::posix::basic_stream_descriptor<Executor>>(
      executor_, it->blank->socket());
  WaitBlank(it);
  WaitControl(zygote);
}

void BlankPool::WaitBlank(PendingIt it) {
  it->waiter->async_wait(asio::posix::descriptor_base::wait_read,
                         [this, it, alive = alive_](const boost::system::error_code& failed) {
                           if (!*alive || stopped_ || failed) return;
                           if (!ReadBlank(it)) WaitBlank(it);
                         });
}

bool BlankPool::ReadBlank(PendingIt it) {
  uint8_t chunk[2048];
  ssize_t n = recv(it->blank->socket(), chunk, sizeof chunk, MSG_DONTWAIT);
  if (n > 0) it->in.insert(it->in.end(), chunk, chunk + n);
  sandbox::Frame frame;
  auto status = sandbox::NextFrame(it->in, frame);
  if (n > 0 && status == sandbox::FrameStatus::kIncomplete) return false;
  it->waiter->release();
  bool good = status == sandbox::FrameStatus::kWhole && frame.type == sandbox::FrameType::kBlank;
  if (good) {
    std::vector<sandbox::Piece> pieces = sandbox::ParseBlank(frame.body);
    good = skip_ != 0 || (!pieces.empty() && sandbox::Complete(pieces));
    for (const sandbox::Piece& piece : pieces) {
      if (piece.active || (skip_ != 0 && piece.error == 0) || !piece.essential) continue;
      env_.log.Error("confinement_failed", {{"piece", piece.name}, {"errno", piece.error}});
    }
    piece_names_.clear();
    for (const sandbox::Piece& piece : pieces) piece_names_.emplace_back(piece.name);
    for (size_t i = 0; i < pieces.size(); ++i) pieces[i].name = piece_names_[i];
    pieces_ = std::move(pieces);
  }
  if (good) ready_.push_back(std::move(*it->blank));
  warming_.erase(it);
  if (!good) {
    env_.log.Error("blank_lost");
    return true;
  }
  std::vector<std::function<void()>> waiting = std::move(waiting_);
  waiting_.clear();
  for (auto& callback : waiting) callback();
  if (*alive_) Refill();
  return true;
}

std::optional<sandbox::Blank> BlankPool::Take(uint32_t memory_mb) {
  if (ready_.empty()) return std::nullopt;
  sandbox::Blank blank = std::move(ready_.back());
  ready_.pop_back();
  ++takes_;
  RefillSoon();
  blank.LimitMemory((static_cast<uint64_t>(memory_mb) << 20) + kGroupSlack);
  return blank;
}

void BlankPool::WhenReady(std::function<void()> callback) {
  if (!ready_.empty()) return callback();
  waiting_.push_back(std::move(callback));
  Refill();
}

std::string BlankPool::isolation() const {
  if (skip_ != 0) return "none";
  std::string missing;
  for (const sandbox::Piece& piece : pieces_) {
    if (!piece.active) missing += (missing.empty() ? "without " : ", ") + std::string(piece.name);
  }
  if (!cgroups_.available()) missing += missing.empty() ? "without cgroup" : ", cgroup";
  return missing.empty() ? "full" : missing;
}

std::vector<SandboxPiece> BlankPool::Report() {
  // No event loop runs yet: the first answers are read here.
  while (pieces_.empty() && (!forking_.empty() || !warming_.empty())) {
    if (!forking_.empty()) {
      pollfd wait{zygote_->control(), POLLIN, 0};
      if (poll(&wait, 1, kFirstBlankMs) != 1) break;
      control_->cancel();
      OnForked(zygote_);
      continue;
    }
    auto it = warming_.begin();
    pollfd wait{it->blank->socket(), POLLIN, 0};
    if (poll(&wait, 1, kFirstBlankMs) != 1) break;
    it->waiter->cancel();
    ReadBlank(it);
  }
  std::vector<SandboxPiece> report;
  for (const sandbox::Piece& piece : zygote_->pieces()) report.push_back(Describe(piece));
  for (const sandbox::Piece& piece : pieces_) report.push_back(Describe(piece));
  report.push_back({"cgroup", false, cgroups_.available(), cgroups_.error()});
  return report;
}

void BlankPool::Housekeep() {
  // As many blanks as were taken in the last second, within bounds; slowly back when it is quiet.
  target_ = std::clamp(std::max(takes_, target_ > config_.keep ? target_ - 1 : target_),
                       config_.keep, config_.most);
  takes_ = 0;
  if (forks_ > config_.forks_per_zygote) Replace();
  Refill();
}

// Starting one takes tens of milliseconds, so another thread waits for it.
void BlankPool::Replace() {
  if (replacement_running_ || stopped_) return;
  replacement_running_ = true;
  if (replacing_.joinable()) replacing_.join();
  replacing_ = std::thread([this, alive = alive_, options = Options()] {
    auto started = sandbox::Zygote::Start(options);
    auto shared = std::make_shared<decltype(started)>(std::move(started));
    asio::post(executor_, [this, alive, shared] {
      if (!*alive || stopped_) return;
      replacement_running_ = false;
      if (!*shared) {
        env_.log.Error("zygote_failed", {{"detail", shared->error().detail}});
        return;
      }
      Adopt(std::move(**shared));
      Refill();
      env_.log.Info("zygote_replaced");
    });
  });
}

void BlankPool::Stop() {
  stopped_ = true;
  refill_timer_.cancel();
  if (replacing_.joinable()) replacing_.join();
  for (Pending& pending : warming_) {
    if (pending.waiter) pending.waiter->release();
  }
  waiting_.clear();
  forking_.clear();
  warming_.clear();
  ready_.clear();
  if (control_) control_->release();
  control_.reset();
  zygote_.reset();
}

}  // namespace nsl::function_runner
