#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x crash: kills the database writer again and again and counts what was lost."""

import os
import subprocess
import sys
import time

import build
import suites
import ui

PROGRAM = os.path.join(ui.ROOT, "build", "release", "apps", "nsl-crash", "nsl-crash")
HELP = """usage: ./x crash [--kills N] [--seed S] [--json] [more flags of nsl-crash]

Builds the release and runs nsl-crash: a process that writes is killed N times (default 200) at
points chosen by the seed; every acknowledged write must be there once and whole afterwards.
Exit 0: nothing was lost, doubled or torn. 1: something was. 2: the run itself failed."""


def suite(kills, seed):
    """The short form as one case of ./x test."""
    result = suites.Suite("crash")
    began = time.monotonic()
    result.log = os.path.join(ui.LOGS, "crash.log")
    code = ui.logged([PROGRAM, "--kills", str(kills), "--seed", str(seed), "--json"], result.log,
                     "crash", timeout=suites.PROGRAM_TIMEOUT)
    if code == 0:
        result.passed += 1
    else:
        result.fail(f"{kills} kills, seed {seed}", ui.read(result.log)[-3000:])
    result.seconds = time.monotonic() - began
    return result


def main():
    arguments = sys.argv[1:]
    if "-h" in arguments or "--help" in arguments:
        print(HELP)
        return 0
    if not build.build("release", ["nsl-crash"]):
        return 2
    if "--kills" not in arguments:
        arguments = ["--kills", "200", *arguments]
    return subprocess.run([PROGRAM, *arguments], env=ui.child_environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
