#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x full: everything that can be run here, without time limits."""

import argparse
import os
import subprocess
import sys

import build
import ui


def main():
    parser = argparse.ArgumentParser(
        prog="./x full", description="The thorough check (clang-tidy on every file), every test with "
        "the thread sanitizer and the long crash and fuzz runs, and with --bench the bench.",
        epilog="Exit 0: all is well. 1: something failed. 2: wrong arguments.")
    parser.add_argument("--bench", action="store_true", help="also ./x bench")
    args = parser.parse_args()
    steps = [["check.py", "--thorough"], ["test.py", "--long"]]
    if args.bench:
        steps.append(["bench.py"])
    if not build.build("release"):
        return 1
    failed = []
    for name, *arguments in steps:
        ui.say(ui.colour("bold", f"{name.removesuffix('.py')} {' '.join(arguments)}".strip()))
        if subprocess.run([sys.executable, os.path.join(ui.ROOT, "tools", name), *arguments],
                          check=False).returncode:
            failed.append(name.removesuffix(".py"))
    if failed:
        ui.say(f"full: {', '.join(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
