// SPDX-License-Identifier: Apache-2.0
#include "function_runner/js/strings.h"

#include <algorithm>

namespace nsl::js {

std::string ToText(v8::Isolate* isolate, v8::Local<v8::Value> value, size_t most) {
  v8::TryCatch caught(isolate);
  v8::Local<v8::String> string;
  if (!value->ToString(isolate->GetCurrentContext()).ToLocal(&string)) return {};
  size_t length = std::min(string->Utf8LengthV2(isolate), most);
  std::string out(length, '\0');
  size_t written =
      string->WriteUtf8V2(isolate, out.data(), length, v8::String::WriteFlags::kReplaceInvalidUtf8);
  out.resize(written);
  return out;
}

}  // namespace nsl::js
