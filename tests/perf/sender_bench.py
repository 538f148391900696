# SPDX-License-Identifier: Apache-2.0
"""One wallet that sends all the time, on a real private chain with one block a second.

A steady part sends transfers at --rate per minute for --minutes and follows each to its one end;
then the blocks are read and every transfer is looked for in them: stuck, lost and doubled must be 0.
A burst then shows how many a second the system takes. Latency is from the received intent to the
answer of the first node that took the bytes, by the host's own clock; what the node needs for the
same questions alone is measured beside it. At last the vault's memory with --wallets wallets.
Exit 0 when every goal is met, 1 when not."""

import argparse
import concurrent.futures
import datetime
import json
import os
import statistics
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "functional"))
import load  # noqa: E402
import report  # noqa: E402

GAS = 10**8
ENDS = {"confirmed", "expired", "rejected", "replaced", "cancelled"}
WALLETS_OF_A_PROJECT = 100


def progress(text):
    print(text, file=sys.stderr, flush=True)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000


class Bench:
    def __init__(self, args):
        os.environ["NSL_BUILD"] = os.path.join(report.ROOT, "build", args.preset)
        import nslsystem
        from signer import Signer
        self.args = args
        self.system = nslsystem.System(extra=[
            "--block-time", str(args.block_ms), "--limit", "write_rate=100000", "--limit",
            "write_burst=100000", "--limit", "read_rate=100000", "--limit", "read_burst=100000"])
        self.system.start()
        self.owner = nslsystem.User(self.system)
        self.signer = Signer(self.owner)
        self.payer = self.owner.cli("wallet", "create", "payer", "--daily-fee", "1000",
                                    "--json").ok().json
        self.owner.cli("wallet", "fund", "payer", "10000").ok()
        self.receiver = self.owner.cli("wallet", "create", "receiver", "--json").ok().json
        self.lock = threading.Lock()
        self.sent = {}
        self.refused = []

    def submit(self, amount):
        """The id of an accepted transfer; a distinct amount makes each one recognisable."""
        body = json.dumps({"wallet": self.payer["id"], "transfer": {
            "token": "GAS", "to": self.receiver["address"], "amount": str(amount)}}).encode()
        target = f"/v1/projects/{self.owner.project}/transactions"
        answer = self.signer.call("POST", target, body)
        with self.lock:
            if answer.status in (200, 201, 202):
                self.sent[answer.json["id"]] = amount
            else:
                self.refused.append(answer.body.decode()[:300])

    def steady(self, first):
        """Sends by the clock, whatever the answers take."""
        gap = 60 / self.args.rate
        count = int(self.args.minutes * self.args.rate)
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for n in range(count):
                time.sleep(max(0, begin + n * gap - time.monotonic()))
                pool.submit(self.submit, first + n)
                if n % max(1, self.args.rate) == 0 and n:
                    progress(f"steady: {n} of {count} sent, {len(self.refused)} refused")
        return count

    def burst(self, first):
        """Accepted transfers a second with 16 callers; stops at --burst transfers."""
        begin = time.monotonic()
        before = len(self.sent)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(self.submit, range(first, first + self.args.burst)))
        return (len(self.sent) - before) / (time.monotonic() - begin)

    def follow(self, seconds):
        """Every transfer at its end, or as it stands when the time is over."""
        left, ended = set(self.sent), {}
        end = time.monotonic() + seconds
        while left and time.monotonic() < end:
            for one in list(left):
                row = self.owner.api.get(f"/v1/transactions/{one}", token=self.owner.token_now).json
                if row["state"] in ENDS:
                    ended[one] = row
                    left.discard(one)
            progress(f"follow: {len(ended)} at their end, {len(left)} on their way")
            if left:
                time.sleep(1)
        return ended, left

    def on_chain(self, since):
        """hash -> how often it stands in a block since then."""
        seen = {}
        for index in range(since, self.system.rpc("getblockcount")):
            for tx in self.system.rpc("getblock", index, True)["tx"]:
                seen[tx["hash"]] = seen.get(tx["hash"], 0) + 1
        return seen

    def node_ms(self, row):
        """What the node alone needs for the questions of one transfer."""
        taken = []
        raw_block = self.system.rpc("getblock", row["block"], True)
        tx = next(t for t in raw_block["tx"] if t["hash"] == row["hash"])
        for _ in range(50):
            begin = time.monotonic()
            self.system.rpc("getblockcount")
            self.system.rpc("invokescript", tx["script"],
                            [{"account": tx["signers"][0]["account"], "scopes": "CalledByEntry"}])
            taken.append((time.monotonic() - begin) * 1000)
        return statistics.median(taken)

    def fill(self, count):
        """Wallets until there are `count`, in projects of a hundred; the vault's resident MB."""
        vault = self.system.children()["vault"]

        def project(n):
            """One after the other: wallets of a project are decided on one row of the vault."""
            def call(target, body):
                # A key keeps a bounded number of nonces: of many requests at once one that is late is
                # refused, and signed anew it is taken.
                for _ in range(5):
                    answer = self.signer.call("POST", target, json.dumps(body).encode())
                    if answer.status != 401:
                        break
                return answer.expect(201).json

            made = call("/v1/projects", {"name": f"project-{n}", "network": "private"})["id"]
            for i in range(WALLETS_OF_A_PROJECT):
                call(f"/v1/projects/{made}/wallets", {"name": f"w{i}"})
            return WALLETS_OF_A_PROJECT

        made = 0
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for done in pool.map(project, range((count + WALLETS_OF_A_PROJECT - 1)
                                                // WALLETS_OF_A_PROJECT)):
                made += done
                if made % 1000 == 0:
                    progress(f"wallets: {made} of {count}, vault {load.rss_kb([vault]) / 1024:.1f} MB")
        return load.rss_kb([vault]) / 1024


def main():
    parser = argparse.ArgumentParser(prog="./x bench sender", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=int, default=240, help="transfers a minute")
    parser.add_argument("--burst", type=int, default=1_000)
    parser.add_argument("--wallets", type=int, default=10_000)
    parser.add_argument("--block-ms", type=int, default=1_000)
    parser.add_argument("--preset", default="release")
    args = parser.parse_args()
    info, rows = report.machine(), []

    def row(name, value, goal=None, kind="max", peer=None):
        met = goal is None or (value >= goal if kind == "min" else value <= goal)
        rows.append({"name": name, "ours": round(value, 3), "peer": peer,
                     "ratio": None, "goal": goal, "kind": kind, "met": met, **info})

    bench = Bench(args)
    try:
        since = bench.system.rpc("getblockcount")
        begin = time.monotonic()
        count = bench.steady(1)
        took = time.monotonic() - begin
        steady = dict(bench.sent)
        rate = bench.burst(count + 1) if args.burst else None
        bench.owner.token_now = bench.owner.token()
        ended, stuck = bench.follow(120)
        seen = bench.on_chain(since)
        landed = [r for r in ended.values() if r["state"] == "confirmed" and r["succeeded"]]
        lost = [r for r in ended.values() if not (r["state"] == "confirmed" and r["succeeded"])
                or seen.get(r["hash"]) != 1]
        doubled = sum(n - 1 for n in seen.values() if n > 1)
        waits = []
        for r in landed:
            if r["id"] in steady:
                at = {s["state"]: moment(s["at"]) for s in r["states"]}
                waits.append(at["broadcast"] - at["received"])
        node = bench.node_ms(landed[0])
        row("steady_per_minute", len(steady) / took * 60, 200, "min")
        row("refused", len(bench.refused), 0)
        row("stuck", len(stuck), 0)
        row("lost", len(lost), 0)
        row("doubled", doubled, 0)
        row("node_ms_alone_p50", node)
        row("intent_to_broadcast_ms_p50", statistics.median(waits))
        row("intent_to_broadcast_ms_p50_beyond_node", statistics.median(waits) - node, 15)
        row("intent_to_broadcast_ms_p99", sorted(waits)[int(len(waits) * 0.99)])
        if rate is not None:
            row("burst_per_second", rate)
        if args.wallets:
            row("vault_rss_mb_with_wallets", bench.fill(args.wallets), 40)
        for text in bench.refused[:5]:
            progress("refused: " + text)
    finally:
        bench.system.stop()
    report.show(rows, args.json, f"{args.minutes:g} min, a block every {args.block_ms} ms")
    return 0 if all(r["met"] for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
