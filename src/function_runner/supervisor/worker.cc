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
    : blank_(std::move(blank)), socket_(executor, blank_.TakeSocket()) {
  fcntl(socket_.native_handle(), F_SETFL, O_NONBLOCK);
}

Worker::~Worker() {
  *alive_ = false;
  Kill();
}

void Worker::Start(WorkerEvents& events) {
  events_ = &events;
  WaitReadable();
}

void Worker::WaitReadable() {
  socket_.async_wait(asio::posix::descriptor_base::wait_read,
                     [this, alive = alive_](const boost::system::error_code& failed) {
                       if (!*alive || failed) return;
                       OnReadable();
                     });
}

void Worker::OnReadable() {
  std::shared_ptr<bool> alive = alive_;
  bool ended = false;
  for (;;) {
    if (in_.size() - in_used_ < kReadChunk) in_.resize(in_used_ + kReadChunk);
    size_t room = in_.size() - in_used_;
    ssize_t n = recv(socket_.native_handle(), in_.data() + in_used_, room, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      ended = errno != EAGAIN && errno != EWOULDBLOCK;
      break;
    }
    if (n == 0) {
      ended = true;
      break;
    }
    in_used_ += static_cast<size_t>(n);
    // A short read means that the socket is empty: no second call to learn that.
    if (static_cast<size_t>(n) < room) break;
  }
  size_t at = 0;
  while (!ended) {
    sandbox::Frame frame;
    sandbox::FrameStatus status =
        sandbox::NextFrame(ByteView(in_.data() + at, in_used_ - at), frame);
    if (status == sandbox::FrameStatus::kIncomplete) break;
    if (status == sandbox::FrameStatus::kBroken) {
      ended = true;
      break;
    }
    at += sandbox::kFrameHeaderBytes + frame.body.size();
    events_->OnFrame(*this, frame);
    if (!*alive) return;
  }
  events_->OnBatchEnd(*this);
  if (!*alive) return;
  if (at > 0) {
    std::copy(in_.begin() + static_cast<ptrdiff_t>(at),
              in_.begin() + static_cast<ptrdiff_t>(in_used_), in_.begin());
    in_used_ -= at;
  }
  if (ended) {
    Gone();
  } else {
    WaitReadable();
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
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Worker::Flush() {
  dirty = false;
  if (state_ == State::kDead || writing_) return;
  while (out_sent_ < out_.size()) {
    ssize_t n = send(socket_.native_handle(), out_.data() + out_sent_, out_.size() - out_sent_,
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

void Worker::WaitWritable() {
  if (out_.size() - out_sent_ > kMaxOutput) {
    asio::post(socket_.get_executor(), [this, alive = alive_] {
      if (*alive) Gone();
    });
    return;
  }
  writing_ = true;
  socket_.async_wait(asio::posix::descriptor_base::wait_write,
                     [this, alive = alive_](const boost::system::error_code& failed) {
                       if (!*alive || failed) return;
                       writing_ = false;
                       Flush();
                     });
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
