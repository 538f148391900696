// SPDX-License-Identifier: Apache-2.0
//
// Scripted nodes for tests of the pool: each answers as told, time is fake. One thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <optional>

#include "base/plain_metrics.h"
#include "chain/node_pool.h"

namespace nsl::chain {

template <class T>
T RunHere(asio::io_context& io, Task<T> task) {
  std::optional<T> result;
  asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result.emplace(std::move(value));
  });
  io.restart();
  io.run();
  NSL_CHECK(result.has_value());
  return std::move(*result);
}
inline void RunHere(asio::io_context& io, Task<void> task) {
  asio::co_spawn(io.get_executor(), std::move(task), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  io.restart();
  io.run();
}

struct FakeNode {
  uint32_t magic = 42;
  uint32_t block_count = 101;
  uint32_t block_ms = 1'000;
  bool down = false;
  // Raw text instead of an answer, for everything but the probes.
  std::optional<std::string> garbage;
  // Result text by method; an entry that starts with '!' is an error object.
  std::map<std::string, std::string> results;
  std::vector<std::string> seen;
};

struct FakeNodes final : NodeTransport {
  explicit FakeNodes(FakeClock& fake) : clock(fake) {}
  std::map<std::string, FakeNode> nodes;
  std::chrono::milliseconds slept{0};
  FakeClock& clock;

  Task<Result<Bytes>> Post(std::string url, std::string body, std::chrono::milliseconds,
                           size_t) override {
    FakeNode& node = nodes[url];
    boost::json::value call = boost::json::parse(body);
    std::string method(call.at("method").as_string());
    std::string id = boost::json::serialize(call.at("id"));
    node.seen.push_back(body);
    if (node.down) co_return Fail(Reason::kUpstreamFailed, "connection refused");
    std::string head = R"({"jsonrpc":"2.0","id":)" + id;
    if (method == "getversion") {
      co_return ToBytes(head + R"(,"result":{"protocol":{"network":)" + std::to_string(node.magic) +
                        R"(,"msperblock":)" + std::to_string(node.block_ms) + "}}}");
    }
    if (method == "getblockcount") {
      co_return ToBytes(head + R"(,"result":)" + std::to_string(node.block_count) + "}");
    }
    if (node.garbage) co_return ToBytes(*node.garbage);
    std::string key = method;
    if (method == "invokefunction") key += ":" + std::string(call.at("params").at(1).as_string());
    auto it = node.results.find(key);
    if (it == node.results.end()) {
      co_return ToBytes(head + R"(,"error":{"code":-32601,"message":"Method not found"}})");
    }
    if (it->second.starts_with('!')) {
      co_return ToBytes(head + R"(,"error":)" + it->second.substr(1) + "}");
    }
    co_return ToBytes(head + R"(,"result":)" + it->second + "}");
  }
  Task<void> Sleep(std::chrono::milliseconds time) override {
    slept += time;
    clock.AdvanceMs(time.count());
    co_return;
  }
};

struct PoolFixture {
  asio::io_context io{1};
  FakeClock clock;
  SeededRandom random{7};
  MemoryLog log;
  PlainMetrics metrics;
  Env env{clock, random, log, metrics};
  FakeNodes nodes{clock};
  std::unique_ptr<NodePool> pool;

  void Make(std::vector<std::string> urls) {
    PoolConfig config;
    config.urls = std::move(urls);
    pool = std::make_unique<NodePool>(env, io.get_executor(), nodes, config);
  }
  void Probe() {
    for (size_t i = 0; i < pool->Nodes().size(); ++i) RunHere(io, pool->ProbeNode(i));
  }
  Deadline Soon() { return Deadline::In(clock, std::chrono::seconds(10)); }
  std::string StateOf(size_t i) { return pool->Nodes()[i].state; }
};

}  // namespace nsl::chain
