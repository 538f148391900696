// SPDX-License-Identifier: Apache-2.0
#include "account/client/access_cache.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "account/client/stubs.h"
#include "base/plain_metrics.h"
#include "base/task_group.h"
#include "net/signal.h"

namespace nsl::account {
namespace {

// Counts the questions and answers when it is told to.
class CountingVault final : public AccountStub {
 public:
  CountingVault(Env env, rpc::PeerSource& none, Executor executor)
      : AccountStub(env, none), gate_(executor) {}
  Task<Result<Principal>> Authenticate(CallContext context, CredentialRef) override {
    ++questions;
    while (held) co_await gate_.Wait();
    if (away) co_return Fail(Reason::kPlatformUnavailable, "away");
    if (context.credential.starts_with("bad")) co_return Fail(Reason::kAuthInvalid, "no");
    Principal p;
    p.id = context.credential;
    p.ttl_ms = ttl_ms;
    p.memberships.push_back({"prj_1", "viewer", {"functions:read"}});
    co_return p;
  }
  void Release() {
    held = false;
    gate_.Notify();
  }
  int questions = 0;
  bool held = false;
  bool away = false;
  uint32_t ttl_ms = 5'000;

 private:
  net::Signal gate_;
};

class NoPeer final : public rpc::PeerSource {
 public:
  rpc::Peer* Current() override { return nullptr; }
};

Task<void> Ask(AccessCache* cache, std::string credential, std::vector<std::string>* out) {
  CallContext context;
  context.credential = std::move(credential);
  auto principal = co_await cache->Authenticate(std::move(context));
  out->push_back(principal ? (*principal)->id : std::string(TextOf(principal.error().reason)));
}

class Cache : public testing::Test {
 protected:
  std::string Get(std::string credential) {
    std::vector<std::string> out;
    TaskGroup group(io_.get_executor());
    group.Spawn(Ask(&cache_, std::move(credential), &out));
    io_.restart();
    while (out.empty() && io_.run_one() > 0) {
    }
    io_.restart();
    io_.poll();
    return out.empty() ? "nothing" : out[0];
  }

  asio::io_context io_;
  FakeClock clock_;
  SeededRandom random_{1};
  NullLog log_;
  PlainMetrics metrics_;
  Env env_{clock_, random_, log_, metrics_};
  NoPeer none_;
  CountingVault vault_{env_, none_, io_.get_executor()};
  AccessCache cache_{env_, io_.get_executor(), vault_, 3};
};

TEST_F(Cache, AsksOncePerFiveSeconds) {
  EXPECT_EQ(Get("a"), "a");
  EXPECT_EQ(Get("a"), "a");
  EXPECT_EQ(vault_.questions, 1);
  clock_.AdvanceMs(4'999);
  EXPECT_TRUE(cache_.Find("a"));
  clock_.AdvanceMs(1);
  EXPECT_FALSE(cache_.Find("a"));
  EXPECT_EQ(Get("a"), "a");
  EXPECT_EQ(vault_.questions, 2);
}

TEST_F(Cache, AVaultCannotStretchTheLifeBeyondFiveSeconds) {
  vault_.ttl_ms = 3'600'000;
  EXPECT_EQ(Get("a"), "a");
  clock_.AdvanceMs(5'000);
  EXPECT_FALSE(cache_.Find("a"));
  vault_.ttl_ms = 100;
  EXPECT_EQ(Get("a"), "a");
  clock_.AdvanceMs(100);
  EXPECT_FALSE(cache_.Find("a"));
}

TEST_F(Cache, ManyCallersOfOneCredentialAskOnce) {
  vault_.held = true;
  std::vector<std::string> out;
  TaskGroup group(io_.get_executor());
  for (int i = 0; i < 10; ++i) group.Spawn(Ask(&cache_, "a", &out));
  io_.restart();
  io_.poll();
  EXPECT_EQ(vault_.questions, 1);
  vault_.Release();
  io_.restart();
  while (out.size() < 10 && io_.run_one() > 0) {
  }
  EXPECT_EQ(out, std::vector<std::string>(10, "a"));
  EXPECT_EQ(vault_.questions, 1);
}

TEST_F(Cache, RefusalsAreKeptShortlyAndFailuresNotAtAll) {
  EXPECT_EQ(Get("bad"), "auth.invalid");
  EXPECT_EQ(Get("bad"), "auth.invalid");
  EXPECT_EQ(vault_.questions, 1);
  clock_.AdvanceMs(1'000);
  EXPECT_EQ(Get("bad"), "auth.invalid");
  EXPECT_EQ(vault_.questions, 2);
  vault_.away = true;
  EXPECT_EQ(Get("a"), "platform.unavailable");
  vault_.away = false;
  EXPECT_EQ(Get("a"), "a");
}

TEST_F(Cache, NothingIsAskedForNothing) {
  EXPECT_EQ(Get(""), "auth.invalid");
  EXPECT_EQ(Get(std::string(10'000, 'a')), "auth.invalid");
  EXPECT_EQ(vault_.questions, 0);
}

TEST_F(Cache, TheOldestGoWhenItIsFull) {
  for (const char* c : {"a", "b", "c", "d"}) EXPECT_EQ(Get(c), c);
  EXPECT_EQ(cache_.size(), 3u);
  EXPECT_FALSE(cache_.Find("a"));
  EXPECT_TRUE(cache_.Find("d"));
}

TEST_F(Cache, ACancelledAskerLeavesNobodyWaiting) {
  vault_.held = true;
  std::vector<std::string> out;
  {
    TaskGroup first(io_.get_executor());
    first.Spawn(Ask(&cache_, "a", &out));
    io_.restart();
    io_.poll();
    asio::post(io_, [&] { first.Close(); });
    io_.restart();
    while (first.size() > 0 && io_.run_one() > 0) {
    }
  }
  vault_.held = false;
  out.clear();
  EXPECT_EQ(Get("a"), "a");
}

TEST(Permit, SeparatesStrangersFromMembers) {
  Principal p;
  p.memberships.push_back({"prj_1", "viewer", {"functions:read"}});
  EXPECT_TRUE(Permit(p, "prj_1", "functions:read"));
  EXPECT_EQ(Permit(p, "prj_1", "functions:write").error().reason, Reason::kAuthForbidden);
  EXPECT_EQ(Permit(p, "prj_2", "functions:read").error().reason, Reason::kNotFound);
}

}  // namespace
}  // namespace nsl::account
