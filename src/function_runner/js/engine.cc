// SPDX-License-Identifier: Apache-2.0
#include "function_runner/js/engine.h"

#include <sys/random.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <new>

#include "function_runner/js/sdk_source.h"
#include "function_runner/js/strings.h"
#include "function_runner/sandbox/confine.h"

namespace nsl::js {
namespace {

using sandbox::ErrorKind;

// Enough for the largest function; a version's own limit is set when its code arrives.
constexpr size_t kMaxHeap = size_t{1'200} << 20;
// Engine and SDK before any tenant; what a function allocates comes on top.
constexpr size_t kHeapSlack = size_t{8} << 20;
// Machine code of one function; what is reserved counts as memory that native code could use.
constexpr size_t kCodeRange = size_t{64} << 20;
// A heap that is full after so many collections in a row spends its time in collecting.
constexpr int kTightCollections = 3;
constexpr char kFlags[] = "--single-threaded --no-expose-gc --stack-size=700";

void OnOom(const char* location, const v8::OOMDetails& details) {
  (void)location;
  (void)details;
  if (v8::Isolate* isolate = v8::Isolate::TryGetCurrent()) Engine::From(isolate).LastWords();
  _exit(1);
}

v8::MaybeLocal<v8::Promise> NoDynamicImport(v8::Local<v8::Context> context,
                                            v8::Local<v8::Data> options,
                                            v8::Local<v8::Value> resource,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray> attributes) {
  (void)options;
  (void)resource;
  (void)specifier;
  (void)attributes;
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return {};
  v8::Local<v8::String> text =
      FromText(isolate, "import() is not available; import the module at the top of the file");
  if (resolver->Reject(context, v8::Exception::TypeError(text)).IsNothing()) return {};
  return resolver->GetPromise();
}

}  // namespace

std::unique_ptr<Engine> Engine::Create(bool jitless) {
  std::unique_ptr<Engine> engine(new Engine());
  v8::V8::SetFlagsFromString(kFlags);
  if (jitless) v8::V8::SetFlagsFromString("--jitless");
  engine->platform_ = v8::platform::NewSingleThreadedDefaultPlatform();
  v8::V8::InitializePlatform(engine->platform_.get());
  v8::V8::Initialize();
  engine->allocator_ = std::make_unique<CountingAllocator>();
  v8::Isolate::CreateParams params;
  params.array_buffer_allocator = engine->allocator_.get();
  params.constraints.set_max_old_generation_size_in_bytes(kMaxHeap);
  params.constraints.set_max_young_generation_size_in_bytes(size_t{4} << 20);
  params.constraints.set_code_range_size_in_bytes(kCodeRange);
  v8::Isolate* isolate = v8::Isolate::New(params);
  engine->isolate_ = isolate;
  isolate->SetData(0, engine.get());
  isolate->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  isolate->SetOOMErrorHandler(OnOom);
  v8::V8::SetFatalMemoryErrorCallback(OnOom);
  isolate->AddNearHeapLimitCallback(OnNearHeapLimit, engine.get());
  isolate->AddGCEpilogueCallback(OnGcEnd, engine.get());
  isolate->SetCaptureStackTraceForUncaughtExceptions(true, 16);
  isolate->SetHostImportModuleDynamicallyCallback(NoDynamicImport);
  isolate->SetAllowWasmCodeGenerationCallback(
      [](v8::Local<v8::Context>, v8::Local<v8::String>) { return false; });
  engine->allocator_->set_on_refused([self = engine.get()] {
    self->memory_over_ = true;
    self->isolate_->TerminateExecution();
  });
  isolate->Enter();
  v8::HandleScope scope(isolate);
  v8::Local<v8::Context> context = v8::Context::New(isolate);
  context->AllowCodeGenerationFromStrings(false);
  context->Enter();
  engine->context_.Reset(isolate, context);
  if (!engine->EvaluateSdk()) return nullptr;
  return engine;
}

// The engine lives until the process exits; V8 is not torn down.
Engine::~Engine() = default;

bool Engine::EvaluateSdk() {
  v8::Local<v8::Context> ctx = context();
  v8::TryCatch caught(isolate_);
  v8::Local<v8::String> text = FromText(isolate_, SdkSource());
  v8::ScriptOrigin origin(FromText(isolate_, "nsl:runtime"));
  v8::ScriptCompiler::Source source(text, origin);
  v8::Local<v8::String> parameter = FromText(isolate_, "native");
  v8::Local<v8::Function> body;
  v8::Local<v8::Value> natives = MakeNatives(isolate_, ctx);
  v8::Local<v8::Value> made;
  if (!v8::ScriptCompiler::CompileFunction(ctx, &source, 1, &parameter).ToLocal(&body) ||
      !body->Call(ctx, v8::Undefined(isolate_), 1, &natives).ToLocal(&made)) {
    v8::Local<v8::Message> message = caught.Message();
    std::fprintf(stderr, "nsl-worker-js: the runtime does not evaluate: %s (line %d)\n",
                 ToText(isolate_, caught.Exception()).c_str(),
                 message.IsEmpty() ? 0 : message->GetLineNumber(ctx).FromMaybe(0));
    return false;
  }
  v8::Local<v8::Object> object = made.As<v8::Object>();
  auto take = [&](const char* name, v8::Global<v8::Function>& into) {
    v8::Local<v8::Value> value;
    if (!object->Get(ctx, FromText(isolate_, name)).ToLocal(&value) || !value->IsFunction()) {
      return false;
    }
    into.Reset(isolate_, value.As<v8::Function>());
    return true;
  };
  return take("run", run_) && take("platformError", platform_error_);
}

// Files that libraries open at first use are opened now, while there is a root (time zones, ICU).
void Engine::WarmUp() {
  v8::HandleScope scope(isolate_);
  v8::TryCatch caught(isolate_);
  constexpr char kWarm[] =
      "new Date().toString(); new Date(0).toLocaleString('de-DE', {timeZone: 'America/New_York'});"
      "new Intl.NumberFormat('en').format(1.5); 'a'.localeCompare('b'); 'x'.normalize('NFC');"
      "new Intl.DateTimeFormat('en', {timeZone: 'Europe/Berlin'}).format(0); /\\p{L}/u.test('x');";
  v8::Local<v8::Script> script;
  if (v8::Script::Compile(context(), FromText(isolate_, kWarm)).ToLocal(&script)) {
    v8::Local<v8::Value> ignored;
    (void)script->Run(context()).ToLocal(&ignored);
  }
  isolate_->LowMemoryNotification();
}

void Engine::AfterFork() {
  pool_used_ = pool_.size();
  pool_.fill(0);
  ballast_.reset(std::malloc(kBallast));
  // Memory of the natives (a huge string, for example) ends the same way as the engine's own.
  std::set_new_handler([] { OnOom("new", {}); });
}

void Engine::Random(void* out, size_t n) {
  auto* to = static_cast<uint8_t*>(out);
  while (n > 0) {
    if (pool_used_ == pool_.size()) {
      size_t got = 0;
      while (got < pool_.size()) {
        ssize_t k = getrandom(pool_.data() + got, pool_.size() - got, 0);
        if (k > 0) got += static_cast<size_t>(k);
      }
      pool_used_ = 0;
    }
    size_t take = std::min(n, pool_.size() - pool_used_);
    std::memcpy(to, pool_.data() + pool_used_, take);
    std::memset(pool_.data() + pool_used_, 0, take);
    pool_used_ += take;
    to += take;
    n -= take;
  }
}

void Engine::Prefault() {
  constexpr std::string_view kDummy =
      "export async function handler(e, ctx) { ctx.log.info('x', {a: 1}); const d = e.data;"
      " return { hello: d.name, n: d.n + 1, l: [1, 2, 3].map((x) => x * 2) }; }";
  sandbox::SpecialiseInfo info;
  info.entry = "index.js";
  info.files.emplace_back("index.js", AsBytes(kDummy));
  for (int i = 0; i < 2; ++i) {
    Specialise(info);
    Bytes frame;
    sandbox::CallInfo call;
    call.remaining_ms = 1'000;
    call.run_id = "run";
    call.data = R"({"name":"neo","n":41})";
    sandbox::AppendCall(frame, 0x100, call);
    Begin(0x100, ByteView(frame).subspan(sandbox::kFrameHeaderBytes));
    Settle();
    out_.clear();
  }
  handler_.Reset();
  constants_.clear();
  env_.clear();
}

void Engine::Begin(uint32_t id, ByteView body) {
  Call* call = calls_.Open(id);
  if (call == nullptr) return;
  call->body.assign(body.begin(), body.end());
  if (!sandbox::ParseCall(call->body, call->layout)) {
    Close(*call);
    return;
  }
  call->deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(call->layout.remaining_ms);
  CallHandler(*call);
}

void Engine::CallHandler(Call& call) {
  v8::HandleScope scope(isolate_);
  v8::Local<v8::Context> ctx = context();
  if (handler_.IsEmpty()) {
    AppendError(call, ErrorKind::kUser, "the module did not load", {});
    return;
  }
  v8::TryCatch caught(isolate_);
  v8::Local<v8::Integer> id = v8::Integer::NewFromUnsigned(isolate_, call.id);
  // Follows the call through its promises, so that console and timers know whose they are.
  isolate_->SetContinuationPreservedEmbedderDataV2(id);
  v8::Local<v8::Value> arguments[] = {id, handler_.Get(isolate_)};
  uint32_t number = call.id;
  v8::MaybeLocal<v8::Value> done =
      run_.Get(isolate_)->Call(ctx, v8::Undefined(isolate_), 2, arguments);
  if (done.IsEmpty() && !caught.HasTerminated()) {
    if (Call* still = calls_.Find(number); still != nullptr && !still->answered) {
      Described what = Describe(caught.Exception());
      AppendError(*still, ErrorKind::kUser, what.message, what.stack);
    }
  }
  isolate_->SetContinuationPreservedEmbedderDataV2(v8::Undefined(isolate_));
}

void Engine::HostReply(uint32_t id, ByteView body) {
  sandbox::BodyReader r(body);
  uint32_t number = r.U32();
  bool good = r.U8() != 0;
  std::string_view first = r.Text();
  std::string_view second = good ? std::string_view() : r.Text();
  auto it = host_calls_.find(number);
  if (it == host_calls_.end()) return;
  v8::HandleScope scope(isolate_);
  v8::Local<v8::Context> ctx = context();
  v8::TryCatch caught(isolate_);
  v8::Local<v8::Promise::Resolver> resolver = it->second.resolver.Get(isolate_);
  host_calls_.erase(it);
  if (Call* call = calls_.Find(id); call != nullptr && call->host_calls > 0) --call->host_calls;
  isolate_->SetContinuationPreservedEmbedderDataV2(v8::Integer::NewFromUnsigned(isolate_, id));
  if (good) {
    v8::Local<v8::Value> value;
    if (v8::JSON::Parse(ctx, FromText(isolate_, first)).ToLocal(&value)) {
      (void)resolver->Resolve(ctx, value);
    }
  } else {
    v8::Local<v8::Value> arguments[] = {FromText(isolate_, first), FromText(isolate_, second)};
    v8::Local<v8::Value> error;
    if (platform_error_.Get(isolate_)
            ->Call(ctx, v8::Undefined(isolate_), 2, arguments)
            .ToLocal(&error)) {
      (void)resolver->Reject(ctx, error);
    }
  }
  isolate_->SetContinuationPreservedEmbedderDataV2(v8::Undefined(isolate_));
}

// The caller has its answer already; what the call still does goes nowhere.
void Engine::Cancel(uint32_t id) {
  Call* call = calls_.Find(id);
  if (call == nullptr) return;
  if (!call->answered) AppendError(*call, ErrorKind::kCancelled, "cancelled", {});
  if (Call* open = calls_.Find(id)) Close(*open);
}

void Engine::RunTimers() {
  v8::HandleScope scope(isolate_);
  auto now = std::chrono::steady_clock::now();
  v8::Local<v8::Function> callback;
  uint32_t owner = 0;
  for (int i = 0; i < 1'000 && calls_.open() > 0 && !memory_over_; ++i) {
    if (!timers_.TakeDue(isolate_, now, callback, owner)) break;
    v8::TryCatch caught(isolate_);
    isolate_->SetContinuationPreservedEmbedderDataV2(v8::Integer::NewFromUnsigned(isolate_, owner));
    v8::Local<v8::Value> ignored;
    if (!callback->Call(context(), v8::Undefined(isolate_), 0, nullptr).ToLocal(&ignored) &&
        !caught.HasTerminated()) {
      AppendLog(owner, 3, FromText(isolate_, Describe(caught.Exception()).message),
                v8::String::Empty(isolate_));
    }
    isolate_->SetContinuationPreservedEmbedderDataV2(v8::Undefined(isolate_));
    isolate_->PerformMicrotaskCheckpoint();
  }
}

int Engine::NextTimerMs() const {
  return calls_.open() == 0 ? -1 : timers_.NextMs(std::chrono::steady_clock::now());
}

void Engine::Settle() {
  if (!memory_over_) {
    v8::HandleScope scope(isolate_);
    isolate_->PerformMicrotaskCheckpoint();
    while (v8::platform::PumpMessageLoop(platform_.get(), isolate_)) {
    }
  }
  if (memory_over_) OutOfMemory();
}

// The engine cannot go on: tells the supervisor why with memory that was put aside for it.
void Engine::LastWords() {
  // A second failure on the way out ends the process without words.
  std::set_new_handler(nullptr);
  ballast_.reset();
  out_.resize(sandbox::WholeFrames(out_));
  OutOfMemory();
  size_t at = 0;
  while (at < out_.size()) {
    ssize_t n = write(sandbox::kWorkerSocket, out_.data() + at, out_.size() - at);
    if (n <= 0) return;
    at += static_cast<size_t>(n);
  }
}

void Engine::OutOfMemory() {
  FailAll(ErrorKind::kMemory,
          "the memory limit of " + std::to_string(limits_.memory_mb) + " MiB was passed");
  dead_ = true;
}

void Engine::OnGcEnd(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags, void* data) {
  (void)flags;
  // Only a whole collection tells what is garbage.
  if ((type & v8::kGCTypeMarkSweepCompact) == 0) return;
  Engine& self = *static_cast<Engine*>(data);
  v8::HeapStatistics heap;
  isolate->GetHeapStatistics(&heap);
  size_t used = heap.used_heap_size() + heap.malloced_memory() + self.allocator_->used();
  size_t limit = size_t{self.limits_.memory_mb} << 20;
  self.tight_collections_ = used > limit - limit / 16 ? self.tight_collections_ + 1 : 0;
  bool over = used > limit + kHeapSlack || self.tight_collections_ >= kTightCollections;
  if (!over || self.memory_over_) return;
  self.memory_over_ = true;
  isolate->TerminateExecution();
}

size_t Engine::OnNearHeapLimit(void* data, size_t current, size_t initial) {
  (void)initial;
  Engine& self = *static_cast<Engine*>(data);
  self.memory_over_ = true;
  self.isolate_->TerminateExecution();
  // Room to unwind.
  return current + (size_t{16} << 20);
}

void Engine::LimitMemory(uint32_t memory_mb) {
  allocator_->set_limit(size_t{memory_mb} << 20);
  // The only way to lower the limit of a living heap is to take its callback away and give it back.
  isolate_->RemoveNearHeapLimitCallback(OnNearHeapLimit, size_t{memory_mb} << 20);
  isolate_->AddNearHeapLimitCallback(OnNearHeapLimit, this);
  if (memory_ceiling_mb_ <= memory_mb) return;
  if (!sandbox::LowerMemory(uint64_t{memory_ceiling_mb_ - memory_mb} << 20)) _exit(1);
  memory_ceiling_mb_ = memory_mb;
}

}  // namespace nsl::js
