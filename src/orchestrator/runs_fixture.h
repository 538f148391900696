// SPDX-License-Identifier: Apache-2.0
//
// For tests of runs: a RunService whose runner is a real Peer at the other end of a memory stream
// that answers as told. One thread.
#pragma once

#include <boost/asio/co_spawn.hpp>

#include "function_store/store_fixture.h"
#include "net/memory.h"
#include "orchestrator/run_service.h"
#include "orchestrator/runs.h"

namespace nsl::orchestrator {

inline constexpr char kFunctionA[] = "fn_00000000000000000000000001";
inline constexpr int64_t kKeptInTest = 4;

struct RunsFixture : function_store::StoreFixture, rpc::PeerSource {
  struct Seen {
    std::string credential;
    std::string payload;
    bool keep = false;
  };
  struct Outcome {
    bool done = false;
    std::string run_id;
    std::string request_id;
    std::string result;
    bool running = false;
    std::optional<Error> error;
    int64_t rows_at_answer = -1;
  };

  RunLimits limits;
  UsageTracker usage{*temp.database};
  std::unique_ptr<RunService> service;
  std::unique_ptr<Runs> runs;
  rpc::Handlers host_handlers;
  rpc::Handlers runner_handlers;
  rpc::PeerPtr host_end;
  rpc::PeerPtr runner_end;
  std::vector<rpc::RawCall> held;
  std::vector<std::string> held_functions;
  // What a call with `wait` stores beside its row.
  std::function<storage::Statement(std::string_view)> beside;
  // What the runner does.
  std::vector<Seen> seen;
  bool hold = false;
  bool garbage = false;
  bool reply_receipt = false;
  std::string reply_reason;
  std::string reply_detail;
  std::optional<Error> refuse;

  RunsFixture() : StoreFixture({RunMigrations()}) {
    runner_handlers.OnRaw(function_runner::kInvokeMethod,
                          [this](rpc::RawCall&& call) { OnCall(std::move(call)); });
    runs = std::make_unique<Runs>(temp.env, io.get_executor(), *temp.database, access, runner,
                                  usage, RunRetention{.per_project = kKeptInTest});
  }
  ~RunsFixture() override {
    Disconnect();
    if (!service) return;
    // What it still stores.
    bool ended = false;
    asio::co_spawn(io.get_executor(), service->Shutdown(),
                   [&](std::exception_ptr) { ended = true; });
    io.restart();
    while (!ended && io.run_one() > 0) {
    }
  }

  rpc::Peer* Current() override { return host_end.get(); }

  void OnCall(rpc::RawCall&& call) {
    auto request = function_runner::ParseInvokeRequest(call.body());
    NSL_CHECK(request.has_value());
    seen.push_back(
        {std::string(request->credential), std::string(AsText(request->payload)), request->keep});
    if (hold) {
      held_functions.emplace_back(request->function_id);
      return held.push_back(std::move(call));
    }
    Answer(std::move(call), std::string(request->function_id));
  }
  // Answers what was held, as told now.
  void Release() {
    hold = false;
    for (size_t i = 0; i < held.size(); ++i) Answer(std::move(held[i]), held_functions[i]);
    held.clear();
    held_functions.clear();
    Pump();
  }
  void Answer(rpc::RawCall&& call, const std::string& function) {
    if (refuse) return call.Fail(*refuse);
    if (garbage) return call.Reply(AsBytes("nonsense"));
    function_runner::InvokeReply reply;
    Bytes receipt;
    if (reply_receipt) {
      function_runner::Receipt proof;
      proof.leaf = {1, 2, 3};
      proof.attestation = Bytes(300, 9);
      receipt = ToCbor(proof);
      reply.sealed_detail = receipt;
    }
    reply.reason = reply_reason;
    reply.detail = reply_detail;
    reply.project_id = function_store::kProjectA;
    reply.version_id = "ver_1";
    reply.result = AsBytes(R"({"ok":1})");
    reply.usage = {11, 22, 33, 44, 5, 66};
    reply.receipt = receipt;
    Bytes counters;
    if (reply_receipt) {
      function_runner::UsageRow row;
      row.project_id = function_store::kProjectA;
      row.function_id = function;
      row.runs = seen.size();
      counters = ToCbor(function_runner::UsageReply{Bytes(16, 1), {row}});
    }
    reply.usage_counters = counters;
    call.ReplyWith([&](Bytes& out) { AppendInvokeReply(reply, out); });
  }

  void Connect() {
    MakeService();
    auto [a, b] = net::MemoryPair(io.get_executor());
    host_end = rpc::Peer::Create(temp.env, std::move(a), host_handlers);
    runner_end = rpc::Peer::Create(temp.env, std::move(b), runner_handlers);
    for (const rpc::PeerPtr& peer : {host_end, runner_end}) {
      asio::co_spawn(io.get_executor(), RunPeer(peer), [](std::exception_ptr failure) {
        if (failure) std::terminate();
      });
    }
    Pump();
  }
  static Task<void> RunPeer(rpc::PeerPtr peer) { co_await peer->Run(); }
  void Disconnect() {
    held.clear();
    if (host_end) host_end->Close();
    if (runner_end) runner_end->Close();
    Pump();
    host_end.reset();
    runner_end.reset();
  }
  void MakeService() {
    if (service) return;
    service = std::make_unique<RunService>(temp.env, io.get_executor(), *this, *temp.database,
                                           usage, limits);
  }
  // Lets everything that is ready happen.
  void Pump() {
    io.restart();
    for (int idle = 0; idle < 3;) idle = io.poll() == 0 ? idle + 1 : 0;
  }
  std::shared_ptr<Outcome> Start(std::string payload, bool keep, std::string function = kFunctionA,
                                 std::optional<std::chrono::milliseconds> wait = {}) {
    MakeService();
    auto out = std::make_shared<Outcome>();
    InvokeInput input;
    input.credential = "secret-token";
    input.function_id = function;
    input.request_id = "req_1";
    input.keep = keep;
    input.payload = AsBytes(payload);
    WaitInput wait_input{wait.value_or(std::chrono::milliseconds(0)), function_store::kProjectA,
                         beside};
    if (wait) input.wait = &wait_input;
    service->Invoke(input, [this, out](const InvokeOutcome& got) {
      out->done = true;
      out->run_id = got.run_id;
      out->request_id = got.request_id;
      out->result = AsText(got.result);
      out->running = got.running;
      if (got.error != nullptr) out->error = *got.error;
      out->rows_at_answer = CountRuns();
    });
    return out;
  }
  Outcome Call(std::string payload, bool keep) {
    auto out = Start(std::move(payload), keep);
    io.restart();
    while (!out->done && io.run_one() > 0) {
    }
    return *out;
  }
  int64_t Count(const std::string& table) {
    auto rows = temp.database->ReadBlocking(storage::Statement("SELECT COUNT(*) FROM " + table));
    NSL_CHECK(rows.has_value());
    return (*rows)[0].Int(0);
  }
  int64_t CountRuns() { return Count("runs"); }
};

}  // namespace nsl::orchestrator
