#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x differential: the protocol library against neon-core and neo-mamba on random cases."""

import os
import subprocess
import sys

import build
import ui

PROGRAM = os.path.join(ui.ROOT, "tests", "differential", "differential.py")


def main():
    arguments = sys.argv[1:]
    if "-h" not in arguments and "--help" not in arguments:
        if not build.build("release", ["nsl-neo-lines"]):
            return 2
    sys.stdout.flush()
    return subprocess.run(["/usr/bin/python3", PROGRAM, *arguments], env=ui.child_environment(),
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
