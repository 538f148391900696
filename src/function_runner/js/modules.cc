// SPDX-License-Identifier: Apache-2.0
#include "function_runner/js/modules.h"

#include <vector>

#include "function_runner/js/engine.h"
#include "function_runner/js/strings.h"

namespace nsl::js {

std::string ResolvePath(std::string_view from, std::string_view specifier) {
  std::vector<std::string_view> parts;
  auto walk = [&parts](std::string_view path) {
    size_t at = 0;
    while (at <= path.size()) {
      size_t end = std::min(path.find('/', at), path.size());
      std::string_view part = path.substr(at, end - at);
      at = end + 1;
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        if (parts.empty()) return false;
        parts.pop_back();
      } else {
        parts.push_back(part);
      }
    }
    return true;
  };
  size_t slash = from.rfind('/');
  if (slash != std::string_view::npos && !walk(from.substr(0, slash))) return {};
  if (!walk(specifier)) return {};
  std::string out;
  for (std::string_view part : parts) {
    if (!out.empty()) out.push_back('/');
    out += part;
  }
  return out;
}

Modules::Modules(v8::Isolate* isolate, const sandbox::SpecialiseInfo& info) : isolate_(isolate) {
  for (const auto& [path, content] : info.files) files_[std::string(path)] = AsText(content);
}

v8::MaybeLocal<v8::Module> Modules::Compile(v8::Local<v8::Context> context,
                                            const std::string& path) {
  if (auto it = modules_.find(path); it != modules_.end()) return it->second.Get(isolate_);
  v8::ScriptOrigin origin(FromText(isolate_, path), 0, 0, false, -1, {}, false, false, true);
  v8::ScriptCompiler::Source source(FromText(isolate_, files_[path]), origin);
  v8::Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate_, &source).ToLocal(&module)) return {};
  modules_[path].Reset(isolate_, module);
  paths_.emplace(module->GetIdentityHash(), path);
  (void)context;
  return module;
}

v8::MaybeLocal<v8::Module> Modules::Resolve(v8::Local<v8::Context> context,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray> attributes,
                                            v8::Local<v8::Module> referrer) {
  (void)attributes;
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Modules& self = *static_cast<Modules*>(isolate->GetData(1));
  std::string wanted = ToText(isolate, specifier, 1'024);
  std::string from;
  auto [first, last] = self.paths_.equal_range(referrer->GetIdentityHash());
  for (auto it = first; it != last; ++it) {
    if (self.modules_[it->second].Get(isolate) == referrer) from = it->second;
  }
  auto refuse = [&](const std::string& why) {
    isolate->ThrowException(v8::Exception::SyntaxError(
        FromText(isolate, "cannot import '" + wanted + "' from " + from + ": " + why)));
    return v8::MaybeLocal<v8::Module>();
  };
  if (!wanted.starts_with("./") && !wanted.starts_with("../")) {
    return refuse("only relative paths inside the bundle can be imported; bundle packages first");
  }
  std::string path = ResolvePath(from, wanted);
  for (const char* suffix : {"", ".js", ".mjs", "/index.js"}) {
    if (!path.empty() && self.files_.contains(path + suffix)) {
      return self.Compile(context, path + suffix);
    }
  }
  return refuse("the bundle has no such file");
}

void Modules::Take(v8::Local<v8::Context> context, const v8::TryCatch& caught) {
  if (caught.HasTerminated() || caught.Exception().IsEmpty()) {
    fault_.message = "the top level was ended: it passed a limit";
    return;
  }
  Engine::Described what = Engine::From(isolate_).Describe(caught.Exception());
  fault_.message = what.message;
  v8::Local<v8::Message> message = caught.Message();
  if (message.IsEmpty()) return;
  std::string file = ToText(isolate_, message->GetScriptResourceName(), 1'024);
  if (!files_.contains(file)) return;
  fault_.file = file;
  fault_.line = static_cast<uint32_t>(message->GetLineNumber(context).FromMaybe(0));
  fault_.column = static_cast<uint32_t>(message->GetStartColumn(context).FromMaybe(-1) + 1);
  v8::Local<v8::String> line;
  if (message->GetSourceLine(context).ToLocal(&line)) {
    fault_.source_line = ToText(isolate_, line, 400);
  }
}

// A module whose top level awaits something that only a call could bring never becomes ready.
bool Modules::Settled(v8::Local<v8::Context> context, v8::Local<v8::Value> evaluated,
                      const std::string& entry) {
  if (!evaluated->IsPromise()) return true;
  isolate_->PerformMicrotaskCheckpoint();
  v8::Local<v8::Promise> promise = evaluated.As<v8::Promise>();
  if (promise->State() == v8::Promise::kFulfilled) return true;
  fault_.file = entry;
  if (promise->State() == v8::Promise::kPending) {
    fault_.message = "the top level awaits something that never comes before a call";
    return false;
  }
  Engine::Described what = Engine::From(isolate_).Describe(promise->Result());
  fault_.message = what.message;
  v8::Local<v8::Message> message = v8::Exception::CreateMessage(isolate_, promise->Result());
  if (!message.IsEmpty()) {
    std::string file = ToText(isolate_, message->GetScriptResourceName(), 1'024);
    if (files_.contains(file)) {
      fault_.file = file;
      fault_.line = static_cast<uint32_t>(message->GetLineNumber(context).FromMaybe(0));
      fault_.column = static_cast<uint32_t>(message->GetStartColumn(context).FromMaybe(-1) + 1);
      v8::Local<v8::String> line;
      if (message->GetSourceLine(context).ToLocal(&line)) {
        fault_.source_line = ToText(isolate_, line, 400);
      }
    }
  }
  return false;
}

bool Modules::Load(v8::Local<v8::Context> context, std::string_view entry,
                   v8::Local<v8::Function>& handler) {
  std::string path(entry);
  isolate_->SetData(1, this);
  v8::TryCatch caught(isolate_);
  fault_.file = path;
  if (!files_.contains(path)) {
    fault_.message = "the bundle has no file '" + path + "'";
    return false;
  }
  v8::Local<v8::Module> module;
  v8::Local<v8::Value> evaluated;
  if (!Compile(context, path).ToLocal(&module) ||
      !module->InstantiateModule(context, Resolve).FromMaybe(false) ||
      !module->Evaluate(context).ToLocal(&evaluated)) {
    Take(context, caught);
    return false;
  }
  if (!Settled(context, evaluated, path)) return false;
  v8::Local<v8::Value> value;
  v8::Local<v8::Object> exports = module->GetModuleNamespace().As<v8::Object>();
  if (!exports->Get(context, FromText(isolate_, "handler")).ToLocal(&value) ||
      !value->IsFunction()) {
    fault_.message =
        "the entry must export a function named handler: "
        "export async function handler(event, ctx) { ... }";
    return false;
  }
  handler = value.As<v8::Function>();
  return true;
}

void Engine::Specialise(const sandbox::SpecialiseInfo& info) {
  v8::HandleScope scope(isolate_);
  limits_.memory_mb = info.memory_mb;
  limits_.max_result_bytes = info.max_result_bytes;
  limits_.max_log_lines = info.max_log_lines;
  limits_.max_log_bytes = info.max_log_bytes;
  limits_.max_log_line = info.max_log_line;
  LimitMemory(info.memory_mb);
  constants_ = {{"functionId", std::string(info.function_id)},
                {"versionId", std::string(info.version_id)},
                {"codeHash", std::string(info.code_hash)},
                {"projectId", std::string(info.project_id)}};
  env_.clear();
  for (const auto& [name, value] : info.env) env_[std::string(name)] = value;
  Modules modules(isolate_, info);
  v8::Local<v8::Function> handler;
  if (modules.Load(context(), info.entry, handler)) {
    handler_.Reset(isolate_, handler);
    sandbox::AppendFrame(out_, sandbox::FrameType::kReady, 0, {});
  } else {
    const BuildFault& fault = modules.fault();
    sandbox::FrameBuilder frame(out_, sandbox::FrameType::kBuildError, 0);
    frame.U32(fault.line);
    frame.U32(fault.column);
    frame.Text(fault.file);
    frame.Text(fault.message);
    frame.Text(fault.source_line);
    frame.End();
  }
  isolate_->SetData(1, nullptr);
}

}  // namespace nsl::js
