// SPDX-License-Identifier: Apache-2.0
//
// Text in and out of the engine, UTF-8 on our side.
#pragma once

#include <v8.h>

#include <string>
#include <string_view>

namespace nsl::js {

inline v8::Local<v8::String> FromText(v8::Isolate* isolate, std::string_view text) {
  return v8::String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                                 static_cast<int>(text.size()))
      .ToLocalChecked();
}

// At most `most` bytes, cut between characters. Empty for what has no text (a throwing toString).
std::string ToText(v8::Isolate* isolate, v8::Local<v8::Value> value, size_t most = SIZE_MAX);

}  // namespace nsl::js
