# SPDX-License-Identifier: Apache-2.0
"""`nsl neo tx hash|sign|verify` and `multisig`: transactions of a chain, and files that other
wallets exchange."""

import base64
import json
import os
import pathlib
import subprocess

import pytest

import nslsystem
from test_neo_keys import PUBLIC, WIF, neo, refused
from test_neo_tools import sha, shown, text

SINGLE = bytes.fromhex(
    "0004000000662c3b000000000070551200000000000300000001ee9ea22c27e34bd0148fc4108e08f74e8f5048b280003c"
    "0c097465737476616c75650c07746573746b657912c01f0c0870757456616c75650c14ba8e6ebbf54b024b9edd80d731e4"
    "ce3190e6f58c41627d5b5201420c4006499b7e73f2f87093357de1c8f4baa2fde5f6737446bab60e82d9675baf38c1ad4d"
    "2f17b06f757e4a8326bd153ec38abc018ea8ecc795cce09fb943baa21b37280c2102b3622bf4017bdfe317c58aed5f4c75"
    "3f206b7db896046fa7d774bbc4bf7f8dc24156e7b327")
SINGLE_ID = "0xbdf7d1807e5b9ae2116348184637d49055c6ac826c465612a2f1edd048d422f7"
SINGLE_BARE = SINGLE[:-109]
SINGLE_WIF = "KxyjQ8eUa4FHt3Gvioyt1Wz29cTUrE4eTqX3yFSk1YFCsPL8uNsY"
SINGLE_NEP2 = "6PYM8VdX2BSm7BSXKzV4Fz6S3R9cDLLWNrD9nMjxW352jEv3fsC8N3wNLY"

KEYS = ["02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2",
        "02103a7f7dd016558597f7960d27c516a4394fd968b9e65155eb4b013e4040406e",
        "03d90c07df63e690ce77912e10ab51acc944b66860237b608c4f8f8309e71ee699",
        "02a7bc55fe8684e0119768d104ba30795bdcc86619e864add26156723ed185cd62"]
SORTED = [KEYS[1], KEYS[3], KEYS[0], KEYS[2]]
POINT_KEYS = [PUBLIC, "031d8e1630ce640966967bc6d95223d21f44304133003140c3b52004dc981349c9",
              "02232ce8d2e2063dce0451131851d47421bfc4fc1da4db116fca5302c0756462fa"]


def unsigned(account, nonce=7):
    head = b"\0" + nonce.to_bytes(4, "little") + bytes(16) + (900).to_bytes(4, "little")
    accounts = account if isinstance(account, list) else [account]
    signers = bytes([len(accounts)]) + b"".join(bytes.fromhex(a[2:])[::-1] + b"\1" for a in accounts)
    return head + signers + b"\0" + text(b"\x11")


def test_hash_and_signed_data():
    done = neo("tx", "hash", SINGLE.hex(), "--network", "42").ok().json
    assert done["txid"] == SINGLE_ID == shown(sha(SINGLE_BARE))
    assert done["signedData"] == "2a000000" + sha(SINGLE_BARE).hex() == "2a000000" + done["bytes"]
    assert neo("tx", "hash", "-", stdin=SINGLE_BARE.hex()).ok().json["txid"] == SINGLE_ID
    refused(neo("tx", "hash", SINGLE.hex() + "00"), "left over")
    refused(neo("tx", "hash", SINGLE.hex(), "--network", "neo"), "--network")
    refused(neo("tx", "hash", SINGLE.hex(), "--network", "4294967296"), "--network")


def test_transaction_of_a_chain_is_verified_and_signed_alike():
    done = neo("tx", "verify", SINGLE.hex(), "--network", "42").ok().json
    assert done["txid"] == SINGLE_ID and done["signers"] == ["Nhfg3TbpwogLvDGVvAvqyThbsHgoSUKwtn"]
    made = neo("tx", "sign", SINGLE_BARE.hex(), "--network", "42", "--key", "-", stdin=SINGLE_WIF).ok()
    assert made.json["complete"] is True and made.json["txid"] == SINGLE_ID
    # Signatures that follow RFC 6979 are the same everywhere.
    assert base64.b64decode(made.json["transaction"]) == SINGLE


def test_bad_witness_is_exit_1():
    refused(neo("tx", "verify", SINGLE.hex(), "--network", "43"), "network", 1)
    at = SINGLE.index(bytes.fromhex("06499b7e"))
    wrong = SINGLE[:at] + b"\x07" + SINGLE[at + 1:]
    refused(neo("tx", "verify", wrong.hex(), "--network", "42"), "signature 1", 1)
    refused(neo("tx", "verify", SINGLE_BARE.hex(), "--network", "42"), "not signed", 1)
    contract = unsigned("0x" + "11" * 20) + b"\1\0\0"
    refused(neo("tx", "verify", contract.hex(), "--network", "42"), "only a node", 1)
    other = unsigned("0x" + "11" * 20) + b"\1" + text(b"\x11") + text(b"\x11")
    refused(neo("tx", "verify", other.hex(), "--network", "42"), "only a node", 1)


def test_what_cannot_be_signed():
    sign = ("tx", "sign", "--network", "42", "--key", "-")
    refused(neo(*sign, SINGLE.hex(), stdin=SINGLE_WIF), "witnesses already")
    refused(neo(*sign, SINGLE_BARE.hex(), stdin=WIF), "none of the transaction's signers")
    refused(neo("tx", "sign", SINGLE_BARE.hex(), "--key", "-", stdin=WIF), "--network")


def test_multisig_account_in_both_orders():
    done = neo("multisig", "account", "3", *KEYS).ok().json
    assert done["address"] == "NVTiAjNgagDkTr5HTzDmQP9kPwPHN5BgVq" and done["publicKeys"] == SORTED
    assert done["account"]["address"] == done["address"] and "key" not in done["account"]
    assert done["account"]["contract"]["script"] == done["script"]
    assert len(done["account"]["contract"]["parameters"]) == 3
    assert neo("multisig", "account", "3", *SORTED[::-1]).ok().json == done
    point = neo("multisig", "account", "2", *POINT_KEYS).ok().json
    assert point["address"] == "NfScrtKDZFefNjVotBfrhEQR6GWhe8SXkH"
    other = neo("multisig", "account", "2", *POINT_KEYS, "--order", "encoding").ok().json
    assert other["address"] != point["address"] and other["publicKeys"] == sorted(POINT_KEYS)
    human = nslsystem.run_nsl("neo", "multisig", "account", "3", *KEYS).ok().out
    assert "3 of 4" in human and "NVTiAjNgagDkTr5HTzDmQP9kPwPHN5BgVq" in human


@pytest.mark.parametrize("words, said", [
    (("5", *KEYS), "threshold"), (("0", *KEYS), "threshold"), (("1", KEYS[0], KEYS[0]), "twice"),
    (("-1", *KEYS), "m"), (("x", *KEYS), "m"), (("1", KEYS[0], KEYS[1][:-4]), "key 2"),
    (("1",), "keys"), (("1", KEYS[0], "--order", "up"), "--order")])
def test_bad_multisig_account(words, said):
    refused(neo("multisig", "account", *words), said)


class Owners:
    """Two-of-three account with keys made here."""

    def __init__(self, folder, n=3, m=2):
        self.files = [folder / f"owner{i}" for i in range(n)]
        keys = [neo("key", "new", "-o", f).ok().json["publicKey"] for f in self.files]
        self.account = neo("multisig", "account", str(m), *keys).ok().json
        self.tx = unsigned(self.account["scriptHash"])

    def sign(self, i, source=None, out=None):
        words = [source] if source else [self.tx.hex(), "--network", "42", "--script",
                                         self.account["script"]]
        done = neo("multisig", "sign", *words, "--key", self.files[i], *(["-o", out] if out else []))
        return done.ok().json


def test_owners_sign_one_after_the_other_or_apart(tmp_path):
    owners = Owners(tmp_path)
    first = owners.sign(2, out=tmp_path / "first")
    assert first["complete"] is False and "1 of 2" in first["missing"][0]
    done = owners.sign(0, source=tmp_path / "first", out=tmp_path / "done")
    assert done["complete"] is True
    raw = base64.b64decode(done["transaction"])
    assert raw.startswith(owners.tx) and (tmp_path / "done").read_text().strip() == done["transaction"]
    neo("tx", "verify", tmp_path / "done", "--network", "42").ok()
    owners.sign(0, out=tmp_path / "apart")
    combine = ("multisig", "combine", tmp_path / "apart", tmp_path / "first")
    assert neo(*combine).ok().json["transaction"] == done["transaction"]
    # The same owner twice is still one.
    owners.sign(2, source=tmp_path / "first", out=tmp_path / "twice")
    assert neo("multisig", "combine", tmp_path / "first",
               tmp_path / "twice").ok().json["complete"] is False


def test_a_file_that_lies_is_refused(tmp_path):
    owners = Owners(tmp_path)
    owners.sign(0, out=tmp_path / "good")
    good = json.loads((tmp_path / "good").read_text())
    item = next(iter(good["items"]))
    key = next(iter(good["items"][item]["signatures"]))

    def told(said, **changes):
        bad = json.loads(json.dumps(good))
        for path, value in changes.items():
            at = bad
            *folders, last = path.split("__")
            for folder in folders:
                at = at[{"ITEM": item}.get(folder, folder)]
            last = {"ITEM": item, "KEY": key}.get(last, last)
            if value is None:
                del at[last]
            else:
                at[last] = value
        (tmp_path / "bad").write_text(json.dumps(bad))
        refused(neo("multisig", "combine", tmp_path / "bad"), said)

    told("/hash", hash="0x" + "00" * 32)
    told("/type", type="Neo.Core.ContractTransaction")
    told("/data", data="AAAA")
    told("not for this transaction and network", network=43)
    told("/items/ITEM/script".replace("ITEM", item), items__ITEM__script="EQ==")
    told("not for this transaction", items__ITEM__signatures__KEY=base64.b64encode(bytes(64)).decode())
    told("64 bytes", items__ITEM__signatures__KEY="AAAA")
    told("none of those of", items__ITEM__signatures={
        PUBLIC: good["items"][item]["signatures"][key]})
    told("missing", network=None)
    told("unknown", more=1)
    value = {"type": "Signature", "value": base64.b64encode(bytes(64)).decode()}
    told("none of those", items__ITEM__parameters=[value, value])
    (tmp_path / "more").mkdir()
    other = Owners(tmp_path / "more")
    other.sign(0, out=tmp_path / "other")
    refused(neo("multisig", "combine", tmp_path / "good", tmp_path / "other"), "different")
    (tmp_path / "text").write_text("no json")
    refused(neo("multisig", "combine", tmp_path / "text"), "signing file")
    refused(neo("multisig", "sign", owners.tx.hex(), "--network", "42", "--key", owners.files[0]),
            "--script")
    refused(neo("multisig", "sign", owners.tx.hex(), "--network", "42", "--script",
                other.account["script"], "--key", owners.files[0]), "none of the transaction's signers")


def test_two_accounts_sign_one_transaction(tmp_path):
    keys = [tmp_path / "a", tmp_path / "b"]
    made = [neo("key", "new", "-o", k).ok().json for k in keys]
    tx = unsigned([m["scriptHash"] for m in made])
    first = neo("tx", "sign", tx.hex(), "--network", "42", "--key", keys[1], "-o",
                tmp_path / "part").ok().json
    assert first["missing"] == [made[0]["address"] + " has not signed"]
    done = neo("tx", "sign", tmp_path / "part", "--key", keys[0]).ok().json
    verified = neo("tx", "verify", done["transaction"], "--network", "42").ok().json
    assert verified["signers"] == [m["address"] for m in made]


def neo_go():
    given = os.environ.get("NSL_NEO_GO")
    path = pathlib.Path(given) if given else nslsystem.ROOT / ".cache/tools/neo-go/neo-go"
    if not path.exists():
        pytest.skip("neo-go is not installed: ./x setup installs it")
    return path


def test_another_wallet_reads_and_signs_our_file(tmp_path):
    """A 2-of-2 account of our key and of the wallet file of another implementation."""
    program = neo_go()
    mine = neo("key", "new", "-o", tmp_path / "mine").ok().json["publicKey"]
    account = neo("multisig", "account", "2", mine, KEYS[0]).ok().json
    scrypt = {"n": 16384, "r": 8, "p": 8}
    wallet = {"name": None, "version": "1.0", "scrypt": scrypt, "extra": None,
              "accounts": [{**account["account"], "key": SINGLE_NEP2}]}
    (tmp_path / "wallet.json").write_text(json.dumps(wallet))
    (tmp_path / "config.yml").write_text(
        f"Path: {json.dumps(str(tmp_path / 'wallet.json'))}\nPassword: one\n")
    tx = unsigned(account["scriptHash"])
    neo("multisig", "sign", tx.hex(), "--network", "42", "--script", account["script"], "--key",
        tmp_path / "mine", "-o", tmp_path / "ours").ok()
    done = subprocess.run(
        [program, "wallet", "sign", "--wallet-config", tmp_path / "config.yml", "--address",
         account["address"], "--in", tmp_path / "ours", "--out", tmp_path / "both"],
        capture_output=True, text=True, timeout=60 * nslsystem.PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    both = neo("multisig", "combine", tmp_path / "both").ok().json
    assert both["complete"] is True
    neo("tx", "verify", both["transaction"], "--network", "42").ok()
