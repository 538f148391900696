// SPDX-License-Identifier: Apache-2.0
//
// Arguments of a contract call as people write them on the command line. Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "cli_error.h"

namespace nsl::cli {

// "integer:5", "hash160:N…" (or 0x…), "hash256:0x…", "string:text", "bool:true", "bytes:0x…",
// "key:02…", "null", or a JSON object {"type","value"}; plain digits are an integer.
CliResult<boost::json::array> ReadCallArguments(const std::vector<std::string>& words);

}  // namespace nsl::cli
