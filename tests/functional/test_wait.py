# SPDX-License-Identifier: Apache-2.0
"""A call that takes longer than its caller waits goes on, and is never lost."""

import json
import os
import signal

import pytest

from nslsystem import Api, User, wait_until

SLOW = """
export async function handler(event, ctx) {
  ctx.log.info("began", { ms: event.data });
  await new Promise((done) => setTimeout(done, event.data));
  return { slept: event.data };
}
"""


@pytest.fixture(scope="module")
def slow(user):
    return user.deploy(SLOW, name="slow-session")


def ended(person, run):
    row = person.api.get(f"/v1/runs/{run}").expect(200).json
    return row if row["state"] != "running" else None


def start(person, function, data, query, **more):
    return person.api.post(f"/v1/functions/{function}:invoke?{query}",
                           raw=json.dumps(data).encode(), **more)


def test_a_long_call_goes_on_after_202(user, slow, tmp_path):
    answer = start(user, slow, 1_500, "wait=50ms").expect(202)
    run = answer.json["id"]
    assert answer.json["state"] == "running"
    assert answer.headers["location"] == f"/v1/runs/{run}"
    assert answer.headers["x-run-id"] == run
    listed = user.api.get(f"/v1/projects/{user.project}/runs?function={slow}&state=running")
    assert run in [r["id"] for r in listed.expect(200).json["items"]]
    early = user.api.get(f"/v1/runs/{run}/result")
    if early.status != 200:
        early.refused(409, "request.in_progress")
        assert int(early.headers["retry-after"]) >= 1
    row = wait_until("the end of the run", lambda: ended(user, run))
    assert row["state"] == "succeeded" and row["wallUs"] >= 1_400_000
    assert user.api.get(f"/v1/runs/{run}/result").expect(200).json == {"slept": 1_500}
    logs = user.api.get(f"/v1/runs/{run}/logs").expect(200).json["items"]
    assert [line["message"] for line in logs] == ["began"]
    user.cli("receipt", run, "-o", tmp_path / "r").ok()
    user.cli("receipt", "verify", tmp_path / "r").ok()


def test_a_short_call_is_answered_at_once(user, slow):
    answer = start(user, slow, 1, "wait=30s").expect(200)
    assert answer.json == {"slept": 1} and "location" not in answer.headers
    user.api.get(f"/v1/runs/{answer.headers['x-run-id']}").refused(404, "run.not_kept")
    kept = start(user, slow, 1, "wait=30s&alias=prod&keep=1").expect(200)
    row = user.api.get(f"/v1/runs/{kept.headers['x-run-id']}").expect(200).json
    assert row["state"] == "succeeded"


def test_the_command_line_waits_as_long_as_it_is_told(user, slow):
    done = user.cli("invoke", slow, "--data", "1500", "--wait", "50ms", "--json").ok().json
    assert done["state"] == "running" and "result" not in done
    run = done["runId"]
    early = user.cli("runs", "result", run, "--json")
    if early.code != 0:
        assert early.error["reason"] == "request.in_progress", early.out
    wait_until("the end of the run", lambda: ended(user, run))
    assert user.cli("runs", "result", run, "--json").ok().json["result"] == {"slept": 1_500}
    shown = user.cli("invoke", slow, "--data", "1", "--wait", "30s", "--json").ok().json
    assert shown["result"] == {"slept": 1} and shown["kept"]
    wrong = user.cli("invoke", slow, "--wait", "31s", "--json")
    assert wrong.code != 0 and wrong.error["reason"] == "request.invalid"
    said = user.cli("invoke", slow, "--data", "900", "--wait", "0ms").ok().out
    assert "nsl runs result run_" in said


def test_a_late_failure_keeps_its_reason(user):
    wait = user.deploy("export const handler = () => new Promise(() => {});",
                       limits={"wallMs": 500})
    run = start(user, wait, None, "wait=0ms").expect(202).json["id"]
    row = wait_until("the end of the run", lambda: ended(user, run))
    assert (row["state"], row["reason"]) == ("timed_out", "run.timeout")
    problem = user.api.get(f"/v1/runs/{run}/result").refused(504, "run.timeout")
    assert "500" in problem["detail"]


def test_the_same_key_gets_the_same_run(user, slow):
    headers = {"Idempotency-Key": "wait-" + slow}
    first = start(user, slow, 300, "wait=0ms", headers=headers).expect(202)
    again = start(user, slow, 300, "wait=0ms", headers=headers).expect(202)
    assert again.body == first.body
    assert again.headers["location"] == first.headers["location"]
    start(user, slow, 301, "wait=0ms", headers=headers).refused(422, "request.idempotency_mismatch")
    wait_until("the end of the run", lambda: ended(user, first.json["id"]))


@pytest.mark.parametrize("wait", ["31s", "1", "s", "-1s", "1.5s", "1m", "", "30001ms",
                                  "9" * 30 + "s"])
def test_wrong_waits_name_field_and_limit(user, slow, wait):
    problem = start(user, slow, 1, f"wait={wait}").refused(422, "request.invalid")
    assert problem["errors"][0]["pointer"] == "/wait"
    assert "30s" in problem["errors"][0]["detail"]


def test_only_members_may_leave_a_run_behind(user, stranger, system, slow):
    path = f"/v1/functions/{slow}:invoke?wait=1s"
    stranger.api.post(path, raw=b"1").refused(404, "not_found")
    Api(system.url).post(path, raw=b"1").refused(401, "auth.invalid")
    run = start(user, slow, 300, "wait=0ms").expect(202).json["id"]
    none = stranger.api.get("/v1/runs/run_" + "0" * 26 + "/result").expect(404).json
    seen = stranger.api.get(f"/v1/runs/{run}/result").refused(404, none["reason"])
    assert seen["detail"] == none["detail"]


@pytest.mark.parametrize("victim", ["host", "runner"])
def test_a_run_whose_platform_died_has_an_honest_end(own_system, victim):
    person = User(own_system)
    function = person.deploy(SLOW)
    key = {"Idempotency-Key": "killed-" + victim}
    first = start(person, function, 30_000, "wait=0ms", headers=key).expect(202)
    run = first.json["id"]
    before = own_system.children()
    os.kill(before[victim], signal.SIGKILL)
    wait_until(f"a new {victim}",
               lambda: own_system.children().get(victim) not in (None, before[victim]))
    wait_until("ready again", own_system.ready, 60)

    def row():
        try:
            answer = person.api.get(f"/v1/runs/{run}")
        except OSError:
            return None
        return answer.json if answer.status == 200 and answer.json["state"] != "running" else None

    seen = wait_until("the end of the run", row, 60)
    assert (seen["state"], seen["reason"]) == ("failed", "run.platform")
    problem = person.api.get(f"/v1/runs/{run}/result").refused(503, "run.platform")
    assert "may have run" in problem["detail"]
    # The key stands for that run: it never starts a second one.
    again = start(person, function, 30_000, "wait=0ms", headers=key).expect(202)
    assert again.body == first.body and again.headers["location"] == first.headers["location"]
    wait_until("calls again", lambda: start(person, function, 1, "wait=30s").status == 200, 60)
