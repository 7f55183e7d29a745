"""SM4/ECB/PKCS5 with base64 outside, as plane L wants its whole request body and the Data of its replies."""

import base64
import binascii

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK_BITS = 128
KEY_BYTES = 16


class WrongKey(ValueError):
    """报文解密失败: the text is not base64, or does not decrypt with this key."""


def key_bytes(text: str) -> bytes:
    """The 16 bytes of a key written as 32 hex digits; ValueError with one sentence otherwise."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("The SM4 key must be 32 hex digits.")
    return key


def encrypt(key: bytes, clear: bytes) -> str:
    """Base64 of the ciphertext."""
    padder = PKCS7(BLOCK_BITS).padder()
    encryptor = _cipher(key).encryptor()
    padded = padder.update(clear) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode("ascii")


def decrypt(key: bytes, text: str | bytes) -> bytes:
    """The clear bytes of a base64 ciphertext; WrongKey when there are none."""
    decryptor = _cipher(key).decryptor()
    unpadder = PKCS7(BLOCK_BITS).unpadder()
    try:
        sealed = base64.b64decode(text, validate=True)
        padded = decryptor.update(sealed) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except (binascii.Error, ValueError) as error:
        raise WrongKey("报文解密失败") from error


def _cipher(key: bytes) -> Cipher[modes.ECB]:
    return Cipher(SM4(key), modes.ECB())  # noqa: S305 - the bureau prescribes ECB
