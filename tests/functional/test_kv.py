# SPDX-License-Identifier: Apache-2.0
"""ctx.kv: a project's own state, written when the run succeeds."""

import concurrent.futures

from nslsystem import wait_until

KV = """
export async function handler(event, ctx) {
  const { op, key, value, fail } = event.data;
  let out = null;
  if (op === "put") await ctx.kv.put(key, value);
  if (op === "get") out = await ctx.kv.get(key);
  if (op === "delete") await ctx.kv.delete(key);
  if (op === "add") out = await ctx.kv.increment(key, value);
  if (op === "list") out = await ctx.kv.list(key);
  if (op === "own") { await ctx.kv.put(key, value); out = await ctx.kv.get(key); }
  if (fail) throw new Error("after the write");
  return out ?? null;
}
"""


def do(user, function, **data):
    return user.run(function, data)


def test_put_get_delete(user):
    kv = user.deploy(KV)
    assert do(user, kv, op="get", key="a-none") is None
    for value in ({"x": [1, "ü"]}, 0, False, "", [], "x" * 10_000):
        do(user, kv, op="put", key="a", value=value)
        assert do(user, kv, op="get", key="a") == value
    do(user, kv, op="delete", key="a")
    assert do(user, kv, op="get", key="a") is None


def test_a_run_sees_its_own_writes(user):
    assert do(user, user.deploy(KV), op="own", key="own", value=5) == 5


def test_writes_of_a_failed_run_are_dropped(user):
    kv = user.deploy(KV)
    do(user, kv, op="put", key="b", value="before")
    assert user.invoke(kv, {"op": "put", "key": "b", "value": "after", "fail": True}).status == 502
    assert do(user, kv, op="get", key="b") == "before"


def test_functions_of_a_project_share_and_projects_do_not(user, stranger):
    one, two, theirs = user.deploy(KV), user.deploy(KV + "//"), stranger.deploy(KV)
    do(user, one, op="put", key="shared", value="mine")
    assert do(user, two, op="get", key="shared") in ("mine", None)
    assert do(stranger, theirs, op="get", key="shared") is None
    do(stranger, theirs, op="put", key="shared", value="theirs")
    assert do(user, one, op="get", key="shared") == "mine"


def test_list_by_prefix(user):
    kv = user.deploy(KV)
    for name in ("p/1", "p/2", "q/1"):
        do(user, kv, op="put", key=name, value=name)
    text = str(do(user, kv, op="list", key="p/"))
    assert "p/1" in text and "p/2" in text and "q/1" not in text


def test_increments_of_many_callers_are_not_lost(user):
    kv = user.deploy(KV)

    def add(_):
        # A conflict is the author's to repeat.
        wait_until("an increment", lambda: user.invoke(
            kv, {"op": "add", "key": "count", "value": 1}).status == 200)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(100)))
    assert do(user, kv, op="get", key="count") == 100
