// SPDX-License-Identifier: Apache-2.0
//
// Any text as JSON and as a described struct. A value that was read is written as text that reads
// back to the same text; building and checking agree.
#include <boost/json/value.hpp>

#include "fuzz_types.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto value = nsl::ParseJson(text);
  NSL_CHECK(value.has_value() == nsl::CheckJson(text).has_value());
  if (value) {
    std::string once;
    nsl::AppendJson(*value, once);
    auto again = nsl::ParseJson(once, {.bytes = SIZE_MAX});
    NSL_CHECK(again.has_value());
    std::string twice;
    nsl::AppendJson(*again, twice);
    NSL_CHECK(once == twice);
  }
  auto typed = nsl::FromJson<nsl::FuzzAll>(text);
  if (!typed) {
    NSL_CHECK(typed.error().fields.size() <= nsl::codec::Faults::kMax);
    return 0;
  }
  std::string json = nsl::ToJson(*typed);
  auto back = nsl::FromJson<nsl::FuzzAll>(json, {.bytes = SIZE_MAX});
  NSL_CHECK(back.has_value());
  NSL_CHECK(nsl::ToJson(*back) == json);
  auto through_cbor = nsl::FromCbor<nsl::FuzzAll>(nsl::ToCbor(*typed));
  NSL_CHECK(through_cbor.has_value() && nsl::ToJson(*through_cbor) == json);
  return 0;
}
