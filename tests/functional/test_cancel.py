# SPDX-License-Identifier: Apache-2.0
"""Cancelling on a real chain: of a transaction and its cancellation exactly one lands."""

import concurrent.futures
import os
import signal

import pytest

from nslsystem import System, User, wait_until
from signer import Signer
from test_wallets import balance, make_wallet, on_chain

GAS = 10**8


@pytest.fixture(scope="module")
def slow():
    """A chain with time between two blocks, so that what was sent can be overtaken."""
    made = System(extra=["--block-time", "4000"])
    made.start()
    yield made
    made.stop()


def sender_of(system):
    owner = User(system)
    payer = make_wallet(owner, fund="10")
    return owner, payer, Signer(owner)


def send(owner, payer, receiver, amount="1"):
    done = owner.cli("wallet", "transfer", payer["id"], receiver["address"], amount, "--no-follow",
                     "--json")
    return done.ok().json["id"]


def cancel(signer, tx):
    return signer.call("POST", f"/v1/transactions/{tx}:cancel")


def shown(owner, tx):
    return owner.cli("tx", "show", tx, "--json").ok().json


def wait_for_end(owner, tx):
    return wait_until("its end", lambda: (
        lambda row: row if row["state"] in ("confirmed", "cancelled", "expired") else None)(
            shown(owner, tx)), 60)


def next_block(system):
    now = system.rpc("getblockcount")
    wait_until("a block", lambda: system.rpc("getblockcount") > now)


def test_a_cancelled_transfer_never_lands(slow):
    owner, payer, _ = sender_of(slow)
    receiver = make_wallet(owner)
    start = slow.rpc("getblockcount")
    next_block(slow)
    tx = send(owner, payer, receiver)
    done = owner.cli("tx", "cancel", tx)
    assert done.code == 0 and "cancelled" in done.out, (done.code, done.out, done.err)
    row = shown(owner, tx)
    assert row["state"] == "cancelled" and row["succeeded"] is False
    first, second = row["attempts"]
    assert (first["kind"], second["kind"]) == ("intent", "cancel")
    assert int(second["networkFee"]) > int(first["networkFee"])
    assert second["validUntilBlock"] == first["validUntilBlock"]
    landed = [t["hash"] for t in on_chain(slow, start, payer["address"])]
    assert landed == [second["hash"]]
    assert balance(owner, receiver) == 0
    # The node itself refuses the first one from now on.
    again = owner.cli("tx", "cancel", tx, "--json")
    assert again.code == 0
    # What was held back for both is free again.
    owner.cli("wallet", "transfer", payer["id"], receiver["address"], "9.5").ok()


def test_what_has_ended_cannot_be_cancelled(system):
    owner, payer, signer = sender_of(system)
    tx = send(owner, payer, make_wallet(owner))
    assert wait_for_end(owner, tx)["state"] == "confirmed"
    cancel(signer, tx).refused(409, "wallet.transaction_ended")
    done = owner.cli("tx", "cancel", tx)
    assert done.code == 5 and "ended" in done.err


def test_only_its_project_and_only_signed(system):
    owner, payer, _ = sender_of(system)
    tx = send(owner, payer, make_wallet(owner))
    stranger = User(system)
    cancel(Signer(stranger), tx).refused(404, "not_found")
    owner.api.post(f"/v1/transactions/{tx}:cancel", token=owner.token()).refused(
        403, "auth.signature_required")
    for bad in ("tx_00000000000000000000000009", "tx_x", "x"):
        assert cancel(Signer(owner), bad).status == 404
    assert owner.cli("tx", "cancel", "nonsense").code == 2


def test_races_end_in_exactly_one_state_each(system):
    """Cancelled at every moment around their landing."""
    owner, payer, signer = sender_of(system)
    receiver = make_wallet(owner)
    start = system.rpc("getblockcount")

    def one(n):
        tx = send(owner, payer, receiver, "0.01")
        answers = [cancel(signer, tx).status for _ in range(1 + n % 2)]
        return tx, answers

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(one, range(24)))
    ends = {tx: wait_for_end(owner, tx) for tx, _ in tried}
    landed = [t["hash"] for t in on_chain(system, start, payer["address"])]
    assert len(landed) == len(set(landed))
    moved = 0
    for tx, answers in tried:
        row = ends[tx]
        assert set(answers) <= {202, 409}, answers
        mine = [a["hash"] for a in row["attempts"] if a["hash"] in landed]
        assert len(mine) == 1, (row, mine)
        kind = next(a["kind"] for a in row["attempts"] if a["hash"] == mine[0])
        assert row["state"] == {"intent": "confirmed", "cancel": "cancelled"}[kind]
        moved += kind == "intent"
    assert balance(owner, receiver) == moved * GAS // 100


@pytest.mark.parametrize("victim", ["host", "vault"])
def test_killed_around_the_cancellation(slow, victim):
    owner, payer, signer = sender_of(slow)
    receiver = make_wallet(owner)
    start = slow.rpc("getblockcount")
    next_block(slow)
    tx = send(owner, payer, receiver)
    before = slow.children()[victim]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(lambda: cancel(signer, tx))
        os.kill(before, signal.SIGKILL)
        try:
            asked.result()
        except OSError:
            pass
    wait_until("it is back", lambda: slow.children().get(victim) not in (None, before))
    wait_until("ready again", slow.ready, 60)

    def ask_again():
        signer.load()
        owner.cli("projects", "list").ok()
        try:
            return cancel(signer, tx).status in (202, 409)
        except OSError:
            return False

    owner.cli("login", owner.email, "--password-stdin", stdin=owner.password + "\n").ok()
    wait_until("an answer", ask_again, 60)
    row = wait_for_end(owner, tx)
    landed = [t["hash"] for t in on_chain(slow, start, payer["address"])]
    assert len(landed) == 1 and landed[0] in [a["hash"] for a in row["attempts"]]
    assert row["state"] == ("confirmed" if landed[0] == row["hash"] else "cancelled")
    assert len(row["attempts"]) <= 2
