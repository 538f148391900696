#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./x fuzz: runs the libFuzzer targets, each for some seconds, from the seeds of the tree."""

import argparse
import glob
import os
import re
import sys
import time

import build
import suites
import ui


def declared():
    """Target name -> CMakeLists.txt that declares it with nsl_fuzz(...)."""
    found = {}
    for base in ("src", "apps", "tests"):
        for path in glob.glob(os.path.join(ui.ROOT, base, "**", "CMakeLists.txt"), recursive=True):
            text = re.sub(r"#.*", "", ui.read(path))
            for name in re.findall(r"\bnsl_fuzz\(\s*([A-Za-z0-9_-]+)", text):
                found[name] = path
            # foreach(name a b c) nsl_fuzz(nsl_fuzz_${name} ...)
            for variable, names, body in re.findall(
                    r"foreach\(\s*(\w+)\s+(?:IN\s+ITEMS\s+)?([^)]*)\)(.*?)endforeach", text, re.S):
                for pattern in re.findall(r"\bnsl_fuzz\(\s*(\S*\$\{" + variable + r"\}\S*)", body):
                    for value in names.split():
                        found[pattern.replace("${" + variable + "}", value)] = path
    return found


def sources():
    return bool(declared())


def targets_to_build():
    return sorted(declared())


def program_of(name, path):
    relative = os.path.relpath(os.path.dirname(path), ui.ROOT)
    return os.path.join(build.folder("asan"), relative, name)


def run_target(name, path, seconds):
    """One target as one case: it passes when no input broke it."""
    suite = suites.Suite(f"fuzz {name.removeprefix('nsl_').removeprefix('fuzz_')}")
    began = time.monotonic()
    suite.log = os.path.join(ui.LOGS, f"fuzz-{name}.log")
    program = program_of(name, path)
    if not os.path.exists(program):
        suite.fail(name, f"the program was not built: {program}")
        return suite
    grown = os.path.join(ui.ROOT, ".cache", "fuzz", name)
    broken = os.path.join(ui.ROOT, "build", "fuzz-findings", name) + "-"
    os.makedirs(grown, exist_ok=True)
    os.makedirs(os.path.dirname(broken), exist_ok=True)
    short = re.sub(r"^(nsl_)?(fuzz_)?|(_fuzz)$", "", name)
    seeds = [d for n in (name, short) for d in
             (os.path.join(os.path.dirname(path), "corpus", n),
              os.path.join(ui.ROOT, "tests", "fuzz", "corpus", n)) if os.path.isdir(d)]
    command = [program, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
               "-print_final_stats=1", f"-artifact_prefix={broken}", grown, *dict.fromkeys(seeds)]
    code = ui.logged(command, suite.log, suite.name, env=ui.child_environment("fuzz"),
                     timeout=seconds + 120)
    text = ui.read(suite.log)
    count = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    suite.executed = int(count.group(1)) if count else 0
    if code == 0 and suite.executed > 0:
        suite.passed += 1
    else:
        suite.fail(name, text[-5000:])
    suite.seconds = time.monotonic() - began
    return suite


def run_all(report, seconds, only=""):
    results = []
    for name, path in sorted(declared().items()):
        if only and not re.search(only, name):
            continue
        results.append(run_target(name, path, seconds))
        report(results[-1])
    return results


def main():
    parser = argparse.ArgumentParser(
        prog="./x fuzz", description="Builds and runs the fuzz targets one after the other. New "
        "inputs are kept in .cache/fuzz, inputs that broke a target in build/fuzz-findings.",
        epilog="Exit 0: nothing broke. 1: a target broke or did not build. 2: wrong arguments.")
    parser.add_argument("target", nargs="?", default="", help="regular expression over names")
    parser.add_argument("--seconds", type=int, default=60, help="per target (default 60)")
    args = parser.parse_args()
    if args.seconds < 1:
        parser.error("--seconds must be 1 or more")
    chosen = [n for n in targets_to_build() if re.search(args.target, n)]
    if not chosen:
        parser.error(f"no fuzz target matches {args.target!r}")
    if not build.build("asan", chosen):
        return 1

    def report(suite):
        ui.say(f"{suite.line()}  {getattr(suite, 'executed', 0)} inputs")
        for _, text in suite.failures:
            ui.say(ui.indent(text, 40))

    results = run_all(report, args.seconds, args.target)
    return 1 if any(s.failed for s in results) else 0


if __name__ == "__main__":
    sys.exit(main())
