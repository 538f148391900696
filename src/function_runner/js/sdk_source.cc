// SPDX-License-Identifier: Apache-2.0
#include "function_runner/js/sdk_source.h"

namespace nsl::js {
namespace {

#pragma clang diagnostic ignored "-Wc23-extensions"
constexpr unsigned char kText[] = {
#embed "../../../sdk/js/runtime.js"
};

}  // namespace

std::string_view SdkSource() { return {reinterpret_cast<const char*>(kText), sizeof kText}; }

}  // namespace nsl::js
