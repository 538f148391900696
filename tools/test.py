#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x test: builds and runs every test; one line per suite and one closing line over all."""

import argparse
import json
import os
import re
import sys
import time

import build
import crash
import fuzz
import suites
import ui


# Test programs that start real programs: built and run as what ships.
PROCESS_TESTS = ["nsl_engine_test", "nsl_sandbox_test", "nsl_vault_security_test"]


class Run:
    """Collects suites and prints each as it ends."""

    def __init__(self, only):
        self.only = only
        self.suites = []

    def wants(self, name):
        return not self.only or re.search(self.only, name) is not None

    def add(self, suite):
        self.suites.append(suite)
        ui.say(suite.line())
        for name, text in suite.failures[:20]:
            ui.say(f"    {ui.colour('red', name)}")
            ui.say(ui.indent(text, 25))
        if suite.failures and suite.log:
            ui.say(f"    the whole log is {os.path.relpath(suite.log, ui.ROOT)}")

    def build(self, preset, targets=()):
        """A build that fails is a failed test: nothing below it was run."""
        if build.build(preset, targets):
            return True
        suite = suites.Suite(f"build {preset}")
        suite.fail(suite.name, "the build failed; the error stands above")
        self.add(suite)
        return False


def run_all(run, args):
    python_folders = [f for f in suites.pytest_folders() if run.wants(os.path.basename(f))]
    for folder in [f for f in python_folders if os.path.basename(f) == "tools"]:
        run.add(suites.run_pytest(folder))
    python_folders = [f for f in python_folders if os.path.basename(f) != "tools"]

    preset = "dev" if args.quick else "asan"
    if (not args.only or run.wants("unit")) and run.build(preset):
        suites.run_unit(preset, run.add)
    elif args.only and not run.wants("unit"):
        if any(run.wants(n) for n in args.programs) and run.build(preset):
            suites.run_unit(preset, run.add, args.only)
    if args.quick:
        return

    wants_crash = run.wants("crash")
    programs = [p for p in PROCESS_TESTS if not args.only or run.wants(p)]
    if (python_folders or wants_crash or programs) and run.build("release"):
        if programs:
            suites.run_unit("release", run.add, f"^({'|'.join(programs)})$")
        for folder in python_folders:
            run.add(suites.run_pytest(folder))
        if wants_crash and os.path.exists(crash.PROGRAM):
            run.add(crash.suite(200 if args.long else 20, 1))
    if (args.long or args.fuzz_seconds > 0) and run.wants("fuzz") and fuzz.sources():
        if run.build("asan", fuzz.targets_to_build()):
            fuzz.run_all(run.add, 60 if args.long else args.fuzz_seconds)
    if args.long and run.wants("tsan") and run.build("tsan"):
        suites.run_unit("tsan", run.add, r"nsl_(base|net|rpc|function_runner)_test")


def known_programs():
    """Names of test programs, for --only; empty before the first build."""
    for preset in ("asan", "dev"):
        folder = build.folder(preset)
        if os.path.exists(os.path.join(folder, "CTestTestfile.cmake")):
            return [p[0] for p in suites.test_programs(folder)]
    return []


def main():
    parser = argparse.ArgumentParser(
        prog="./x test", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Builds and runs every test: tools, unit (with sanitizers), functional and "
                    "security (release), crash, fuzz.",
        epilog="Prints one line per suite and one closing line over all single cases.\n"
               "With CI=true a case that was left out counts as failed.\n"
               "--json: {suites: [{name, passed, failed, skipped, seconds}], passed, failed, "
               "skipped, seconds, ok}.\n"
               "Exit 0: all passed. 1: something failed. 2: wrong arguments.")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--quick", action="store_true",
                        help="tools and unit tests only, without sanitizers")
    parser.add_argument("--long", action="store_true",
                        help="also the thread sanitizer, and long crash and fuzz runs")
    parser.add_argument("--only", default="", metavar="REGEX",
                        help="suites whose name matches: tools, unit, functional, crash, fuzz, or "
                             "a test program")
    parser.add_argument("--fuzz-seconds", type=int, default=3, metavar="N",
                        help="seconds per fuzz target (default 3; 0: not built; --long runs 60)")
    args = parser.parse_args()
    args.programs = known_programs() if args.only else []

    began = time.monotonic()
    run = Run(args.only)
    run_all(run, args)
    if not run.suites:
        ui.say(f"no suite matches {args.only!r}")
        return 2
    left_out = [(s.name, n, r) for s in run.suites for n, r in s.skips]
    for suite, name, reason in left_out:
        ui.say(f"  left out: {suite} {name}: {reason}")
    line, good = suites.closing_line(run.suites, ui.CI)
    total = time.monotonic() - began
    ui.say(f"  in {ui.seconds(total)}; logs in build/logs")
    if args.json:
        passed, failed, skipped = (int(n) for n in re.findall(r"\d+", line))
        print(json.dumps({
            "suites": [{"name": s.name, "passed": s.passed, "failed": s.failed,
                        "skipped": s.skipped, "seconds": round(s.seconds, 2),
                        "failures": [n for n, _ in s.failures]} for s in run.suites],
            "passed": passed, "failed": failed, "skipped": skipped,
            "seconds": round(total, 1), "ok": good}, indent=1))
    else:
        print(line, flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
