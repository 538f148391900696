# SPDX-License-Identifier: Apache-2.0
"""`nsl dev`, `nsl demo` and `nsl doctor`."""

import json
import os
import pathlib
import shutil
import signal
import time

import pytest

from nslsystem import PATIENCE, System, User, alive, descendants, run_nsl, wait_until


@pytest.fixture
def fresh():
    made = System()
    yield made
    made.remove()


def test_second_dev_on_a_folder_names_the_first(system):
    done = run_nsl("dev", "--dir", system.dir, "--port", "0", "--metrics-port", "0", "--chain-port",
                   "0", "--json", home=system.base / "home")
    assert done.code == 5
    assert done.error["reason"] == "cli.locked"
    assert f"process {system.process.pid} since 20" in done.error["detail"]
    assert system.ready()


def test_limits_of_the_host_can_be_set_and_hold():
    slow = System(extra=("--limit", "invoke_rate=1", "--limit", "invoke_burst=3"))
    try:
        slow.start()
        person = User(slow)
        function = person.deploy("export const handler = () => 'in';")
        path = f"/v1/functions/{function}:invoke"
        answers = [person.api.once("POST", path, {}) for _ in range(12)]
        refused = [answer for answer in answers if answer.status == 429]
        assert answers[0].status == 200 and len(refused) >= 3
        assert refused[0].reason == "quota.rate"
        assert float(refused[0].headers["retry-after"]) >= 1
        other = User(slow)
        assert other.run(other.deploy("export const handler = () => 'other';")) == "other"
    finally:
        slow.remove()


@pytest.mark.parametrize("limit,says", [("invoke_rate", "NAME=NUMBER"), ("invoke_rate=x", "NAME="),
                                        ("=5", "NAME=NUMBER"), ("invoke_rate=-1", "NAME=NUMBER")])
def test_a_limit_without_a_number_is_refused(fresh, limit, says):
    done = run_nsl("dev", "--dir", fresh.dir, "--limit", limit, "--json", home=fresh.base / "home")
    assert done.code == 2 and says in done.error["detail"]


def test_an_unknown_limit_is_refused_by_the_host_and_named(fresh):
    done = run_nsl("dev", "--dir", fresh.dir, "--port", "0", "--metrics-port", "0", "--chain-port",
                   "0", "--limit", "invoke_rat=1", "--json", home=fresh.base / "home")
    assert done.code != 0
    assert "invoke_rate" in done.error["detail"]


def test_taken_port_names_the_option(system):
    port = system.url.rsplit(":", 1)[1]
    other = System()
    try:
        done = run_nsl("dev", "--dir", other.dir, "--port", port, "--metrics-port", "0",
                       "--chain-port", "0", "--json", home=other.base / "home")
        assert done.code == 1 and done.error["reason"] == "cli.port"
        assert "--port" in done.error["detail"]
    finally:
        other.remove()


def test_interrupt_stops_everything_within_five_seconds_and_the_next_start_works(fresh):
    fresh.start()
    person = User(fresh)
    function = person.deploy("export const handler = () => 'kept';", name="kept-over-restart")
    below = descendants(fresh.process.pid)
    assert len(below) >= 4
    start = time.monotonic()
    fresh.process.send_signal(signal.SIGINT)
    assert fresh.process.wait(20 * PATIENCE) == 0
    assert time.monotonic() - start < 5.5 * PATIENCE
    assert not [pid for pid in below if alive(pid)]
    fresh.start()
    # A new port, the same installation: the login is still good, the function still there.
    person.cli("config", "set", "api", fresh.url).ok()
    person.cli("login", person.email, "--password-stdin", stdin=person.password + "\n").ok()
    called = person.cli("invoke", function, "--json").ok().json
    assert called["result"] == "kept"


def test_kill_of_the_launcher_leaves_nothing_and_the_next_start_works(fresh):
    fresh.start()
    below = descendants(fresh.process.pid)
    fresh.process.kill()
    fresh.process.wait()
    wait_until("the end of all programs", lambda: not any(alive(pid) for pid in below), 10)
    fresh.start()
    assert fresh.ready()


def test_programs_have_a_uid_of_their_own(system):
    if os.geteuid() != 0:
        pytest.skip("only root can give each program a uid")
    assert system.info["isolation"] == "uids"
    uids = {}
    for name, pid in system.children().items():
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            lines = dict(line.split(":\t", 1) for line in status.read().splitlines() if ":\t" in line)
        uids[name] = int(lines["Uid"].split()[0])
        if name != "runner":
            assert int(lines["CapEff"], 16) == 0 and int(lines["CapAmb"], 16) == 0, name
    assert len(set(uids.values())) == 4 and 0 not in uids.values()
    for folder in ("host", "vault", "runner"):
        info = (system.dir / folder).stat()
        assert info.st_mode & 0o777 == 0o700 and info.st_uid == uids[folder]
    for socket in ("vault", "runner", "relay"):
        assert (system.dir / "run" / f"{socket}.sock").stat().st_mode & 0o007 == 0


@pytest.mark.slow
def test_demo_ends_by_itself_with_a_verified_receipt(tmp_path):
    done = run_nsl("demo", "--json", home=tmp_path, seconds=120).ok()
    shown = done.json
    assert shown["receiptValid"] is True and shown["simulated"] is True
    assert shown["result"]["gas"] == "52000000" and shown["result"]["height"] > 0
    assert [s for s in shown["steps"] if "receipt" in s["step"]]
    assert all(isinstance(s["ms"], int) for s in shown["steps"])
    again = run_nsl("receipt", "verify", shown["receipt"], "--root", shown["root"], "--json",
                    home=tmp_path).ok().json
    assert again["runId"] == shown["runId"]
    # What a demo leaves: source, receipt and root; its system is gone.
    left = pathlib.Path(shown["receipt"]).parent
    assert sorted(f.name for f in left.iterdir()) == [
        "neo-balance", "receipt.json", "root.der", "top-up"]
    shutil.rmtree(left)
    assert not (tmp_path / "config.json").exists(), "a demo leaves the profile of its user alone"
    for pid in descendants(os.getpid()):
        command = open(f"/proc/{pid}/cmdline", "rb").read() if alive(pid) else b""
        assert b"nsl-demo-" not in command


def test_doctor_lists_every_piece(tmp_path):
    done = run_nsl("doctor", "--json", home=tmp_path)
    pieces = json.loads(done.out)["pieces"]
    names = {p["piece"] for p in pieces}
    assert {"program nsl-host", "program nsl-vault-dev", "program nsl-runner-dev",
            "program neo-go"} <= names
    assert any(n.startswith("sandbox ") for n in names)
    for piece in pieces:
        assert set(piece) == {"piece", "essential", "active", "errno", "advice"}
    missing = [p for p in pieces if p["essential"] and not p["active"]]
    assert (done.code == 0) == (not missing)
