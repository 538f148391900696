// SPDX-License-Identifier: Apache-2.0
//
// The body of the invoke frame between host and runner: positional CBOR, because this is the path
// of every call. Views borrow from the frame.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::function_runner {

struct InvokeRequest {
  // The caller's credential unchanged; empty = anonymous.
  std::string_view credential;
  std::string_view function_id;
  // Empty = "prod"; a ver_… id names a version.
  std::string_view alias;
  std::string_view run_id;
  std::string_view request_id;
  std::string_view traceparent;
  // True: close the receipt batch now and answer with receipt and sealed detail.
  bool keep = false;
  // "manual" or "http"; for http the JSON of event.http, else empty.
  std::string_view type;
  std::string_view http;
  // JSON text of event.data; empty = null.
  ByteView payload;
};

struct RunUsage {
  uint64_t cpu_us = 0;
  uint64_t wall_us = 0;
  uint64_t input_bytes = 0;
  uint64_t output_bytes = 0;
  uint32_t host_calls = 0;
  uint32_t peak_memory_kb = 0;
};

struct InvokeReply {
  // Empty = succeeded; else a dotted reason.
  std::string_view reason;
  // For the owner: message, limit and measured value; for others the host shows the run id alone.
  std::string_view detail;
  std::string_view project_id;
  std::string_view version_id;
  // JSON text of the result.
  ByteView result;
  RunUsage usage;
  // Kept runs: receipt (receipt.h) and sealed RunDetail.
  ByteView receipt;
  ByteView sealed_detail;
  // Beside a receipt: CBOR of a UsageReply with this function's counters, this run included, so
  // that who stores the receipt stores in the same transaction what it adds up to.
  ByteView usage_counters;
};

void AppendInvokeRequest(const InvokeRequest& request, Bytes& out);
Result<InvokeRequest> ParseInvokeRequest(ByteView body);
void AppendInvokeReply(const InvokeReply& reply, Bytes& out);
Result<InvokeReply> ParseInvokeReply(ByteView body);

}  // namespace nsl::function_runner
