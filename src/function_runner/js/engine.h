// SPDX-License-Identifier: Apache-2.0
//
// Engine: one V8 isolate and context with the SDK, made once in the zygote; every worker is a fork
// of it that runs one function version.
//
// Guarantee: no code generation from strings, no WebAssembly, no shared memory; every generator is
// reseeded after the fork; a call writes its answer at most once; memory over the limit ends all
// calls of the process with kMemory and the process. One thread; one engine per process.
#pragma once

#include <libplatform/libplatform.h>
#include <v8.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "function_runner/js/allocator.h"
#include "function_runner/js/call_table.h"
#include "function_runner/js/timers.h"
#include "function_runner/sandbox/worker_link.h"

namespace nsl::js {

class Engine {
 public:
  // Initialises V8 without helper threads, makes the context and evaluates the SDK. Null with a
  // line on stderr when the SDK does not compile.
  // Jitless: no page ever becomes executable; slower, and without the compilers' attack surface.
  static std::unique_ptr<Engine> Create(bool jitless = false);
  ~Engine();
  static Engine& From(v8::Isolate* isolate) { return *static_cast<Engine*>(isolate->GetData(0)); }

  // In the zygote: local time, collation and the inspector of fork hazards.
  void WarmUp();
  // In the child: fresh randomness.
  void AfterFork();
  // What the process was given at the fork; Specialise() gives back what the version may not have.
  void set_memory_ceiling(uint32_t mb) { memory_ceiling_mb_ = mb; }
  // In the child, before a tenant is known: touches the pages that a call will touch.
  void Prefault();

  // Compiles, links and evaluates the bundle; appends kReady or kBuildError.
  void Specialise(const sandbox::SpecialiseInfo& info);
  void Begin(uint32_t id, ByteView body);
  void HostReply(uint32_t id, ByteView body);
  void Cancel(uint32_t id);
  void RunTimers();
  // Milliseconds until the next timer, -1 without one.
  int NextTimerMs() const;
  // After a batch of frames: promise reactions; then what must end the process.
  void Settle();
  bool dead() const { return dead_; }
  Bytes& out() { return out_; }

  // For the natives.
  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }
  CallTable& calls() { return calls_; }
  Timers& timers() { return timers_; }
  const std::map<std::string, std::string>& constants() const { return constants_; }
  const std::map<std::string, std::string>& env() const { return env_; }
  void AppendResult(Call& call, v8::Local<v8::String> json);
  void AppendError(Call& call, sandbox::ErrorKind kind, std::string_view message,
                   std::string_view stack);
  void AppendLog(uint32_t id, uint8_t level, v8::Local<v8::String> message,
                 v8::Local<v8::String> fields);
  v8::Local<v8::Value> HostCall(uint32_t id, uint16_t op, v8::Local<v8::String> args);
  void Waiting(Call& call, int change);
  // Message and stack of anything that was thrown.
  struct Described {
    std::string message;
    std::string stack;
  };
  Described Describe(v8::Local<v8::Value> error);
  // 8 to 32 random bytes at a time from a pool that AfterFork empties.
  void Random(void* out, size_t n);
  void OutOfMemory();
  void LastWords();

 private:
  static constexpr size_t kBallast = 256 << 10;

  Engine() = default;
  bool EvaluateSdk();
  void CallHandler(Call& call);
  void Close(Call& call);
  void CloseIfDone(Call& call);
  void LimitMemory(uint32_t memory_mb);
  void FailAll(sandbox::ErrorKind kind, std::string_view message);
  static void OnGcEnd(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* data);
  static size_t OnNearHeapLimit(void* data, size_t current, size_t initial);

  std::unique_ptr<v8::Platform> platform_;
  std::unique_ptr<CountingAllocator> allocator_;
  v8::Isolate* isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  v8::Global<v8::Function> run_;
  v8::Global<v8::Function> platform_error_;
  v8::Global<v8::Function> handler_;
  CallTable calls_;
  Timers timers_;
  std::map<std::string, std::string> constants_;
  std::map<std::string, std::string> env_;
  sandbox::SpecialiseInfo limits_;
  Bytes out_;
  ByteArray<1024> pool_{};
  size_t pool_used_ = sizeof(pool_);
  uint32_t next_host_call_ = 0;
  struct HostCallEntry {
    uint32_t call = 0;
    v8::Global<v8::Promise::Resolver> resolver;
  };
  std::map<uint32_t, HostCallEntry> host_calls_;
  // Reserved but never touched: an idle worker must not pay for it.
  std::unique_ptr<void, decltype(&std::free)> ballast_{nullptr, &std::free};
  uint32_t memory_ceiling_mb_ = 0;
  int tight_collections_ = 0;
  bool memory_over_ = false;
  bool dead_ = false;
};

// Defines the object that the SDK calls the platform through.
v8::Local<v8::Object> MakeNatives(v8::Isolate* isolate, v8::Local<v8::Context> context);

}  // namespace nsl::js
