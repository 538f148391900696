// SPDX-License-Identifier: Apache-2.0
//
// Stub<Api>: the caller's side of a service, over a connection or in process.
//
//   class AccountStub final : public rpc::Stub<AccountApi> {
//    public:
//     using Stub::Stub;
//     Task<Result<Session>> Login(CallContext c, CredentialsRequest q) override {
//       return Call<&AccountApi::Login>(std::move(c), std::move(q));
//     }
//   };
//
// Guarantee, whichever carrier: the answer comes by the deadline of the context (or, when it has
// none, of the method's row), else platform.deadline; cancelling the caller cancels the callee.
#pragma once

#include <tuple>
#include <type_traits>

#include "rpc/in_process.h"
#include "rpc/method.h"
#include "rpc/peer.h"
#include "rpc/wire.h"

namespace nsl::rpc {

// The row of a method; a method without row does not compile.
template <class Api, auto kMember>
consteval auto RowOfMethod() {
  return std::apply(
      []<class... M>(const M&... rows) {
        Method<kMember> found{};
        auto look = [&]<class R>(const R& row) {
          if constexpr (std::is_same_v<R, Method<kMember>>) found = row;
        };
        (look(rows), ...);
        static_assert((std::is_same_v<M, Method<kMember>> || ...), "no row in kMethods");
        return found;
      },
      Api::kMethods);
}

// Context with the deadline that really holds.
CallContext WithRowDeadline(CallContext context, const Clock& clock, uint32_t deadline_ms);

// A call through whatever connection there is now: encode, await, decode.
Task<Result<Bytes>> CallThrough(PeerSource* source, uint16_t method, Deadline deadline, Bytes body,
                                CallOptions options);

template <class Api>
class Stub : public Api {
 public:
  // Over a connection; borrowed.
  Stub(Env env, PeerSource& source) : clock_(env.clock), source_(&source) {}
  // In process; the implementation runs in `carrier`'s group. Borrowed.
  Stub(Env env, InProcess& carrier, Api& implementation)
      : clock_(env.clock), carrier_(&carrier), local_(&implementation) {}

 protected:
  template <auto kMember, class Request>
  Task<Result<typename MethodTraits<decltype(kMember)>::Reply>> Call(CallContext context,
                                                                     Request request) {
    using Reply = typename MethodTraits<decltype(kMember)>::Reply;
    static constexpr auto kRow = RowOfMethod<Api, kMember>();
    context = WithRowDeadline(std::move(context), clock_, kRow.deadline_ms);
    if (local_ != nullptr) {
      Deadline deadline = context.deadline;
      return carrier_->Run<Reply>(deadline,
                                  (local_->*kMember)(std::move(context), std::move(request)));
    }
    return Remote<Reply>(source_, kRow.number, context.deadline, EncodeCall(context, request),
                         CallOptions{kRow.idempotent, kRow.max_reply_bytes});
  }

 private:
  template <class Reply>
  static Task<Result<Reply>> Remote(PeerSource* source, uint16_t method, Deadline deadline,
                                    Bytes body, CallOptions options) {
    Result<Bytes> answer = co_await CallThrough(source, method, deadline, std::move(body), options);
    if (!answer) co_return std::unexpected(std::move(answer.error()));
    co_return FromCbor<Reply>(*answer);
  }

  const Clock& clock_;
  PeerSource* source_ = nullptr;
  InProcess* carrier_ = nullptr;
  Api* local_ = nullptr;
};

}  // namespace nsl::rpc
