// SPDX-License-Identifier: Apache-2.0
// Engine, what it says: results, errors, logs and calls of the platform.
#include <algorithm>
#include <cstring>

#include "function_runner/js/engine.h"
#include "function_runner/js/strings.h"

namespace nsl::js {

using sandbox::ErrorKind;
using sandbox::FrameBuilder;
using sandbox::FrameType;

namespace {

constexpr size_t kMaxErrorText = 8 << 10;
constexpr size_t kMaxHostCalls = 10'000;
constexpr uint32_t kMaxArguments = 2 << 20;

std::string_view Cut(std::string_view text, size_t most) { return text.substr(0, most); }

}  // namespace

void Engine::AppendResult(Call& call, v8::Local<v8::String> json) {
  if (call.answered) return;
  size_t length = json->Utf8LengthV2(isolate_);
  if (length > limits_.max_result_bytes) {
    AppendError(call, ErrorKind::kOutputTooLarge,
                "the result has " + std::to_string(length) + " bytes as JSON; the limit is " +
                    std::to_string(limits_.max_result_bytes),
                {});
    return;
  }
  call.answered = true;
  FrameBuilder frame(out_, FrameType::kResult, call.id,
                     call.waiting > 0 ? sandbox::kFlagMore : uint8_t{0});
  size_t at = out_.size();
  out_.resize(at + length);
  json->WriteUtf8V2(isolate_, reinterpret_cast<char*>(out_.data() + at), length,
                    v8::String::WriteFlags::kReplaceInvalidUtf8);
  frame.End();
  CloseIfDone(call);
}

void Engine::AppendError(Call& call, ErrorKind kind, std::string_view message,
                         std::string_view stack) {
  if (call.answered) return;
  call.answered = true;
  FrameBuilder frame(out_, FrameType::kError, call.id);
  frame.U8(static_cast<uint8_t>(kind));
  frame.Text(Cut(message, kMaxErrorText));
  frame.Text(Cut(stack, kMaxErrorText));
  frame.End();
  Close(call);
}

// Nothing of a call outlives it: code that nobody waits for does not run.
void Engine::Close(Call& call) {
  if (call.timers > 0) timers_.DropOf(call.id);
  if (call.host_calls > 0) {
    std::erase_if(host_calls_, [&](const auto& entry) { return entry.second.call == call.id; });
  }
  calls_.Close(call);
}

void Engine::CloseIfDone(Call& call) {
  if (!call.answered || call.waiting > 0) return;
  Close(call);
}

void Engine::Waiting(Call& call, int change) {
  call.waiting += change;
  if (call.waiting > 0 || !call.answered) return;
  FrameBuilder frame(out_, FrameType::kDone, call.id);
  frame.End();
  CloseIfDone(call);
}

void Engine::FailAll(ErrorKind kind, std::string_view message) {
  std::vector<uint32_t> ids;
  calls_.ForEach([&](Call& call) { ids.push_back(call.id); });
  for (uint32_t id : ids) {
    Call* call = calls_.Find(id);
    if (call == nullptr) continue;
    if (call->answered) {
      FrameBuilder frame(out_, FrameType::kDone, id);
      frame.End();
      Close(*call);
    } else {
      AppendError(*call, kind, message, {});
    }
  }
}

void Engine::AppendLog(uint32_t id, uint8_t level, v8::Local<v8::String> message,
                       v8::Local<v8::String> fields) {
  Call* call = calls_.Find(id);
  if (call == nullptr) return;
  if (call->log_lines >= limits_.max_log_lines || call->log_bytes >= limits_.max_log_bytes) {
    // Lines beyond the limit are counted by the supervisor: an empty frame stands for one.
    if (call->log_lines++ < 2 * limits_.max_log_lines) {
      FrameBuilder frame(out_, FrameType::kLog, id);
      frame.End();
    }
    return;
  }
  std::string text = ToText(isolate_, message, limits_.max_log_line);
  std::string extra = ToText(isolate_, fields, limits_.max_log_line);
  // Cut JSON is not JSON.
  if (fields->Utf8LengthV2(isolate_) > extra.size()) extra = R"({"error":"fields too long"})";
  call->log_lines += 1;
  call->log_bytes += text.size() + extra.size();
  FrameBuilder frame(out_, FrameType::kLog, id);
  frame.U8(level);
  frame.Text(text);
  frame.Text(extra);
  frame.End();
}

v8::Local<v8::Value> Engine::HostCall(uint32_t id, uint16_t op, v8::Local<v8::String> args) {
  v8::Local<v8::Context> ctx = context();
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(ctx).ToLocal(&resolver)) return v8::Undefined(isolate_);
  const char* refusal = nullptr;
  Call* call = calls_.Find(id);
  if (call == nullptr) {
    refusal = "the call is over; keep work alive with ctx.waitUntil";
  } else if (host_calls_.size() >= kMaxHostCalls) {
    refusal = "too many platform calls at a time";
  } else if (args->Utf8LengthV2(isolate_) > kMaxArguments) {
    refusal = "the arguments of a platform call have at most 2 MiB";
  }
  if (refusal != nullptr) {
    (void)resolver->Reject(ctx, v8::Exception::Error(FromText(isolate_, refusal)));
    return resolver->GetPromise();
  }
  uint32_t number = ++next_host_call_;
  HostCallEntry& entry = host_calls_[number];
  entry.call = id;
  entry.resolver.Reset(isolate_, resolver);
  ++call->host_calls;
  std::string text = ToText(isolate_, args);
  FrameBuilder frame(out_, FrameType::kHostCall, id);
  frame.U32(number);
  frame.U16(op);
  frame.Raw(AsBytes(text));
  frame.End();
  return resolver->GetPromise();
}

Engine::Described Engine::Describe(v8::Local<v8::Value> error) {
  Described out;
  v8::TryCatch caught(isolate_);
  v8::Local<v8::Context> ctx = context();
  if (error->IsObject()) {
    v8::Local<v8::Value> value;
    v8::Local<v8::Object> object = error.As<v8::Object>();
    if (error->IsNativeError()) {
      std::string name = "Error";
      std::string message;
      if (object->Get(ctx, FromText(isolate_, "name")).ToLocal(&value) && value->IsString()) {
        name = ToText(isolate_, value, kMaxErrorText);
      }
      if (object->Get(ctx, FromText(isolate_, "message")).ToLocal(&value) && value->IsString()) {
        message = ToText(isolate_, value, kMaxErrorText);
      }
      out.message = message.empty() ? name : name + ": " + message;
    }
    if (object->Get(ctx, FromText(isolate_, "stack")).ToLocal(&value) && value->IsString()) {
      std::string stack = ToText(isolate_, value, kMaxErrorText);
      // Frames of the runtime say nothing to the author.
      size_t at = 0;
      while (at < stack.size()) {
        size_t end = std::min(stack.find('\n', at), stack.size());
        std::string line = stack.substr(at, end - at);
        if (line.find("nsl:runtime") == std::string::npos) out.stack += line + "\n";
        at = end + 1;
      }
      if (!out.stack.empty()) out.stack.pop_back();
    }
  }
  if (out.message.empty()) out.message = ToText(isolate_, error, kMaxErrorText);
  return out;
}

}  // namespace nsl::js
