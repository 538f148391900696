// SPDX-License-Identifier: Apache-2.0
//
// Worker: the supervisor's end of one confined process.
//
// Reads many frames per wake-up and hands them up, then says that the batch has ended; writes once
// per Flush(). Everything that arrives is hostile: a frame that breaks the protocol ends the
// process. The destructor kills it. One thread.
#pragma once

#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "function_runner/sandbox/worker_link.h"
#include "function_runner/sandbox/zygote.h"
#include "function_runner/supervisor/run.h"
#include "net/poller.h"

namespace nsl::function_runner {

class Worker;

class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  // Views in the frame hold until OnBatchEnd of this batch returns.
  virtual void OnFrame(Worker& worker, const sandbox::Frame& frame) = 0;
  virtual void OnBatchEnd(Worker& worker) = 0;
  // The process ended or broke the protocol; called once. The worker may be destroyed in it.
  virtual void OnGone(Worker& worker) = 0;
};

class Worker final : private net::PollTarget {
 public:
  enum class State : uint8_t { kBlank, kStarting, kReady, kDraining, kDead };

  Worker(Executor executor, sandbox::Blank blank);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Begins reading; the events object outlives the worker.
  void Start(WorkerEvents& events);

  State state() const { return state_; }
  void set_state(State state) { state_ = state; }
  Bytes& out() { return out_; }
  // Writes what was appended, as much as the socket takes now; the rest follows by itself.
  void Flush();
  void Kill();

  // Binds a run and gives the call id of its frames.
  uint32_t Bind(RunKey run);
  // 0 for an id that names no call.
  RunKey RunOf(uint32_t call) const;
  void Unbind(uint32_t call);
  size_t calls() const { return bound_; }
  std::vector<RunKey> Runs() const;

  // CPU time of the process so far, and what it used since the last answered batch.
  uint64_t CpuMicros() const;
  uint64_t TakeCpuMicros();
  uint64_t CpuMicrosSinceAnswer() const { return CpuMicros() - cpu_at_answer_; }
  // Resident memory in KiB, as sampled; Sample() reads it.
  uint32_t peak_memory_kb() const { return peak_kb_; }
  void SampleMemory();
  pid_t pid() const { return blank_.pid(); }
  const sandbox::Blank& process() const { return blank_; }

  bool dirty = false;
  class VersionPool* pool = nullptr;
  MonoTime idle_since;
  MonoTime cancel_sent = MonoTime::max();

 private:
  void OnReady(uint32_t events) override;
  // The frames of `data`; false when the worker was destroyed by one of them. `used` is what they
  // took, `broken` that the next one is none.
  bool HandleFrames(ByteView data, size_t& used, bool& broken);
  void OnReadable();
  void Gone();
  void GoneLater();
  void WaitWritable();

  Executor executor_;
  net::Poller& poller_;
  sandbox::Blank blank_;
  net::Fd socket_;
  WorkerEvents* events_ = nullptr;
  State state_ = State::kBlank;
  // The start of a frame whose rest has not come yet.
  Bytes in_;
  Bytes out_;
  size_t out_sent_ = 0;
  bool writing_ = false;
  // shared_ptr: handlers that are queued when the worker is destroyed must see that it is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<RunKey> slots_;
  std::vector<uint32_t> generations_;
  size_t bound_ = 0;
  uint64_t cpu_at_answer_ = 0;
  uint32_t peak_kb_ = 0;
};

}  // namespace nsl::function_runner
