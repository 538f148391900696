// SPDX-License-Identifier: Apache-2.0
//
// The method table: one constexpr row per method of a service.
//
// From the row come the RPC number, the stub and the dispatcher, the HTTP route, the metric label,
// the audit field, the OpenAPI operation and the generated access test. A service is an abstract
// class whose methods are `Task<Result<Reply>> Name(CallContext, Request)` and which has
//
//   static constexpr auto kMethods = std::tuple{
//       rpc::Method<&AccountApi::Login>{.number = 2, .name = "account.login", .verb = "POST",
//                                       .path = "/v1/auth/login", .access = Access::kPublic}, …};
//
// Path parameters `{name}` and query parameters are members of Request; the rest of Request is the
// JSON body. A row without a path is reachable by RPC alone.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "base/task.h"
#include "rpc/context.h"

namespace nsl::rpc {

enum class Access : uint8_t {
  // No credential is needed.
  kPublic,
  // A credential of any project or account; `scope` says what it must permit.
  kCredential,
  // An access token of an account; API keys are refused.
  kAccount,
};

// Whether a route takes a signed request (account/client/signed_request.h). A signature is made for
// one request, so what takes none answers auth.invalid to it.
enum class Signature : uint8_t {
  // A bearer credential alone: reads and invokes.
  kNone,
  // Either; who authorised it is remembered.
  kAccepted,
  // A bearer credential is refused: its host could act with it.
  kRequired,
};

// How a request stands in HTTP, for who reads it again: the vault, what was signed.
struct HttpForm {
  std::string_view verb;
  std::string_view path;
  Signature signature = Signature::kNone;
};

template <class F>
struct MethodTraits;
template <class S, class Req, class Rep>
struct MethodTraits<Task<Result<Rep>> (S::*)(CallContext, Req)> {
  using Service = S;
  using Request = Req;
  using Reply = Rep;
};

template <auto kMember>
struct Method {
  static constexpr auto kPointer = kMember;
  using Service = typename MethodTraits<decltype(kMember)>::Service;
  using Request = typename MethodTraits<decltype(kMember)>::Request;
  using Reply = typename MethodTraits<decltype(kMember)>::Reply;

  // Unique over the whole program and never reused: service block (hundreds) + index.
  uint16_t number;
  // "<room>.<method>", for logs, metrics and OpenAPI operation ids.
  std::string_view name;
  // Empty verb and path: no HTTP route.
  std::string_view verb = {};
  std::string_view path = {};
  Access access = Access::kCredential;
  Signature signature = Signature::kNone;
  // "area:verb" (requirements of API keys); empty where access is public.
  std::string_view scope = {};
  bool idempotent = false;
  uint32_t deadline_ms = 10'000;
  uint32_t max_request_bytes = 1 << 20;
  uint32_t max_reply_bytes = 4 << 20;
  // What was cached about rights is stale after it.
  bool changes_rights = false;
  // HTTP status of success.
  uint16_t success = 200;
  // One line for OpenAPI and `nsl`.
  std::string_view summary = {};
};

// Request or Reply of methods that carry nothing.
struct Empty {};
BOOST_DESCRIBE_STRUCT(Empty, (), ())

}  // namespace nsl::rpc
