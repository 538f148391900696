// SPDX-License-Identifier: Apache-2.0
//
// Text of sdk/js/runtime.js, compiled in.
#pragma once

#include <string_view>

namespace nsl::js {

std::string_view SdkSource();

}  // namespace nsl::js
