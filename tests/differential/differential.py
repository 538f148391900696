# SPDX-License-Identifier: Apache-2.0
"""The protocol library against neon-core and neo-mamba, on random cases from a seed.

Each side is one process that answers JSON lines. Sides agree when they answer the same fields with
the same values, or both refuse. What is not compared stands in excluded.py."""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import cases  # noqa: E402
import excluded  # noqa: E402

ROOT = HERE.parents[1]
TOOLS = ROOT / ".cache" / "tools"
BATCH = 500
KINDS = [*cases.WEIGHTS, "nep2"]


def commands(build):
    return {"ours": [build / "tests" / "differential" / "nsl-neo-lines"],
            "neon": [TOOLS / "node-v8" / "bin" / "node", HERE / "neon.js"],
            "mamba": [TOOLS / "mamba" / "bin" / "python", HERE / "mamba_side.py"]}


class Side:
    def __init__(self, name, command):
        self.name = name
        env = {**os.environ, "NODE_PATH": str(TOOLS / "neon" / "node_modules"),
               "PYTHONDONTWRITEBYTECODE": "1"}
        self.child = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True, env=env)

    def ask(self, questions):
        """Answers in order; a side that ends early is a failure of the run."""
        def feed():
            try:
                for q in questions:
                    self.child.stdin.write(json.dumps(q) + "\n")
                self.child.stdin.flush()
            except BrokenPipeError:
                pass
        feeder = threading.Thread(target=feed)
        feeder.start()
        answers = []
        for q in questions:
            line = self.child.stdout.readline()
            if not line:
                raise RuntimeError(f"{self.name} ended at {json.dumps(q)[:2000]}")
            answers.append(json.loads(line))
        feeder.join()
        return answers

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()


def agree(kind, side, ours, theirs):
    """Ours may say more than another side does (its WIF); nobody may say less or something else."""
    if ("refused" in ours) != ("refused" in theirs):
        return False
    if "refused" in ours:
        return True
    if kind == "sign" and side == "mamba":
        return len(theirs["answer"]["signature"]) == 128
    if kind == "sign":
        ours = excluded.low_s(ours)
    answer = theirs["answer"]
    return bool(answer) and all(ours["answer"].get(k) == v for k, v in answer.items())


class Run:
    def __init__(self, build, seed, flip=None):
        self.random = random.Random(seed)
        self.flip = flip
        self.sides = {}
        self.compared, self.skipped, self.differences = {}, {}, []
        for name, command in commands(build).items():
            if not pathlib.Path(command[0]).exists():
                raise FileNotFoundError(f"{name}: {command[0]} is missing; ./x setup and ./x build "
                                        "release make it")
            self.sides[name] = Side(name, command)
        # Public keys that exist, made by another library than ours.
        keys = [{"kind": "account", "key": f"{self.random.randrange(1, cases.ORDER):064x}"}
                for _ in range(64)]
        points = [a["answer"]["publicKey"] for a in self.sides["neon"].ask(keys)]
        self.cases = cases.Cases(self.random, points)

    def close(self):
        for side in self.sides.values():
            side.close()

    def compare(self, questions):
        """All sides on the questions; returns the answers per side, None where left out."""
        told = {"ours": self.sides["ours"].ask(questions)}
        if self.flip:
            self.flip(questions, told["ours"])
        for name in ("neon", "mamba"):
            asked = []
            for i, q in enumerate(questions):
                trap = excluded.trap_of(q, name)
                if trap is None:
                    asked.append(i)
                else:
                    key = (q["kind"], name, trap)
                    self.skipped[key] = self.skipped.get(key, 0) + 1
            told[name] = [None] * len(questions)
            for i, answer in zip(asked, self.sides[name].ask([questions[i] for i in asked])):
                told[name][i] = answer
                key = (questions[i]["kind"], name)
                self.compared[key] = self.compared.get(key, 0) + 1
                if not agree(questions[i]["kind"], name, told["ours"][i], answer):
                    self.differences.append({"side": name, "question": questions[i],
                                             "ours": told["ours"][i], "theirs": answer})
        return told

    def signatures(self, questions, told):
        """Each side verifies what the others signed, and what was changed in one bit."""
        asked = []
        keys = self.sides["ours"].ask([{"kind": "account", "key": q["key"]} for q in questions])
        for i, q in enumerate(questions):
            for side in ("ours", "neon", "mamba"):
                signature = bytearray.fromhex(told[side][i]["answer"]["signature"])
                good = self.random.random() < 0.6
                if not good:
                    signature[self.random.randrange(64)] ^= 1 << self.random.randrange(8)
                asked.append({"kind": "verify", "publicKey": keys[i]["answer"]["publicKey"],
                              "data": q["data"], "signature": signature.hex(), "good": good})
        answers = self.compare(asked)
        for q, answer in zip(asked, answers["ours"]):
            if answer.get("answer", {}).get("good") != q["good"]:
                self.differences.append({"side": "expected", "question": q, "ours": answer})

    def kind(self, kind, count):
        while count > 0:
            questions = [{"kind": kind, **getattr(self.cases, kind)()} for _ in range(min(BATCH, count))]
            told = self.compare(questions)
            if kind == "sign" and not self.flip:
                self.signatures(questions, told)
            count -= len(questions)


def shares(total):
    weight = sum(cases.WEIGHTS.values())
    out = {k: max(1, total * w // weight) for k, w in cases.WEIGHTS.items()}
    out["nep2"] = min(20, max(2, total // 5000))
    return out


def run(build, counts, seed, say=lambda _: None, flip=None):
    made = Run(build, seed, flip)
    try:
        for kind, count in counts.items():
            began = time.monotonic()
            before = len(made.differences)
            made.kind(kind, count)
            say(f"  {kind:14}{count:>8} cases  {len(made.differences) - before:>4} differences  "
                f"{time.monotonic() - began:6.1f} s")
    finally:
        made.close()
    return made


def main():
    parser = argparse.ArgumentParser(
        prog="./x differential", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="--json: {seed, compared: [{kind, side, cases}], leftOut: [{kind, side, trap, cases}], "
               "differences: [...], ok}.\nExit codes: 0: the sides agree. 1: they differ. 2: a side is missing.")
    parser.add_argument("--cases", type=int, default=100_000, metavar="N", help="default 100000")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="default 1")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"), help="folder of the build")
    args = parser.parse_args()
    try:
        made = run(pathlib.Path(args.build), shares(args.cases), args.seed,
                   lambda text: print(text, file=sys.stderr, flush=True))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    total = sum(made.compared.values())
    if args.json:
        print(json.dumps({
            "seed": args.seed,
            "compared": [{"kind": k, "side": s, "cases": n} for (k, s), n in made.compared.items()],
            "leftOut": [{"kind": k, "side": s, "trap": t, "cases": n}
                        for (k, s, t), n in made.skipped.items()],
            "differences": made.differences[:50], "ok": not made.differences}, indent=1))
    else:
        for (kind, side, trap), count in made.skipped.items():
            print(f"  left out {kind} {side} {count}: {trap}")
        for d in made.differences[:10]:
            print(json.dumps(d)[:2000])
        print(f"{total} answers compared, {len(made.differences)} differences, seed {args.seed}")
    return 1 if made.differences else 0


if __name__ == "__main__":
    sys.exit(main())
