"""The envelope of plane O (protocols 2, 10.1): base64 or AES-128-GCM `data`, success and failure replies."""

import base64
import binascii
import json
import os
from hashlib import sha1

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulator.gateway.credentials import AES_PASSWORD
from simulator.wire import Json

NONCE_BYTES, KEY_BYTES = 12, 16


class Undecodable(ValueError):
    """`data` is not the text this gateway was set to expect."""


def aes_key(password: str) -> bytes:
    """First sixteen bytes of Sun's SHA1PRNG seeded with a password: sha1(sha1(password))."""
    inner = sha1(password.encode()).digest()  # noqa: S324 - the vendor's rule, not a choice
    return sha1(inner).digest()[:KEY_BYTES]  # noqa: S324


def encode(value: object, encoding: str) -> str:
    """The text of `data`: JSON in base64, or base64 of nonce, cipher text and tag."""
    clear = msgspec.json.encode(value)
    if encoding == "aes":
        nonce = os.urandom(NONCE_BYTES)
        clear = nonce + AESGCM(aes_key(AES_PASSWORD)).encrypt(nonce, clear, None)
    return base64.b64encode(clear).decode("ascii")


def decode(text: object, encoding: str) -> Json:
    """The JSON object inside `data`. Raises Undecodable."""
    try:
        raw = base64.b64decode(str(text), validate=True)
        if encoding == "aes":
            raw = AESGCM(aes_key(AES_PASSWORD)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)
        found = json.loads(raw)
    except (binascii.Error, ValueError, InvalidTag) as error:
        raise Undecodable(f"data is not {encoding}") from error
    if not isinstance(found, dict):
        raise Undecodable("data is not an object")
    return found


def success(data: object, code: str) -> Json:
    """A reply with `data` as it travels."""
    return {"data": data, "message": "成功", "errorCode": code, "success": True, "status": True}


def failure(code: str, text: str) -> Json:
    """A reply without data."""
    return {"message": text, "errorCode": code, "success": False, "status": False}
