// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/worker.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace nsl::function_runner {
namespace {

constexpr size_t kReadChunk = 64 << 10;
// A worker that does not read is stalled; more than this waiting for it ends it.
constexpr size_t kMaxOutput = 32 << 20;

// The kernel's clock id of another process (see clock_getcpuclockid(3)); no call needed.
clockid_t CpuClockOf(pid_t pid) {
  return static_cast<clockid_t>((~static_cast<unsigned>(pid)) << 3 | 2);
}

}  // namespace

Worker::Worker(Executor executor, sandbox::Blank blank)
    : executor_(executor),
      poller_(net::Poller::For(executor)),
      blank_(std::move(blank)),
      socket_(blank_.TakeSocket()) {
  fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
}

Worker::~Worker() {
  *alive_ = false;
  Kill();
}

void Worker::Start(WorkerEvents& events) {
  events_ = &events;
  if (!poller_.Set(*this, socket_.get(), EPOLLIN)) GoneLater();
}

void Worker::OnReady(uint32_t events) {
  if (writing_ && (events & ~uint32_t{EPOLLIN}) != 0) {
    writing_ = false;
    if (!poller_.Set(*this, socket_.get(), EPOLLIN)) return GoneLater();
    Flush();
  }
  if ((events & ~uint32_t{EPOLLOUT}) != 0) OnReadable();
}

bool Worker::HandleFrames(ByteView data, size_t& used, bool& broken) {
  std::shared_ptr<bool> alive = alive_;
  for (;;) {
    sandbox::Frame frame;
    sandbox::FrameStatus status = sandbox::NextFrame(data.subspan(used), frame);
    broken = status == sandbox::FrameStatus::kBroken;
    if (status != sandbox::FrameStatus::kWhole) break;
    used += sandbox::kFrameHeaderBytes + frame.body.size();
    events_->OnFrame(*this, frame);
    if (!*alive) return false;
  }
  events_->OnBatchEnd(*this);
  return *alive;
}

// Whole frames are handled where they were read; an idle worker holds no memory for them.
void Worker::OnReadable() {
  static thread_local ByteArray<kReadChunk> scratch;
  ssize_t n;
  do {
    n = recv(socket_.get(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
  if (n <= 0) return Gone();
  ByteView data(scratch.data(), static_cast<size_t>(n));
  bool partial = !in_.empty();
  if (partial) {
    in_.insert(in_.end(), data.begin(), data.end());
    data = in_;
  }
  size_t used = 0;
  bool broken = false;
  if (!HandleFrames(data, used, broken)) return;
  if (broken) return Gone();
  if (!partial) {
    in_.assign(data.begin() + static_cast<ptrdiff_t>(used), data.end());
  } else if (used == in_.size()) {
    Bytes().swap(in_);
  } else {
    in_.erase(in_.begin(), in_.begin() + static_cast<ptrdiff_t>(used));
  }
}

void Worker::Gone() {
  if (state_ == State::kDead) return;
  Kill();
  events_->OnGone(*this);
}

void Worker::Kill() {
  if (state_ == State::kDead) return;
  state_ = State::kDead;
  blank_.Kill();
  poller_.Set(*this, socket_.get(), 0);
  socket_ = net::Fd();
}

void Worker::Flush() {
  dirty = false;
  if (state_ == State::kDead || writing_) return;
  while (out_sent_ < out_.size()) {
    ssize_t n = send(socket_.get(), out_.data() + out_sent_, out_.size() - out_sent_,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return WaitWritable();
      return;  // The reader sees the end and reports it.
    }
    out_sent_ += static_cast<size_t>(n);
  }
  out_.clear();
  out_sent_ = 0;
}

// Not at once: the caller may hold on to this object.
void Worker::GoneLater() {
  asio::post(executor_, [this, alive = alive_] {
    if (*alive) Gone();
  });
}

void Worker::WaitWritable() {
  if (out_.size() - out_sent_ > kMaxOutput) return GoneLater();
  writing_ = true;
  if (!poller_.Set(*this, socket_.get(), EPOLLIN | EPOLLOUT)) GoneLater();
}

uint32_t Worker::Bind(RunKey run) {
  size_t slot = 0;
  while (slot < slots_.size() && slots_[slot] != 0) ++slot;
  if (slot == slots_.size()) {
    slots_.push_back(0);
    generations_.push_back(0);
  }
  slots_[slot] = run;
  ++bound_;
  uint32_t generation = ++generations_[slot] & 0xffffff;
  return generation << 8 | static_cast<uint32_t>(slot);
}

RunKey Worker::RunOf(uint32_t call) const {
  size_t slot = call & 0xff;
  if (slot >= slots_.size() || (generations_[slot] & 0xffffff) != call >> 8) return 0;
  return slots_[slot];
}

void Worker::Unbind(uint32_t call) {
  if (RunOf(call) == 0) return;
  slots_[call & 0xff] = 0;
  --bound_;
}

std::vector<RunKey> Worker::Runs() const {
  std::vector<RunKey> runs;
  for (RunKey run : slots_) {
    if (run != 0) runs.push_back(run);
  }
  return runs;
}

uint64_t Worker::CpuMicros() const {
  timespec t{};
  if (clock_gettime(CpuClockOf(blank_.pid()), &t) != 0) return cpu_at_answer_;
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000 + static_cast<uint64_t>(t.tv_nsec) / 1'000;
}

uint64_t Worker::TakeCpuMicros() {
  uint64_t now = CpuMicros();
  uint64_t used = now - cpu_at_answer_;
  cpu_at_answer_ = now;
  return used;
}

void Worker::SampleMemory() {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/statm", blank_.pid());
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  char text[128];
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return;
  text[n] = '\0';
  unsigned long size = 0;
  unsigned long resident = 0;
  if (std::sscanf(text, "%lu %lu", &size, &resident) != 2) return;
  uint32_t kb = static_cast<uint32_t>(resident * static_cast<unsigned long>(getpagesize()) >> 10);
  if (kb > peak_kb_) peak_kb_ = kb;
}

}  // namespace nsl::function_runner
