// SPDX-License-Identifier: Apache-2.0
//
// Errors as clients see them: application/problem+json (RFC 9457) with the members of
// requirements §0. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace nsl::gateway {

inline constexpr std::string_view kProblemType = "application/problem+json";
inline constexpr std::string_view kJsonType = "application/json";

void AppendProblem(const Error& error, std::string_view request_id, std::string& out);
std::string Problem(const Error& error, std::string_view request_id);

}  // namespace nsl::gateway
