#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x bench: installs the peers, builds the release and runs tests/perf/bench.py."""

import os
import subprocess
import sys

import build
import ui

BENCH = os.path.join(ui.ROOT, "tests", "perf", "bench.py")


def main():
    arguments = sys.argv[1:]
    if "-h" not in arguments and "--help" not in arguments:
        setup = ["bash", os.path.join(ui.ROOT, "tools", "setup.sh"), "--with", "bench", "--quiet"]
        if subprocess.run(setup, check=False).returncode or not build.build("release"):
            return 1
    sys.stdout.flush()
    return subprocess.run(["/usr/bin/python3", BENCH, *arguments], env=ui.child_environment(),
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
