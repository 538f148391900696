# SPDX-License-Identifier: Apache-2.0
"""Receipts: offline proof, and that a changed byte is refused."""

import base64
import json
import random

from nslsystem import run_nsl


def receipt_of(user, function, data, path):
    run = user.invoke(function, data, keep=True).expect(200)
    user.cli("receipt", run.headers["x-run-id"], "-o", path).ok()
    return run


def test_receipt_verifies_offline_and_names_the_code(user, hello, tmp_path):
    file = tmp_path / "receipt.json"
    run = receipt_of(user, hello, {"name": "neo", "n": 1}, file)
    # Another home, no system reachable: the file and the pinned root are enough.
    offline = tmp_path / "offline"
    offline.mkdir(mode=0o700)
    root = tmp_path / "root.der"
    root.write_bytes(base64.b64decode(json.loads((user.home / "config.json").read_text())["rootDer"]))
    done = run_nsl("receipt", "verify", file, "--root", root, "--json", home=offline,
                   env={"NSL_API": "http://127.0.0.1:9"}).ok().json
    assert done["valid"] is True and done["simulated"] is True
    assert done["runId"] == run.headers["x-run-id"]
    versions = user.api.get(f"/v1/functions/{hello}/versions").json["items"]
    assert done["codeHash"] == versions[0]["codeHash"]
    # The gateway's own deploy carried a bearer token; the command line signs (test_function_tx.py).
    assert done["authorisedBy"] == "bearer" and done["transactions"] == []
    human = run_nsl("receipt", "verify", file, "--root", root, home=offline).ok()
    assert "simulated" in human.out


def test_fetching_twice_gives_the_same_file(user, hello, tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    run = receipt_of(user, hello, {"name": "a", "n": 1}, one).headers["x-run-id"]
    user.cli("receipt", run, "-o", two).ok()
    assert one.read_bytes() == two.read_bytes()


def test_input_and_output_open_the_salted_hashes(user, hello, tmp_path):
    file, given, got, wrong = (tmp_path / n for n in ("r", "input", "output", "wrong"))
    run = receipt_of(user, hello, {"name": "neo", "n": 5}, file)
    given.write_text(json.dumps({"name": "neo", "n": 5}))
    got.write_bytes(run.body)
    wrong.write_text("{}")
    user.cli("receipt", "verify", file, "--input", given, "--output", got).ok()
    assert user.cli("receipt", "verify", file, "--input", wrong).code == 1
    assert user.cli("receipt", "verify", file, "--output", wrong).code == 1


def test_failed_run_has_a_receipt_too(user, tmp_path):
    bad = user.deploy("export const handler = () => { throw new Error('no'); };")
    run = user.invoke(bad, None, keep=True).headers["x-run-id"]
    user.cli("receipt", run, "-o", tmp_path / "r").ok()
    assert user.cli("receipt", "verify", tmp_path / "r", "--json").ok().json["state"] == "run.user"


def test_every_changed_byte_is_refused(user, hello, tmp_path):
    file, bad = tmp_path / "receipt.json", tmp_path / "bad.json"
    receipt_of(user, hello, {"name": "neo", "n": 1}, file)
    content = file.read_bytes()
    draw = random.Random(20261124)
    for position in sorted(draw.sample(range(len(content)), 300)):
        changed = bytearray(content)
        changed[position] ^= 1 << draw.randrange(8)
        bad.write_bytes(changed)
        done = user.cli("receipt", "verify", bad, "--json")
        assert done.code == 1, f"byte {position}: exit {done.code} {done.out}"
        assert done.error["reason"] == "receipt.invalid"
    user.cli("receipt", "verify", file).ok()


def test_receipt_of_another_installation_is_refused(user, hello, own_root, tmp_path):
    file, root = tmp_path / "r", tmp_path / "other.der"
    receipt_of(user, hello, {"name": "a", "n": 1}, file)
    root.write_bytes(base64.b64decode(own_root["rootDer"]))
    done = user.cli("receipt", "verify", file, "--root", root, "--json")
    assert done.code == 1 and "attestation" in done.error["detail"]
    real = tmp_path / "mine.der"
    real.write_bytes(base64.b64decode(json.loads((user.home / "config.json").read_text())["rootDer"]))
    assert user.cli("receipt", "verify", file, "--root", real, "--real").code == 1
