# SPDX-License-Identifier: Apache-2.0
"""The protocol library against neon-core and the Go packages of neo-go, on the same bytes.

Each side signs the same transaction, verifies the same signature, reads the same block of 500
transfers and the same transaction, and turns an address into a script hash and back. What every
side got is compared before its speed is. One core; rounds are interleaved and the median of each
side counts. Signing of ours includes the verification of each signature. Exit 0 when every goal is
met, 1 when not."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import report  # noqa: E402

TOOLS = os.path.join(report.ROOT, ".cache", "tools")
NEON = os.path.join(report.ROOT, "tests", "perf", "neo", "neon.js")
# Per core, of ours alone.
GOALS = {"sign": ("per_second", "min", 9_000), "verify": ("per_second", "min", 14_000),
         "block": ("us", "max", 2_000)}


def go_side(folder):
    """Builds the Go program; the same modules as the node, pinned by its go.sum."""
    program = os.path.join(folder, "neo-go-bench")
    env = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
           "PATH": os.path.join(TOOLS, "toolchain", "bin") + ":" + os.environ["PATH"]}
    subprocess.run(["go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", program,
                    "./bench"], cwd=os.path.join(report.ROOT, "tools", "neo-go"), env=env,
                   check=True)
    return program


def measure(command, material, milliseconds, core):
    env = {**os.environ, "NODE_PATH": os.path.join(TOOLS, "neon", "node_modules")}
    run = subprocess.run(["taskset", "-c", str(core), *command, material, str(milliseconds)],
                         env=env, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)


def check(name, answers):
    """Every side must have done the same work. Signatures may differ: not all are deterministic."""
    for operation in answers["ours"]:
        proofs = {side: a[operation]["proof"] for side, a in answers.items() if operation in a}
        if operation != "sign" and len(set(proofs.values())) != 1:
            raise SystemExit(f"bench neo: {name}: the sides disagree about {operation}: {proofs}")


def main():
    parser = argparse.ArgumentParser(prog="./x bench neo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ms", type=int, default=500, help="time of one operation in a round")
    parser.add_argument("--preset", default="release")
    args = parser.parse_args()
    core = max(os.sched_getaffinity(0))
    ours = os.path.join(report.ROOT, "build", args.preset, "tests", "perf", "neo", "nsl-bench-neo")
    info, rows = report.machine(), []
    with tempfile.TemporaryDirectory(prefix="nsl-bench-") as folder:
        material = os.path.join(folder, "material.json")
        with open(material, "w", encoding="utf-8") as f:
            subprocess.run([ours, "make"], stdout=f, check=True)
        sides = {"ours": [ours, "run"], "neo-go": [go_side(folder)],
                 "neon-core": [os.path.join(TOOLS, "node-v8", "bin", "node"), NEON]}
        taken = {}
        for n in range(args.rounds):
            answers = {}
            for side, command in sides.items():
                answers[side] = measure(command, material, args.ms, core)
                print(f"round {n + 1}/{args.rounds} {side:10} " + "  ".join(
                    f"{o} {a['ns'] / 1000:.2f} us" for o, a in answers[side].items()),
                      file=sys.stderr, flush=True)
                for operation, answer in answers[side].items():
                    taken.setdefault((operation, side), []).append(answer["ns"])
            check(f"round {n + 1}", answers)
    middle = {key: statistics.median(values) for key, values in taken.items()}
    for operation in dict.fromkeys(o for o, _ in middle):
        mine = middle[operation, "ours"]
        for side in ("neo-go", "neon-core"):
            if (operation, side) in middle:
                peer = middle[operation, side]
                rows.append({"name": f"{operation}_us_vs_{side}", "ours": mine / 1000,
                             "peer": peer / 1000, "ratio": round(mine / peer, 3), "goal": None,
                             "kind": "max", "met": True, **info})
        if operation in GOALS:
            unit, kind, goal = GOALS[operation]
            value = 1e9 / mine if unit == "per_second" else mine / 1000
            met = value >= goal if kind == "min" else value <= goal
            rows.append({"name": f"{operation}_{unit}", "ours": round(value, 1), "peer": None,
                         "ratio": None, "goal": goal, "kind": kind, "met": met, **info})
    report.show(rows, args.json)
    return 0 if all(r["met"] for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
