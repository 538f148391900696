// SPDX-License-Identifier: Apache-2.0
//
// One mounted row of a method table: what the gateway needs to serve it and to describe it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/codec.h"
#include "base/metrics.h"
#include "gateway/problem.h"
#include "rpc/method.h"
#include "rpc/params.h"

namespace nsl::gateway {

using rpc::Pairs;
using rpc::ParamInfo;
using rpc::ParamKind;
using rpc::RequestParts;

struct Answer {
  unsigned status = 200;
  std::string body;
  std::string_view content_type = kJsonType;
  // Becomes the ETag.
  std::optional<int64_t> version;
  // What may be kept for a repeated Idempotency-Key when that is not the body itself.
  std::optional<std::string> body_to_keep;
  // For pages; the default allows nothing.
  std::string content_security_policy = {};
  std::string run_id = {};
};

struct Operation {
  uint16_t number = 0;
  std::string_view name;
  std::string_view verb;
  std::string_view path;
  rpc::Access access = rpc::Access::kPublic;
  rpc::Signature signature = rpc::Signature::kNone;
  std::string_view scope;
  uint32_t deadline_ms = 10'000;
  uint32_t max_request_bytes = 1 << 20;
  uint16_t success = 200;
  std::string_view summary;
  std::vector<ParamInfo> members;
  // Success may also be 202.
  bool may_go_on = false;
  std::string request_schema;
  std::string reply_schema;
  // Media type of success in the OpenAPI document.
  std::string_view content_type = kJsonType;
  // Probes of load balancers are not counted.
  bool free_of_rate = false;
  bool changes_rights = false;
  std::function<Task<Result<Answer>>(rpc::CallContext, RequestParts)> run;

  Counter* succeeded = nullptr;
  Counter* refused = nullptr;
  Counter* failed = nullptr;
  Histogram* time_us = nullptr;

  bool has_body() const { return verb == "POST" || verb == "PUT" || verb == "PATCH"; }
};

// Adds the rows of Api that have a path; `api` outlives the list.
template <class Api>
void Mount(Api& api, std::vector<Operation>& operations);

// --- Implementation -----------------------------------------------------------------------------

namespace bind {

template <class Reply>
Answer ToAnswer(Reply reply, unsigned success) {
  Answer out;
  out.status = success;
  if constexpr (requires { reply.ready; }) {
    if (!reply.ready) out.status = 503;
  }
  if constexpr (requires { reply.version; }) {
    if constexpr (std::is_integral_v<decltype(reply.version)>) out.version = reply.version;
  }
  if constexpr (requires { typename Reply::IsBody; }) {
    out.body = std::move(reply.json);
  } else if (success != 204) {
    AppendJson(reply, out.body);
  }
  if constexpr (requires { reply.secret; }) {
    // A secret is shown once, so the answer of a repeated request leaves it out.
    if (reply.secret) {
      reply.secret.reset();
      out.body_to_keep = ToJson(reply);
    }
  }
  return out;
}

template <class Row>
Task<Result<Answer>> Run(typename Row::Service* api, rpc::CallContext context,
                         boost::json::object input, unsigned success) {
  Result<typename Row::Request> request =
      FromJsonValue<typename Row::Request>(boost::json::value(std::move(input)));
  if (!request) co_return std::unexpected(std::move(request.error()));
  Result<typename Row::Reply> reply =
      co_await (api->*Row::kPointer)(std::move(context), std::move(*request));
  if (!reply) co_return std::unexpected(std::move(reply.error()));
  co_return ToAnswer(std::move(*reply), success);
}

inline Task<Result<Answer>> Refuse(Error error) { co_return std::unexpected(std::move(error)); }

template <class Row>
void MountRow(typename Row::Service& api, const Row& row, std::vector<Operation>& operations) {
  if (row.path.empty()) return;
  Operation op;
  op.number = row.number;
  op.name = row.name;
  op.verb = row.verb;
  op.path = row.path;
  op.access = row.access;
  op.signature = row.signature;
  op.scope = row.scope;
  op.deadline_ms = row.deadline_ms;
  op.max_request_bytes = row.max_request_bytes;
  op.success = row.success;
  op.summary = row.summary;
  op.changes_rights = row.changes_rights;
  op.members = rpc::MembersOf<typename Row::Request>();
  AppendJsonSchema<typename Row::Request>(op.request_schema);
  if constexpr (requires { typename Row::Reply::IsBody; }) {
    op.reply_schema = "{}";
  } else {
    AppendJsonSchema<typename Row::Reply>(op.reply_schema);
  }
  op.run = [&api, members = op.members, success = row.success](
               rpc::CallContext context, RequestParts parts) -> Task<Result<Answer>> {
    Result<boost::json::object> input = rpc::MergeParams(members, parts);
    if (!input) return Refuse(std::move(input.error()));
    return Run<Row>(&api, std::move(context), std::move(*input), success);
  };
  operations.push_back(std::move(op));
}

}  // namespace bind

template <class Api>
void Mount(Api& api, std::vector<Operation>& operations) {
  std::apply([&](const auto&... rows) { (bind::MountRow(api, rows, operations), ...); },
             Api::kMethods);
}

}  // namespace nsl::gateway
