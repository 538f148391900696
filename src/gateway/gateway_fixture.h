// SPDX-License-Identifier: Apache-2.0
//
// For tests: a gateway with real services over a real database behind a real HTTP server, reached
// through memory streams; vault and runner answer as told. One thread.
#pragma once

#include <boost/json.hpp>

#include "chain/api.h"
#include "gateway/gateway.h"
#include "gateway/system_service.h"
#include "net/http_server.h"
#include "orchestrator/runs_fixture.h"
#include "orchestrator/transactions_fixture.h"

namespace nsl::gateway {

using orchestrator::FakeChain;

struct FakeSource final : SystemSource {
  bool runner_ready = true;
  Component Vault() const override { return {"vault", true, ""}; }
  Component Runner() const override { return {"runner", runner_ready, ""}; }
  std::optional<bool> Simulated() const override { return true; }
  std::string Isolation() const override { return "full"; }
};

struct HttpAnswerText {
  unsigned status = 0;
  std::string head;
  std::string body;
  std::string Header(const std::string& name) const {
    std::string wanted = "\r\n" + name + ": ";
    size_t at = head.find(wanted);
    if (at == std::string::npos) return {};
    at += wanted.size();
    return head.substr(at, head.find("\r\n", at) - at);
  }
  boost::json::value json() const { return boost::json::parse(body); }
  std::string reason() const {
    boost::system::error_code failed;
    boost::json::value value = boost::json::parse(body, failed);
    if (failed || !value.is_object() || !value.as_object().contains("reason")) return {};
    return std::string(value.at("reason").as_string());
  }
};

struct GatewayFixture : orchestrator::RunsFixture {
  GatewayLimits gateway_limits;
  FakeChain chain;
  FakeSource source;
  orchestrator::FakeWallets wallets{vault};
  orchestrator::FakeLanding landing;
  orchestrator::NoTransport transport;
  std::unique_ptr<chain::TransactionSender> sender;
  std::unique_ptr<orchestrator::Transactions> transactions;
  std::unique_ptr<IdempotencyStore> idempotency;
  std::unique_ptr<SystemService> system;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<net::HttpServer> server;

  GatewayFixture() {
    NSL_CHECK(
        temp.database
            ->Migrate({orchestrator::RunMigrations(), orchestrator::TransactionMigrations(),
                       storage::BlobStore::Migrations(),
                       function_store::FunctionStore::Migrations(), IdempotencyStore::Migrations()})
            .has_value());
    for (auto member : {&GatewayLimits::read_burst, &GatewayLimits::write_burst,
                        &GatewayLimits::invoke_burst, &GatewayLimits::anonymous_burst,
                        &GatewayLimits::unverified_burst, &GatewayLimits::login_per_minute}) {
      gateway_limits.*member = 10'000;
    }
  }
  ~GatewayFixture() override {
    if (!server) return;
    RunVoid(server->Shutdown(std::chrono::milliseconds(0)));
    RunVoid(gateway->Shutdown());
    RunVoid(sender->Shutdown());
    RunVoid(transactions->Shutdown());
  }

  void Open(bool with_runner = true) {
    MakeService();
    if (with_runner) Connect();
    idempotency = std::make_unique<IdempotencyStore>(temp.env, *temp.database);
    system = std::make_unique<SystemService>(temp.env, *temp.database, chain, source,
                                             gateway_limits, std::vector<LimitView>());
    gateway = std::make_unique<Gateway>(temp.env, io.get_executor(),
                                        GatewayParts{access, *service, *store, *idempotency},
                                        gateway_limits);
    gateway->MountApi<account::AccountApi>(vault);
    gateway->MountApi<function_store::FunctionStoreApi>(*store);
    gateway->MountApi<orchestrator::RunsApi>(*runs);
    sender =
        std::make_unique<chain::TransactionSender>(temp.env, io.get_executor(), landing, transport);
    transactions = std::make_unique<orchestrator::Transactions>(
        temp.env, io.get_executor(),
        orchestrator::TransactionParts{*temp.database, access, wallets, chain, *sender});
    gateway->MountApi<wallet::WalletApi>(wallets);
    gateway->MountApi<wallet::TransactionsApi>(*transactions);
    gateway->MountApi<SystemApi>(*system);
    gateway->Seal("0.1.0");
    server = std::make_unique<net::HttpServer>(temp.env, io.get_executor(), *gateway);
  }

  void RunVoid(Task<void> task) {
    bool done = false;
    asio::co_spawn(io.get_executor(), std::move(task), [&](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      done = true;
    });
    io.restart();
    while (!done && io.run_one() > 0) {
    }
  }

  // The raw text of a request; the answer as it came.
  HttpAnswerText Talk(std::string request) {
    auto [client, accepted] = net::MemoryPair(io.get_executor(), 1 << 20);
    server->Adopt(std::move(accepted));
    auto answer = std::make_shared<std::string>();
    RunVoid(TalkTask(client.get(), std::move(request), answer));
    HttpAnswerText out;
    size_t end = answer->find("\r\n\r\n");
    if (end == std::string::npos || answer->size() < 12) return out;
    out.head = answer->substr(0, end + 2);
    out.body = answer->substr(end + 4);
    out.status = static_cast<unsigned>(std::stoul(answer->substr(9, 3)));
    return out;
  }
  static Task<void> TalkTask(net::ByteStream* stream, std::string request,
                             std::shared_ptr<std::string> answer) {
    Status sent = co_await stream->WriteAll(AsBytes(request));
    // A request that is refused by its header may not be read to its end.
    (void)sent;
    stream->EndWrite();
    std::array<uint8_t, 4096> buffer;
    for (;;) {
      Result<size_t> got = co_await stream->ReadSome(buffer);
      if (!got || *got == 0) co_return;
      answer->append(reinterpret_cast<const char*>(buffer.data()), *got);
    }
  }
  // A signed request of this session, new each time.
  HttpAnswerText SendSigned(const std::string& verb, const std::string& path,
                            std::string_view session, const std::string& body = {},
                            const std::string& more = {}) {
    std::string header = function_store::SignedAs(session, ++signed_requests, clock_now());
    return Send(verb, path, {}, body, more + "Authorization: " + header + "\r\n");
  }
  uint64_t signed_requests = 0;
  int64_t clock_now() const { return temp.env.clock.NowMs(); }

  HttpAnswerText Send(const std::string& verb, const std::string& path,
                      const std::string& credential = {}, const std::string& body = {},
                      const std::string& more = {}) {
    std::string text = verb + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + more;
    if (!credential.empty()) text += "Authorization: Bearer " + credential + "\r\n";
    if (!body.empty()) {
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n";
    }
    return Talk(text + "\r\n" + body);
  }
};

}  // namespace nsl::gateway
