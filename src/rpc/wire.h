// SPDX-License-Identifier: Apache-2.0
//
// The body of a typed call: CBOR [context map, request]. The context leaves out what is empty; its
// deadline travels in the frame.
#pragma once

#include "base/codec.h"
#include "rpc/context.h"

namespace nsl::rpc {

// Appends the head of the array and the context; the request comes next.
void AppendCallHead(const CallContext& context, Bytes& out);
// Gives the bytes of the request inside `body`. The deadline of `context` is left alone.
Result<ByteView> ParseCallHead(ByteView body, CallContext& context);

template <class Request>
Bytes EncodeCall(const CallContext& context, const Request& request) {
  Bytes out;
  AppendCallHead(context, out);
  ToCbor(request, out);
  return out;
}

}  // namespace nsl::rpc
