#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x bench [calls|neo|sender]: builds the release, installs the peers and runs a program of tests/perf.

calls (the default)  the whole system beside nginx, Node, Deno and workerd
neo                  the protocol library beside neon-core and neo-go
sender               one wallet that sends all the time, to a real chain"""

import os
import subprocess
import sys

import build
import ui

PROGRAMS = {"calls": ("bench.py", "bench"), "neo": ("neo_bench.py", "base"),
            "sender": ("sender_bench.py", "base")}


def main():
    arguments = sys.argv[1:]
    which = arguments.pop(0) if arguments and not arguments[0].startswith("-") else "calls"
    if which not in PROGRAMS:
        ui.say(f"bench: there is no bench '{which}'; there are: {', '.join(PROGRAMS)}")
        return 2
    program, group = PROGRAMS[which]
    helps = "-h" in arguments or "--help" in arguments
    if helps:
        print(__doc__ + "\n")
    else:
        setup = ["bash", os.path.join(ui.ROOT, "tools", "setup.sh"), "--with", group, "--quiet"]
        if subprocess.run(setup, check=False).returncode or not build.build("release"):
            return 1
    sys.stdout.flush()
    # The sender's bench signs its requests, for which the tests' environment has what is needed.
    python = os.path.join(ui.TOOLS, "venv", "bin", "python")
    python = python if which == "sender" and os.path.exists(python) else "/usr/bin/python3"
    path = os.path.join(ui.ROOT, "tests", "perf", program)
    return subprocess.run([python, path, *arguments], env=ui.child_environment(),
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
