// SPDX-License-Identifier: Apache-2.0
//
// JSON-RPC 2.0 as Neo nodes speak it (reference: NEP draft 156 for the error codes). Pure.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::chain {

// `params` is JSON text of an array.
std::string EncodeRpcCall(uint64_t id, std::string_view method, std::string_view params);

struct RpcAnswer {
  boost::json::value result;
  // Set instead of the result: the node understood the call and refused it.
  bool refused = false;
  int64_t code = 0;
  std::string message;
};

// chain.unavailable for anything but one answer to exactly this id.
Result<RpcAnswer> DecodeRpcAnswer(ByteView body, uint64_t id, size_t max_bytes);

// What the refusal of a node means for a caller. `definite` is false when another node may do
// better.
struct RpcRefusal {
  Error error;
  bool definite = false;
};
RpcRefusal MapRpcRefusal(int64_t code, std::string_view message);

// Arguments of ctx.chain.call as typed parameters of invokefunction: an object {type, value} stays
// as it is, an address or 0x script hash becomes Hash160, other text String, an integer Integer, a
// boolean Boolean, null Any, an array Array. chain.invalid with the place of what has no form.
Result<std::string> TypedParams(std::string_view args);

}  // namespace nsl::chain
