"""A healthy answer of either plane, made layer by layer, with the layers that an answer of the data replaces."""

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7

from hostile_values import Raw, content, written
from independent_bureau import Row, seal

Send = Mapping[str, Any]
"""Layer by layer what is sent instead; `row` and `data` by the names of NAMES or by those of the wire."""
_LEQI = {"key": "fphm", "date": "kprq", "amount": "hjje", "tax": "hjse", "total": "jshj", "remark": "bz", "lines": "fpmx",
         "own": "xsfnsrsbh", "other": "gmfnsrsbh", "other_name": "gmfmc"}  # fmt: skip
_GATEWAY = {"key": "invoiceNo", "date": "invoiceDate", "amount": "invoiceAmount", "tax": "totalTaxAmount", "total": "totalAmount",
            "remark": "remark", "lines": "items", "own": "salerTaxNo", "other": "buyerTaxNo", "other_name": "buyerName"}  # fmt: skip
_SWAPPED = {"own": "gmfnsrsbh", "other": "xsfnsrsbh", "other_name": "xsfmc"}
NAMES: Mapping[str, Mapping[str, str]] = {
    "leqi_full": _LEQI | {"announced": "packagecount", "company": "nsrsbh"},
    "leqi_increment": _LEQI | _SWAPPED | {"announced": "packagecount", "company": "nsrsbh"},
    "leqi_risk": _LEQI | {"announced": "count", "company": "nsrsbh", "state": "ycpzzt"},
    "gateway_full": _GATEWAY | {"announced": "totalElement", "company": "taxNo"},
    "gateway_status": _GATEWAY | {"announced": "totalElement", "company": "taxNo", "state": "invoiceStatus"},
}
"""How the services call the same thing."""


def leqi_answer(service: str, data: Row, send: Send) -> bytes:
    """The content of an accepted answer of plane L."""
    data = dict(data)
    if data.get("sjl"):
        rows = json.loads(gzip.decompress(base64.b64decode(data["sjl"])))
        array = content(send["array"]) if "array" in send else written(_rows(service, rows, send))
        packed = content(send["gzip"]) if "gzip" in send else gzip.compress(array)
        data["sjl"] = _base64(packed, send.get("sjl", "plain"))
    if "fptxxxmx" in data:
        data["fptxxxmx"] = _rows(service, data["fptxxxmx"], send)
    response: Row = {"RequestId": "00000000deadbeef", "Data": _sealed(_json(service, data, send), send)}
    body = written({"Response": _changed(response, send.get("response", {}), {})})
    wrapper: Row = {"httpStatusCode": 200, "body": Raw(body) if send.get("sealed") == "object" else body.decode()}
    return _whole(wrapper, send)


def gateway_answer(service: str, data: Row, send: Send) -> bytes:
    """The content of an accepted answer of plane O."""
    data = dict(data)
    if "invoices" in data:
        data["invoices"] = _rows(service, data["invoices"], send)
    sealed = _base64(_json(service, data, send), send.get("sealed", "plain"))
    envelope = {"data": sealed, "message": "成功", "errorCode": "0000", "success": True, "status": True}
    return _whole(envelope, send)


def _rows(service: str, rows: list[Row], send: Send) -> list[Any]:
    names = NAMES[service]
    first, *others = rows or [{}]
    change = {
        "twice": [first, *rows],
        "thrice": [first, first, *rows],
        "reversed": rows[::-1],
        "none": [],
        "some": others,
    }
    rows = change.get(send.get("rows", ""), rows)
    if "another" in send:  # the same document a second time, with these values
        rows = [*rows, _changed(first, send["another"], names)]
    if "row" in send:
        rows = [_changed(rows[0], send["row"], names), *rows[1:]]
    if "each" in send:
        rows = [_changed(row, send["each"], names) for row in rows]
    return [Raw(content(send["element"])), *rows[1:]] if "element" in send else rows


def _changed(row: Row, changes: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    """`null` leaves a field out, {again: [a, b]} writes it twice."""
    changed = dict(row)
    for name, value in changes.items():
        field = names.get(name, name)
        if value is None:
            changed.pop(field, None)
        elif isinstance(value, Mapping) and "again" in value:
            one, two = value["again"]
            changed[field] = Raw(content(one) + f',"{field}":'.encode() + content(two))
        else:
            changed[field] = Raw(content(value))
    return changed


def _json(service: str, data: Row, send: Send) -> bytes:
    if "json" in send:
        return content(send["json"])
    whole = {"returncode": "00", "returnmsg": "成功", **data} if service.startswith("leqi") else data
    return written(_changed(whole, send.get("data", {}), NAMES[service]))


def _whole(wrapper: Row, send: Send) -> bytes:
    if "content" in send:
        return content(send["content"])
    whole = written(_changed(wrapper, send.get("envelope", {}), {}))
    return {"bom": b"\xef\xbb\xbf" + whole, "utf16": whole.decode("utf-8", "replace").encode("utf-16"),
            "cut": whole[: len(whole) // 2], "twice": whole + whole, "tail": whole + b"<!-- -->"}.get(
        send.get("whole", ""), whole)  # fmt: skip


_SEALED: Mapping[str, Callable[[bytes], str]] = {
    "plain": seal,
    "lines": lambda clear: _in_lines(seal(clear)),
    "url_safe": lambda clear: seal(clear).translate(str.maketrans("+/", "-_")),
    "without_padding": lambda clear: seal(clear).rstrip("="),
    "another_key": lambda clear: base64.b64encode(_under_another_key(clear)).decode(),
    "cut": lambda clear: seal(clear)[: len(seal(clear)) // 8 * 4],
    "garbage": lambda _: "%%% no base64 %%%",
    "empty": lambda _: "",
    "clear": lambda clear: clear.decode(),
}


def _sealed(clear: bytes, send: Send) -> Any:
    form = send.get("sealed", "plain")
    return Raw(clear) if form == "object" else _SEALED[form](clear)


def _base64(clear: bytes, form: str) -> Any:
    if form == "object":
        return Raw(clear)
    usual = base64.b64encode(clear).decode()
    forms = {"plain": usual, "lines": _in_lines(usual), "url_safe": usual.translate(str.maketrans("+/", "-_")),
             "without_padding": usual.rstrip("="), "cut": usual[: len(usual) // 8 * 4], "garbage": "%%% no base64 %%%",
             "another_key": base64.b64encode(bytes(reversed(clear))).decode(), "empty": "", "blanks": f"  {usual}\r\n"}  # fmt: skip
    return forms[form]


def _in_lines(text: str) -> str:
    return "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))


def _under_another_key(clear: bytes) -> bytes:
    padder, encryptor = PKCS7(128).padder(), Cipher(SM4(bytes(reversed(range(16)))), modes.ECB()).encryptor()
    padded = padder.update(clear) + padder.finalize()
    return encryptor.update(padded) + encryptor.finalize()
