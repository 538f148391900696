# SPDX-License-Identifier: Apache-2.0
"""What must not be found in any file that the host or an operator can read."""

import base64
import json
import secrets

from nslsystem import User, wait_until


def forms(text):
    raw = text.encode()
    yield raw
    yield raw.hex().encode()
    # Base64 of the text at each of the three alignments, without the characters that its
    # neighbours decide.
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + raw)[shift + 2:-4]


def found_in(folder, canaries):
    hits = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.is_symlink():
            continue
        content = file.read_bytes()
        for name, text in canaries.items():
            if any(form in content for form in forms(text)):
                hits.append((name, str(file.relative_to(folder))))
    return hits


def test_the_search_finds_what_is_there(tmp_path):
    for n, form in enumerate(forms("a canary to be found")):
        (tmp_path / f"f{n}").write_bytes(b"xx" + form + b"yy")
    (tmp_path / "none").write_bytes(b"nothing")
    assert len(found_in(tmp_path, {"c": "a canary to be found"})) == 5


def test_secrets_never_rest_in_files(own_system):
    mark = secrets.token_hex(12)
    canaries = {
        "password": f"canary password {mark} horse",
        "log line": f"canary log {mark} line",
        "result": f"canary result {mark} value",
        "kv value": f"canary kv {mark} value",
        "input": f"canary input {mark} value",
        "error": f"canary error {mark} text",
    }
    person = User(own_system, password=canaries["password"])
    function = person.deploy("""
export async function handler(event, ctx) {
  const { log, result, kv, error } = event.data;
  ctx.log.info(log, { log });
  console.log(log);
  await ctx.kv.put("k", kv);
  if (error) throw new Error(error);
  return result;
}
""")
    data = {"log": canaries["log line"], "result": canaries["result"], "kv": canaries["kv value"],
            "input": canaries["input"]}
    kept = person.invoke(function, data, keep=True).expect(200)
    person.invoke(function, {**data, "error": canaries["error"]}, keep=True).expect(502)
    # The owner reads them back: they exist, sealed.
    logs = person.api.get(f"/v1/runs/{kept.headers['x-run-id']}/logs").expect(200).json
    assert canaries["log line"] in json.dumps(logs)

    profile = json.loads((person.home / "config.json").read_text())
    person.cli("login", person.email, "--password-stdin", "--json",
               stdin=canaries["password"] + "\n").ok()
    canaries["api key"] = person.key["secret"].rsplit("_", 1)[1]
    canaries["refresh token"] = profile["refreshToken"]
    canaries["access token"] = profile["accessToken"].rsplit(".", 1)[1]
    # SQLite keeps pages in its journal before they reach the file; both are below the folder.
    wait_until("the rows", lambda: any(own_system.dir.glob("host/*")))
    hits = found_in(own_system.dir, canaries)
    assert not hits, hits
    assert not found_in(own_system.base / "home", canaries)


def test_the_runner_log_says_no_more_than_events(own_system):
    for name in ("vault", "runner"):
        for line in (own_system.dir / "log" / f"{name}.log").read_text(errors="replace").splitlines():
            if line.startswith("{"):
                assert "event" in json.loads(line), line
