# SPDX-License-Identifier: Apache-2.0
"""Wallets over the real chain: a transfer is followed to its end, is sent once, and is exact."""

import json
import os
import signal
import threading
import uuid

import pytest

import nslsystem
from nslsystem import User, run_nsl, wait_until
from signer import Signer
from test_secrecy import found_in

GAS = 100_000_000
STATES = ["received", "simulated", "signed", "broadcast", "confirmed"]


def make_wallet(person, fund=None):
    name = "w-" + uuid.uuid4().hex[:8]
    made = person.cli("wallet", "create", name, "--json").ok().json
    if fund:
        done = person.cli("wallet", "fund", name, fund, "--json").ok().json
        assert done["address"] == made["address"] and done["amount"] == str(int(fund) * GAS)
    return made


def balance(person, wallet, symbol="GAS"):
    items = person.cli("wallet", "balance", wallet["id"], "--json").ok().json["items"]
    return int(next(i["amount"] for i in items if i["symbol"] == symbol))


def on_chain(system, since, sender):
    """Every transaction of this sender in the blocks from `since` on."""
    out = []
    for index in range(since, system.rpc("getblockcount")):
        for tx in system.rpc("getblock", index, True)["tx"]:
            if tx["sender"] == sender:
                out.append({**tx, "block": index})
    return out


def test_a_wallet_signs_a_text_that_anybody_can_check(user):
    wallet = make_wallet(user)
    said = user.cli("wallet", "sign-message", wallet["id"], "I own this", "--json").ok().json
    assert said["address"] == wallet["address"] and said["layout"] == "classic"

    def verify(text):
        return run_nsl("neo", "message", "verify", text, "--layout", "classic", "--public-key",
                       said["publicKey"], "--salt", said["salt"], "--signature",
                       said["signature"])

    verify("I own this").ok()
    assert verify("I own that").code == 1
    assert user.cli("wallet", "sign-message", wallet["id"], "grüße").code == 2
    user.api.post(f"/v1/wallets/{wallet['id']}:sign-message", {"text": "x"},
                  token=user.token()).refused(403, "auth.signature_required")
    stranger = User(user.system)
    Signer(stranger).call("POST", f"/v1/wallets/{wallet['id']}:sign-message",
                          b'{"text":"x"}').refused(404, "not_found")


def states(done):
    return [json.loads(line) for line in done.out.splitlines()]


@pytest.fixture(scope="module")
def rich(user):
    return make_wallet(user, fund="100")


def test_transfer_is_followed_to_halt_and_exact(system, user, rich):
    other = make_wallet(user)
    start = system.rpc("getblockcount")
    before = balance(user, rich)
    done = user.cli("wallet", "transfer", rich["name"], other["address"], "1.5", "--json").ok()
    lines = states(done)
    assert [line["state"] for line in lines] == STATES
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    last = lines[-1]["transaction"]
    assert last["vmState"] == "HALT" and last["succeeded"] is True
    assert last["evidence"] == "host" and last["authorisedBy"] == "signature"
    mine = on_chain(system, start, rich["address"])
    assert len(mine) == 1
    tx = mine[0]
    assert tx["hash"] == last["hash"] and tx["block"] == last["block"]
    assert tx["sysfee"] == last["systemFee"] and tx["netfee"] == last["networkFee"]
    assert tx["signers"] == [{"account": rich["scriptHash"], "scopes": "CalledByEntry"}]
    assert balance(user, other) == 3 * GAS // 2
    assert balance(user, rich) == before - 3 * GAS // 2 - int(tx["sysfee"]) - int(tx["netfee"])
    # The network fee is exact: a datoshi less would not have been taken.
    assert int(tx["netfee"]) == int(
        system.rpc("calculatenetworkfee", raw_of(system, tx["hash"]))["networkfee"])
    shown = user.cli("tx", "show", last["id"], "--json").ok().json
    assert shown["state"] == "confirmed"
    watched = user.cli("tx", "watch", last["id"]).ok()
    assert "confirmed(HALT)" in watched.out
    listed = user.cli("tx", "list", "--json").ok().json["items"]
    assert last["id"] in [t["id"] for t in listed]


def raw_of(system, tx_hash):
    return system.rpc("getrawtransaction", tx_hash)


def test_neo_moves_too(user, rich):
    user.cli("wallet", "fund", rich["name"], "10", "--token", "NEO").ok()
    other = make_wallet(user)
    done = user.cli("wallet", "transfer", rich["name"], other["scriptHash"], "3", "--token", "NEO",
                    "--json").ok()
    assert states(done)[-1]["transaction"]["succeeded"] is True
    assert balance(user, other, "NEO") == 3


def test_the_same_key_sends_once(system, user, rich):
    other = make_wallet(user)
    start = system.rpc("getblockcount")
    key = "once-" + uuid.uuid4().hex
    words = ("wallet", "transfer", rich["name"], other["address"], "0.25", "--idempotency-key", key,
             "--json")
    first = states(user.cli(*words).ok())[-1]["transaction"]
    again = states(user.cli(*words).ok())[-1]["transaction"]
    assert first["id"] == again["id"] and first["hash"] == again["hash"]
    assert len(on_chain(system, start, rich["address"])) == 1
    assert balance(user, other) == GAS // 4
    other_intent = user.cli("wallet", "transfer", rich["name"], other["address"], "0.26",
                            "--idempotency-key", key, "--json")
    assert other_intent.code == 2
    assert other_intent.error["reason"] in ("request.idempotency_mismatch", "wallet.effect_mismatch")
    assert len(on_chain(system, start, rich["address"])) == 1


@pytest.mark.parametrize("words, code, reason, field", [
    # The checksum, an address of Neo 2, a Bitcoin address, nothing at all.
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHQ", "1"), 2, "wallet.invalid", "/transfer/to"),
    (("AK2nJJpJr6o664CWJKi1QRXjqeic2zRp8y", "1"), 2, "wallet.invalid", "/transfer/to"),
    (("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1"), 2, "wallet.invalid", "/transfer/to"),
    (("nobody", "1"), 2, "wallet.invalid", "/transfer/to"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "0.000000001"), 2, "cli.usage", "AMOUNT"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "0"), 2, "cli.usage", "AMOUNT"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "-1"), 2, None, "amount"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1e3"), 2, "cli.usage", "AMOUNT"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "50000000"), 6, "funds.gas", "/transfer/amount"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1", "--max-fee", "0.001"), 3, "wallet.policy",
     "/maxFee"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1", "--max-fee", "11"), 2, "wallet.invalid", "/maxFee"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1", "--valid-blocks", "5761"), 2, "wallet.invalid",
     "/validBlocks"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP",), 2, "cli.usage", "amount"),
    (("NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1", "--token", "0x" + "12" * 20), 7, "chain", None),
])
def test_bad_input_names_the_field_and_signs_nothing(system, user, rich, words, code, reason, field):
    start = system.rpc("getblockcount")
    done = user.cli("wallet", "transfer", rich["name"], *words, "--json")
    assert done.code == code, done.out
    if reason:
        assert done.error["reason"].startswith(reason), done.error
    if field:
        said = done.error["detail"] + json.dumps(done.error.get("errors", []))
        assert field in said, done.error
    assert not on_chain(system, start, rich["address"])


def test_unknown_and_foreign_wallets(user, stranger, rich):
    to = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP"
    unknown = user.cli("wallet", "transfer", "no-such-wallet", to, "1", "--json")
    assert unknown.code == 4 and unknown.error["reason"] == "not_found"
    for words in (("show", rich["id"]), ("balance", rich["id"]), ("transfer", rich["id"], to, "1"),
                  ("show", "wal_00000000000000000000000009")):
        foreign = stranger.cli("wallet", *words, "--json")
        assert foreign.code == 4 and foreign.error["reason"] == "not_found", foreign.out
    # The wallet of another project, named in the caller's own.
    body = {"wallet": rich["id"], "transfer": {"token": "GAS", "to": to, "amount": "1"}}
    for project in (stranger.project, user.project):
        target = f"/v1/projects/{project}/transactions"
        Signer(stranger).call("POST", target, json.dumps(body).encode()).refused(404, "not_found")
    api = nslsystem.Api(user.system.url, stranger.token())
    mine = user.cli("tx", "list", "--json").ok().json["items"][0]["id"]
    api.get(f"/v1/transactions/{mine}").refused(404, "not_found")
    # A key without the scope, and the owner's own token, which the host could use again.
    target = f"/v1/projects/{user.project}/transactions"
    user.api.post(target, body).refused(403, "auth.forbidden")
    own = nslsystem.Api(user.system.url, user.token())
    own.post(target, body).refused(403, "auth.signature_required")
    own.post(f"/v1/projects/{user.project}/wallets", {"name": "by-bearer"}
             ).refused(403, "auth.signature_required")


def test_a_signed_transfer_cannot_be_altered_or_repeated(system, user, rich):
    to = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP"
    start = system.rpc("getblockcount")
    signer = Signer(user)
    target = f"/v1/projects/{user.project}/transactions"
    body = json.dumps({"wallet": rich["id"],
                       "transfer": {"token": "GAS", "to": to, "amount": "3"}}).encode()
    header = signer.header("POST", target, body)
    more = body.replace(b'"3"', b'"9"')
    signer.send(header, "POST", target, more).refused(401, "auth.invalid")
    sent = signer.send(header, "POST", target, body).expect(202).json
    assert sent["transfer"]["amount"] == "3" and sent["authorisedBy"] == "signature"
    signer.send(header, "POST", target, body).refused(401, "auth.invalid")
    user.cli("tx", "watch", sent["id"]).ok()
    assert len(on_chain(system, start, rich["address"])) == 1


def test_an_empty_wallet_has_no_funds(user):
    empty = make_wallet(user)
    done = user.cli("wallet", "transfer", empty["name"], "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1",
                    "--json")
    assert done.code == 6 and done.error["reason"] == "funds.gas"
    # It can be asked again under the same key once there are funds.
    key = "funds-" + uuid.uuid4().hex
    words = ("wallet", "transfer", empty["name"], "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "1",
             "--idempotency-key", key, "--json")
    assert user.cli(*words).code == 6
    user.cli("wallet", "fund", empty["name"], "5").ok()
    assert states(user.cli(*words).ok())[-1]["transaction"]["succeeded"] is True


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["host", "vault"])
def test_killed_in_between_it_lands_once(own_system, victim):
    """Killed at several moments of the request: each time the repeated command gives one transfer."""
    person = User(own_system)
    wallet = make_wallet(person, fund="20")
    start = own_system.rpc("getblockcount")
    moments = [0.01, 0.04, 0.06, 0.08, 0.1, 0.13]
    for moment in moments:
        other = make_wallet(person)
        words = ("wallet", "transfer", wallet["name"], other["address"], "2", "--idempotency-key",
                 "kill-" + uuid.uuid4().hex, "--json")
        sender = threading.Thread(target=lambda w=words: person.cli(*w, seconds=120))
        sender.start()
        threading.Event().wait(moment)
        os.kill(own_system.children()[victim], signal.SIGKILL)
        sender.join()
        wait_until("ready again", own_system.ready, 60)

        def landed(w=words):
            done = person.cli(*w, seconds=120)
            return done if done.code == 0 else None
        done = wait_until("the transfer", landed, 60)
        assert states(done)[-1]["transaction"]["succeeded"] is True
        assert balance(person, other) == 2 * GAS
    assert len(on_chain(own_system, start, wallet["address"])) == len(moments)


def test_a_signed_transfer_goes_on_without_the_client(own_system):
    """The host dies after it has signed: the new one sends and follows by itself."""
    person = User(own_system)
    wallet = make_wallet(person, fund="10")
    other = make_wallet(person)
    sent = person.cli("wallet", "transfer", wallet["name"], other["address"], "1", "--no-follow",
                      "--json").ok().json
    os.kill(own_system.children()["host"], signal.SIGKILL)
    wait_until("ready again", own_system.ready, 60)
    last = wait_until("its end", lambda: (lambda t: t if t["state"] == "confirmed" else None)(
        person.cli("tx", "show", sent["id"], "--json").ok().json), 60)
    assert last["succeeded"] is True and last["hash"] == sent["hash"]
    assert [s["state"] for s in last["states"]] == STATES
    assert balance(person, other) == GAS


def test_no_key_rests_in_any_file(own_system):
    """The sealed record is opened by nobody here; what can be looked for is that nothing which the
    API shows of a key besides its public half is on disk, and that the public half is sealed too."""
    person = User(own_system)
    wallet = make_wallet(person)
    answer = json.dumps(person.cli("wallet", "show", wallet["name"], "--json").ok().json)
    assert set(json.loads(answer)) == {"id", "projectId", "name", "kind", "address", "scriptHash",
                                       "publicKey", "dailyFee", "authorisedBy", "createdAt", "version"}
    raw = bytes.fromhex(wallet["publicKey"])
    hits = [f for f in own_system.dir.rglob("*") if f.is_file() and not f.is_symlink()
            and (raw in f.read_bytes() or wallet["publicKey"].encode() in f.read_bytes())]
    assert not hits, hits
    assert not found_in(own_system.dir, {"wallet name": wallet["name"]})


def test_fund_is_for_the_private_chain_alone(user, rich):
    profile = user.home / "config.json"
    text = profile.read_text()
    try:
        profile.write_text(json.dumps({**json.loads(text), "chain": ""}))
        done = user.cli("wallet", "fund", rich["name"], "1", "--json")
        assert done.code == 2 and "nsl dev" in done.error["detail"]
    finally:
        profile.write_text(text)
