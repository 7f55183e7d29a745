"""How `data` travels through the gateway: base64 of its JSON, or base64 of AES-128-GCM (protocols §2)."""

import base64
import hashlib
import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fapiao.base64_text import from_base64
from fapiao.errors import Refused
from fapiao.texts.said import said

_NONCE, _KEY = 12, 16


class Encoding:
    """The default, base64 of UTF-8 JSON: nothing is sealed."""

    def encode(self, clear: bytes) -> str:
        """JSON bytes to the text of `data`."""
        return base64.b64encode(clear).decode("ascii")

    def decode(self, sealed: str) -> bytes:
        """The JSON bytes. Raises ValueError for what is cut or sealed otherwise."""
        return from_base64(sealed)


class Aes(Encoding):
    """AES-128-GCM under sha1(sha1(password))[:16]; on the wire base64(nonce ‖ ciphertext ‖ tag)."""

    def __init__(self, password: str, nonce: Callable[[], bytes] = lambda: os.urandom(_NONCE)) -> None:
        """Raises Refused for an empty password; the password itself is never part of a message."""
        if not password:
            raise Refused("GATEWAY_KEY")
        inner = hashlib.sha1(password.encode()).digest()  # noqa: S324 the vendor's key rule
        self._cipher = AESGCM(hashlib.sha1(inner).digest()[:_KEY])  # noqa: S324
        self._nonce = nonce

    def encode(self, clear: bytes) -> str:
        """The sealed text."""
        nonce = self._nonce()
        return super().encode(nonce + self._cipher.encrypt(nonce, clear, None))

    def decode(self, sealed: str) -> bytes:
        """The JSON bytes. Raises ValueError where it was sealed with another key or is cut."""
        raw = super().decode(sealed)
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None)
        except InvalidTag:
            raise ValueError("data was sealed with another key, or is cut") from None


def encoding(name: str, key: str) -> Encoding:
    """The encoding that a connection names: `base64` or `aes`. Raises Refused for any other."""
    if name == "base64":
        return Encoding()
    if name == "aes":
        return Aes(key)
    raise Refused("GATEWAY_ENCODING", said("errors.encoding_unknown", name=repr(name)))
