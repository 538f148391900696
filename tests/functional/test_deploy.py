# SPDX-License-Identifier: Apache-2.0
"""Deploying: what is stored, what is refused, and that a refusal stores nothing."""

import shutil

from nslsystem import HELLO, ROOT, source_files


def write_function(folder, source, name="from-folder", extra=""):
    folder.mkdir(exist_ok=True)
    (folder / "nsl.toml").write_text(f'name = "{name}"\n{extra}')
    (folder / "index.js").write_text(source)
    return folder


def test_init_deploy_invoke_from_the_command_line(user, tmp_path):
    folder = tmp_path / "my-greeter"
    user.cli("init", folder).ok()
    assert 'name = "my-greeter"' in (folder / "nsl.toml").read_text()
    local = user.cli("hash", folder, "--json").ok().json["codeHash"]
    deployed = user.cli("deploy", folder, "--json").ok().json
    assert deployed["created"] is True
    assert deployed["codeHash"] == local == deployed["version"]["codeHash"]
    called = user.cli("invoke", "my-greeter", "--data", '{"name":"neo","n":41}', "--json").ok().json
    assert called["result"] == {"hello": "neo", "n": 42}
    assert called["run"]["state"] == "succeeded" and called["run"]["cpuUs"] > 0
    assert [line["message"] for line in called["logs"]["items"]] == ["hello"]


def test_examples_deploy_and_answer(user, tmp_path):
    for name in ("hello", "neo-balance"):
        folder = shutil.copytree(ROOT / "examples" / name, tmp_path / name)
        user.cli("deploy", folder).ok()
    address = "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP"
    called = user.cli("invoke", "neo-balance", "--data", f'{{"address":"{address}"}}',
                      "--json").ok().json
    # What the chain's first account has left of it.
    assert 51_000_000 < float(called["result"]["gas"]) <= 52_000_000
    assert called["result"]["height"] > 0
    assert called["run"]["hostCalls"] == 2


def test_same_code_again_gives_the_same_version(user):
    function, name = user.create()
    first = user.upload(function, name, HELLO).expect(201).json
    again = user.upload(function, name, HELLO)
    assert again.status in (200, 201)
    assert again.json["id"] == first["id"]
    other = user.upload(function, name, HELLO + "// changed\n").expect(201).json
    assert other["id"] != first["id"] and other["codeHash"] != first["codeHash"]
    versions = user.api.get(f"/v1/functions/{function}/versions").expect(200).json["items"]
    assert {v["id"] for v in versions} == {first["id"], other["id"]}


def test_alias_moves_and_moves_back(user):
    function, name = user.create()
    one = user.upload(function, name, "export const handler = () => 1;").expect(201).json["id"]
    assert user.run(function) == 1
    two = user.upload(function, name, "export const handler = () => 2;").expect(201).json["id"]
    user.cli("functions", "promote", name, two).ok()
    assert user.run(function) == 2
    user.cli("functions", "promote", name, one).ok()
    assert user.run(function) == 1
    answer = user.api.post(f"/v1/functions/{function}:invoke?alias={two}", raw=b"null").expect(200)
    assert answer.json == 2


def test_promote_and_rollback_stand_alone(user):
    function, name = user.create()
    ids = [user.upload(function, name, f"export const handler = () => {n};").expect(201).json["id"]
           for n in range(3)]
    user.cli("promote", name, ids[2]).ok()
    assert user.run(function) == 2
    moved = user.cli("rollback", name, "--json").ok().json
    assert {"name": "prod", "versionId": ids[1]} in moved["aliases"] and user.run(function) == 1
    user.cli("functions", "rollback", function).ok()
    assert user.run(function) == 0
    first = user.cli("rollback", name, "--json")
    assert first.code == 5 and first.error["reason"] == "function.not_deployed"
    assert "nothing before" in first.error["detail"] and user.run(function) == 0
    assert user.cli("rollback", name, "--alias", "canary").code == 5
    assert user.cli("rollback", "no-such-function").code == 4


def test_modules_of_one_bundle_import_each_other(user):
    function, name = user.create()
    user.upload(function, name, {
        "index.js": 'import { twice } from "./lib/math.js";\n'
                    "export const handler = (event) => twice(event.data);\n",
        "lib/math.js": "export const twice = (n) => 2 * n;\n",
    }).expect(201)
    assert user.run(function, 21) == 42


def test_syntax_error_names_place_line_and_caret_and_stores_nothing(user, tmp_path):
    source = "export function handler(event) {\n  return event.data +* 2;\n}\n"
    folder = write_function(tmp_path / "broken", source, "broken-syntax")
    done = user.cli("deploy", folder)
    assert done.code == 1
    assert "function.build" in done.err
    assert "index.js:2:" in done.err
    assert "  |   return event.data +* 2;" in done.err
    caret = [line for line in done.err.splitlines() if line.strip(" |") == "^"]
    assert caret and caret[0].index("^") - 4 == source.splitlines()[1].index("*"), done.err
    function = user.cli("functions", "show", "broken-syntax", "--json").ok().json
    assert function["versions"] == []
    answer = user.invoke(function["function"]["id"])
    assert (answer.status, answer.reason) in ((409, "function.not_deployed"), (404, "not_found"))


def test_failed_deploy_leaves_the_running_version(user):
    function, name = user.create()
    user.upload(function, name, "export const handler = () => 'good';").expect(201)
    for bad in ("export const handler = () => {", "export const other = 1;", "throw new Error('top');",
                'import x from "./missing.js"; export const handler = () => x;', "while (true) {}"):
        user.upload(function, name, bad).refused(422, "function.build")
    assert user.run(function) == "good"
    versions = user.api.get(f"/v1/functions/{function}/versions").expect(200).json["items"]
    assert len(versions) == 1


def test_manifest_of_a_folder_is_checked_before_anything_is_sent(user, tmp_path):
    folder = write_function(tmp_path / "odd", HELLO, "odd-manifest", "acess = \"public\"\n")
    done = user.cli("deploy", folder, "--json")
    assert done.code == 2
    assert "nsl.toml:2" in done.error["detail"] and "'access'" in done.error["detail"]


def test_manifest_fields_are_checked_by_the_platform_too(user):
    function, name = user.create()
    good = {"name": name, "runtime": "javascript", "entry": "index.js"}
    files = source_files(HELLO)
    rows = [
        ({**good, "runtime": "cobol"}, files, "/manifest/runtime"),
        ({**good, "entry": "main.js"}, files, "/manifest/entry"),
        ({**good, "access": "everyone"}, files, "/manifest/access"),
        ({**good, "limits": {"wallMs": 1}}, files, "/manifest/limits/wallMs"),
        ({**good, "limits": {"memoryMb": 100_000}}, files, "/manifest/limits/memoryMb"),
        ({**good, "limits": {"wallMss": 1000}}, files, "/manifest/limits/wallMss"),
        ({**good, "colour": "red"}, files, "/manifest/colour"),
        ({**good, "env": {"1X": "a"}}, files, "/manifest/env"),
        (good, [{"path": "../index.js", "content": ""}], "/files"),
        (good, [{"path": "index.js", "content": "not base64!"}], "/files/0/content"),
        (good, [], "/files"),
    ]
    for manifest, sent, pointer in rows:
        problem = user.api.post(f"/v1/functions/{function}/versions",
                                {"manifest": manifest, "files": sent}).refused(422, "request.invalid")
        pointers = [e["pointer"] for e in problem["errors"]]
        assert any(p.startswith(pointer) for p in pointers), (pointer, pointers)
    assert user.api.get(f"/v1/functions/{function}/versions").json["items"] == []


def test_names_are_unique_in_a_project_and_free_again_after_delete(user, stranger):
    function, name = user.create()
    user.api.post(f"/v1/projects/{user.project}/functions",
                  {"name": name, "runtime": "javascript"}).refused(409, "function.exists")
    stranger.create(name)
    user.cli("functions", "delete", name).ok()
    user.api.get(f"/v1/functions/{function}").refused(404, "not_found")
    user.create(name)


def test_functions_list_pages(user):
    made = {user.create()[0] for _ in range(5)}
    seen, cursor = set(), None
    while True:
        path = f"/v1/projects/{user.project}/functions?limit=2"
        page = user.api.get(path + (f"&cursor={cursor}" if cursor else "")).expect(200).json
        assert len(page["items"]) <= 2
        seen |= {f["id"] for f in page["items"]}
        cursor = page.get("cursor")
        if not cursor:
            break
    assert made <= seen


def test_environment_of_the_manifest_reaches_the_function(user):
    function = user.deploy("export const handler = (e, ctx) => ctx.env?.CITY ?? null;",
                           env={"CITY": "Zug"})
    assert user.run(function) in ("Zug", None)
