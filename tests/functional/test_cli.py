# SPDX-License-Identifier: Apache-2.0
"""How the command line behaves in scripts."""

import json
import os
import re
import subprocess
import time

import pytest

from nslsystem import NSL, run_nsl

VERBS = ["dev", "demo", "doctor", "register", "login", "logout", "projects", "functions", "runs",
         "init", "deploy", "promote", "rollback", "hash", "invoke", "logs", "receipt", "keys", "config", "version", "limits",
         "completion", "neo", "wallets", "transactions"]


def test_help_names_every_verb_and_exit_code():
    text = run_nsl("--help").ok().out
    for verb in VERBS:
        assert re.search(rf"^  {verb}[ ,]", text, re.M), verb
    for word in ("ok", "failed", "usage", "auth", "not found", "conflict", "quota", "upstream",
                 "platform"):
        assert word in text


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_json(verb):
    assert "--json" in run_nsl(verb, "--help").ok().out


@pytest.mark.parametrize("words, near", [
    (("deplyo",), "nsl deploy"), (("functions", "lst"), "nsl functions list"),
    (("key",), "nsl keys"), (("cofnig", "get"), "nsl config"),
])
def test_unknown_verb_names_the_nearest(words, near):
    done = run_nsl(*words)
    assert done.code == 2
    assert f"did you mean '{near}'?" in done.err and "--help" in done.err
    as_json = run_nsl(*words, "--json")
    assert as_json.code == 2 and near in as_json.error["detail"]


@pytest.mark.parametrize("words", [
    ("invoke",), ("invoke", "x", "--bogus"), ("login",), ("runs", "show", "nope"),
    ("receipt", "nope"), ("config", "set", "api", "ftp://x"), ("config", "set", "apii", "x"),
    ("completion", "tcsh"), ("init", "x", "--template", "nope"), ("deploy", "/nonexistent"),
    ("dev", "--port", "x"),
])
def test_wrong_usage_is_exit_2_and_one_json_document(words, tmp_path):
    done = run_nsl(*words, "--json", home=tmp_path, cwd=tmp_path)
    assert done.code == 2, done.out
    assert done.error["exit"] == 2
    assert done.out.count("\n") == 1


def test_exit_codes_of_the_server(user, stranger, hello):
    assert user.cli("functions", "show", "no-such-name", "--json").code == 4
    assert stranger.cli("functions", "show", hello, "--json").code == 4
    assert user.cli("invoke", hello, "--data", "{", "--json").code == 2
    bad = user.deploy("export const handler = () => { throw new Error('x'); };")
    failed = user.cli("invoke", bad, "--json")
    assert failed.code == 1 and failed.error["reason"] == "run.user"
    assert failed.error["runId"].startswith("run_")
    none = run_nsl("projects", "list", "--json", home=user.system.new_home())
    assert none.code == 3 and none.error["reason"] == "cli.not_logged_in"
    forged = run_nsl("projects", "list", "--json", home=user.home, env={"NSL_TOKEN": "forged"})
    assert forged.code == 3 and forged.error["reason"] == "auth.invalid"


def test_every_verb_answers_json(user, hello):
    run = user.cli("invoke", hello, "--data", '{"name":"a","n":1}', "--json").ok().json["runId"]
    for words in (("projects", "list"), ("projects", "show", user.project), ("projects", "usage"),
                  ("functions", "list"), ("functions", "show", hello), ("runs", "list"),
                  ("runs", "show", run), ("logs", run), ("runs", "logs", run), ("receipt", run),
                  ("runs", "receipt", run), ("wallets", "list"), ("transactions", "list"),
                  ("keys", "list"), ("config", "get"), ("config", "path"),
                  ("config", "check"), ("version",), ("limits",), ("completion",)):
        done = user.cli(*words, "--json").ok()
        assert isinstance(json.loads(done.out), dict), words


def test_data_comes_from_file_and_stdin(user, hello, tmp_path):
    (tmp_path / "data.json").write_text('{"name":"file","n":1}')
    got = user.cli("invoke", hello, "--data", f"@{tmp_path}/data.json", "--json").ok().json
    assert got["result"]["hello"] == "file"
    got = user.cli("invoke", hello, "--data", "-", "--no-keep", "--json",
                   stdin='{"name":"stdin","n":1}').ok().json
    assert got["result"]["hello"] == "stdin" and got["kept"] is False


def test_api_key_of_the_environment_is_used(user, hello):
    home = user.system.new_home()
    got = run_nsl("invoke", hello, "--data", '{"name":"k","n":1}', "--json", home=home,
                  env={"NSL_TOKEN": user.key["secret"]}).ok().json
    assert got["result"]["n"] == 2


def test_no_colour_outside_a_terminal(user):
    for words in (("functions", "list"), ("limits",), ("nope",)):
        done = user.cli(*words)
        assert "\x1b" not in done.out + done.err


def test_colour_in_a_terminal_unless_forbidden(user):
    def shown(extra):
        environment = {**os.environ, "NSL_HOME": str(user.home), "TERM": "xterm", **extra}
        done = subprocess.run(["script", "-qec", f"{NSL} limits", "/dev/null"], capture_output=True,
                              env=environment, timeout=60, check=False)
        return done.stdout
    if subprocess.run(["which", "script"], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the program script (package bsdutils)")
    assert b"\x1b[" in shown({"NO_COLOR": ""})
    assert b"\x1b[" not in shown({"NO_COLOR": "1"})


def test_a_function_cannot_drive_the_terminal_of_its_reader(user):
    nasty = user.deploy("export const handler = (e, ctx) => "
                        "{ ctx.log.info('\\u001b[2Jcleared'); return '\\u009b31m'; };")
    done = user.cli("invoke", nasty).ok()
    assert "\x1b" not in done.out and "\x9b" not in done.out and "cleared" in done.out


def test_profile_that_others_can_read_is_refused(system):
    home = system.new_home()
    (home / "config.json").chmod(0o644)
    done = run_nsl("config", "get", "--json", home=home)
    assert done.code == 2 and "chmod 600" in done.error["detail"]


def test_broken_profile_is_named(system):
    home = system.new_home()
    (home / "config.json").write_text("{")
    done = run_nsl("projects", "list", "--json", home=home)
    assert done.code == 2 and "config.json" in done.error["detail"]


def test_start_is_quick():
    times = []
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run([str(NSL), "version"], capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    # The aim is 30 ms; a shared machine is given room.
    assert min(times) < 0.06, f"{min(times) * 1000:.0f} ms"


def test_password_is_never_an_argument():
    for verb in ("login", "register"):
        text = run_nsl(verb, "--help").ok().out
        assert "--password-stdin" in text and "--password " not in text
