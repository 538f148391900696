# SPDX-License-Identifier: Apache-2.0
"""Calling: values in and out, ctx, concurrency, public functions, other people's functions."""

import concurrent.futures
import json

from nslsystem import Api, wait_until

ECHO = "export const handler = (event) => event.data;"


def test_json_values_go_through_unchanged(user):
    echo = user.deploy(ECHO)
    for value in (None, True, 0, -1.5, 1e21, "", "Zürich \u2028 \U0001f600 \"\\\n", [], {}, [[[1]]],
                  {"a": {"b": [1, None]}}, 9007199254740991):
        assert user.run(echo, value) == value, value


def test_prototype_names_are_plain_members(user):
    echo = user.deploy(ECHO)
    text = b'{"__proto__":{"x":1},"constructor":2,"toString":3}'
    answer = user.api.post(f"/v1/functions/{echo}:invoke", raw=text).expect(200)
    assert json.loads(answer.body) == json.loads(text)


def test_event_and_run_describe_the_call(user):
    probe = user.deploy("""
export const handler = (event, ctx) => ({
  type: event.type, id: event.id, project: event.project, attempt: event.attempt,
  run: ctx.run.id, functionId: ctx.run.functionId, version: ctx.run.version,
  codeHash: ctx.run.codeHash, caller: ctx.run.caller, left: ctx.run.remainingMs() });
""")
    answer = user.invoke(probe, None, keep=True).expect(200)
    seen, run_id = answer.json, answer.headers["x-run-id"]
    run = user.api.get(f"/v1/runs/{run_id}").expect(200).json
    assert seen["type"] == "manual"
    assert seen["run"] == run_id
    assert seen["functionId"] == probe
    assert seen["version"] == run["versionId"]
    assert 0 < seen["left"] <= 60_000


def test_answers_carry_ids_and_limits(user, hello):
    answer = user.invoke(hello, {"name": "a", "n": 1}).expect(200)
    assert answer.headers["x-run-id"].startswith("run_")
    assert answer.headers["x-request-id"].startswith("req_")
    assert any(name.startswith("ratelimit") for name in answer.headers)


def test_many_calls_at_once_each_get_their_own_answer(user):
    echo = user.deploy("""
export async function handler(event, ctx) {
  await new Promise((done) => setTimeout(done, event.data % 7));
  return event.data;
}
""")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda n: user.run(echo, n), range(400)))
    assert results == list(range(400))


def test_state_of_a_module_stays_inside_its_project(user, stranger):
    source = "let n = 0; globalThis.mark ??= []; export const handler = (e) => { " \
             "if (e.data) globalThis.mark.push(e.data); return globalThis.mark; };"
    mine, theirs = user.deploy(source), stranger.deploy(source)
    user.run(mine, "secret of mine")
    assert "secret of mine" not in json.dumps(stranger.run(theirs))


def test_random_values_differ_between_workers(user):
    source = "export const handler = (e, ctx) => [Math.random(), crypto.randomUUID()];"
    drawn = [tuple(user.run(user.deploy(source + f"// {i}"))) for i in range(6)]
    assert len({d[0] for d in drawn}) == 6 and len({d[1] for d in drawn}) == 6


def test_log_lines_are_kept_with_a_kept_run(user):
    logs = user.deploy("""
export function handler(event, ctx) {
  ctx.log.info("first", { n: 1 });
  console.log("second", { a: [1] });
  ctx.log.error("third");
}
""")
    answer = user.invoke(logs, None, keep=True).expect(200)
    kept = user.api.get(f"/v1/runs/{answer.headers['x-run-id']}/logs").expect(200).json
    assert [line["level"] for line in kept["items"]] == ["info", "info", "error"]
    assert kept["items"][0]["message"] == "first"
    assert json.loads(kept["items"][0]["fields"]) == {"n": 1}
    assert kept["items"][1]["message"].startswith("second")
    assert [line["atUs"] for line in kept["items"]] == sorted(line["atUs"] for line in kept["items"])


def test_a_run_that_was_not_kept_says_so(user, hello):
    run = user.invoke(hello, {"name": "a", "n": 1}).expect(200).headers["x-run-id"]
    for tail in ("", "/logs", "/receipt"):
        answer = user.api.get(f"/v1/runs/{run}{tail}").expect(404)
        assert answer.reason in ("run.not_kept", "not_found")


def test_runs_list_and_filters(user):
    good, bad = user.deploy(ECHO), user.deploy("export const handler = () => { throw 1; };")
    ids = [user.invoke(good, i, keep=True).expect(200).headers["x-run-id"] for i in range(3)]
    failed = user.invoke(bad, None, keep=True).headers["x-run-id"]
    base = f"/v1/projects/{user.project}/runs"
    mine = user.api.get(f"{base}?function={good}").expect(200).json["items"]
    assert {r["id"] for r in mine} == set(ids)
    states = user.api.get(f"{base}?function={bad}&state=failed").expect(200).json["items"]
    assert [r["id"] for r in states] == [failed]
    shown = user.cli("runs", "show", failed, "--json").ok().json
    assert shown["state"] == "failed" and shown["reason"] == "run.user"
    user.api.get(f"{base}?colour=red").refused(400, "request.unknown_parameter")


def test_other_peoples_objects_do_not_exist(user, stranger, hello):
    run = user.invoke(hello, {"name": "a", "n": 1}, keep=True).expect(200).headers["x-run-id"]
    attempts = [
        ("GET", f"/v1/functions/{hello}", None),
        ("DELETE", f"/v1/functions/{hello}", None),
        ("GET", f"/v1/functions/{hello}/versions", None),
        ("POST", f"/v1/functions/{hello}:invoke", {"name": "a", "n": 1}),
        ("POST", f"/v1/functions/{hello}:invoke?keep=1", {"name": "a", "n": 1}),
        ("GET", f"/v1/projects/{user.project}/functions", None),
        ("GET", f"/v1/projects/{user.project}/runs", None),
        ("GET", f"/v1/projects/{user.project}/usage", None),
        ("GET", f"/v1/runs/{run}", None),
        ("GET", f"/v1/runs/{run}/logs", None),
        ("GET", f"/v1/runs/{run}/receipt", None),
    ]
    # A run of somebody else reads exactly like a run that never was.
    no_run = stranger.api.get("/v1/runs/run_" + "0" * 26).expect(404).json
    for method, path, body in attempts:
        reason = no_run["reason"] if "/runs/" in path else "not_found"
        problem = stranger.api.call(method, path, body).refused(404, reason)
        if "/runs/" in path:
            assert problem["detail"] == no_run["detail"]
    assert user.run(hello, {"name": "a", "n": 1}) == {"hello": "a", "n": 2}


def test_public_function_needs_no_credential_and_tells_strangers_little(user):
    public = user.deploy("export const handler = (e) => { if (e.data === 'fail') "
                         "throw new Error('inner detail'); return 'hi'; };", access="public")
    anonymous = Api(user.system.url)
    assert anonymous.post(f"/v1/functions/{public}:invoke", raw=b"1").expect(200).json == "hi"
    refused = anonymous.post(f"/v1/functions/{public}:invoke", raw=b'"fail"').refused(502, "run.user")
    assert "inner detail" not in json.dumps(refused)
    owner = user.invoke(public, "fail").refused(502, "run.user")
    assert "inner detail" in owner["detail"]


def test_revoked_key_stops_calling_within_five_seconds(user, hello):
    key = user.cli("keys", "create", "gone-soon", "--scope", "functions:invoke", "--json").ok().json
    caller = Api(user.system.url, key["secret"])
    body = {"name": "a", "n": 1}
    caller.post(f"/v1/functions/{hello}:invoke", body).expect(200)
    user.cli("keys", "delete", key["id"]).ok()
    wait_until("the end of the revoked key", lambda: caller.post(
        f"/v1/functions/{hello}:invoke", body).status in (401, 404), 6)


def test_chain_reads(user):
    chain = user.deploy("""
export async function handler(event, ctx) {
  const before = await ctx.chain.height();
  const block = await ctx.chain.block(0);
  const decimals = await ctx.chain.call("GAS", "decimals", []);
  return { before, hash: block.hash, decimals, network: ctx.chain.network };
}
""")
    seen = user.run(chain)
    assert seen["before"] > 0 and seen["hash"].startswith("0x")
    wait_until("new blocks", lambda: user.run(chain)["before"] > seen["before"])
