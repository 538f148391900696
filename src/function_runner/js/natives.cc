// SPDX-License-Identifier: Apache-2.0
// What the SDK calls: small, each checks its arguments, none is reachable by a function directly.
#include <chrono>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "function_runner/js/engine.h"
#include "function_runner/js/strings.h"

namespace nsl::js {
namespace {

using Info = v8::FunctionCallbackInfo<v8::Value>;
using v8::Local;
using v8::Value;

Engine& EngineOf(const Info& info) { return Engine::From(info.GetIsolate()); }

uint32_t IdOf(const Info& info, int i = 0) {
  return info.Length() > i && info[i]->IsUint32() ? info[i].As<v8::Uint32>()->Value() : 0;
}

Call* CallOf(const Info& info) { return EngineOf(info).calls().Find(IdOf(info)); }

double NumberAt(const Info& info, int i) {
  return info.Length() > i && info[i]->IsNumber() ? info[i].As<v8::Number>()->Value() : 0;
}

double WallMs() {
  using namespace std::chrono;
  return static_cast<double>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

void Field(const Info& info) {
  Call* call = CallOf(info);
  auto i = static_cast<size_t>(NumberAt(info, 1));
  if (call == nullptr || i >= sandbox::kCallFields) return info.GetReturnValue().SetEmptyString();
  info.GetReturnValue().Set(FromText(info.GetIsolate(), call->Field(i)));
}

void Json(const Info& info) {
  Call* call = CallOf(info);
  auto i = static_cast<size_t>(NumberAt(info, 1));
  info.GetReturnValue().SetNull();
  if (call == nullptr || i >= sandbox::kCallFields || call->layout.length[i] == 0) return;
  Local<Value> value;
  Local<v8::Context> context = info.GetIsolate()->GetCurrentContext();
  if (v8::JSON::Parse(context, FromText(info.GetIsolate(), call->Field(i))).ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

void Time(const Info& info) {
  Call* call = CallOf(info);
  info.GetReturnValue().Set(call ? static_cast<double>(call->layout.time_ms) : 0.0);
}

void Attempt(const Info& info) {
  Call* call = CallOf(info);
  info.GetReturnValue().Set(call ? call->layout.attempt : 0);
}

void Remaining(const Info& info) {
  Call* call = CallOf(info);
  if (call == nullptr) return info.GetReturnValue().Set(0);
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                  call->deadline - std::chrono::steady_clock::now())
                  .count();
  info.GetReturnValue().Set(static_cast<double>(std::max<int64_t>(left, 0)));
}

void Constant(const Info& info) {
  const auto& constants = EngineOf(info).constants();
  auto it = constants.find(ToText(info.GetIsolate(), info[0], 64));
  if (it != constants.end()) {
    info.GetReturnValue().Set(FromText(info.GetIsolate(), it->second));
  } else {
    info.GetReturnValue().SetEmptyString();
  }
}

void EnvOf(const Info& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> out = v8::Object::New(isolate);
  for (const auto& [name, value] : EngineOf(info).env()) {
    (void)out->CreateDataProperty(context, FromText(isolate, name), FromText(isolate, value));
  }
  info.GetReturnValue().Set(out);
}

void Now(const Info& info) { info.GetReturnValue().Set(WallMs()); }

void Monotonic(const Info& info) {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  info.GetReturnValue().Set(std::chrono::duration<double, std::milli>(now).count());
}

void LogLine(const Info& info) {
  if (info.Length() < 4 || !info[2]->IsString() || !info[3]->IsString()) return;
  EngineOf(info).AppendLog(IdOf(info), static_cast<uint8_t>(NumberAt(info, 1)),
                           info[2].As<v8::String>(), info[3].As<v8::String>());
}

void HostCall(const Info& info) {
  if (info.Length() < 3 || !info[2]->IsString()) return;
  info.GetReturnValue().Set(EngineOf(info).HostCall(
      IdOf(info), static_cast<uint16_t>(NumberAt(info, 1)), info[2].As<v8::String>()));
}

void ResultOf(const Info& info) {
  Call* call = CallOf(info);
  if (call != nullptr && info.Length() > 1 && info[1]->IsString()) {
    EngineOf(info).AppendResult(*call, info[1].As<v8::String>());
  }
}

void Fail(const Info& info) {
  Call* call = CallOf(info);
  if (call == nullptr || info.Length() < 2) return;
  Engine& engine = EngineOf(info);
  uint32_t id = call->id;
  // Describing may run code of the function (a getter), which may end the call.
  Engine::Described what = engine.Describe(info[1]);
  if (Call* still = engine.calls().Find(id)) {
    engine.AppendError(*still, sandbox::ErrorKind::kUser, what.message, what.stack);
  }
}

void Invalid(const Info& info) {
  Call* call = CallOf(info);
  if (call == nullptr || info.Length() < 2) return;
  EngineOf(info).AppendError(*call, sandbox::ErrorKind::kOutputInvalid,
                             "the result is not JSON: " + ToText(info.GetIsolate(), info[1], 1'000),
                             {});
}

void Describe(const Info& info) {
  Engine::Described what = EngineOf(info).Describe(info[0]);
  info.GetReturnValue().Set(
      FromText(info.GetIsolate(), what.stack.empty() ? what.message : what.stack));
}

void Waiting(const Info& info) {
  Call* call = CallOf(info);
  if (call != nullptr) EngineOf(info).Waiting(*call, NumberAt(info, 1) > 0 ? 1 : -1);
}

uint32_t CurrentCallOf(v8::Isolate* isolate) {
  Local<v8::Data> data = isolate->GetContinuationPreservedEmbedderDataV2();
  if (data.IsEmpty() || !data->IsValue() || !data.As<Value>()->IsUint32()) return 0;
  return data.As<v8::Uint32>()->Value();
}

void CurrentCall(const Info& info) { info.GetReturnValue().Set(CurrentCallOf(info.GetIsolate())); }

void IsPromise(const Info& info) { info.GetReturnValue().Set(info[0]->IsPromise()); }

void SetTimer(const Info& info) {
  v8::Isolate* isolate = info.GetIsolate();
  if (info.Length() < 3 || !info[0]->IsFunction()) return;
  uint32_t owner = CurrentCallOf(isolate);
  Call* call = EngineOf(info).calls().Find(owner);
  // A call that is over leaves nothing behind that would run.
  if (owner != 0 && call == nullptr) return info.GetReturnValue().Set(0);
  uint32_t id = EngineOf(info).timers().Add(isolate, info[0].As<v8::Function>(), NumberAt(info, 1),
                                            info[2]->IsTrue(), owner);
  if (call != nullptr) ++call->timers;
  if (id == 0) {
    isolate->ThrowException(
        v8::Exception::RangeError(FromText(isolate, "a process has at most 10,000 timers")));
    return;
  }
  info.GetReturnValue().Set(id);
}

void ClearTimer(const Info& info) { EngineOf(info).timers().Clear(IdOf(info)); }

void Microtask(const Info& info) {
  if (info[0]->IsFunction()) info.GetIsolate()->EnqueueMicrotask(info[0].As<v8::Function>());
}

void Clone(const Info& info) {
  v8::Isolate* isolate = info.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  v8::ValueSerializer writer(isolate);
  writer.WriteHeader();
  if (!writer.WriteValue(context, info[0]).FromMaybe(false)) return;
  auto [data, size] = writer.Release();
  v8::ValueDeserializer reader(isolate, data, size);
  Local<Value> copy;
  if (reader.ReadHeader(context).FromMaybe(false) && reader.ReadValue(context).ToLocal(&copy)) {
    info.GetReturnValue().Set(copy);
  }
  std::free(data);
}

Local<v8::Uint8Array> NewBytes(v8::Isolate* isolate, ByteView bytes) {
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, bytes.size());
  if (!bytes.empty()) std::memcpy(buffer->Data(), bytes.data(), bytes.size());
  return v8::Uint8Array::New(buffer, 0, bytes.size());
}

void RandomBytes(const Info& info) {
  Bytes bytes(static_cast<size_t>(NumberAt(info, 0)));
  EngineOf(info).Random(bytes.data(), bytes.size());
  info.GetReturnValue().Set(NewBytes(info.GetIsolate(), bytes));
}

void RandomDouble(const Info& info) {
  uint64_t bits = 0;
  EngineOf(info).Random(&bits, sizeof bits);
  info.GetReturnValue().Set(static_cast<double>(bits >> 11) * 0x1.0p-53);
}

// Uniform below n <= 2^53, by rejection.
void RandomBelow(const Info& info) {
  auto n = static_cast<uint64_t>(NumberAt(info, 0));
  if (n == 0) return info.GetReturnValue().Set(0);
  uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t bits = 0;
  do {
    EngineOf(info).Random(&bits, sizeof bits);
  } while (bits >= limit);
  info.GetReturnValue().Set(static_cast<double>(bits % n));
}

void FillRandom(const Info& info) {
  if (!info[0]->IsArrayBufferView()) return;
  Local<v8::ArrayBufferView> view = info[0].As<v8::ArrayBufferView>();
  auto* base = static_cast<uint8_t*>(view->Buffer()->Data());
  if (base == nullptr) return;
  EngineOf(info).Random(base + view->ByteOffset(), view->ByteLength());
}

void Uuid(const Info& info) {
  Local<v8::Uint8Array> bytes = info[0].As<v8::Uint8Array>();
  uint8_t raw[16] = {};
  bytes->CopyContents(raw, sizeof raw);
  std::string hex = ToHex(raw);
  for (size_t at : {8, 13, 18, 23}) hex.insert(at, "-");
  info.GetReturnValue().Set(FromText(info.GetIsolate(), hex));
}

void Utf8Encode(const Info& info) {
  std::string text = ToText(info.GetIsolate(), info[0]);
  info.GetReturnValue().Set(NewBytes(info.GetIsolate(), AsBytes(text)));
}

void Utf8Decode(const Info& info) {
  Bytes bytes;
  if (info[0]->IsArrayBufferView()) {
    Local<v8::ArrayBufferView> view = info[0].As<v8::ArrayBufferView>();
    bytes.resize(view->ByteLength());
    view->CopyContents(bytes.data(), bytes.size());
  } else if (info[0]->IsArrayBuffer()) {
    Local<v8::ArrayBuffer> buffer = info[0].As<v8::ArrayBuffer>();
    auto* from = static_cast<uint8_t*>(buffer->Data());
    if (from != nullptr) bytes.assign(from, from + buffer->ByteLength());
  }
  ByteView text = bytes;
  if (text.size() >= 3 && text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf) {
    text = text.subspan(3);
  }
  info.GetReturnValue().Set(FromText(info.GetIsolate(), AsText(text)));
}

void ThrowLatin1(const Info& info, const char* text) {
  v8::Isolate* isolate = info.GetIsolate();
  isolate->ThrowException(v8::Exception::RangeError(FromText(isolate, text)));
}

void Btoa(const Info& info) {
  Local<v8::String> text = info[0].As<v8::String>();
  if (!text->ContainsOnlyOneByte()) return ThrowLatin1(info, "btoa takes characters up to U+00FF");
  Bytes bytes(static_cast<size_t>(text->Length()));
  text->WriteOneByteV2(info.GetIsolate(), 0, static_cast<uint32_t>(bytes.size()), bytes.data());
  info.GetReturnValue().Set(FromText(info.GetIsolate(), ToBase64(bytes)));
}

void Atob(const Info& info) {
  std::string text = ToText(info.GetIsolate(), info[0]);
  std::erase_if(
      text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; });
  while (text.size() % 4 != 0 && text.size() % 4 != 1) text.push_back('=');
  std::optional<Bytes> bytes = FromBase64(text);
  if (!bytes) return ThrowLatin1(info, "atob takes base64");
  Local<v8::String> out;
  if (v8::String::NewFromOneByte(info.GetIsolate(), bytes->data(), v8::NewStringType::kNormal,
                                 static_cast<int>(bytes->size()))
          .ToLocal(&out)) {
    info.GetReturnValue().Set(out);
  }
}

}  // namespace

Local<v8::Object> MakeNatives(v8::Isolate* isolate, Local<v8::Context> context) {
  constexpr std::pair<const char*, v8::FunctionCallback> kNatives[] = {
      {"field", Field},
      {"json", Json},
      {"time", Time},
      {"attempt", Attempt},
      {"remaining", Remaining},
      {"constant", Constant},
      {"env", EnvOf},
      {"now", Now},
      {"monotonic", Monotonic},
      {"log", LogLine},
      {"hostCall", HostCall},
      {"result", ResultOf},
      {"fail", Fail},
      {"invalid", Invalid},
      {"describe", Describe},
      {"waiting", Waiting},
      {"currentCall", CurrentCall},
      {"isPromise", IsPromise},
      {"setTimer", SetTimer},
      {"clearTimer", ClearTimer},
      {"microtask", Microtask},
      {"clone", Clone},
      {"randomBytes", RandomBytes},
      {"randomDouble", RandomDouble},
      {"randomBelow", RandomBelow},
      {"fillRandom", FillRandom},
      {"uuid", Uuid},
      {"utf8Encode", Utf8Encode},
      {"utf8Decode", Utf8Decode},
      {"btoa", Btoa},
      {"atob", Atob}};
  Local<v8::Object> natives = v8::Object::New(isolate);
  for (const auto& [name, callback] : kNatives) {
    Local<v8::Function> function;
    if (v8::Function::New(context, callback, {}, 0, v8::ConstructorBehavior::kThrow)
            .ToLocal(&function)) {
      (void)natives->CreateDataProperty(context, FromText(isolate, name), function);
    }
  }
  return natives;
}

}  // namespace nsl::js
