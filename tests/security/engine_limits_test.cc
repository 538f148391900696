// SPDX-License-Identifier: Apache-2.0
// The JavaScript engine inside its cage: the ways a function can misbehave, and what stops it.
#include <fstream>
#include <set>

#include "engine_fixture.h"

namespace nsl::testing {
namespace {

TEST_P(Engine, AnEndlessLoopIsKilledAndTheNextWorkerIsClean) {
  for (const char* loop :
       {"for (;;) {}", "const f = () => Promise.resolve().then(f); await f();"}) {
    Driver driver = Fresh();
    ASSERT_EQ(driver.Load(std::string("export async function handler() {") + loop + "}").type,
              FrameType::kReady);
    driver.Call(0x100, "null");
    EXPECT_FALSE(driver.Next(100).has_value() && driver.Next(100).has_value());
    driver.blank().Kill();
    EXPECT_FALSE(driver.Next(1'000).has_value());
  }
  EXPECT_EQ(RunOnce("return 1").body, "1");
}

TEST_P(Engine, StackOverflowAndGiantJsonEndInAnError) {
  Message deep = RunOnce("const f = () => f() + 1; return f()");
  ASSERT_EQ(deep.type, FrameType::kError);
  EXPECT_NE(deep.body.find("RangeError"), std::string::npos);
  std::string nested(200'000, '[');
  nested += std::string(200'000, ']');
  Message json = RunOnce("return event.data === null", nested);
  EXPECT_TRUE(json.type == FrameType::kResult || json.type == FrameType::kError) << json.body;
}

TEST_P(Engine, ManyCallsAtATimeAnswerEach) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export async function handler(e) {"
                      " await new Promise((r) => setTimeout(r, 10)); return e.data }")
                .type,
            FrameType::kReady);
  for (uint32_t i = 0; i < 32; ++i) driver.Call(0x100 + i, std::to_string(i));
  std::map<uint32_t, std::string> answers;
  while (answers.size() < 32) {
    std::optional<Message> m = driver.Next();
    ASSERT_TRUE(m.has_value());
    if (m->type == FrameType::kResult) answers[m->call] = m->body;
  }
  for (uint32_t i = 0; i < 32; ++i) EXPECT_EQ(answers[0x100 + i], std::to_string(i));
}

TEST_P(Engine, J3ANewZygoteHasAnotherAddressLayout) {
  sandbox::ZygoteOptions options;
  options.program = NSL_NODE_BINARY;
  options.preload = NSL_WORKER_JS;
  std::set<std::string> places;
  for (int i = 0; i < 3; ++i) {
    auto zygote = sandbox::Zygote::Start(options);
    ASSERT_TRUE(zygote.has_value());
    Driver driver(MakeBlank(**zygote));
    ASSERT_TRUE(driver.Next().has_value());
    std::ifstream maps("/proc/" + std::to_string(driver.blank().pid()) + "/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.find("nsl-worker-js.so") == std::string::npos) continue;
      places.insert(line.substr(0, line.find('-')));
      break;
    }
  }
  EXPECT_EQ(places.size(), 3u);
}

TEST_P(Engine, NoPageIsWritableAndExecutableWithoutTheCompilers) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export function handler() { let n = 0; for (let i = 0; i < 1e5; i++) n += i;"
                      " return n }")
                .type,
            FrameType::kReady);
  EXPECT_EQ(driver.Ask("null").body, "4999950000");
  std::ifstream maps("/proc/" + std::to_string(driver.blank().pid()) + "/maps");
  size_t writable = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" rwx") != std::string::npos) ++writable;
  }
  if (GetParam()) {
    EXPECT_EQ(writable, 0u);
  } else {
    EXPECT_GT(writable, 0u) << "the check above would pass for nothing";
  }
}

TEST_P(Engine, NothingOfACallRunsAfterIt) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("let ticks = 0; export function handler() { const seen = ticks;"
                      " setInterval(() => { ticks++ }, 1); setTimeout(() => { ticks++ }, 5);"
                      " return seen }")
                .type,
            FrameType::kReady);
  EXPECT_EQ(driver.Ask("null").body, "0");
  // Time in which both timers would have fired many times, were they still there.
  usleep(60'000);
  EXPECT_EQ(driver.Ask("null").body, "0");
}

TEST_P(Engine, ForgottenTimersAndPlatformCallsDoNotAddUp) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export function handler(e, ctx) { setTimeout(() => {}, 60000);"
                      " ctx.chain.height().catch(() => {}); return 1 }")
                .type,
            FrameType::kReady);
  for (int round = 0; round < 350; ++round) {
    for (uint32_t i = 0; i < 32; ++i) {
      driver.Call((static_cast<uint32_t>(round) + 1) << 8 | i, "null");
    }
    for (int results = 0; results < 32;) {
      std::optional<Message> m = driver.Next();
      ASSERT_TRUE(m.has_value());
      ASSERT_NE(m->type, FrameType::kError) << m->body;
      if (m->type == FrameType::kResult) ++results;
    }
  }
}

TEST_P(Engine, ErrorsOfTimersAreLoggedToTheirCall) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export async function handler() { setTimeout(() => { throw new Error('late')"
                      " }, 1); await new Promise((r) => setTimeout(r, 20)); return 1 }")
                .type,
            FrameType::kReady);
  driver.Call(0x100, "null");
  std::string logged;
  for (;;) {
    std::optional<Message> m = driver.Next();
    ASSERT_TRUE(m.has_value());
    if (m->type == FrameType::kLog) {
      EXPECT_EQ(m->call, 0x100u);
      logged = std::string(sandbox::ParseLog(AsBytes(m->body)).message);
    }
    if (m->type == FrameType::kResult) break;
  }
  EXPECT_EQ(logged, "Error: late");
}

// Only what is in use counts: rubbish is collected before a limit is said to be passed.
TEST_P(Engine, RubbishIsNotCountedAgainstTheMemoryLimit) {
  for (const char* body :
       {"let n = 0; for (let i = 0; i < 1000; i++) { n += new Uint8Array(1 << 20).length }"
        " return n",
        "const live = new Array(200000).fill(0).map((_, i) => ({i}));"
        " let n = 0; for (let i = 0; i < 300; i++) { n += new Array(50000).fill({i}).length }"
        " return n + live.length"}) {
    Driver driver = Fresh();
    ASSERT_EQ(driver.Load(std::string("export function handler() {") + body + "}", 64).type,
              FrameType::kReady);
    Message m = driver.Ask("null");
    EXPECT_EQ(m.type, FrameType::kResult) << m.body;
  }
}

TEST_P(Engine, MemoryOfTheRuntimeItselfEndsInMemoryToo) {
  for (const char* bomb :
       {"new TextEncoder().encode('x'.repeat(400 << 20))", "ctx.log.info('x'.repeat(400 << 20))",
        "const a = []; for (;;) a.push(structuredClone('x'.repeat(1 << 20)))",
        "const a = []; for (;;) setTimeout(() => a, 1e6, a.push(new Array(1e5)))",
        "const m = new Map(); for (let i = 0;; i++) m.set(i, {i})",
        "await Promise.all(Array.from({length: 1e7}, (_, i) => ctx.kv.put('k' + i, 'v')))"}) {
    Driver driver = Fresh();
    ASSERT_EQ(
        driver.Load(std::string("export async function handler(e, ctx) {") + bomb + "}", 64).type,
        FrameType::kReady);
    Message m = driver.Ask("null");
    ASSERT_EQ(m.type, FrameType::kError) << bomb << " " << m.body.substr(0, 200);
    EXPECT_EQ(sandbox::ParseError(AsBytes(m.body)).kind, sandbox::ErrorKind::kMemory)
        << bomb << " " << m.body;
  }
}

TEST_P(Engine, AFunctionMayUseTheMemoryThatItWasGiven) {
  Driver driver = Fresh();
  ASSERT_EQ(
      driver
          .Load("export function handler() { const a = []; for (let i = 0; i < 40; i++)"
                " a.push(new Float64Array(1 << 17).fill(i), new Array(1 << 17).fill(i + 0.5));"
                " return new Uint8Array(200 << 20).fill(1).length + a.length }",
                512)
          .type,
      FrameType::kReady);
  Message m = driver.Ask("null");
  EXPECT_EQ(m.body, std::to_string((200 << 20) + 80)) << m.body;
}

TEST_P(Engine, TheKernelsLimitsFollowTheVersion) {
  auto limit = [](Driver& driver, const char* name) {
    std::ifstream limits("/proc/" + std::to_string(driver.blank().pid()) + "/limits");
    for (std::string line; std::getline(limits, line);) {
      if (line.starts_with(name)) return std::stoull(line.substr(26));
    }
    return 0ull;
  };
  Driver driver = Fresh();
  ASSERT_TRUE(driver.Next().has_value());
  for (const char* name : {"Max data size", "Max address space"}) {
    Driver small = Fresh();
    ASSERT_EQ(small.Load("export function handler() {}", 64).type, FrameType::kReady);
    EXPECT_EQ(limit(driver, name) - limit(small, name), uint64_t{1'024 - 64} << 20) << name;
  }
}

TEST_P(Engine, SettersOnObjectPrototypeSeeNothingOfTheRuntime) {
  Message m = RunOnce(
      "const seen = []; for (const name of ['reason', 'code', 'http', 'value', 'get', 'call'])"
      " Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true,"
      "   set(v) { seen.push(name) }, get() { return undefined } });"
      "let reason; try { await ctx.secrets.get('x') } catch (e) { reason = e.reason }"
      "return [reason, seen]");
  EXPECT_EQ(m.body, R"(["failed_precondition",[]])") << m.body;
}

TEST_P(Engine, AnEventIsMadeByThePlatformAlone) {
  Message m = RunOnce(
      "return [event.constructor === Object, ctx.constructor === Object,"
      " ctx.kv.constructor === Object, Object.isFrozen(Object.getPrototypeOf(ctx))]");
  EXPECT_EQ(m.body, "[true,true,true,true]");
}

TEST_P(Engine, AWorkerServesOneVersionAndNothingUnknown) {
  Driver driver = Fresh();
  ASSERT_EQ(driver.Load("export function handler() { return 1 }").type, FrameType::kReady);
  EXPECT_EQ(driver.Load("export function handler() { return 2 }").body, "no answer");
  Driver other = Fresh();
  ASSERT_TRUE(other.Next().has_value());
  Bytes odd;
  sandbox::AppendFrame(odd, FrameType::kResult, 1, {});
  other.Send(odd);
  EXPECT_FALSE(other.Next(2'000).has_value());
}

}  // namespace
}  // namespace nsl::testing
