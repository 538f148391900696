# SPDX-License-Identifier: Apache-2.0
"""What is not compared, and why. A case that is neither compared nor named here fails the test.

Each entry: the kind, the side, which cases (a function of the question), and the trap: what the
other library does that the chain does not."""


def has_type(*names):
    def look(parameters):
        return any(p["type"] in names or
                   (isinstance(p.get("value"), list) and p["type"] == "Array" and look(p["value"])) or
                   (p["type"] == "Map" and look([x for e in p["value"] for x in (e["key"], e["value"])]))
                   for p in parameters)
    return lambda q: look(q["parameters"])


def has_empty_array(q):
    def look(p):
        return p["type"] == "Array" and (not p["value"] or any(look(v) for v in p["value"]))
    return any(look(p) for p in q["parameters"])


def anything(_):
    return True


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EDGE = [1, ORDER - 2, ORDER - 1]
EDGE_TRAP = "its curve code computes no public key for the scalars 1, n - 2 and n - 1"


# X of the generator and of its double: the public keys of those scalars, and of 2.
EDGE_X = ["6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
          "7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978"]


def edge(q):
    return int(q["key"], 16) in EDGE


EXCLUDED = [
    ("account", "mamba", edge, EDGE_TRAP),
    ("nep2", "mamba", edge, EDGE_TRAP),
    ("verify", "mamba", lambda q: q["publicKey"][2:] in EDGE_X,
     "its curve code refuses good signatures by the generator and by its double"),
    ("nef", "neon", lambda q: q["tokens"],
     "MethodToken.serialize writes the hash in the order that people read"),
    ("fee", "neon", lambda q: q["m"] != q["n"],
     "calculateExecutionFee charges a multi-signature check by its threshold, the chain by its keys"),
    ("wif", "neon", lambda q: q["changed"], "getPrivateKeyFromWIF checks neither checksum nor version"),
    ("address", "neon", lambda q: q["changed"],
     "getScriptHashFromAddress takes the bytes as they are; isAddress is the check"),
    ("base58", "neon", anything, "neon-core exports no base58check of bytes"),
    ("base58read", "neon", anything, "neon-core exports no base58check of bytes"),
    ("multisig", "mamba", lambda q: q["order"] == "encoding", "neo-mamba sorts by the point alone"),
    ("script", "neon", has_type("Map"), "emitMap pushes the pairs in their order, the chain reversed"),
    ("script", "neon", has_empty_array, "PUSH0 PACK for an empty array, the reference NEWARRAY0"),
    ("script", "mamba", has_empty_array, "PUSH0 PACK for an empty array, the reference NEWARRAY0"),
    ("script", "neon", has_type("Signature"), "ScriptBuilder does not know Signature"),
    ("parameter", "neon", has_type("Signature"), "ContractParam does not know Signature"),
    ("parameter", "mamba", anything, "neo-mamba reads no parameters from JSON"),
    ("script", "mamba", has_type("Map"), "a Python dictionary merges keys that the chain keeps"),
    ("transaction", "neon", lambda q: q["tx"]["attributes"],
     "the constructor of Transaction drops attributes: another hash"),
    ("block", "neon", anything, "neon-core knows no blocks"),
    ("contracthash", "neon", anything, "in neon-core only for native contracts, and wrong there"),
    ("fee", "mamba", anything, "neo-mamba asks a node for fees"),
]


# Compared after a step that makes both sides alike.
ADJUSTED = {
    ("sign", "neon"): "it writes the lower of the two values of s; nodes and we write the first one",
    ("sign", "mamba"): "it draws a random number, so that each side verifies its signature instead",
}


def low_s(answer):
    """The signature with the lower of its two values of s, which all verifiers take."""
    signature = answer["answer"]["signature"]
    s = int(signature[64:], 16)
    return {"answer": {"signature": signature[:64] + f"{min(s, ORDER - s):064x}"}}


def trap_of(question, side):
    for kind, who, which, trap in EXCLUDED:
        if kind == question["kind"] and who == side and which(question):
            return trap
    return None
