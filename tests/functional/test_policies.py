# SPDX-License-Identifier: Apache-2.0
"""Policies: what wallets may do is decided in the vault, and people can ask why."""

import json

import pytest

from nslsystem import Api, User
from signer import Signer
from test_wallets import balance, make_wallet, on_chain, states

ANYWHERE = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP"


@pytest.fixture
def project_user(system):
    """A developer of his own: rules of one test bind no other."""
    return User(system)


@pytest.fixture
def payer(project_user):
    return make_wallet(project_user, fund="100")


def test_rules_are_made_listed_explained_and_removed(project_user, payer):
    made = project_user.cli("policy", "create", "small", "--caller", "members", "--wallet",
                            payer["name"], "--contract", "GAS", "--method", "transfer",
                            "--max-amount", "5", "--json").ok().json
    assert made["rule"]["maxAmount"] == "500000000"
    assert made["authorisedBy"] == "signature"
    listed = project_user.cli("policy", "list").ok()
    assert made["id"] in listed.out
    assert project_user.cli("policy", "show", "small", "--json").ok().json["id"] == made["id"]
    may = project_user.cli("policy", "explain", payer["name"], "--to", ANYWHERE, "--amount", "5")
    assert may.code == 0 and made["id"] in may.out, (may.out, may.err)
    no = project_user.cli("policy", "explain", payer["name"], "--to", ANYWHERE, "--amount", "5.1",
                          "--json")
    assert no.code == 3
    assert no.json["policy"] == "default-deny"
    assert "maxAmount is 500000000" in no.json["rules"][0]["because"]
    gone = project_user.cli("policy", "delete", "small").ok()
    assert made["id"] in gone.out
    assert project_user.cli("policy", "show", "small").code == 4


def test_a_rule_holds_for_what_is_sent(system, project_user, payer):
    start = system.rpc("getblockcount")
    project_user.cli("policy", "create", "small", "--caller", "members", "--contract", "GAS",
                     "--max-amount", "5", "--per-day", "8").ok()
    other = make_wallet(project_user)
    last = states(project_user.cli("wallet", "transfer", payer["name"], other["address"], "5",
                                   "--json").ok())[-1]["transaction"]
    assert last["policy"].startswith("pol_")
    refused = project_user.cli("wallet", "transfer", payer["name"], other["address"], "5.00000001")
    assert refused.code == 3 and "wallet.policy" in refused.err + refused.out
    refused = project_user.cli("wallet", "transfer", payer["name"], other["address"], "4")
    assert refused.code == 3 and "86400 s" in refused.err + refused.out, refused
    project_user.cli("wallet", "transfer", payer["name"], other["address"], "3").ok()
    assert balance(project_user, other) == 8 * 10**8
    assert len(on_chain(system, start, payer["address"])) == 2


def test_a_rule_is_changed_and_its_spending_counts_on(project_user, payer):
    made = project_user.cli("policy", "create", "daily", "--caller", "members", "--contract", "GAS",
                            "--per-day", "2", "--json").ok().json
    other = make_wallet(project_user)
    send = ("wallet", "transfer", payer["name"], other["address"])
    project_user.cli(*send, "2").ok()
    assert project_user.cli(*send, "1").code == 3
    changed = project_user.cli("policy", "update", "daily", "--caller", "members", "--contract",
                               "GAS", "--per-day", "3", "--json").ok().json
    assert (changed["id"], changed["version"]) == (made["id"], 2)
    assert project_user.cli(*send, "1.1").code == 3
    project_user.cli(*send, "1").ok()
    assert balance(project_user, other) == 3 * 10**8
    signer = Signer(project_user)
    target = f"/v1/policies/{made['id']}"

    def put(**change):
        body = {"name": "daily", "rule": made["rule"], "version": 2, **change}
        return signer.call("PUT", target, json.dumps(body).encode())

    assert "version 2" in put(version=1).refused(412, "request.version_conflict")["detail"]
    put(rule={"effect": "maybe"}).refused(422, "wallet.invalid")
    project_user.api.put(target, {"name": "daily", "rule": made["rule"], "version": 2},
                         token=project_user.token()).refused(403, "auth.signature_required")
    assert Signer(User(project_user.system)).call("PUT", target, b"{}").status in (404, 422)
    assert project_user.cli("policy", "update", "nobody", "--caller", "members").code == 4


def test_bad_rules_name_the_field(project_user, payer):
    def create(*words):
        return project_user.cli("policy", "create", "rule", *words)
    assert "--contract" in create("--caller", "members", "--max-amount", "1").err
    none = create("--contract", "GAS")
    assert none.code == 2 and "callers" in none.err + none.out, none
    assert "/rule/callers/0" in create("--caller", "everybody", "--contract", "GAS").err
    assert "/rule/receivers/0" in create("--caller", "*", "--contract", "GAS", "--receiver",
                                         ANYWHERE[:-1] + "Q").err
    assert project_user.cli("policy", "list", "--json").ok().json["items"] == []


def test_a_rule_needs_a_signature_and_the_right(system, project_user, payer):
    rule = {"name": "x", "rule": {"effect": "allow", "callers": ["*"], "contracts": ["*"]}}
    path = f"/v1/projects/{payer['projectId']}/policies"
    bearer = Api(system.url, project_user.token()).post(path, rule)
    bearer.refused(403, "auth.signature_required")
    other = Api(system.url, User(system).token())
    other.get(path).refused(404, "not_found")
    other.post(path + ":explain", {"wallet": payer["id"]}).refused(404, "not_found")


def test_calls_are_checked_against_the_manifest_and_followed(project_user, payer):
    project_user.cli("wallet", "fund", payer["name"], "10", "--token", "NEO").ok()
    done = project_user.cli("wallet", "call", payer["name"], "NEO", "balanceOf",
                            "hash160:" + payer["address"], "--json").ok()
    last = states(done)[-1]["transaction"]
    assert last["vmState"] == "HALT" and last["succeeded"] is True
    assert last["call"]["method"] == "balanceOf"
    wrong = project_user.cli("wallet", "call", payer["name"], "NEO", "balanceOf", "integer:1")
    assert wrong.code == 2 and "balanceOf" in wrong.err + wrong.out, wrong
    missing = project_user.cli("wallet", "call", payer["name"], "NEO", "mint")
    assert missing.code == 2 and "mint" in missing.err + missing.out, missing
    unknown = project_user.cli("wallet", "call", payer["name"], "0x" + "ab" * 20, "f")
    assert unknown.code == 2 and "no contract" in unknown.err + unknown.out, unknown
    faults = project_user.cli("wallet", "call", payer["name"], "NEO", "vote",
                              "hash160:" + ANYWHERE, "null", "--assert")
    assert faults.code != 0 and "chain.simulation" in faults.err + faults.out, faults
    assert last["policy"] == "signed-member"
