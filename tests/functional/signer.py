# SPDX-License-Identifier: Apache-2.0
"""Signed requests, made by a second implementation from what the documents say."""

import base64
import hashlib
import json
import secrets
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from nslsystem import Api


class Signer:
    """Signs with the session key that the command line keeps in its profile."""

    def __init__(self, user):
        self.user = user
        self.api = Api(user.system.url)
        self.load()

    def load(self):
        profile = json.loads((self.user.home / "config.json").read_text())
        scalar = int.from_bytes(base64.b64decode(profile["sessionKey"]), "big")
        self.key = ec.derive_private_key(scalar, ec.SECP256R1())
        self.key_id = profile["sessionKeyId"]
        self.audience = profile["audience"]
        self.magic = profile["magic"]

    def header(self, method, target, body, late_ms=0, nonce=None, audience=None):
        moment = str(int(time.time() * 1000) - late_ms)
        nonce = nonce or secrets.token_hex(16)
        audience = audience or self.audience
        text = "\n".join(["nsl/request/1", str(self.magic), method, target,
                          hashlib.sha256(body).hexdigest(), moment, nonce, audience, self.key_id])
        r, s = decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        sig = (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex()
        return (f"NSL-P256 key={self.key_id}, time={moment}, nonce={nonce}, aud={audience}, "
                f"sig={sig}")

    def send(self, header, method, target, body):
        return self.api.call(method, target, raw=body, headers={"Authorization": header})

    def call(self, method, target, body=b"", **more):
        return self.send(self.header(method, target, body, **more), method, target, body)
