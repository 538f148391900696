# SPDX-License-Identifier: Apache-2.0
"""The operator of the parent machine edits what the host keeps: code, limits, project, grant, the
vault's records. Nothing that was not signed for may run, and nothing may cross into another
project. Each case stops the system (or kills the host alone), edits its database, and starts it."""

import os
import shutil
import signal
import sqlite3

import pytest

from nslsystem import System, User, run_nsl, wait_until

OWN = "export const handler = () => 'signed for';"
FOREIGN = "export const handler = () => 'never signed for';"
LOOP = "export const handler = () => { for (;;) {} };"


class Parent:
    """A system with two owners, and its operator's pen."""

    def __init__(self):
        self.system = System()
        self.system.start()
        self.owner, self.other = User(self.system), User(self.system)
        self.function = self.owner.deploy(OWN, name="hostile-own")
        self.foreign = self.other.deploy(FOREIGN, name="hostile-foreign")

    @property
    def file(self):
        return self.system.dir / "host" / "nsl.db"

    def open(self):
        database = sqlite3.connect(self.file)
        database.execute("PRAGMA journal_mode=DELETE")
        return database

    def edit(self, *statements):
        """Runs (sql, parameters) while nothing of the host runs; each must touch a row."""
        self.system.stop()
        with self.open() as database:
            for sql, values in statements:
                assert database.execute(sql, values).rowcount > 0, sql
        database.close()
        self.start()

    def start(self):
        self.system.start()
        for user in (self.owner, self.other):
            user.cli("config", "set", "api", self.system.url).ok()
            user.api = type(user.api)(self.system.url, user.key["secret"])

    def call(self, user=None, function=None):
        return (user or self.owner).invoke(function or self.function)


@pytest.fixture
def parent():
    made = Parent()
    yield made
    made.system.remove()


def row(parent, sql, *values):
    database = sqlite3.connect(f"file:{parent.file}?mode=ro", uri=True)
    found = database.execute(sql, values).fetchone()
    database.close()
    assert found is not None, sql
    return found


def bundles(parent):
    """(own, foreign): version id and bundle hash, found by the references of the blobs."""
    parent.system.stop()
    out = []
    for function in (parent.function, parent.foreign):
        version, = row(parent, "SELECT id FROM function_versions WHERE function_id = ?", function)
        hash_, = row(parent, "SELECT hash FROM blob_refs WHERE owner LIKE '%' || ? || '%'", version)
        out.append((version, hash_))
    return out


def test_other_code_under_the_granted_hash_never_runs(parent):
    (_, own), (_, foreign) = bundles(parent)
    data, size = row(parent, "SELECT data, size FROM blobs WHERE hash = ?", foreign)
    parent.edit(("UPDATE blobs SET data = ?, size = ? WHERE hash = ?", (data, size, own)))
    answer = parent.call()
    assert answer.status in (502, 503), answer.body
    assert b"never signed for" not in answer.body
    # The other project runs on as before.
    assert parent.call(parent.other, parent.foreign).expect(200).json == "never signed for"


def test_a_flipped_byte_of_the_code_never_runs(parent):
    (_, own), _ = bundles(parent)
    data, = row(parent, "SELECT data FROM blobs WHERE hash = ?", own)
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    parent.edit(("UPDATE blobs SET data = ? WHERE hash = ?", (bytes(changed), own)))
    answer = parent.call()
    assert answer.status in (502, 503), answer.body


def test_the_limits_that_count_are_those_of_the_grant(parent):
    slow = parent.owner.deploy(LOOP, name="hostile-loop", limits={"wallMs": 300, "cpuMs": 200})
    parent.system.stop()
    manifest, = row(parent, "SELECT manifest FROM function_versions WHERE function_id = ?", slow)
    wider = bytes(manifest).replace(b"\x19\x01\x2c", b"\x19\xea\x60").replace(b"\x18\xc8",
                                                                             b"\x18\xff")
    assert wider != bytes(manifest)
    parent.edit(("UPDATE function_versions SET manifest = ? WHERE function_id = ?", (wider, slow)))
    answer = parent.owner.invoke(slow)
    assert answer.status in (502, 504) and answer.reason in ("run.cpu", "run.timeout"), answer.body


def test_a_function_moved_to_another_project_stays_with_its_owner(parent):
    parent.edit(("UPDATE functions SET project = ? WHERE id = ?",
                 (parent.other.project, parent.function)))
    parent.other.invoke(parent.function).refused(404, "not_found")
    assert parent.call().expect(200).json == "signed for"


def test_a_version_moved_under_another_function_is_not_what_runs(parent):
    parent.system.stop()
    own, = row(parent, "SELECT id FROM function_versions WHERE function_id = ?", parent.function)
    parent.edit(
        ("DELETE FROM function_versions WHERE id = ?", (own,)),
        ("UPDATE function_versions SET id = ?, function_id = ? WHERE function_id = ?",
         (own, parent.function, parent.foreign)))
    answer = parent.call()
    assert b"never signed for" not in answer.body
    if answer.status == 200:
        assert answer.json == "signed for"


def test_an_alias_that_the_host_moved_changes_nothing(parent):
    parent.owner.upload(parent.function, "hostile-own",
                        "export const handler = () => 'second';").expect(201)
    before = parent.call().expect(200).json
    parent.system.stop()
    current, = row(parent, "SELECT version_id FROM function_aliases WHERE function_id = ?",
                   parent.function)
    other, = row(parent, "SELECT id FROM function_versions WHERE function_id = ? AND id <> ?",
                 parent.function, current)
    parent.edit(("UPDATE function_aliases SET version_id = ? WHERE function_id = ?",
                 (other, parent.function)))
    assert parent.call().expect(200).json == before


def vault_refuses(parent):
    """The system does not become ready, and the vault's log says why."""
    done = run_nsl("dev", "--dir", parent.system.dir, "--port", "0", "--metrics-port", "0",
                   "--chain-port", "0", "--json", home=parent.system.base / "home", seconds=120)
    assert done.error["reason"] == "platform.integrity", done.error
    log = parent.system.dir / "log" / "vault.log"
    return "platform.integrity" in log.read_text(errors="replace")


@pytest.mark.parametrize("table", ["grant", "function", "project"])
def test_a_swapped_record_of_the_vault_is_refused(parent, table):
    parent.system.stop()
    with parent.open() as database:
        found = database.execute("SELECT DISTINCT tbl FROM records").fetchall()
        assert (table,) in found, found
        rows = database.execute("SELECT key, sealed FROM records WHERE tbl = ? ORDER BY key",
                                (table,)).fetchall()
        assert len(rows) >= 2
        (a, sealed_a), (b, sealed_b) = rows[:2]
        database.execute("UPDATE records SET sealed = ? WHERE tbl = ? AND key = ?",
                         (sealed_b, table, a))
        database.execute("UPDATE records SET sealed = ? WHERE tbl = ? AND key = ?",
                         (sealed_a, table, b))
    database.close()
    assert vault_refuses(parent)


def test_a_deleted_record_of_the_vault_is_refused(parent):
    parent.system.stop()
    with parent.open() as database:
        key, = database.execute("SELECT key FROM records WHERE tbl LIKE '%grant%' LIMIT 1").fetchone()
        assert database.execute("DELETE FROM records WHERE key = ?", (key,)).rowcount == 1
    database.close()
    assert vault_refuses(parent)


def test_an_older_state_is_refused_while_the_vault_lives(parent):
    """The host alone is killed and comes back with yesterday's database."""
    host = parent.system.children()["host"]
    os.kill(host, signal.SIGSTOP)
    saved = {}
    for suffix in ("", "-wal", "-shm"):
        path = parent.file.with_name(parent.file.name + suffix)
        if path.exists():
            saved[path] = path.with_name(path.name + ".old")
            shutil.copy2(path, saved[path])
    os.kill(host, signal.SIGCONT)
    parent.owner.deploy("export const handler = () => 'later';", name="hostile-later")
    os.kill(parent.system.children()["host"], signal.SIGKILL)
    for path, old in saved.items():
        shutil.copy2(old, path)
    wait_until("the new host", lambda: parent.system.children().get("host") not in (None, host))
    log = parent.system.dir / "log" / "vault.log"
    wait_until("the refusal", lambda: "attest.rollback" in log.read_text(errors="replace"))
    assert not parent.system.ready()
