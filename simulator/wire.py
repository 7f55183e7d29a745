"""The envelope of plane L (protocols 5.1): the wire wrapper, encrypted Data, failures in clear, gzip packages.

What travels is an object of httpStatusCode and body; body is the text of {"Response": {"RequestId": …, "Data": …}}.
"""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from simulator import sm4

Json = dict[str, Any]


class Unreadable(ValueError):
    """The body does not decrypt to a JSON object: the bureau's 4057."""


def open_request(body: bytes, key: bytes | None) -> Json:
    """The JSON object of a request body; `key` None means encryption is off. Raises Unreadable."""
    try:
        request = json.loads(body if key is None else sm4.decrypt(key, body))
    except ValueError as error:
        raise Unreadable("报文解密失败") from error
    if not isinstance(request, dict):
        raise Unreadable("报文解密失败")
    return request


def success(request_id: str, data: Mapping[str, object], key: bytes | None) -> bytes:
    """A reply whose Data is sealed, or a plain object where encryption is off."""
    sealed = data if key is None else sm4.encrypt(key, msgspec.json.encode(data))
    return _wrapper(200, {"RequestId": request_id, "Data": sealed})


def failure(request_id: str, http_status_code: int, code: str, message: str) -> bytes:
    """A refusal; it comes in clear whatever the encryption."""
    return _wrapper(http_status_code, {"RequestId": request_id, "Error": {"Code": code, "Message": message}})


def pack(rows: Sequence[Mapping[str, object]]) -> str:
    """`sjl`: base64 of gzip of a JSON array; the same rows always give the same text."""
    return base64.b64encode(gzip.compress(msgspec.json.encode(rows), compresslevel=6, mtime=0)).decode("ascii")


def _wrapper(http_status_code: int, response: Json) -> bytes:
    return _text({"httpStatusCode": http_status_code, "body": _text({"Response": response})}).encode()


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
