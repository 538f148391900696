// SPDX-License-Identifier: Apache-2.0
//
// ES modules of one bundle: only files of the bundle can be imported, by relative path. One bundle
// per process.
#pragma once

#include <v8.h>

#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "function_runner/sandbox/worker_link.h"

namespace nsl::js {

struct BuildFault {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  std::string message;
  std::string source_line;
};

class Modules {
 public:
  Modules(v8::Isolate* isolate, const sandbox::SpecialiseInfo& info);
  // Compiles, links, evaluates the entry, and finds its handler; false with fault() set.
  bool Load(v8::Local<v8::Context> context, std::string_view entry,
            v8::Local<v8::Function>& handler);
  const BuildFault& fault() const { return fault_; }

 private:
  v8::MaybeLocal<v8::Module> Compile(v8::Local<v8::Context> context, const std::string& path);
  static v8::MaybeLocal<v8::Module> Resolve(v8::Local<v8::Context> context,
                                            v8::Local<v8::String> specifier,
                                            v8::Local<v8::FixedArray> attributes,
                                            v8::Local<v8::Module> referrer);
  void Take(v8::Local<v8::Context> context, const v8::TryCatch& caught);
  bool Settled(v8::Local<v8::Context> context, v8::Local<v8::Value> evaluated,
               const std::string& entry);

  v8::Isolate* isolate_;
  std::map<std::string, std::string> files_;
  std::map<std::string, v8::Global<v8::Module>> modules_;
  // Path by identity hash; several modules may share one.
  std::multimap<int, std::string> paths_;
  BuildFault fault_;
};

// "./a", "../b/c.js" seen from a file of the bundle; empty when it leaves the bundle.
std::string ResolvePath(std::string_view from, std::string_view specifier);

}  // namespace nsl::js
