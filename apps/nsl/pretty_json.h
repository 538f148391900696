// SPDX-License-Identifier: Apache-2.0
//
// JSON for people: two spaces per level, members in their own order. Deterministic.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace nsl::cli {

std::string PrettyJson(const boost::json::value& value);

}  // namespace nsl::cli
