// SPDX-License-Identifier: Apache-2.0
// The JavaScript engine inside its cage: the known hazards of forking an engine (named J1 to J9 in
// docs/decisions/0004) and what a function sees.
#include "engine_fixture.h"

namespace nsl::testing {
namespace {

TEST_P(Engine, AnswersACall) {
  Message m =
      RunOnce("return {hello: event.data.name, n: event.data.n + 1}", R"({"name":"neo","n":41})");
  EXPECT_EQ(m.type, FrameType::kResult);
  EXPECT_EQ(m.body, R"({"hello":"neo","n":42})");
}

TEST_P(Engine, EveryEssentialPieceIsActive) {
  Driver driver = Fresh();
  std::optional<Message> blank = driver.Next();
  ASSERT_TRUE(blank.has_value());
  ASSERT_EQ(blank->type, FrameType::kBlank);
  auto pieces = sandbox::ParseBlank(AsBytes(blank->body));
  EXPECT_GE(pieces.size(), 8u);
  for (const auto& piece : pieces) {
    if (piece.essential) EXPECT_TRUE(piece.active) << piece.name << " errno " << piece.error;
  }
  for (const auto& piece : zygote_->pieces()) {
    EXPECT_TRUE(piece.active) << piece.name << " errno " << piece.error;
  }
}

TEST_P(Engine, J1ChildrenCollectGarbageOnTheForkedHeap) {
  Message m = RunOnce(
      "let a = []; for (let i = 0; i < 300000; i++) { a.push({i, s: 'x' + i});"
      " if (a.length > 20000) a = []; } return a.length");
  EXPECT_EQ(m.type, FrameType::kResult) << m.body;
}

TEST_P(Engine, J2AndJ9NoTwoWorkersDrawTheSameNumbers) {
  std::map<std::string, int> seen;
  for (int i = 0; i < 100; ++i) {
    Driver driver = Fresh();
    Message ready = driver.Load(
        "export function handler(e, ctx) { const b = new Uint8Array(8); crypto.getRandomValues(b);"
        " return [Math.random(), ctx.random.uuid(), ctx.random.integer(0, 2 ** 40),"
        " [...ctx.random.bytes(8)].join(), [...b].join(), crypto.randomUUID()]; }");
    ASSERT_EQ(ready.type, FrameType::kReady);
    Message m = driver.Ask("null");
    ASSERT_EQ(m.type, FrameType::kResult) << m.body;
    // Each generator by itself must not repeat.
    std::string value;
    int depth = 0;
    for (char c : m.body) {
      if (c == '"') depth ^= 1;
      if ((c == ',' && depth == 0) || c == ']') {
        EXPECT_EQ(++seen[value], 1) << value;
        value.clear();
      } else if (c != '[') {
        value += c;
      }
    }
  }
  EXPECT_EQ(seen.size(), 600u);
}

TEST_P(Engine, J4TimeZonesAndLocalesWorkWithoutFiles) {
  Message m = RunOnce(
      "return [new Date(0).toString(), (1234.5).toLocaleString('de-DE'),"
      " new Date(0).toLocaleString('en-US', {timeZone: 'America/New_York'}),"
      " new Intl.DateTimeFormat('fr', {timeZone: 'Asia/Tokyo'}).format(0)]");
  EXPECT_EQ(m.type, FrameType::kResult) << m.body;
  EXPECT_NE(m.body.find("1.234,5"), std::string::npos) << m.body;
  EXPECT_NE(m.body.find("12/31/1969"), std::string::npos) << m.body;
}

TEST_P(Engine, J5NoCodeFromStringsNoWasmNoSharedMemory) {
  Message m = RunOnce(
      "const out = [typeof WebAssembly, typeof SharedArrayBuffer];"
      "for (const f of [() => Function('return 1')(), () => eval('1'),"
      " () => (async () => {}).constructor('return 1')()]) {"
      " try { f(); out.push('ran') } catch (e) { out.push(e.name) } } return out");
  EXPECT_EQ(m.body, R"(["undefined","undefined","EvalError","EvalError","EvalError"])");
}

TEST_P(Engine, J6HeapAndBufferBombsEndInMemory) {
  for (const char* bomb :
       {"const a = []; for (;;) a.push(new Array(10000).fill({}));",
        "const a = []; for (;;) a.push(new Uint8Array(1 << 20));",
        "let s = 'x'; const a = []; for (;;) { a.push(s.repeat(1 << 20) + a.length); }"}) {
    Driver driver = Fresh();
    ASSERT_EQ(driver.Load(std::string("export function handler() {") + bomb + "}", 64).type,
              FrameType::kReady);
    Message m = driver.Ask("null");
    ASSERT_EQ(m.type, FrameType::kError) << bomb << " " << m.body;
    EXPECT_EQ(sandbox::ParseError(AsBytes(m.body)).kind, sandbox::ErrorKind::kMemory) << bomb;
    // The process is not reusable and ends.
    EXPECT_FALSE(driver.Next(2'000).has_value());
    Driver next = Fresh();
    EXPECT_EQ(next.Load("export function handler() { return 1 }").type, FrameType::kReady);
    EXPECT_EQ(next.Ask("null").body, "1");
  }
}

TEST_P(Engine, J8AHeavyScriptRunsUnderTheFilter) {
  Message m = RunOnce(
      "const m = new Map(); for (let i = 0; i < 300000; i++) m.set('k' + i, i);"
      "const a = [...m.values()].sort((x, y) => y - x); let b = 1n;"
      "for (let i = 1n; i < 500n; i++) b *= i;"
      "let deep = 0; const f = () => { deep++; f(); }; try { f() } catch (e) { if (!(e instanceof"
      " RangeError)) throw e; }"
      "const big = new Uint8Array(20 << 20); big.fill(7);"
      "return [a[0], b.toString().length, deep > 1000, big[5], /(a+)+$/.test('aaaaaaaaaaaa')]");
  EXPECT_EQ(m.type, FrameType::kResult) << m.body;
}

TEST_P(Engine, SyntaxErrorNamesFileLineAndColumn) {
  Driver driver = Fresh();
  Message m = driver.Load("export function handler() {\n  return 1 +;\n}\n");
  ASSERT_EQ(m.type, FrameType::kBuildError);
  sandbox::BuildErrorInfo info = sandbox::ParseBuildError(AsBytes(m.body));
  EXPECT_EQ(info.file, "index.js");
  EXPECT_EQ(info.line, 2u);
  EXPECT_EQ(info.column, 13u);
  EXPECT_EQ(info.source_line, "  return 1 +;");
  EXPECT_NE(std::string(info.message).find("SyntaxError"), std::string::npos);
}

TEST_P(Engine, BuildErrorsSayWhatIsWrong) {
  struct Case {
    const char* source;
    const char* expected;
  };
  for (const Case& c :
       {Case{"export const x = 1;", "must export a function named handler"},
        Case{"import 'lodash'; export function handler() {}", "relative paths"},
        Case{"import './nope.js'; export function handler() {}", "no such file"},
        Case{"throw new Error('top'); export function handler() {}", "top"},
        Case{"await new Promise(() => {}); export function handler() {}", "never comes"}}) {
    Driver driver = Fresh();
    Message m = driver.Load(c.source);
    ASSERT_EQ(m.type, FrameType::kBuildError) << c.source;
    EXPECT_NE(m.body.find(c.expected), std::string::npos) << m.body;
  }
}

TEST_P(Engine, ThrownErrorsCarryMessageAndMappedStack) {
  Message m = RunOnce("\nthrow new TypeError('boom ' + event.data)", "7");
  ASSERT_EQ(m.type, FrameType::kError);
  sandbox::ErrorInfo info = sandbox::ParseError(AsBytes(m.body));
  EXPECT_EQ(info.message, "TypeError: boom 7");
  EXPECT_NE(std::string(info.stack).find("index.js:2"), std::string::npos) << info.stack;
  EXPECT_EQ(std::string(info.stack).find("nsl:runtime"), std::string::npos) << info.stack;
}

TEST_P(Engine, ResultsThatAreNotJsonOrTooLargeAreNamed) {
  Message cycle = RunOnce("const a = {}; a.a = a; return a");
  ASSERT_EQ(cycle.type, FrameType::kError);
  EXPECT_EQ(sandbox::ParseError(AsBytes(cycle.body)).kind, sandbox::ErrorKind::kOutputInvalid);
  Message big = RunOnce("return 'x'.repeat(10 << 20)");
  ASSERT_EQ(big.type, FrameType::kError);
  EXPECT_EQ(sandbox::ParseError(AsBytes(big.body)).kind, sandbox::ErrorKind::kOutputTooLarge);
  Message function = RunOnce("return () => 1");
  ASSERT_EQ(function.type, FrameType::kError);
  EXPECT_EQ(RunOnce("").body, "null");
}

TEST_P(Engine, LogFloodIsCutAndTheCallStillAnswers) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export function handler(e, ctx) { for (let i = 0; i < 12000; i++)"
                      " console.log('line', i); return 'done' }")
                .type,
            FrameType::kReady);
  driver.Call(0x100, "null");
  size_t lines = 0;
  for (;;) {
    std::optional<Message> m = driver.Next();
    ASSERT_TRUE(m.has_value());
    if (m->type == FrameType::kResult) break;
    if (m->type == FrameType::kLog && !m->body.empty()) ++lines;
  }
  EXPECT_EQ(lines, 10'000u);
}

TEST_P(Engine, ConsoleBelongsToTheCallThatUsesItAcrossAwaits) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export async function handler(e) {"
                      " await new Promise((r) => setTimeout(r, e.data.ms));"
                      " console.log('from', e.data.who); return e.data.who }")
                .type,
            FrameType::kReady);
  driver.Call(0x100, R"({"ms":40,"who":"a"})");
  driver.Call(0x101, R"({"ms":5,"who":"b"})");
  std::map<uint32_t, std::string> logs;
  for (int results = 0; results < 2;) {
    std::optional<Message> m = driver.Next();
    ASSERT_TRUE(m.has_value());
    if (m->type == FrameType::kLog) {
      logs[m->call] = std::string(sandbox::ParseLog(AsBytes(m->body)).message);
    }
    if (m->type == FrameType::kResult) ++results;
  }
  EXPECT_EQ(logs[0x100], "from a");
  EXPECT_EQ(logs[0x101], "from b");
}

TEST_P(Engine, PoisonedPrototypesDoNotReachTheRuntime) {
  Driver driver = Fresh();
  Message ready = driver.Load(
      "const seen = [];"
      "Array.prototype.map = () => { throw new Error('spy') };"
      "JSON.stringify = () => 'forged'; JSON.parse = () => 'forged';"
      "Promise.prototype.then = function () { seen.push('then'); };"
      "Promise.resolve = () => { seen.push('resolve') };"
      "Date.prototype.toISOString = () => 'never';"
      "Object.defineProperty(Object.prototype, 'level', { set() { seen.push('set') } });"
      "Reflect.apply = () => 'forged'; Function.prototype.call = () => 'forged';"
      "export function handler(e, ctx) { ctx.log.info('x', {level: 1});"
      " return [e.data.n, seen.length, e.time.slice(0, 4) !== 'neve'] }");
  ASSERT_EQ(ready.type, FrameType::kReady) << ready.body;
  Message m = driver.Ask(R"({"n":5})");
  EXPECT_EQ(m.type, FrameType::kResult);
  EXPECT_EQ(m.body, "[5,0,true]");
}

TEST_P(Engine, HostCallsResolveAndRejectWithAReason) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export async function handler(e, ctx) {"
                      " const h = await ctx.chain.height();"
                      " try { await ctx.kv.get('k') } catch (x) { return [h, x.reason, x.message] }"
                      " }")
                .type,
            FrameType::kReady);
  driver.Call(0x100, "null");
  for (;;) {
    std::optional<Message> m = driver.Next();
    ASSERT_TRUE(m.has_value());
    if (m->type == FrameType::kResult) {
      EXPECT_EQ(m->body, R"([77,"kv.too_large","too big"])");
      break;
    }
    if (m->type != FrameType::kHostCall) continue;
    sandbox::HostCallInfo info = sandbox::ParseHostCall(AsBytes(m->body));
    Bytes reply;
    if (info.op == sandbox::HostOp::kChainHeight) {
      sandbox::AppendHostReply(reply, m->call, info.id, std::string("77"));
    } else {
      EXPECT_EQ(info.args, R"(["k"])");
      sandbox::AppendHostReply(reply, m->call, info.id, Fail(Reason::kKvTooLarge, "too big"));
    }
    driver.Send(reply);
  }
}

TEST_P(Engine, ClosedRoomsAnswerFailedPrecondition) {
  Message m = RunOnce(
      "const out = []; for (const f of [() => ctx.secrets.get('x'), () => ctx.kv.lock('x', 1),"
      " () => ctx.prices.get('NEO/USD'), () => ctx.http.fetch('https://x'), () => "
      "ctx.blobs.get('x'),"
      " () => ctx.sign.message('x'), () => ctx.metrics.count('x')]) {"
      " try { await f(); out.push('no') } catch (e) { out.push(e.reason) } } return out");
  EXPECT_EQ(m.body, R"(["failed_precondition","failed_precondition","failed_precondition",)"
                    R"("failed_precondition","failed_precondition","failed_precondition",)"
                    R"("failed_precondition"])");
}

TEST_P(Engine, WaitUntilKeepsTheCallOpenAfterItsAnswer) {
  Driver driver = Fresh();
  ASSERT_EQ(driver
                .Load("export function handler(e, ctx) {"
                      " ctx.waitUntil(new Promise((r) => setTimeout(() => { ctx.log.info('late');"
                      " r() }, 20))); return 'now' }")
                .type,
            FrameType::kReady);
  driver.Call(0x100, "null");
  std::vector<FrameType> order;
  while (order.empty() || order.back() != FrameType::kDone) {
    std::optional<Message> m = driver.Next();
    ASSERT_TRUE(m.has_value());
    if (m->type == FrameType::kBlank) continue;
    order.push_back(m->type);
    if (m->type == FrameType::kResult) EXPECT_EQ(m->flags, sandbox::kFlagMore);
  }
  EXPECT_EQ(order, (std::vector{FrameType::kResult, FrameType::kLog, FrameType::kDone}));
}

INSTANTIATE_TEST_SUITE_P(Js, Engine, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "jitless" : "jit");
});

}  // namespace
}  // namespace nsl::testing
