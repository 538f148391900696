# SPDX-License-Identifier: Apache-2.0
"""Any program may die at any moment: the system comes back by itself and keeps what it promised."""

import os
import signal

import pytest

from nslsystem import HELLO, User, alive, descendants, wait_until


@pytest.fixture(scope="module")
def resident(own_system):
    person = User(own_system)
    person.function = person.deploy(HELLO, name="hello-restart")
    person.kept = person.invoke(person.function, {"name": "a", "n": 1}, keep=True).headers["x-run-id"]
    return person


def calls_again(person):
    def good():
        try:
            answer = person.invoke(person.function, {"name": "neo", "n": 41})
        except OSError:
            return False
        return answer.status == 200 and answer.json == {"hello": "neo", "n": 42}
    return good


@pytest.mark.parametrize("name", ["runner", "vault", "host", "chain"])
def test_killed_program_comes_back(own_system, resident, name):
    before = own_system.children()
    assert set(before) == {"host", "vault", "runner", "chain"}
    below = descendants(before[name])
    os.kill(before[name], signal.SIGKILL)
    wait_until("the end of its own children",
               lambda: not any(alive(pid) for pid in below), 10)
    wait_until(f"a new {name}", lambda: own_system.children().get(name) not in (None, before[name]))
    wait_until("calls again", calls_again(resident), 60)
    wait_until("ready again", own_system.ready, 60)
    after = own_system.children()
    assert {k: v for k, v in after.items() if k != name} == \
           {k: v for k, v in before.items() if k != name}, "only the dead one is started again"


def test_what_was_promised_is_still_there(own_system, resident):
    run = resident.api.get(f"/v1/runs/{resident.kept}").expect(200).json
    assert run["state"] == "succeeded"
    # Opening needs vault and runner to have found each other again.
    wait_until("its log lines", lambda: resident.api.get(
        f"/v1/runs/{resident.kept}/logs").status == 200)
    resident.cli("login", resident.email, "--password-stdin", stdin=resident.password + "\n").ok()
    listed = resident.cli("functions", "list", "--json").ok().json["items"]
    assert [f["name"] for f in listed] == ["hello-restart"]


def test_deploys_work_after_every_kill(resident):
    assert resident.run(resident.deploy("export const handler = () => 'new';")) == "new"


def test_receipt_of_before_still_verifies(resident, tmp_path):
    resident.cli("receipt", resident.kept, "-o", tmp_path / "r").ok()
    resident.cli("receipt", "verify", tmp_path / "r").ok()
