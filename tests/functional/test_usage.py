# SPDX-License-Identifier: Apache-2.0
"""Usage of a project is exactly the sum of its receipts."""

import base64
import concurrent.futures
import os
import signal

import pytest

from nslsystem import User, wait_until

FIELDS = ("cpuUs", "wallUs", "inputBytes", "outputBytes", "hostCalls")
RUNS = 1_000


@pytest.mark.slow
def test_usage_equals_the_sum_of_a_thousand_receipts(system):
    person = User(system)
    function = person.deploy("""
export async function handler(event, ctx) {
  if (event.data % 10 === 0) throw new Error("every tenth");
  if (event.data % 3 === 0) await ctx.kv.get("nothing");
  return "x".repeat(event.data % 50);
}
""")

    def one(n):
        answer = person.invoke(function, n, keep=True)
        assert answer.status in (200, 502), answer.body
        run = answer.headers["x-run-id"]
        receipt = person.api.get(f"/v1/runs/{run}/receipt").expect(200).json
        row = person.api.get(f"/v1/runs/{run}").expect(200).json
        return receipt, row

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(one, range(RUNS)))

    leaves = [leaf(base64.b64decode(receipt["receipt"]["leaf"])) for receipt, _ in done]
    assert len({value["runId"] for value in leaves}) == RUNS
    for value, (_, row) in zip(leaves, done):
        assert {f: value[f] for f in FIELDS} == {f: row[f] for f in FIELDS}

    def equal():
        rows = person.api.get(f"/v1/projects/{person.project}/usage").expect(200).json["items"]
        if len(rows) != 1 or rows[0]["runs"] < RUNS:
            return False
        assert rows[0]["runs"] == RUNS
        assert rows[0]["failed"] == sum(1 for value in leaves if value["reason"]) == RUNS // 10
        assert {f: rows[0][f] for f in FIELDS} == {f: sum(v[f] for v in leaves) for f in FIELDS}
        return True

    wait_until("the usage of all runs", equal, 30)


def test_usage_covers_every_receipt_after_host_and_runner_died_at_once(own_system):
    person = User(own_system)
    function = person.deploy("export const handler = (event) => event.data;")
    before = own_system.children()
    receipts = []
    for n in range(20):
        run = person.invoke(function, n, keep=True).expect(200).headers["x-run-id"]
        receipts.append(person.api.get(f"/v1/runs/{run}/receipt").expect(200).json)
    # Within the five seconds in which counters are asked for; both in one blow.
    for name in ("host", "runner"):
        os.kill(before[name], signal.SIGKILL)
    wait_until("both again", lambda: all(
        own_system.children().get(n) not in (None, before[n]) for n in ("host", "runner")))
    wait_until("ready again", own_system.ready, 60)
    leaves = [leaf(base64.b64decode(r["receipt"]["leaf"])) for r in receipts]

    def usage():
        try:
            answer = person.api.get(f"/v1/projects/{person.project}/usage")
        except OSError:
            return None
        return answer.json["items"] if answer.status == 200 else None

    rows = wait_until("the usage", usage, 60)
    assert rows[0]["runs"] == len(leaves)
    assert {f: rows[0][f] for f in FIELDS} == {f: sum(v[f] for v in leaves) for f in FIELDS}


def leaf(encoded):
    """A receipt leaf, read with a CBOR reader of a few lines that knows nothing of the product."""
    items, end = read_item(encoded, 0)
    assert end == len(encoded) and items[0] == "nsl/receipt/2", items
    names = ("runId origin evidence projectId functionId versionId codeHash principalId "
             "credentialHash inputHash outputHash reason authorisedBy transactions cpuUs wallUs inputBytes outputBytes "
             "hostCalls peakMemoryKb chainHeight routeSequence runSequence startedMs").split()
    assert len(items) == len(names) + 1, items
    return dict(zip(names, items[1:]))


def read_item(data, at):
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if low < 24:
        value = low
    else:
        size = 1 << (low - 24)
        value = int.from_bytes(data[at:at + size], "big")
        at += size
    if major == 0:
        return value, at
    if major in (2, 3):
        text = data[at:at + value]
        return (text if major == 2 else text.decode()), at + value
    assert major == 4, f"major type {major} at {at}"
    out = []
    for _ in range(value):
        item, at = read_item(data, at)
        out.append(item)
    return out, at
