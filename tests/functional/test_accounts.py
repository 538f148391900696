# SPDX-License-Identifier: Apache-2.0
"""Accounts, logins, projects and keys, as the command line and plain HTTP see them."""

import json

from nslsystem import Api, User, run_nsl, wait_until


def test_register_makes_account_project_and_profile(user):
    me = Api(user.system.url, user.token()).get("/v1/me").expect(200).json
    assert me["email"] == user.email
    assert [p["id"] for p in me["projects"]] == [user.project]
    assert me["projects"][0]["role"] == "owner"
    assert me["projects"][0]["network"] == "private"


def test_profile_is_private_and_holds_no_password(user):
    file = user.home / "config.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert user.password not in file.read_text()


def test_same_address_registers_once(user):
    again = user.cli("register", user.email, "--password-stdin", "--json",
                     stdin="another good passphrase 7\n")
    assert again.code == 5
    assert again.error["reason"] == "account.exists"


def test_wrong_password_and_unknown_address_look_the_same(user):
    wrong = user.cli("login", user.email, "--password-stdin", "--json", stdin="not the password 1\n")
    unknown = user.cli("login", "nobody@example.com", "--password-stdin", "--json",
                       stdin="not the password 1\n")
    assert wrong.code == unknown.code == 3
    assert wrong.error["reason"] == unknown.error["reason"] == "auth.invalid"
    assert wrong.error["detail"] == unknown.error["detail"]


def test_weak_passwords_are_refused(user):
    for password in ("short", "password123", "1234567890"):
        done = user.cli("register", "weak@example.com", "--password-stdin", "--json",
                        stdin=password + "\n")
        assert done.code == 3, done.out
        assert done.error["reason"] == "auth.weak_password"


def test_logout_ends_the_login(system):
    person = User(system)
    before = json.loads((person.home / "config.json").read_text())
    person.cli("logout").ok()
    after = json.loads((person.home / "config.json").read_text())
    assert not after["accessToken"] and not after["refreshToken"]
    Api(system.url).post("/v1/auth/refresh", {"refreshToken": before["refreshToken"]}).refused(
        401, "auth.invalid")
    person.cli("login", person.email, "--password-stdin", stdin=person.password + "\n").ok()
    person.cli("projects", "list").ok()


def test_refresh_token_used_twice_ends_its_login(system):
    person = User(system)
    first = json.loads((person.home / "config.json").read_text())["refreshToken"]
    api = Api(system.url)
    second = api.post("/v1/auth/refresh", {"refreshToken": first}).expect(200).json
    third = api.post("/v1/auth/refresh", {"refreshToken": second["refreshToken"]}).expect(200).json
    api.post("/v1/auth/refresh", {"refreshToken": first}).refused(401, "auth.invalid")
    api.post("/v1/auth/refresh", {"refreshToken": third["refreshToken"]}).refused(
        401, "auth.invalid")


def test_expired_access_token_is_renewed_by_the_command_line(system):
    person = User(system)
    file = person.home / "config.json"
    profile = json.loads(file.read_text())
    profile["accessExpiresMs"] = 0
    file.write_text(json.dumps(profile))
    person.cli("projects", "list").ok()
    renewed = json.loads(file.read_text())
    assert renewed["refreshToken"] != profile["refreshToken"]


def test_api_key_is_shown_once_and_can_be_revoked(user):
    key = user.cli("keys", "create", "short-lived", "--scope", "functions:read", "--json").ok().json
    assert key["secret"].startswith("nsl_")
    listed = user.cli("keys", "list", "--json").ok().json["items"]
    mine = [k for k in listed if k["id"] == key["id"]]
    assert mine and not mine[0].get("secret")
    with_key = Api(user.system.url, key["secret"])
    with_key.get(f"/v1/projects/{user.project}/functions").expect(200)
    user.cli("keys", "delete", key["id"]).ok()
    # What routes requests may remember a credential for five seconds, not longer.
    path = f"/v1/projects/{user.project}/functions"
    wait_until("the end of the key", lambda: with_key.get(path).status == 401, 6)
    with_key.get(path).refused(401, "auth.invalid")


def test_key_cannot_do_more_than_its_scopes(user, hello):
    key = user.cli("keys", "create", "reader", "--scope", "functions:read", "--json").ok().json
    reader = Api(user.system.url, key["secret"])
    reader.post(f"/v1/projects/{user.project}/functions",
                {"name": "not-made", "runtime": "javascript"}).refused(403, "auth.forbidden")
    refused = reader.post(f"/v1/functions/{hello}:invoke", {"name": "x", "n": 1})
    assert refused.status in (403, 404), refused.body
    # An account's own routes take no API key at all.
    assert reader.get("/v1/me").status in (401, 403)


def test_forged_and_missing_credentials(user):
    base = f"/v1/projects/{user.project}/functions"
    for token in (None, "x", "nsl_" + "0" * 26 + "_" + "a" * 52, user.key["secret"][:-1] + "b"):
        Api(user.system.url, token).get(base).refused(401, "auth.invalid")


def test_second_project_can_be_used_at_once(system):
    person = User(system)
    made = person.cli("projects", "create", "second", "--json").ok().json
    assert made["role"] == "owner"
    shown = person.cli("projects", "show", made["id"], "--json").ok().json
    assert shown["name"] == "second"
    usage = person.cli("projects", "usage", "--project", made["id"], "--json").ok().json
    assert usage["items"] == []
    # With two projects a verb that needs one asks which.
    unclear = person.cli("functions", "list", "--json")
    assert unclear.code == 2 and "--project" in unclear.error["detail"]
    person.cli("config", "set", "project", made["id"]).ok()
    assert person.cli("functions", "list", "--json").ok().json["items"] == []


def test_attestation_answers_the_nonce_and_says_simulated(system):
    api = Api(system.url)
    answer = api.get("/v1/attestation?nonce=" + "ab" * 32).expect(200).json
    assert answer["simulated"] is True
    api.get("/v1/attestation?nonce=zz").expect(422)


def test_nothing_is_sent_to_a_vault_that_proves_another_root(system, own_root):
    """A host that answers with another installation's vault gets no byte of the password."""
    home = system.new_home()
    profile = json.loads((home / "config.json").read_text())
    profile.update(own_root)
    (home / "config.json").write_text(json.dumps(profile))
    done = run_nsl("register", "careful@example.com", "--password-stdin", "--json", home=home,
                   stdin="correct horse battery 99\n")
    assert done.code == 8
    assert done.error["reason"].startswith("attest.")
    profile.update({"rootDer": "", "rootSha256": ""})
    (home / "config.json").write_text(json.dumps(profile))
    done = run_nsl("register", "careful@example.com", "--password-stdin", "--json", home=home,
                   stdin="correct horse battery 99\n")
    assert done.code == 8 and done.error["reason"].startswith("attest.")
