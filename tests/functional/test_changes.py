# SPDX-License-Identifier: Apache-2.0
"""Changes name the version they are meant for; functions without a version say so."""

import concurrent.futures

from nslsystem import HELLO


def test_changes_need_the_version_they_are_meant_for(user, stranger):
    function, name = user.create()
    version = user.upload(function, name, HELLO).expect(201).json["id"]
    path = f"/v1/functions/{function}"
    read = user.api.get(path).expect(200)
    etag = read.headers["etag"]
    assert etag == f'"{read.json["version"]}"'
    alias = {"versionId": version}
    problem = user.api.put(path + "/aliases/canary", alias).refused(
        428, "request.precondition_required")
    assert "If-Match" in problem["detail"] and "ETag" in problem["detail"]
    user.api.delete(path).refused(428, "request.precondition_required")
    for wrong in ("1", "*", 'W/"1"', '"x"', "", '"-1"'):
        user.api.delete(path, headers={"If-Match": wrong}).refused(400, "request.malformed")
    # Who may not see it learns no version from it.
    stranger.api.delete(path).refused(404, "not_found")
    stranger.api.delete(path, headers={"If-Match": etag}).refused(404, "not_found")
    moved = user.api.put(path + "/aliases/canary", alias, headers={"If-Match": etag}).expect(200)
    assert moved.headers["etag"] != etag
    stale = user.api.delete(path, headers={"If-Match": etag}).refused(
        412, "request.version_conflict")
    assert str(moved.json["version"]) in stale["detail"]
    user.api.delete(path, headers={"If-Match": moved.headers["etag"]}).expect(204)
    user.api.get(path).refused(404, "not_found")


def test_of_two_changes_for_one_version_one_wins(user):
    function, name = user.create()
    version = user.upload(function, name, HELLO).expect(201).json["id"]
    path = f"/v1/functions/{function}"
    etag = user.api.get(path).headers["etag"]

    def change(n):
        return user.api.put(f"{path}/aliases/a{n}", {"versionId": version},
                            headers={"If-Match": etag}).status

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = sorted(pool.map(change, range(8)))
    assert got == [200] + [412] * 7
    aliases = user.api.get(path).json["aliases"]
    assert len(aliases) == 2, aliases


def test_the_command_line_changes_what_it_has_just_read(user):
    function, name = user.create()
    version = user.upload(function, name, HELLO).expect(201).json["id"]
    user.cli("functions", "promote", name, version, "--alias", "canary").ok()
    user.cli("functions", "delete", name).ok()
    user.api.get(f"/v1/functions/{function}").refused(404, "not_found")


def test_a_function_that_was_never_deployed_says_so_to_its_members(user, stranger, system):
    function, name = user.create()
    for query in ("", "?keep=1", "?wait=1s"):
        path = f"/v1/functions/{function}:invoke{query}"
        problem = user.api.post(path, raw=b"1").refused(409, "function.not_deployed")
        assert "nsl deploy" in problem["detail"]
        stranger.api.post(path, raw=b"1").refused(404, "not_found")
    user.api.post("/v1/functions/fn_" + "0" * 26 + ":invoke", raw=b"1").refused(404, "not_found")
    user.upload(function, name, HELLO).expect(201)
    assert user.run(function, {"name": "neo", "n": 1}) == {"hello": "neo", "n": 2}
