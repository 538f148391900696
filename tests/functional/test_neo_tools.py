# SPDX-License-Identifier: Apache-2.0
"""`nsl neo`: bytes of the chain read offline, against bytes and hashes made here."""

import base64
import hashlib
import json
import struct

import pytest

from nslsystem import run_nsl

GAS = "0xd2a4cff31913016155e38e474a2c06d08be276cf"
GAS_ADDRESS = "NepwUjd9GhqgNkrfXaxj9mmsFhFzGoFuWM"
GAS_BYTES = bytes.fromhex(GAS[2:])[::-1]
SCRIPT = bytes.fromhex("0c0568656c6c6f11c0")


def sha(data):
    return hashlib.sha256(data).digest()


def shown(digest):
    return "0x" + digest[::-1].hex()


def text(data):
    return bytes([len(data)]) + data


def unsigned(nonce=7):
    head = b"\0" + struct.pack("<Iqqi", nonce, 150_000_000, 1, 900)
    signer = b"\1" + bytes(20) + b"\x11\1" + GAS_BYTES
    attributes = b"\2\1" + b"\x20" + struct.pack("<I", 65)
    return head + signer + attributes + text(SCRIPT)


def signed(nonce=7):
    return unsigned(nonce) + b"\1" + text(b"\x11") + text(b"\x12")


def block(transactions, root=None):
    leaves = [sha(unsigned(n)) for n in transactions]
    while len(leaves) > 1:
        leaves += leaves[-1:] if len(leaves) % 2 else []
        leaves = [sha(sha(a + b)) for a, b in zip(leaves[::2], leaves[1::2])]
    head = (struct.pack("<I", 0) + bytes(32) + (root or leaves[0])
            + struct.pack("<QQIB", 1_700_000_000_000, 0x0102, 5, 1) + GAS_BYTES)
    header = head + b"\1" + text(b"") + text(b"\x11")
    body = bytes([len(transactions)]) + b"".join(map(signed, transactions))
    return header, header + body, shown(sha(head))


def nef(compiler=b"neo-\x1bc"):
    body = (b"NEF3" + compiler.ljust(64, b"\0") + text(b"https://example.com") + b"\0"
            + b"\1" + GAS_BYTES + text(b"transfer") + struct.pack("<H", 4) + b"\1\x0f"
            + b"\0\0" + text(SCRIPT))
    return body + sha(sha(body))[:4]


MANIFEST = {
    "name": "Feed", "groups": [], "features": {}, "supportedstandards": ["NEP-17"],
    "abi": {"methods": [{"name": "get", "parameters": [{"name": "key", "type": "String"}],
                         "offset": 7, "returntype": "Integer", "safe": True}],
            "events": [{"name": "Set", "parameters": []}]},
    "permissions": [{"contract": GAS, "methods": ["transfer"]}], "trusts": "*", "extra": None}


@pytest.mark.parametrize("form", [GAS, GAS[2:].upper(), GAS_ADDRESS])
def test_both_forms_of_an_address_give_both(form):
    done = run_nsl("neo", "address", form, "--json").ok().json
    assert done == {"address": GAS_ADDRESS, "scriptHash": GAS, "bytes": GAS_BYTES.hex(),
                    "native": "GasToken"}
    assert GAS_ADDRESS in run_nsl("neo", "address", form).ok().out


def test_every_form_of_input_gives_the_same(tmp_path):
    raw = signed()
    files = {"raw": raw, "hex": b"0x" + raw.hex().encode() + b"\n",
             "lines": base64.encodebytes(raw)}
    forms = [raw.hex(), "0x" + raw.hex().upper(), base64.b64encode(raw).decode()]
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        forms.append(str(tmp_path / name))
    outs = {run_nsl("neo", "tx", "decode", form, "--json").ok().out for form in forms}
    assert len(outs) == 1


def test_transaction_has_every_field():
    done = run_nsl("neo", "tx", "decode", signed().hex(), "--json").ok().json
    assert done["txid"] == shown(sha(unsigned())) and done["size"] == len(signed())
    assert (done["nonce"], done["validUntilBlock"], done["signed"]) == (7, 900, True)
    assert (done["systemFee"], done["networkFee"]) == ("150000000", "1")
    assert done["signers"][0]["scopes"] == "CalledByEntry, CustomContracts"
    assert done["signers"][0]["allowedcontracts"] == [GAS]
    assert done["attributes"] == [{"type": "HighPriority"}, {"type": "NotValidBefore", "height": 65}]
    assert [i["opcode"] for i in done["disassembly"]["instructions"]] == ["PUSHDATA1", "PUSH1", "PACK"]
    human = run_nsl("neo", "tx", "decode", signed().hex()).ok().out
    for word in (shown(sha(unsigned())), "1.5 GAS", "0.00000001 GAS", "NotValidBefore height 65",
                 GAS, '"hello"'):
        assert word in human, word


def test_transaction_that_is_not_signed_yet():
    done = run_nsl("neo", "tx", "decode", unsigned().hex(), "--json").ok().json
    assert done["signed"] is False and done["witnesses"] == []
    assert done["txid"] == shown(sha(unsigned()))


def test_block_and_its_merkle_root():
    header, raw, name = block([1, 2, 3])
    done = run_nsl("neo", "block", raw.hex(), "--json").ok().json
    assert done["hash"] == name and done["merkleGood"] is True and done["index"] == 5
    assert done["transactions"] == [shown(sha(unsigned(n))) for n in (1, 2, 3)]
    human = run_nsl("neo", "block", raw.hex()).ok().out
    assert "2023-11-14T22:13:20.000Z" in human and shown(sha(unsigned(3))) in human
    alone = run_nsl("neo", "block", header.hex(), "--json").ok().json
    assert alone["hash"] == name and alone["merkleGood"] is None and alone["transactions"] is None


def test_contract_file(tmp_path):
    file = tmp_path / "c.nef"
    file.write_bytes(nef())
    done = run_nsl("neo", "nef", file, "--json").ok().json
    assert done["compiler"] == "neo-\x1bc" and base64.b64decode(done["script"]) == SCRIPT
    assert done["checksum"] == struct.unpack("<I", nef()[-4:])[0]
    assert done["tokens"] == [{"contract": GAS, "method": "transfer", "parameters": 4,
                               "returns": True, "callFlags": "All"}]
    human = run_nsl("neo", "nef", file).ok().out
    assert "transfer" in human and "\x1b" not in human


def test_manifest(tmp_path):
    file = tmp_path / "c.manifest.json"
    file.write_text(json.dumps(MANIFEST))
    assert run_nsl("neo", "manifest", file, "--json").ok().json == MANIFEST
    human = run_nsl("neo", "manifest", file).ok().out
    assert "get(key: String)" in human and GAS in human and "* (everyone)" in human
    file.write_text(json.dumps(MANIFEST | {"features": {"a": 1}}))
    done = run_nsl("neo", "manifest", file, "--json")
    assert done.code == 2 and "/features" in done.error["detail"]


@pytest.mark.parametrize("words, said", [
    (("address", GAS_ADDRESS[:-1] + "N"), "checksum"),
    (("address", "0x12"), "40 hexadecimal digits"),
    (("script", "disasm", "0c05ff"), "at byte 2"),
    (("script", "disasm", "11ff"), "at byte 1"),
    (("script", "disasm", ""), "empty"),
    (("script", "disasm", "0x11zz"), "'z' at character 4"),
    (("script", "disasm", "0x111"), "even number"),
    (("script", "disasm", "no/such-file"), "'-' at character 7"),
    (("script", "disasm", "abc"), "padded base64"),
    (("tx", "decode", signed().hex()[:-2]), "at byte"),
    (("tx", "decode", signed().hex() + "00"), "left over"),
    (("block", block([1, 2], root=bytes(32))[1].hex()), "merkle root"),
    (("nef", (nef()[:-1] + b"\0").hex()), "checksum"),
    (("script",), "nsl neo script --help"),
    (("address",), "required"),
])
def test_bad_input_is_exit_2_and_says_where(words, said):
    done = run_nsl("neo", *words, "--json")
    assert done.code == 2, done.out
    assert said in done.error["detail"]
    assert done.out.count("\n") == 1


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "e").write_bytes(b"\n")
    assert run_nsl("neo", "nef", tmp_path / "e").code == 2
