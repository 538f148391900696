// SPDX-License-Identifier: Apache-2.0
//
// Plain JSON values as contract parameters, for callers that do not want to spell types.
//
//   true, false     Boolean
//   whole numbers   Integer, also doubles that are whole and below 2^53
//   text            Hash160 for an address or "0x" and 40 digits, else String
//   null            Any
//   arrays          Array
//   {type, value}   as contract_parameter.h reads it
//
// Pure; thread-safe.
#pragma once

#include <boost/json/value.hpp>

#include "neo/contract_parameter.h"

namespace nsl::neo {

// chain.invalid that names the place: "argument 0/1 must be a whole number".
Result<ContractParameter> ParameterFromPlain(const boost::json::value& json,
                                             const std::string& place, size_t depth = 0);

}  // namespace nsl::neo
