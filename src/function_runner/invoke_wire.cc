// SPDX-License-Identifier: Apache-2.0
#include "function_runner/invoke_wire.h"

#include "base/cbor.h"

namespace nsl::function_runner {
namespace {

constexpr uint64_t kRequestFields = 10;
constexpr uint64_t kReplyFields = 13;

}  // namespace

void AppendInvokeRequest(const InvokeRequest& request, Bytes& out) {
  CborWriter w(out);
  w.Array(kRequestFields);
  w.Text(request.credential);
  w.Text(request.function_id);
  w.Text(request.alias);
  w.Text(request.run_id);
  w.Text(request.request_id);
  w.Text(request.traceparent);
  w.Bool(request.keep);
  w.Text(request.type);
  w.Text(request.http);
  w.Bytes(request.payload);
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
  CborWriter w(out);
  w.Array(kReplyFields);
  w.Text(reply.reason);
  w.Text(reply.detail);
  w.Text(reply.project_id);
  w.Text(reply.version_id);
  w.Bytes(reply.result);
  w.Uint(reply.usage.cpu_us);
  w.Uint(reply.usage.wall_us);
  w.Uint(reply.usage.input_bytes);
  w.Uint(reply.usage.output_bytes);
  w.Uint(reply.usage.host_calls);
  w.Uint(reply.usage.peak_memory_kb);
  w.Bytes(reply.receipt);
  w.Bytes(reply.sealed_detail);
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
  if (!shape || !r.Finish()) {
    return Fail(Reason::kPlatformInternal, "the invoke reply is not the CBOR array it must be");
  }
  return p;
}

}  // namespace nsl::function_runner
