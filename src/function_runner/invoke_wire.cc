// SPDX-License-Identifier: Apache-2.0
#include "function_runner/invoke_wire.h"

#include "base/cbor.h"

namespace nsl::function_runner {
namespace {

constexpr uint64_t kRequestFields = 10;
constexpr uint64_t kReplyFields = 14;

}  // namespace

void AppendInvokeRequest(const InvokeRequest& request, Bytes& out) {
  using F = CborField;
  AppendCborArray(
      out, {F::Text(request.credential), F::Text(request.function_id), F::Text(request.alias),
            F::Text(request.run_id), F::Text(request.request_id), F::Text(request.traceparent),
            F::Bool(request.keep), F::Text(request.type), F::Text(request.http),
            F::Bytes(request.payload)});
}

Result<InvokeRequest> ParseInvokeRequest(ByteView body) {
  CborReader r(body);
  InvokeRequest q;
  bool shape = r.Array() == kRequestFields;
  q.credential = r.Text();
  q.function_id = r.Text();
  q.alias = r.Text();
  q.run_id = r.Text();
  q.request_id = r.Text();
  q.traceparent = r.Text();
  q.keep = r.Bool();
  q.type = r.Text();
  q.http = r.Text();
  q.payload = r.Bytes();
  if (!shape || !r.Finish()) {
    return Fail(Reason::kRequestMalformed, "the invoke frame is not the CBOR array it must be");
  }
  return q;
}

void AppendInvokeReply(const InvokeReply& reply, Bytes& out) {
  using F = CborField;
  const RunUsage& usage = reply.usage;
  AppendCborArray(
      out, {F::Text(reply.reason), F::Text(reply.detail), F::Text(reply.project_id),
            F::Text(reply.version_id), F::Bytes(reply.result), F::Uint(usage.cpu_us),
            F::Uint(usage.wall_us), F::Uint(usage.input_bytes), F::Uint(usage.output_bytes),
            F::Uint(usage.host_calls), F::Uint(usage.peak_memory_kb), F::Bytes(reply.receipt),
            F::Bytes(reply.sealed_detail), F::Bytes(reply.usage_counters)});
}

Result<InvokeReply> ParseInvokeReply(ByteView body) {
  CborReader r(body);
  InvokeReply p;
  bool shape = r.Array() == kReplyFields;
  p.reason = r.Text();
  p.detail = r.Text();
  p.project_id = r.Text();
  p.version_id = r.Text();
  p.result = r.Bytes();
  p.usage.cpu_us = r.Uint();
  p.usage.wall_us = r.Uint();
  p.usage.input_bytes = r.Uint();
  p.usage.output_bytes = r.Uint();
  p.usage.host_calls = static_cast<uint32_t>(r.Uint());
  p.usage.peak_memory_kb = static_cast<uint32_t>(r.Uint());
  p.receipt = r.Bytes();
  p.sealed_detail = r.Bytes();
  p.usage_counters = r.Bytes();
  if (!shape || !r.Finish()) {
    return Fail(Reason::kPlatformInternal, "the invoke reply is not the CBOR array it must be");
  }
  return p;
}

}  // namespace nsl::function_runner
