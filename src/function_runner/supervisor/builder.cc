// SPDX-License-Identifier: Apache-2.0
#include "function_runner/supervisor/builder.h"

#include <boost/asio/redirect_error.hpp>

#include "base/codec.h"
#include "crypto/hash.h"
#include "function_runner/manifest.h"
#include "function_runner/supervisor/bundle.h"

namespace nsl::function_runner {
namespace {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Listens to the one worker of a boot check.
class BootEvents final : public WorkerEvents {
 public:
  explicit BootEvents(Timer& wake) : wake_(wake) {}
  void OnFrame(Worker& worker, const sandbox::Frame& frame) override {
    (void)worker;
    if (frame.type == sandbox::FrameType::kReady) {
      outcome = Status();
    } else if (frame.type == sandbox::FrameType::kBuildError) {
      outcome = Refusal(sandbox::ParseBuildError(frame.body));
    } else {
      return;
    }
    wake_.cancel();
  }
  void OnBatchEnd(Worker& worker) override { (void)worker; }
  void OnGone(Worker& worker) override {
    if (outcome) return;
    std::string why = "the module's top level ended the process";
    if (worker.process().RanOutOfMemory()) why = "the module's top level ran out of memory";
    outcome = Fail(Reason::kFunctionBuild, why);
    wake_.cancel();
  }
  std::optional<Status> outcome;

 private:
  // File, line and column in the text for people and as a field for programs.
  static Status Refusal(const sandbox::BuildErrorInfo& info) {
    std::string place = std::string(info.file);
    if (info.line > 0) {
      place += ":" + std::to_string(info.line) + ":" + std::to_string(info.column);
    }
    Error error(Reason::kFunctionBuild, place + ": " + std::string(info.message));
    std::string shown = "line " + std::to_string(info.line) + ", column " +
                        std::to_string(info.column) + ": " + std::string(info.message);
    if (!info.source_line.empty()) {
      std::string caret(info.column > 0 ? info.column - 1 : 0, ' ');
      shown += "\n" + std::string(info.source_line) + "\n" + caret + "^";
    }
    error.fields.push_back({"/files/" + std::string(info.file), shown});
    return Fail(std::move(error));
  }
  Timer& wake_;
};

}  // namespace

Builder::Builder(BuilderConfig config, BlankPool& blanks, const crypto::P256PrivateKey& key,
                 Executor executor)
    : config_(std::move(config)), blanks_(blanks), key_(key), executor_(executor) {}

Task<Result<BuildReply>> Builder::Build(BuildRequest request) {
  NSL_CO_TRY_VOID(CheckManifest(request.manifest, request.files));
  if (running_ >= config_.max_builds) {
    co_return Fail(Reason::kQuotaBusy, "too many builds at a time; try again");
  }
  const Manifest& m = request.manifest;
  account::BuildRecord record;
  record.tag = "nsl/build/1";
  record.project_id = request.project_id;
  record.function_id = request.function_id;
  record.code_hash = ToBytes(CodeHash(m, request.files));
  record.runtime = m.runtime;
  record.entry = m.entry;
  record.toolchain = config_.toolchain;
  record.release = config_.release;
  record.wall_ms = m.limits.wall_ms;
  record.cpu_ms = m.limits.cpu_ms;
  record.memory_mb = m.limits.memory_mb;
  record.concurrency = m.limits.concurrency;
  record.access = m.access;
  Bytes bundle = EncodeBundle(m, request.files);
  record.artefacts["bundle"] = ToBytes(crypto::Sha256(bundle));

  GrantedVersion granted;
  granted.record = record;
  Result<Bytes> specialise = SpecialiseFor(bundle, granted);
  if (!specialise) co_return std::unexpected(std::move(specialise.error()));
  ++running_;
  Status checked = co_await BootCheck(std::move(*specialise), m.limits.memory_mb);
  --running_;
  if (!checked) co_return std::unexpected(std::move(checked.error()));

  BuildReply reply;
  reply.build_record = ToCbor(record);
  Result<Bytes> signature = key_.Sign(reply.build_record);
  if (!signature) co_return std::unexpected(std::move(signature.error()));
  reply.build_signature = std::move(*signature);
  reply.artefacts.push_back({"bundle", std::move(bundle)});
  co_return reply;
}

Task<Status> Builder::BootCheck(Bytes specialise, uint32_t memory_mb) {
  Timer timer(executor_);
  std::optional<sandbox::Blank> blank = blanks_.Take(memory_mb);
  for (int tries = 0; !blank && tries < 500; ++tries) {
    timer.expires_after(std::chrono::milliseconds(10));
    boost::system::error_code ended;
    co_await timer.async_wait(asio::redirect_error(kUseTask, ended));
    blank = blanks_.Take(memory_mb);
  }
  if (!blank) co_return Fail(Reason::kQuotaBusy, "no process is free for the build; try again");
  BootEvents events(timer);
  Worker worker(executor_, std::move(*blank));
  worker.set_state(Worker::State::kStarting);
  sandbox::AppendFrame(worker.out(), sandbox::FrameType::kSpecialise, 0, specialise);
  timer.expires_after(config_.boot_limit);
  worker.Start(events);
  worker.Flush();
  boost::system::error_code ended;
  co_await timer.async_wait(asio::redirect_error(kUseTask, ended));
  if (!events.outcome) {
    co_return Fail(Reason::kFunctionBuild, "the module's top level did not end within " +
                                               std::to_string(config_.boot_limit.count()) + " ms");
  }
  co_return *events.outcome;
}

}  // namespace nsl::function_runner
