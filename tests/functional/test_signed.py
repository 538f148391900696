# SPDX-License-Identifier: Apache-2.0
"""Signed requests, made by a second implementation from what the documents say, and the ways in
which somebody in between may spoil, repeat or redirect one."""

import base64
import json
import os
import secrets
import signal

import pytest
from signer import Signer
from nslsystem import Api, System, User, wait_until

BODY = {"name": "signed", "scopes": ["functions:read"]}


@pytest.fixture
def person(system):
    return User(system)


def keys_of(user):
    return len(user.cli("keys", "list", "--json").ok().json["items"])


def test_a_key_is_made_by_a_signature_and_by_no_bearer(person):
    target, body = f"/v1/projects/{person.project}/keys", json.dumps(BODY).encode()
    before = keys_of(person)
    bearer = Api(person.system.url, person.token())
    bearer.post(target, BODY).refused(403, "auth.signature_required")
    bearer.delete("/v1/keys/" + person.key["id"]).refused(403, "auth.signature_required")
    bearer.post("/v1/projects", {"name": "another", "network": "private", "publicLogs": False}
                ).refused(403, "auth.signature_required")
    assert keys_of(person) == before
    made = Signer(person).call("POST", target, body).expect(201).json
    assert made["scopes"] == BODY["scopes"] and keys_of(person) == before + 1
    Signer(person).call("DELETE", "/v1/keys/" + made["id"]).expect(204)
    assert keys_of(person) == before


def test_what_was_not_signed_is_not_done(person, user):
    signer, body = Signer(person), json.dumps(BODY).encode()
    target = f"/v1/projects/{person.project}/keys"
    foreign = f"/v1/projects/{user.project}/keys"
    before, others = keys_of(person), keys_of(user)
    text = None
    for header, method, path, sent in (
            (signer.header("POST", target, body), "POST", target, body.replace(b"read", b"write")),
            (signer.header("POST", target, body), "POST", foreign, body),
            (signer.header("POST", target, body), "POST", target + "?", body),
            (signer.header("PUT", target, body), "POST", target, body),
            (signer.header("POST", target, body, late_ms=301_000), "POST", target, body),
            (signer.header("POST", target, body, late_ms=-310_000), "POST", target, body),
            (signer.header("POST", target, body)[:-1] + "g", "POST", target, body)):
        detail = signer.send(header, method, path, sent).refused(401, "auth.invalid")["detail"]
        text = text or detail
        assert detail == text
    # Signed by the right key for a project that is not its own.
    signer.call("POST", foreign, body).refused(404, "not_found")
    assert keys_of(person) == before and keys_of(user) == others


def test_a_signed_request_counts_once(person):
    signer, body = Signer(person), json.dumps(BODY).encode()
    target = f"/v1/projects/{person.project}/keys"
    before = keys_of(person)
    header = signer.header("POST", target, body)
    signer.send(header, "POST", target, body).expect(201)
    signer.send(header, "POST", target, body).refused(401, "auth.invalid")
    nonce = secrets.token_hex(16)
    other = json.dumps(dict(BODY, name="other")).encode()
    moment = signer.header("POST", target, body, nonce=nonce)
    signer.send(moment, "POST", target, body).expect(201)
    signer.send(moment, "POST", target, other).refused(401, "auth.invalid")
    assert keys_of(person) == before + 2


def test_reads_and_calls_take_no_signature(person):
    signer = Signer(person)
    signer.call("GET", "/v1/me").refused(401, "auth.invalid")
    function = person.deploy("export const handler = () => 1;")
    signer.call("POST", f"/v1/functions/{function}:invoke", b"1").refused(401, "auth.invalid")


def test_the_grant_of_a_deploy_says_who_authorised_it(person, tmp_path):
    (tmp_path / "nsl.toml").write_text(
        'name = "signed-deploy"\nruntime = "javascript"\nentry = "index.js"\n')
    (tmp_path / "index.js").write_text("export const handler = () => 'signed';")
    done = person.cli("deploy", str(tmp_path), "--json").ok().json
    assert done["version"]["authorisedBy"] == "signature"
    shown = person.cli("functions", "show", "signed-deploy").ok().out
    assert "signature" in shown
    function, name = person.create()
    uploaded = person.upload(function, name, "export const handler = () => 'bearer';").expect(201)
    assert uploaded.json["authorisedBy"] == "bearer"


def test_a_deploy_of_other_code_than_the_query_names_is_refused(person):
    function, name = person.create()
    files = [{"path": "index.js",
              "content": base64.b64encode(b"export const handler = () => 1;").decode()}]
    body = json.dumps({"manifest": {"name": name, "runtime": "javascript", "entry": "index.js"},
                       "files": files}).encode()
    target = f"/v1/functions/{function}/versions"
    signer = Signer(person)
    signed = f"{target}?project={person.project}&codeHash=0x" + "ab" * 32
    signer.call("POST", signed, body).refused(422, "request.invalid")
    # A signature that commits to no code is none for a deploy.
    assert signer.call("POST", target, body).status in (401, 422)
    person.api.get(target).expect(200)
    assert person.api.get(target).json["items"] == []


def test_a_login_without_session_key_says_what_to_do(person):
    file = person.home / "config.json"
    profile = json.loads(file.read_text())
    for name in ("sessionKey", "sessionKeyId"):
        profile[name] = ""
    file.write_text(json.dumps(profile))
    refused = person.cli("keys", "create", "none", "--scope", "functions:read")
    assert refused.code == 3 and "nsl login" in refused.err
    person.cli("login", person.email, "--password-stdin", stdin=person.password + "\n").ok()
    person.cli("keys", "create", "some", "--scope", "functions:read").ok()


def test_after_a_restart_of_the_vault_the_command_line_signs_again():
    system = System()
    try:
        system.start()
        person = User(system)
        signer, body = Signer(person), json.dumps(BODY).encode()
        target = f"/v1/projects/{person.project}/keys"
        kept = signer.header("POST", target, body)
        before, old = keys_of(person), system.children()["vault"]
        os.kill(old, signal.SIGKILL)
        wait_until("a new vault", lambda: system.children().get("vault", old) != old, 30)
        wait_until("the system", system.ready, 30)
        problem = signer.send(kept, "POST", target, body).refused(401, "auth.invalid")
        named = [e["detail"] for e in problem["errors"] if e["pointer"] == "/authorization/aud"]
        assert len(named) == 1 and named[0] != signer.audience
        assert keys_of(person) == before
        person.cli("keys", "create", "again", "--scope", "functions:read").ok()
        signer.load()
        assert signer.audience == named[0] and keys_of(person) == before + 1
    finally:
        system.remove()
