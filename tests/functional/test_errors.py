# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, what the caller is told, and that nobody else notices."""

import json
import os
import signal
import time

import pytest

from nslsystem import PATIENCE, Api, run_nsl, wait_until

FAST = {"wallMs": 5_000, "cpuMs": 300, "memoryMb": 64, "concurrency": 1}


def invoke(user, function, data=None, keep=False):
    return user.invoke(function, data, keep)


# --- requests ------------------------------------------------------------------------------------

def test_malformed_and_unknown_json(user):
    base = f"/v1/projects/{user.project}/functions"
    for raw in (b"{", b"", b"[1", b'{"name":"a" "b"}', b"\xff\xfe", b'{"name":"x","name":"y"}'):
        problem = user.api.post(base, raw=raw).json
        assert problem["status"] in (400, 422), (raw, problem)
        assert problem["reason"] in ("request.malformed", "request.invalid"), problem
    problem = user.api.post(base, {"name": "abc", "runtime": "javascript", "colour": 1}).refused(
        422, "request.invalid")
    assert [e["pointer"] for e in problem["errors"]] == ["/colour"]
    problem = user.api.post(base, {"name": 5}).refused(422, "request.invalid")
    assert {e["pointer"] for e in problem["errors"]} == {"/name", "/runtime"}


def test_invalid_json_as_input_of_a_function(user, hello):
    for raw in (b"{", b"nope", b'{"a":1}x', b"\xff"):
        user.api.post(f"/v1/functions/{hello}:invoke", raw=raw).refused(400, "request.malformed")


def test_deep_and_large_input(user, hello):
    deep = b"[" * 5_000 + b"]" * 5_000
    assert user.api.post(f"/v1/functions/{hello}:invoke", raw=deep).status in (400, 413, 422)
    for size, statuses in ((300 << 10, (413,)), (3 << 20, (413,))):
        answer = user.api.post(f"/v1/functions/{hello}:invoke", raw=json.dumps("x" * size).encode())
        assert answer.status in statuses, answer.body[:300]
        assert answer.reason in ("run.input_too_large", "request.too_large")


def test_wrong_ids_and_paths(user):
    fn = "/v1/functions/"
    for path in (fn + "fn_nope", fn + "x" * 300, fn + "run_" + "0" * 26, fn + "fn_" + "0" * 26,
                 fn + "..%2f..%2fetc", "/v1/nothing", "/v2/functions", "/v1/runs/run_" + "z" * 26):
        answer = user.api.get(path)
        assert answer.status in (400, 404, 422), (path, answer.status)
        assert answer.json["requestId"]
    answer = user.api.call("PATCH", f"/v1/projects/{user.project}/functions", {})
    assert answer.status in (404, 405)


def test_media_type_must_be_json(user):
    answer = user.api.post(f"/v1/projects/{user.project}/functions", raw=b"name=x",
                           headers={"Content-Type": "application/x-www-form-urlencoded"})
    answer.refused(415, "request.media_type")


def test_bundle_over_its_limit(user):
    function, name = user.create()
    answer = user.upload(function, name, "// " + "x" * (11 << 20))
    assert answer.status in (413, 422), answer.body[:300]
    files = {f"f{i}.js": "" for i in range(250)} | {"index.js": "export const handler = () => 1;"}
    user.upload(function, name, files).refused(422, "request.invalid")


# --- functions that misbehave --------------------------------------------------------------------

def test_thrown_error_names_message_and_line_to_the_owner(user, neighbour):
    thrown = user.deploy("export function handler() {\n  const x = 1;\n"
                         "  throw new TypeError('the reason');\n}\n")
    with neighbour():
        answer = invoke(user, thrown, keep=True)
        problem = answer.refused(502, "run.user")
        assert "the reason" in problem["detail"]
        logs = user.api.get(f"/v1/runs/{answer.headers['x-run-id']}/logs").expect(200).json
    assert "TypeError: the reason" in logs["errorMessage"] + logs["errorStack"]
    assert "index.js:3" in logs["errorStack"]


@pytest.mark.parametrize("source", [
    "export const handler = () => { throw null; };",
    "export const handler = () => Promise.reject(new Error('x'));",
    "export const handler = () => { const o = {}; o.o = o; return o; };",
    "export const handler = () => 10n;",
    "export const handler = () => { (function f() { f(); })(); };",
    "export const handler = () => ({ toJSON() { throw new Error('j'); } });",
    "export const handler = () => new Proxy({}, { ownKeys() { throw new Error('p'); } });",
])
def test_wrong_results_and_odd_throws_fail_the_run_alone(user, neighbour, source):
    function = user.deploy(source)
    with neighbour():
        answer = invoke(user, function)
        assert answer.status == 502
        assert answer.reason in ("run.user", "run.output_invalid"), answer.body
    assert invoke(user, function).status == 502


def test_undefined_result_is_null(user):
    assert user.run(user.deploy("export const handler = () => {};")) is None


def test_result_over_its_limit(user, neighbour):
    large = user.deploy("export const handler = () => 'x'.repeat(10 * 1024 * 1024);")
    with neighbour():
        problem = invoke(user, large).refused(502, "run.output_too_large")
    assert "262144" in problem["detail"] or "256" in problem["detail"], problem


def test_endless_loop_ends_at_its_cpu_limit(user, neighbour):
    loop = user.deploy("export const handler = () => { for (;;) {} };", limits=FAST)
    with neighbour():
        start = time.monotonic()
        problem = invoke(user, loop).expect(502).json
        took = time.monotonic() - start
    assert problem["reason"] == "run.cpu", problem
    assert "300" in problem["detail"], problem
    assert took < 5 * PATIENCE


def test_waiting_for_ever_ends_at_the_wall_limit(user, neighbour):
    wait = user.deploy("export const handler = () => new Promise(() => {});",
                       limits={**FAST, "wallMs": 300})
    with neighbour():
        start = time.monotonic()
        problem = invoke(user, wait).refused(504, "run.timeout")
        took = time.monotonic() - start
    assert "300" in problem["detail"]
    assert 0.25 < took < 3 * PATIENCE


@pytest.mark.parametrize("source", [
    "const a = []; export const handler = () => { for (;;) a.push(new Array(1000).fill(1)); };",
    "const a = []; export const handler = () => { for (;;) a.push(new Uint8Array(1 << 20).fill(1)); };",
    "export const handler = () => { let s = 'x'; for (;;) s += s + '1'; };",
])
def test_allocating_without_end(user, neighbour, source):
    greedy = user.deploy(source, limits={**FAST, "cpuMs": 5_000})
    with neighbour():
        answer = invoke(user, greedy)
        assert answer.status == 502, answer.body
        # A string over the engine's own length limit is the author's RangeError.
        assert answer.reason in ("run.memory", "run.user", "run.crashed"), answer.body
        if "Uint8Array" in source or "Array(1000)" in source:
            assert answer.reason == "run.memory", answer.body
    good = user.deploy("export const handler = () => 1;")
    assert user.run(good) == 1


def test_flood_of_log_lines_is_cut_and_counted(user, neighbour):
    flood = user.deploy("export const handler = (e, ctx) => { for (let i = 0; i < 20000; i++) "
                        "ctx.log.info('line ' + i); return 1; };")
    with neighbour():
        answer = invoke(user, flood, keep=True).expect(200)
    logs = user.api.get(f"/v1/runs/{answer.headers['x-run-id']}/logs").expect(200).json
    assert 0 < len(logs["items"]) <= 10_000
    assert len(logs["items"]) + logs["dropped"] == 20_000


def test_long_log_line_is_cut(user):
    long = user.deploy("export const handler = (e, ctx) => { ctx.log.info('x'.repeat(100000)); };")
    answer = invoke(user, long, keep=True).expect(200)
    line = user.api.get(f"/v1/runs/{answer.headers['x-run-id']}/logs").json["items"][0]
    assert len(line["message"]) <= 10 << 10


def test_worker_that_dies_is_followed_by_a_clean_one(user, neighbour):
    function = user.deploy(
        "let calls = 0; export const handler = (e) => { calls++; if (e.data === 'die') for (;;) {} "
        "return calls; };", limits=FAST)
    assert user.run(function) >= 1
    with neighbour():
        assert invoke(user, function, "die").reason == "run.cpu"
    assert user.run(function) == 1


@pytest.mark.parametrize("expression", [
    "typeof require", "typeof process", "typeof WebAssembly", "typeof SharedArrayBuffer",
    "typeof Deno", "typeof module",
])
def test_no_way_out_of_the_language(user, expression):
    assert user.run(user.deploy(f"export const handler = () => {expression};")) == "undefined"


def test_code_from_strings_is_refused(user):
    for source in ("eval('1')", "new Function('return 1')()"):
        function = user.deploy(f"export const handler = () => {source};")
        problem = invoke(user, function).refused(502, "run.user")
        assert "EvalError" in problem["detail"], problem


def test_wrong_chain_arguments_are_the_authors_error(user):
    function = user.deploy("""
export async function handler(event, ctx) {
  try { return await ctx.chain.balanceOf("GAS", event.data); }
  catch (error) { return { reason: error.reason ?? null, message: String(error.message) }; }
}
""")
    seen = user.run(function, "not an address")
    assert seen["reason"] == "chain.invalid", seen


def test_calls_of_later_releases_say_so(user):
    function = user.deploy("""
export async function handler(event, ctx) {
  try { await ctx.secrets.get("x"); return "no error"; }
  catch (error) { return error.reason ?? String(error); }
}
""")
    assert user.run(function) != "no error"


# --- the world around ----------------------------------------------------------------------------

def test_chain_node_that_does_not_answer(user, system, neighbour):
    reads = user.deploy("""
export async function handler(event, ctx) {
  try { return (await ctx.chain.block(event.data)).index; }
  catch (error) { return error.reason; }
}
""")
    assert user.run(reads, 1) == 1
    chain = system.children()["chain"]
    os.kill(chain, signal.SIGSTOP)
    try:
        with neighbour():
            # The first calls wait for the node; then the pool knows that it is gone.
            for block in range(2, 5):
                answer = invoke(user, reads, block).expect(200)
                assert answer.json in ("chain.unavailable", block), answer.json
            assert user.run(reads, 6) == "chain.unavailable"
    finally:
        os.kill(chain, signal.SIGCONT)
    wait_until("chain reads again", lambda: invoke(user, reads, 7).json == 7, 60)


def test_nothing_listens_at_the_address():
    done = run_nsl("projects", "list", "--json",
                   env={"NSL_API": "http://127.0.0.1:9", "NSL_TOKEN": "x"})
    assert done.code == 7 and done.error["reason"] == "cli.offline"


def test_http_that_is_not_http(system):
    import socket
    base = Api(system.url).base
    for raw in (b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
                b"GET / HTTP/1.1\r\n" + b"X-A: " + b"b" * 40_000 + b"\r\n\r\n"):
        with socket.create_connection((base.hostname, base.port), timeout=20 * PATIENCE) as s:
            s.sendall(raw)
            s.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := s.recv(65536):
                answer += chunk
        assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5", b"HTTP/1.0 4")), raw
    assert Api(system.url).get("/healthz").status == 200
