# SPDX-License-Identifier: Apache-2.0
"""Random questions of every kind, from a seed."""

import base64
import hashlib
import struct

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SINGLE, MULTI = bytes.fromhex("4156e7b327"), bytes.fromhex("419ed0dc3a")


def sha(data):
    return hashlib.sha256(data).digest()


def base58(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def check58(payload):
    return base58(payload + sha(sha(payload))[:4])


def varbytes(data):
    n = len(data)
    head = bytes([n]) if n < 0xfd else b"\xfd" + struct.pack("<H", n)
    return head + data


class Cases:
    """`points` are public keys that exist; making one here would take a curve."""

    def __init__(self, random, points):
        self.random = random
        self.points = points

    def bytes(self, low, high=None):
        return self.random.randbytes(low if high is None else self.random.randint(low, high))

    def key(self):
        r = self.random
        edge = r.choice([1, 2, ORDER - 1, ORDER - 2, 1 << r.randrange(256)])
        number = edge if r.random() < 0.05 else r.randrange(1, ORDER)
        return f"{max(1, number % ORDER):064x}"

    def hash(self, size=20):
        return "0x" + self.bytes(size).hex()

    def text(self, low, high):
        pool = "abcXYZ019 _-./é中😀" if self.random.random() < 0.2 else "abcdefgXYZ0189_"
        return "".join(self.random.choice(pool) for _ in range(self.random.randint(low, high)))

    def integer(self):
        r = self.random
        bits = r.choice([0, 1, 4, 5, 7, 8, 15, 16, 31, 32, 53, 63, 64, 127, 128, 255])
        near = (1 << bits) + r.randint(-2, 2)
        value = near if r.random() < 0.5 else r.getrandbits(max(1, bits))
        value = -value if r.random() < 0.5 else value
        return max(-(1 << 255), min((1 << 255) - 1, value))

    def changed(self, text):
        """The text, or one that differs in a character or in its length."""
        r = self.random
        if r.random() < 0.6:
            return text, False
        at = r.randrange(len(text))
        other = r.choice([text[:at] + r.choice(ALPHABET) + text[at + 1:], text[:at] + text[at + 1:],
                          text[:at] + "1" + text[at:]])
        return other, other != text

    def account(self):
        return {"key": self.key()}

    def wif(self):
        r = self.random
        head, tail = (0x80, b"\1") if r.random() < 0.8 else (r.randrange(256), self.bytes(0, 2))
        text = check58(bytes([head]) + bytes.fromhex(self.key()) + tail)
        text, changed = self.changed(text)
        return {"wif": text, "changed": changed or (head, tail) != (0x80, b"\1")}

    def address(self):
        version = 0x35 if self.random.random() < 0.8 else self.random.randrange(256)
        text, changed = self.changed(check58(bytes([version]) + self.bytes(20)))
        return {"address": text, "changed": changed or version != 0x35}

    def base58(self):
        return {"data": (bytes(self.random.choice([0, 0, 1, 3])) + self.bytes(0, 70)).hex()}

    def base58read(self):
        return {"text": self.changed(check58(bytes(self.random.choice([0, 2])) + self.bytes(1, 70)))[0]}

    def multisig(self):
        n = self.random.randint(1, 16 if self.random.random() < 0.9 else 29)
        keys = self.random.sample(self.points, n)
        order = self.random.choice(["point", "encoding"])
        # In order, since one of the others does not sort: by X and then Y, or by the 33 bytes.
        keys.sort(key=(lambda k: (k[2:], k[:2])) if order == "point" else None)
        return {"m": self.random.randint(1, min(n, 15)), "keys": keys, "order": order}

    def value(self, depth=0):
        kinds = ["Any", "Boolean", "Integer", "ByteArray", "String", "Hash160", "Hash256",
                 "PublicKey", "Signature"] + (["Array", "Map"] if depth < 3 else [])
        kind = self.random.choice(kinds)
        many = self.random.randint(0, 4)
        # The first three sizes cross those of PUSHDATA1 and PUSHDATA2.
        size = self.random.choice([255, 256, 300, *range(0, 40)])
        value = {
            "Any": lambda: None,
            "Boolean": lambda: self.random.random() < 0.5,
            "Integer": lambda: str(self.integer()),
            "ByteArray": lambda: base64.b64encode(self.bytes(size)).decode(),
            "String": lambda: self.text(0, 20),
            "Hash160": self.hash,
            "Hash256": lambda: self.hash(32),
            "PublicKey": lambda: self.random.choice(self.points),
            "Signature": lambda: base64.b64encode(self.bytes(64)).decode(),
            "Array": lambda: [self.value(depth + 1) for _ in range(many)],
            "Map": lambda: [{"key": {"type": "Integer", "value": str(i)},
                             "value": self.value(depth + 1)} for i in range(many)]}[kind]()
        return {"type": "Any"} if kind == "Any" else {"type": kind, "value": value}

    def script(self):
        return {"contract": self.hash(), "method": self.text(1, 20).replace(" ", "_"),
                "flags": self.random.randrange(16),
                "parameters": [self.value() for _ in range(self.random.randint(0, 6))]}

    def parameter(self):
        return {"parameters": [self.value() for _ in range(self.random.randint(1, 6))]}

    def signer(self):
        r = self.random
        scopes = r.choice([["None"], ["Global"], ["CalledByEntry"], ["CustomContracts"],
                           ["CalledByEntry", "CustomContracts"], ["CustomGroups"],
                           ["CalledByEntry", "CustomContracts", "CustomGroups"]])
        out = {"account": self.hash(), "scopes": ", ".join(scopes)}
        if "CustomContracts" in scopes:
            out["allowedcontracts"] = [self.hash() for _ in range(r.randint(1, 3))]
        if "CustomGroups" in scopes:
            out["allowedgroups"] = r.sample(self.points, r.randint(1, 3))
        return out

    def transaction(self):
        r = self.random
        signers = [self.signer() for _ in range(r.randint(1, 4))]
        fee = lambda: str(r.choice([0, 1, 127, 128, 255, 256, r.getrandbits(40), r.getrandbits(61)]))
        code = lambda n: base64.b64encode(self.bytes(n)).decode()
        attributes = [{"type": "HighPriority"}] if r.random() < 0.2 else []
        return {"magic": r.choice([860833102, 894710606, r.getrandbits(32)]), "tx": {
            "version": 0, "nonce": r.getrandbits(32), "sysfee": fee(), "netfee": fee(),
            "validuntilblock": r.getrandbits(32), "signers": signers, "attributes": attributes,
            "script": code(r.choice([1, 252, 253, 300, r.randint(1, 2000)])),
            # Of no account: what stands in a witness is not judged by any of the three here.
            "witnesses": [{"invocation": code(66), "verification": code(40)} for _ in signers]}}

    def sign(self):
        return {"key": self.key(), "data": self.bytes(self.random.choice([36, 1, 64, 200])).hex()}

    def raw_transaction(self):
        r = self.random
        head = b"\0" + struct.pack("<IqqI", r.getrandbits(32), r.getrandbits(50), r.getrandbits(50),
                                   r.getrandbits(32))
        body = head + b"\1" + self.bytes(20) + b"\1" + b"\0" + varbytes(self.bytes(1, 300))
        return body, body + b"\1" + varbytes(self.bytes(66)) + varbytes(self.bytes(40))

    def block(self):
        r = self.random
        made = [self.raw_transaction() for _ in range(r.randint(0, 9))]
        leaves = [sha(body) for body, _ in made] or [bytes(32)]
        while len(leaves) > 1:
            leaves += leaves[-1:] if len(leaves) % 2 else []
            leaves = [sha(sha(a + b)) for a, b in zip(leaves[::2], leaves[1::2])]
        head = (struct.pack("<I", 0) + self.bytes(32) + leaves[0]
                + struct.pack("<QQIB", r.getrandbits(42), r.getrandbits(64), r.getrandbits(32),
                              r.randrange(7)) + self.bytes(20))
        witness = b"\1" + varbytes(self.bytes(0, 400)) + varbytes(self.bytes(1, 300))
        return {"raw": (head + witness + bytes([len(made)]) + b"".join(t for _, t in made)).hex()}

    def contracthash(self):
        return {"sender": self.hash(), "checksum": self.random.choice(
            [0, 1, 16, 17, 127, 128, 65535, self.random.getrandbits(32)]), "name": self.text(1, 40)}

    def nef(self):
        name = lambda: "m" + self.random.choice(["", "ethod", "x" * 31])
        token = lambda: {"hash": self.hash(), "method": name(),
                         "parameters": self.random.choice([0, 1, 255, 256, 65535]),
                         "returns": self.random.random() < 0.5, "flags": self.random.randrange(16)}
        return {"compiler": "c" * self.random.randint(1, 64),
                "source": "s" * self.random.choice([0, 1, 252, 253, 256]),
                "script": self.bytes(1, 400).hex(),
                "tokens": [token() for _ in range(self.random.randint(0, 4))]}

    def fee(self):
        keys = self.random.sample(self.points, self.random.randint(1, 16))
        push = lambda n: bytes([0x10 + n])
        pushed = [b"\x0c\x21" + bytes.fromhex(k) for k in keys]
        # Often m of m, since that is what one of the others charges right.
        n = len(keys)
        m = n if n <= 15 and self.random.random() < 0.5 else self.random.randint(1, min(n, 15))
        if self.random.random() < 0.3:
            n = m = 1
            script = pushed[0] + SINGLE
        else:
            script = push(m) + b"".join(pushed) + push(n) + MULTI
        # What runs: the pushes of the signatures, then the check.
        runs = b"\x0c\x40" + bytes(64)
        return {"script": script.hex(), "run": (runs * m + script).hex(), "m": m, "n": n,
                "factor": self.random.choice([1, 30, 1000])}

    def nep2(self):
        return {"key": self.key(), "passphrase": "".join(
            chr(self.random.randint(0x20, 0x7e)) for _ in range(self.random.randint(1, 20)))}


# Share of each kind; NEP-2 takes a tenth of a second on each side.
WEIGHTS = {"account": 10, "wif": 10, "address": 12, "base58": 8, "base58read": 8, "multisig": 8,
           "script": 12, "parameter": 6, "transaction": 12, "sign": 6, "block": 5, "contracthash": 5, "nef": 4,
           "fee": 5}
