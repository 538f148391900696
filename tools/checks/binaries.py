# SPDX-License-Identifier: Apache-2.0
"""Checks of the release programs: which shared libraries they load, and that no release program
carries the simulated security module."""

import os
import re
import subprocess

import ui
from checks import Outcome

# What only the simulator has: its symbols, and the names that it writes on what it makes. The short
# names "NSL-Simulated1" and "NOT AWS" are no marks: a release verifier knows them in order to refuse.
MARKS = [rb"3nsl7enclave\d+Simulated", rb"simulated root NOT AWS", rb"simulated NOT AWS"]


def program(context, name):
    return os.path.join(context.root, "build", "release", "apps",
                        name.removesuffix("-dev"), name)


def needed(path):
    out = subprocess.run(["llvm-readelf-19", "-d", path], capture_output=True, text=True,
                         check=True).stdout
    return sorted(re.findall(r"\(NEEDED\).*\[([^\]]+)\]", out))


def marks_in(path):
    with open(path, "rb") as f:
        data = f.read()
    return sorted({m.group(0).decode("latin-1") for e in MARKS for m in re.finditer(e, data)})


def missing(names):
    text = f"no release build of {', '.join(names)}: ./x build release"
    # In CI the release is built before the check, so that nothing is left out silently.
    return Outcome(not ui.CI, text, [text] if ui.CI else [], [text])


def libraries(context):
    folder = os.path.join(context.root, "tools", "allowed-libraries")
    lists = sorted(f for f in os.listdir(folder) if f.endswith(".txt"))
    details, absent = [], []
    for file in lists:
        name = file.removesuffix(".txt")
        path = program(context, name)
        if not os.path.exists(path):
            absent.append(name)
            continue
        allowed = {l.split("#")[0].strip() for l in
                   context.text(f"tools/allowed-libraries/{file}").splitlines()} - {""}
        for library in needed(path):
            if library not in allowed:
                details.append(f"{name} loads {library}, which tools/allowed-libraries/{file} "
                               "does not allow")
        for library in sorted(allowed - set(needed(path))):
            details.append(f"{name} does not load {library}: take it from "
                           f"tools/allowed-libraries/{file}")
    if absent and not details:
        return missing(absent)
    return Outcome(not details, f"{len(lists)} programs load what they may", details)


def simulator(context):
    details, absent, seen = [], [], 0
    for name in ("nsl-vault", "nsl-runner", "nsl-host"):
        path = program(context, name)
        if not os.path.exists(path):
            absent.append(name)
            continue
        seen += 1
        details += [f"{name} contains {mark!r} of the simulated security module"
                    for mark in marks_in(path)]
    # The search itself must be able to find something: each development program shows a mark, and
    # each mark shows in one of them.
    developed = {n: marks_in(program(context, n)) for n in ("nsl-vault-dev", "nsl-runner-dev")
                 if os.path.exists(program(context, n))}
    details += [f"{n} shows no mark of the simulator: the marks in tools/checks/binaries.py are out "
                "of date" for n, marks in developed.items() if not marks]
    everything = " ".join(m for marks in developed.values() for m in marks).encode("latin-1")
    if len(developed) == 2:
        details += [f"no development program shows {mark.decode()!r}: the marks in "
                    "tools/checks/binaries.py are out of date"
                    for mark in MARKS if not re.search(mark, everything)]
    if absent and not details:
        return missing(absent)
    return Outcome(not details, f"{seen} release programs carry no simulator", details)
