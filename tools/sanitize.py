# SPDX-License-Identifier: Apache-2.0
"""Unit tests under a sanitizer: ./x asan and ./x tsan."""

import argparse
import sys

import build
import suites
import test
import ui

ROOMS = {"asan": "", "tsan": r"nsl_(base|net|rpc|function_runner)_test"}
TEXT = {
    "asan": "Builds with the address and undefined-behaviour sanitizers and runs every unit test.",
    "tsan": "Builds with the thread sanitizer and runs the unit tests of base, net, rpc and the "
            "supervisor.",
}


def main(preset):
    parser = argparse.ArgumentParser(
        prog=f"./x {preset}", description=TEXT[preset],
        epilog="Exit 0: all passed. 1: something failed. 2: wrong arguments.")
    parser.add_argument("program", nargs="?", default=ROOMS[preset],
                        help="regular expression over test programs")
    parser.add_argument("--filter", default="", help="GoogleTest filter")
    args = parser.parse_args()
    if not build.build(preset):
        return 1
    run = test.Run("")
    results = suites.run_unit(preset, run.add, args.program, args.filter)
    if not results:
        ui.say(f"no test program matches {args.program!r}")
        return 2
    line, good = suites.closing_line(results, ui.CI)
    print(line, file=sys.stdout, flush=True)
    return 0 if good else 1
