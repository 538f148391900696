// SPDX-License-Identifier: Apache-2.0
//
// The service that the conformance tests call over every carrier.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "net/signal.h"
#include "rpc/dispatcher.h"
#include "rpc/stub.h"

namespace nsl::rpc {

struct EchoRequest {
  std::string text;
  Bytes data;
};
BOOST_DESCRIBE_STRUCT(EchoRequest, (), (text, data))
struct EchoReply {
  std::string text;
  Bytes data;
  std::string credential;
  int64_t remaining_ms = 0;
};
BOOST_DESCRIBE_STRUCT(EchoReply, (), (text, data, credential, remaining_ms))
struct WaitRequest {
  uint32_t ms = 0;
};
BOOST_DESCRIBE_STRUCT(WaitRequest, (), (ms))
struct Done {
  bool done = false;
};
BOOST_DESCRIBE_STRUCT(Done, (), (done))

struct TestApi {
  virtual ~TestApi() = default;
  virtual Task<Result<EchoReply>> Echo(CallContext, EchoRequest) = 0;
  virtual Task<Result<Done>> Refuse(CallContext, WaitRequest) = 0;
  virtual Task<Result<Done>> Wait(CallContext, WaitRequest) = 0;
  virtual Task<Result<Done>> WaitIdempotent(CallContext, WaitRequest) = 0;
  virtual Task<Result<Done>> Unserved(CallContext, WaitRequest) = 0;

  static constexpr auto kMethods = std::tuple{
      Method<&TestApi::Echo>{.number = 901,
                             .name = "test.echo",
                             .max_request_bytes = 12 << 20,
                             .max_reply_bytes = 12 << 20},
      Method<&TestApi::Refuse>{.number = 902, .name = "test.refuse"},
      Method<&TestApi::Wait>{.number = 903, .name = "test.wait"},
      Method<&TestApi::WaitIdempotent>{
          .number = 904, .name = "test.wait_idempotent", .idempotent = true},
      Method<&TestApi::Unserved>{.number = 905, .name = "test.unserved", .deadline_ms = 50}};
};

class TestStub final : public Stub<TestApi> {
 public:
  using Stub::Stub;
  Task<Result<EchoReply>> Echo(CallContext c, EchoRequest q) override {
    return Call<&TestApi::Echo>(std::move(c), std::move(q));
  }
  Task<Result<Done>> Refuse(CallContext c, WaitRequest q) override {
    return Call<&TestApi::Refuse>(std::move(c), std::move(q));
  }
  Task<Result<Done>> Wait(CallContext c, WaitRequest q) override {
    return Call<&TestApi::Wait>(std::move(c), std::move(q));
  }
  Task<Result<Done>> WaitIdempotent(CallContext c, WaitRequest q) override {
    return Call<&TestApi::WaitIdempotent>(std::move(c), std::move(q));
  }
  Task<Result<Done>> Unserved(CallContext c, WaitRequest q) override {
    return Call<&TestApi::Unserved>(std::move(c), std::move(q));
  }
};

class TestService final : public TestApi {
 public:
  explicit TestService(const Clock& clock) : clock_(clock) {}

  Task<Result<EchoReply>> Echo(CallContext c, EchoRequest q) override {
    co_return EchoReply{std::move(q.text), std::move(q.data), std::move(c.credential),
                        c.deadline.RemainingMs(clock_)};
  }
  Task<Result<Done>> Refuse(CallContext, WaitRequest) override {
    Error error = Error(Reason::kRequestInvalid, "two fields are wrong")
                      .WithField("/a", "too long")
                      .WithField("/b/0", "not a number");
    error.retry_after_ms = 1234;
    co_return std::unexpected(std::move(error));
  }
  Task<Result<Done>> Wait(CallContext, WaitRequest q) override {
    struct Running {
      TestService& service;
      ~Running() {
        --service.running;
        service.stopped_at = std::chrono::steady_clock::now();
      }
    } running_here{*this};
    ++running;
    ++started;
    Executor executor = co_await asio::this_coro::executor;
    net::Signal never(executor);
    co_await never.WaitFor(std::chrono::milliseconds(q.ms));
    asio::cancellation_state cancelled = co_await asio::this_coro::cancellation_state;
    if (cancelled.cancelled() != asio::cancellation_type::none) ++cancellations;
    co_return Done{true};
  }
  Task<Result<Done>> WaitIdempotent(CallContext c, WaitRequest q) override {
    return Wait(std::move(c), std::move(q));
  }
  Task<Result<Done>> Unserved(CallContext c, WaitRequest q) override {
    return Wait(std::move(c), std::move(q));
  }

  int running = 0;
  int started = 0;
  int cancellations = 0;
  std::chrono::steady_clock::time_point stopped_at;

 private:
  const Clock& clock_;
};

}  // namespace nsl::rpc
