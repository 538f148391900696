// SPDX-License-Identifier: Apache-2.0
//
// What the protocol library says to one question of the differential test. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.h"

namespace nsl::differential {

// The fields of an answer, or the library's refusal.
Result<boost::json::object> Answer(std::string_view kind, const boost::json::object& question);

}  // namespace nsl::differential
