# SPDX-License-Identifier: Apache-2.0
"""Answers of neo-mamba, one JSON question per line of stdin, one answer per line of stdout."""

import base64
import hashlib
import json
import struct
import sys

import base58
from neo3 import vm
from neo3.contracts import callflags, nef as nefs, utils as contracts
from neo3.core import cryptography, types, utils
from neo3.network.payloads import block as blocks, transaction as transactions
from neo3.wallet import account as accounts, utils as wallets


def shown(hash_):
    return "0x" + str(hash_)


def account_fields(script):
    hash_ = utils.to_script_hash(script)
    return {"script": script.hex(), "scriptHash": shown(hash_),
            "address": wallets.script_hash_to_address(hash_)}


def point(text):
    return cryptography.ECPoint.deserialize_from_bytes(bytes.fromhex(text))


def account(q):
    pair = cryptography.KeyPair(bytes.fromhex(q["key"]))
    script = contracts.create_signature_redeemscript(pair.public_key)
    return {"publicKey": str(pair.public_key), **account_fields(script)}


def wif(q):
    return {"key": accounts.Account.private_key_from_wif(q["wif"]).hex()}


def address(q):
    return {"scriptHash": shown(wallets.address_to_script_hash(q["address"]))}


def base58_write(q):
    return {"text": base58.b58encode_check(bytes.fromhex(q["data"])).decode()}


def base58_read(q):
    return {"data": base58.b58decode_check(q["text"]).hex()}


def multisig(q):
    return account_fields(contracts.create_multisig_redeemscript(q["m"], [point(k) for k in q["keys"]]))


def value_of(p):
    kind, value = p["type"], p.get("value")
    if value is None:
        return None
    if kind == "Integer":
        return types.BigInteger(int(value))
    if kind in ("ByteArray", "Signature"):
        return base64.b64decode(value)
    if kind == "Hash160":
        return types.UInt160.from_string(value[2:])
    if kind == "Hash256":
        return types.UInt256.from_string(value[2:])
    if kind == "PublicKey":
        return bytes.fromhex(value)
    if kind == "Array":
        return [value_of(v) for v in value]
    return value


def script(q):
    builder = vm.ScriptBuilder()
    values = [value_of(p) for p in q["parameters"]]
    for value in reversed(values):
        builder.emit_push(value)
    if values:
        builder.emit_push(len(values))
        builder.emit(vm.OpCode.PACK)
    else:
        builder.emit(vm.OpCode.NEWARRAY0)
    builder.emit_push(q["flags"])
    builder.emit_push(q["method"])
    builder.emit_push(types.UInt160.from_string(q["contract"][2:]))
    builder.emit_syscall(vm.Syscalls.SYSTEM_CONTRACT_CALL)
    return {"script": builder.to_array().hex()}


def transaction(q):
    made = transactions.Transaction.from_json(q["tx"])
    raw = made.to_array()
    again = transactions.Transaction.deserialize_from_bytes(raw)
    if again.to_array() != raw:
        raise AssertionError("what it reads it does not write")
    hash_ = again.hash()
    return {"raw": raw.hex(), "hash": shown(hash_), "size": len(made),
            "signed": (struct.pack("<I", q["magic"]) + hash_.to_array()).hex()}


def sign(q):
    signature = cryptography.ecdsa_sign(bytes.fromhex(q["key"]), bytes.fromhex(q["data"]),
                                        cryptography.ECCCurve.SECP256R1, hashlib.sha256)
    return {"signature": signature.hex()}


def verify(q):
    try:
        good = cryptography.ecdsa_verify(bytes.fromhex(q["signature"]), bytes.fromhex(q["data"]),
                                         point(q["publicKey"]), hashlib.sha256)
    except cryptography.ECCException:
        good = False
    return {"good": bool(good)}


def block(q):
    made = blocks.Block.deserialize_from_bytes(bytes.fromhex(q["raw"]))
    root = made.header.merkle_root
    made.rebuild_merkle_root()
    return {"raw": made.to_array().hex(), "hash": shown(made.hash()),
            "previous": shown(made.header.prev_hash), "merkleRoot": shown(made.header.merkle_root),
            "timestamp": str(made.header.timestamp), "nonce": str(made.header.nonce),
            "index": made.header.index, "primary": made.header.primary_index,
            "nextConsensus": shown(made.header.next_consensus),
            "transactions": [shown(t.hash()) for t in made.transactions]} if root else {}


def contracthash(q):
    sender = types.UInt160.from_string(q["sender"][2:])
    return {"hash": shown(contracts.get_contract_hash(sender, q["checksum"], q["name"]))}


def nef(q):
    tokens = [nefs.MethodToken(types.UInt160.from_string(t["hash"][2:]), t["method"],
                               t["parameters"], t["returns"], callflags.CallFlags(t["flags"]))
              for t in q["tokens"]]
    made = nefs.NEF(q["compiler"], bytes.fromhex(q["script"]), tokens, q["source"])
    return {"raw": made.to_array().hex(), "checksum": made.checksum}


def nep2(q):
    text = accounts.Account.private_key_to_nep2(bytes.fromhex(q["key"]), q["passphrase"])
    return {"nep2": text.decode()}


ANSWERS = {"account": account, "wif": wif, "address": address, "base58": base58_write,
           "base58read": base58_read, "multisig": multisig, "script": script,
           "transaction": transaction, "sign": sign, "verify": verify, "block": block,
           "contracthash": contracthash, "nef": nef, "nep2": nep2}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        try:
            out = {"answer": ANSWERS[question["kind"]](question)}
        # Whatever the other library raises is its way to refuse.
        except Exception as error:
            out = {"refused": f"{type(error).__name__}: {error}"}
        print(json.dumps(out), flush=True)


if __name__ == "__main__":
    main()
