"""Plane L on the wire: SM4 bodies, the reply wrapper, and what a failed call proves (protocols §5.1, §10.3)."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from fapiao.base64_text import from_base64
from fapiao.boundary import boundary
from fapiao.channels.leqi.services import Service
from fapiao.channels.stated import code_of, stated
from fapiao.errors import AnswerLost, Refused
from fapiao.texts.said import said
from fapiao.tolerant_json import bytes_of, fields, members, text_of, value_of, without_mark
from hooks.bureau.connection import BureauConnection
from hooks.bureau.http import BureauHttp, opening
from hooks.bureau.redaction import Secrets
from hooks.bureau.session import BureauReply

_PLATFORM_OK = "200"
_TWO_DIGITS = 100
_STATUS = re.compile(r"-?[0-9]{1,6}")


class Sm4:
    """SM4/ECB/PKCS5Padding with base64 around it; the key is 32 hex digits."""

    def __init__(self, key: str) -> None:
        """Raises Refused when the key is not 32 hex digits; the key itself is never part of a message."""
        try:
            self._cipher = Cipher(SM4(bytes.fromhex(key)), modes.ECB())  # noqa: S305 the bureau prescribes ECB
            self._cipher.encryptor()
        except (ValueError, UnsupportedAlgorithm) as wrong:
            raise Refused("LEQI_KEY", said("errors.leqi_key_length"), said("advice.LEQI_KEY_length")) from wrong

    def encrypt(self, clear: bytes) -> str:
        """Bytes to base64 of their ciphertext."""
        pad, run = PKCS7(128).padder(), self._cipher.encryptor()
        return base64.b64encode(run.update(pad.update(clear) + pad.finalize()) + run.finalize()).decode("ascii")

    def decrypt(self, sealed: str) -> bytes:
        """Base64 of a ciphertext to bytes. Raises ValueError when it was sealed with another key or is cut."""
        run, unpad = self._cipher.decryptor(), PKCS7(128).unpadder()
        padded = run.update(from_base64(sealed)) + run.finalize()
        return unpad.update(padded) + unpad.finalize()


class LeqiWire(BureauHttp):
    """Keep-alive calls to one 直连单位."""

    not_sent, answer_lost, http = "LEQI_UNREACHABLE", "LEQI_ANSWER_LOST", "LEQI_HTTP"
    beyond = "LEQI_BEYOND_BOUNDS"

    def __init__(self, known: BureauConnection) -> None:
        """Raises FapiaoError or Refused where the connection cannot be used."""
        self._secrets = Secrets(known.password, tell=known.tell)
        super().__init__(known, self._secrets.hide)
        self._sm4 = Sm4(known.password) if known.extra.get("encryption", "on") != "off" else None
        self._jrdwptbh = known.login
        self._invoke = self._base if self._base.endswith("/invoke") else f"{self._base}/access/v2/invoke"

    def call(self, service: Service, sydwptbh: str, body: Mapping[str, Any]) -> BureauReply:
        """One request and its answer, whatever the answer says.

        Raises TryLater where the bureau provably did not take the request, AnswerLost where that is unknown.
        """
        clear = msgspec.json.encode(body)
        headers = {
            "jrdwptbh": self._jrdwptbh,
            "sydwptbh": sydwptbh,
            "nlbm": service.nlbm,
            "fwbm": service.fwbm,
            "access_signature": "",
        }
        sealed = self._sm4.encrypt(clear) if self._sm4 else clear.decode()
        return self._read(self._post(f"{self._invoke}/{service.nlbm}/{service.fwbm}/", headers=headers, content=sealed))

    def _read(self, content: bytes) -> BureauReply:
        with opening(content), boundary(lambda broken: self._unreadable(content, broken)):
            reply = self._opened(content)
            return replace(reply, text=self._secrets.hide(reply.text))

    def _unreadable(self, content: bytes, broken: BaseException) -> AnswerLost:
        why = said("errors.unreadable", why=str(broken) or type(broken).__name__)
        return AnswerLost("LEQI_UNREADABLE", why, wait_seconds=self.repeat_seconds(), answer=content)

    def _opened(self, content: bytes) -> BureauReply:
        """Raises whatever shows that a layer is not what it must be."""
        wrapper = members(text_of(content))
        status = _status(value_of(stated(wrapper, "httpStatusCode")))
        body = _inner(stated(wrapper, "body"))
        if status != _PLATFORM_OK:
            return BureauReply("httpStatusCode", status, _platform_text(body), {}, b"", content)
        response = members(stated(members(body), "Response"))
        if "Error" in response:
            error = members(response["Error"])
            code = code_of(value_of(stated(error, "Code")), "Code")
            return BureauReply("returncode", code, _text(error, "Message"), {}, b"", content)
        raw = self._unsealed(stated(response, "Data"))
        data = fields(text_of(raw))
        return BureauReply("returncode", _code(data), str(data.get("returnmsg") or ""), data, raw)

    def _unsealed(self, written: str) -> bytes:
        """The JSON of Data byte for byte: it is a sealed text, a clear one, or the object itself."""
        if not written.startswith('"'):
            return bytes_of(written)
        sealed = without_mark(_inner(written))
        return self._sm4.decrypt(sealed) if self._sm4 and not sealed.startswith("{") else bytes_of(sealed)


def _status(value: Any) -> str:
    """The platform's code, a number of a few digits. Raises ValueError."""
    found = code_of(value, "httpStatusCode")
    if not _STATUS.fullmatch(found):
        raise ValueError(f"httpStatusCode is {found}: a number of a few digits is expected")
    return found


def _code(data: Mapping[str, Any]) -> str:
    """返回码 of two digits; a number has lost the zero before it. Raises ValueError."""
    value = stated(data, "returncode")
    return f"{value:02d}" if type(value) is int and value < _TWO_DIGITS else code_of(value, "returncode")


def _inner(written: str) -> str:
    """JSON within a JSON text, or as it stands; bytes that are not UTF-8 stay what they are."""
    if not written.startswith('"'):
        return written
    return str(json.loads(written, strict=False))


def _text(error: Mapping[str, str], name: str) -> str:
    value = value_of(error[name]) if name in error else None
    return "" if value is None else str(value)


def _platform_text(body: str) -> str:
    """The platform's refusals come in clear; their text stands in the body, in one form or another."""
    try:
        value = value_of(body)
    except ValueError:
        return body  # a bare text is the text
    error = _member(_member(value, "Response"), "Error")
    said = _member(error, "Message") or _member(error, "Code")
    return str(said) if said else msgspec.json.encode(value).decode()


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
