# SPDX-License-Identifier: Apache-2.0
"""ctx.tx: a function sends from a wallet of its project, and only what a policy allows it."""

import json
import shutil

import pytest

import nslsystem
from nslsystem import User, wait_until
from test_wallets import balance, make_wallet, on_chain

GAS = 10**8

SENDER = """
export async function handler(event, ctx) {
  const d = event.data;
  if (d.kv) await ctx.kv.put("mark", d.kv);
  if (d.twice) {
    const one = await ctx.tx.send(d.twice);
    const two = await ctx.tx.send(d.twice);
    return [one.id, two.id];
  }
  if (d.propose) {
    const p = await ctx.tx.propose(d.propose);
    if (d.fail) throw new Error("changed my mind");
    return p;
  }
  if (d.many) {
    for (let i = 0; i < d.many; i++) {
      await ctx.tx.propose({ wallet: "payer", to: d.to, amount: 1 });
    }
    return d.many;
  }
  if (d.simulate) return await ctx.tx.simulate(d.simulate);
  if (d.status) return await ctx.tx.status(d.status);
  if (d.mark) return await ctx.kv.get("mark");
  const tx = await ctx.tx.send(d.send);
  return d.wait ? await ctx.tx.wait(tx.id) : tx;
}
"""


def write_sender(folder):
    (folder / "nsl.toml").write_text('name = "sender"\n')
    (folder / "index.js").write_text(SENDER)
    return folder


@pytest.fixture(scope="module")
def owner(system):
    return User(system)


@pytest.fixture(scope="module")
def payer(owner):
    wallet = owner.cli("wallet", "create", "payer", "--json").ok().json
    owner.cli("wallet", "fund", "payer", "100").ok()
    return wallet


@pytest.fixture(scope="module")
def sender(owner, payer, tmp_path_factory):
    folder = write_sender(tmp_path_factory.mktemp("sender"))
    return owner.cli("deploy", folder, "--json").ok().json


def call(owner, name, data):
    return owner.cli("invoke", name, "--data", json.dumps(data), "--json")


def answer(owner, name, data):
    return call(owner, name, data).ok().json["result"]


def refused(owner, data, reason):
    done = call(owner, "sender", data)
    assert done.code != 0 and reason in done.out + done.err, (done.code, done.out, done.err)
    return done.out + done.err


def intent(to, amount=1, **more):
    return {"wallet": "payer", "to": to, "amount": amount, **more}


def test_without_a_policy_nothing_is_signed(system, owner, payer, sender):
    start = system.rpc("getblockcount")
    other = make_wallet(owner)
    refused(owner, {"send": intent(other["address"])}, "wallet.policy")
    # What was made for members speaks for no function.
    owner.cli("policy", "create", "members-only", "--caller", "members", "--contract", "*").ok()
    refused(owner, {"send": intent(other["address"])}, "wallet.policy")
    owner.cli("policy", "delete", "members-only").ok()
    assert on_chain(system, start, payer["address"]) == []


@pytest.fixture(scope="module")
def allowed(owner, sender):
    return owner.cli("policy", "create", "sender", "--caller", sender["functionId"], "--wallet",
                     "payer", "--contract", "GAS", "--method", "transfer", "--max-amount", "2",
                     "--json").ok().json


def test_send_lands_and_is_told(owner, sender, allowed):
    other = make_wallet(owner)
    tx = answer(owner, "sender", {"send": intent(other["address"], GAS), "wait": True})
    assert tx["state"] == "confirmed" and tx["succeeded"] is True, tx
    assert tx["policy"] == allowed["id"] and tx["authorisedBy"] == "function"
    assert tx["functionId"] == sender["functionId"] and tx["runId"].startswith("run_")
    assert balance(owner, other) == GAS
    shown = owner.cli("tx", "show", tx["id"], "--json").ok().json
    assert shown["hash"] == tx["hash"]
    over = refused(owner, {"send": intent(other["address"], 2 * GAS + 1)}, "wallet.policy")
    assert "maxAmount" in over


def test_simulate_says_what_send_would(system, owner, payer, sender, allowed):
    other = make_wallet(owner)
    start = system.rpc("getblockcount")
    said = answer(owner, "sender", {"simulate": intent(other["address"], GAS)})
    assert said["vmState"] == "HALT" and said["allowed"] is True, said
    assert said["policy"] == allowed["id"]
    over = answer(owner, "sender", {"simulate": intent(other["address"], 2 * GAS + 1)})
    assert over["allowed"] is False and "maxAmount" in json.dumps(over), over
    refused(owner, {"simulate": intent(other["address"], 10**12)}, "funds.gas")
    refused(owner, {"simulate": intent("nobody")}, "wallet.invalid")
    sent = answer(owner, "sender", {"send": intent(other["address"], GAS), "wait": True})
    assert (sent["systemFee"], sent["networkFee"]) == (said["systemFee"], said["networkFee"])
    hashes = [t["hash"] for t in on_chain(system, start, payer["address"])]
    assert hashes == [sent["hash"]]


def test_a_dry_run_signs_nothing(system, owner, payer):
    start = system.rpc("getblockcount")
    other = make_wallet(owner)
    words = ("wallet", "transfer", "payer", other["address"], "1", "--dry-run")
    said = owner.cli(*words, "--json").ok().json
    assert said["allowed"] is True and said["policy"] == "signed-member"
    assert "nothing was signed" in owner.cli(*words).ok().out
    call = owner.cli("wallet", "call", "payer", "GAS", "symbol", "--dry-run", "--json").ok().json
    assert call["vmState"] == "HALT"
    assert owner.cli("wallet", "transfer", "payer", other["address"], "99999", "--dry-run").code == 6
    assert on_chain(system, start, payer["address"]) == []


def test_two_sends_are_two_and_one_key_is_one(owner, sender, allowed):
    other = make_wallet(owner)
    one, two = answer(owner, "sender", {"twice": intent(other["address"], 5)})
    assert one != two
    keyed = intent(other["address"], 7, idempotencyKey="once")
    one, two = answer(owner, "sender", {"twice": keyed})
    assert one == two
    assert answer(owner, "sender", {"send": keyed})["id"] == one
    refused(owner, {"send": {**keyed, "amount": 8}}, "wallet.effect_mismatch")
    wait_until("three transfers", lambda: balance(owner, other) == 5 + 5 + 7)


def test_the_receipt_names_what_was_signed(owner, sender, allowed, tmp_path):
    other = make_wallet(owner)
    for name in ("send", "propose"):
        done = call(owner, "sender", {name: intent(other["address"], 3)}).ok().json
        tx = owner.cli("tx", "show", done["result"]["id"], "--json").ok().json
        owner.cli("receipt", done["runId"], "-o", tmp_path / "r").ok()
        proof = owner.cli("receipt", "verify", tmp_path / "r", "--json").ok().json
        assert proof["transactions"] == [tx["hash"]] and proof["authorisedBy"] == "signature"
        assert tx["hash"] in owner.cli("receipt", "verify", tmp_path / "r").ok().out


def test_a_proposal_leaves_with_success_alone(owner, sender, allowed):
    other = make_wallet(owner)
    refused(owner, {"propose": intent(other["address"], 9), "fail": 1, "kv": "a"}, "run.user")
    # A refusal of the proposal fails the run, and with it what it wrote.
    refused(owner, {"propose": intent(other["address"], 3 * GAS), "kv": "b"}, "wallet.policy")
    assert answer(owner, "sender", {"mark": 1}) is None
    answer(owner, "sender", {"propose": intent(other["address"], 9), "kv": "c"})
    wait_until("the proposal", lambda: balance(owner, other) == 9)
    assert answer(owner, "sender", {"mark": 1}) == "c"
    refused(owner, {"many": 11, "to": other["address"]}, "quota.rate")
    assert balance(owner, other) == 9


def test_bad_intents_say_what_is_wrong(owner, sender, allowed):
    for bad, says in (({}, "is required"), ({"wallet": "payer"}, "/transfer/to"),
                      ({"wallet": "nope", "to": "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", "amount": 1},
                       "wallet"),
                      ({"wallet": "payer", "to": "N", "amount": 1}, "/transfer/to"),
                      ({"wallet": "payer", "to": "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP",
                        "amount": 1.5}, "amount"),
                      ({"wallet": "payer", "signers": [], "to": "x", "amount": 1}, "signers"),
                      ({"wallet": "payer", "contract": "GAS", "method": "transfer", "args": 1},
                       "args")):
        assert says in refused(owner, {"send": bad}, says), bad


def test_another_project_sees_neither_wallet_nor_transaction(system, owner, sender, allowed,
                                                              tmp_path):
    other = make_wallet(owner)
    tx = answer(owner, "sender", {"send": intent(other["address"], 1)})
    thief = User(system)
    theirs = thief.cli("deploy", write_sender(tmp_path), "--json").ok().json
    thief.cli("policy", "create", "all", "--caller", theirs["functionId"], "--contract", "*").ok()
    refused(thief, {"status": tx["id"]}, "not_found")
    refused(thief, {"send": {**intent(other["address"]), "wallet": tx["walletId"]}},
            "wallet.invalid")


def test_the_top_up_example(owner, payer, tmp_path):
    folder = shutil.copytree(nslsystem.ROOT / "examples" / "top-up", tmp_path / "top-up")
    made = owner.cli("deploy", folder, "--json").ok().json
    owner.cli("policy", "create", "top-up", "--caller", made["functionId"], "--wallet", "payer",
              "--contract", "GAS", "--method", "transfer", "--max-amount", "2", "--per-day",
              "20").ok()
    other = make_wallet(owner)
    first = answer(owner, "top-up", {"address": other["address"]})
    assert first["sent"] == str(2 * GAS) and first["block"] > 0
    assert balance(owner, other) == 2 * GAS
    second = answer(owner, "top-up", {"address": other["address"]})
    assert second["sent"] == "0" and second["balance"] == str(2 * GAS)
