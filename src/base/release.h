// SPDX-License-Identifier: Apache-2.0
//
// What this build is: version of the product and the commit it was built from.
#pragma once

namespace nsl {

inline constexpr const char* kRelease = "0.1.0";
// Filled by the build from git; "unknown" outside a checkout.
extern const char* const kCommit;

}  // namespace nsl
