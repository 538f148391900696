#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x check: what can be said about the tree without running it."""

import argparse
import json
import os
import re
import sys
import time

import build
import ui
from checks import Context, binaries, cpp, documents, text

CHECKS = [
    ("floors", documents.drawn, "rooms use only what stands below them; the drawing is current"),
    ("licence", text.spdx, "every source names its licence"),
    ("words", text.words, "no registry host, no path of one machine, nothing unfinished"),
    ("length", text.length, "files past 450 lines (a warning)"),
    ("links", documents.links, "links of the documents lead somewhere"),
    ("commands", documents.commands, "commands of the documents exist"),
    ("tests", text.registered_tests, "every *_test.cc is built"),
    ("fuzz", text.fuzz_sources, "every fuzz target is declared"),
    ("format", cpp.formatting, "clang-format"),
    ("libraries", binaries.libraries, "trusted programs load only the listed shared libraries"),
    ("simulator", binaries.simulator, "no release program carries the simulated security module"),
    ("headers", cpp.headers, "every header compiles alone"),
    ("tidy", cpp.tidy, "clang-tidy; slow, so it runs with --thorough (./x full) or --only tidy"),
]
NEEDS_COMMANDS = {"tests", "headers", "tidy"}


def main():
    parser = argparse.ArgumentParser(
        prog="./x check", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Checks, one line each:\n" +
        "\n".join(f"  {n:10} {t}" for n, _, t in CHECKS),
        epilog="libraries and simulator look at the release build when there is one (in CI they "
               "demand it).\n--json: {checks: [{name, ok, summary, details, warnings, seconds}], ok}"
               "\nExit 0: all is well. 1: a check failed. 2: wrong arguments.")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--only", default="", metavar="REGEX", help="checks whose name matches")
    parser.add_argument("--thorough", action="store_true",
                        help="clang-tidy on every file, without a time limit")
    args = parser.parse_args()
    chosen = [c for c in CHECKS if re.search(args.only, c[0]) and
              (c[0] != "tidy" or args.thorough or args.only)]
    if not chosen:
        parser.error(f"no check matches {args.only!r}")

    if NEEDS_COMMANDS & {c[0] for c in chosen} and not build.configure("dev"):
        return 1
    context = Context(thorough=args.thorough)
    results = []
    for name, run, _ in chosen:
        began = time.monotonic()
        outcome = run(context)
        took = time.monotonic() - began
        results.append((name, outcome, took))
        word = ui.colour("green", "ok    ") if outcome.good else ui.colour("red", "failed")
        ui.say(f"  {word} {name:10} {outcome.summary} ({ui.seconds(took)})")
        for line in outcome.warnings:
            ui.say(f"    {ui.colour('yellow', 'note')}: {line}")
        for line in outcome.details[:60]:
            ui.say(f"    {line}")
        if len(outcome.details) > 60:
            ui.say(f"    and {len(outcome.details) - 60} more")
    good = all(o.good for _, o, _ in results)
    if args.json:
        print(json.dumps({"ok": good, "checks": [
            {"name": n, "ok": o.good, "summary": o.summary, "details": o.details,
             "warnings": o.warnings, "seconds": round(t, 2)} for n, o, t in results]}, indent=1))
    if not good:
        ui.say(f"check: {', '.join(n for n, o, _ in results if not o.good)} failed")
    return 0 if good else 1


if __name__ == "__main__":
    os.chdir(ui.ROOT)
    sys.exit(main())
