#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x docs: draws and writes the generated documents."""

import argparse
import os
import subprocess
import sys
import time

import ui


def main():
    parser = argparse.ArgumentParser(
        prog="./x docs", description="Draws docs/architecture.svg from the sources.",
        epilog="--check writes nothing. Exit 0: written, or current. 1: a floor rule is broken, or "
               "the drawing is not current. 2: wrong arguments.")
    parser.add_argument("--check", action="store_true", help="only say whether it is current")
    args = parser.parse_args()
    began = time.monotonic()
    code = subprocess.run([sys.executable, os.path.join(ui.ROOT, "tools", "floors.py"),
                           "--check" if args.check else "--draw"], check=False).returncode
    ui.done("docs/architecture.svg", began, code == 0)
    return code


if __name__ == "__main__":
    sys.exit(main())
