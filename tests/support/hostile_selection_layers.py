"""An honest answer of either plane written layer by layer, with the layers that the data of a test replaces."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from raw_http import Behaviour, answers, head, repeats, resets

Send = Mapping[str, Any]
"""`data` and `first` are members by raw JSON (none leaves one out); `element` stands in for the first row, `more` are
copies of it with other members, `keep` is how many rows stay; `whole`, `http` and `code` replace the outer layers."""
ROWS = ("hgjksmx", "success", "invoices", "files", "fptxxxmx")
_MEBIBYTE = 2**20
MANNERS: Mapping[str, Behaviour] = {
    "cut_before": resets(),
    "bomb": answers(gzip.compress(b" " * _MEBIBYTE) * 40, 200, "Content-Encoding: gzip"),
    "huge": repeats(head(200, f"Content-Length: {_MEBIBYTE * 200}"), b" " * _MEBIBYTE, times=200),
}
"""How an answer comes that is no ordinary one."""


class Raw(str):
    """JSON as it stands."""


def written(value: Any) -> bytes:
    """JSON with every Raw in it as it stands; half characters and bytes that are no UTF-8 are written as they are."""
    raw: list[str] = []

    def mark(one: Any) -> Any:
        if isinstance(one, Raw):
            raw.append(str(one))
            return f"\ue000{len(raw) - 1}\ue001"
        if isinstance(one, dict):
            return {name: mark(inner) for name, inner in one.items()}
        return [mark(inner) for inner in one] if isinstance(one, list) else one

    text = json.dumps(mark(value), ensure_ascii=False)
    for number, one in enumerate(raw):
        text = text.replace(f'"\ue000{number}\ue001"', one)
    return text.encode("utf-8", "surrogateescape")


@dataclass
class Written:
    """One answer: the plane and service that was asked, what an honest bureau says, and what is sent instead."""

    plane: str
    service: str
    honest: dict[str, Any]
    send: Send

    def behaviour(self) -> Behaviour:
        """What becomes of the caller's socket."""
        http = self.send.get("http", {})
        body = str(http["body"]).encode() if "body" in http else self._content()
        status, headers = (
            http.get("status", 200),
            [f"{name}: {value}" for name, value in http.get("headers", {}).items()],
        )
        if http.get("manner") == "cut_body":
            return resets(head(200, f"Content-Length: {len(body)}") + body[: len(body) // 2])
        return MANNERS.get(http.get("manner", "")) or answers(body, status, *headers)

    def _content(self) -> bytes:
        if "whole" in self.send:
            return str(self.send["whole"]).encode()
        data = written(self._data()) if "json" not in self.send else str(self.send["json"]).encode()
        code, text = (
            self.send.get("code", "00" if self.plane == "leqi" else None),
            Raw(_quoted(self.send.get("text", "成功"))),
        )
        return self._of_leqi(data, code, text) if self.plane == "leqi" else self._of_gateway(data, code, text)

    def _of_leqi(self, data: bytes, code: str, text: str) -> bytes:
        platform = str(self.send.get("platform", 200))
        clear = written({"returncode": code, "returnmsg": text})[:-1] + (b"," + data[1:] if data != b"{}" else b"}")
        clear = clear if "json" not in self.send else data
        body = b'{"Response":{"RequestId":"00000000deadbeef","Data":' + clear + b"}}"
        return b'{"httpStatusCode":' + platform.encode() + b',"body":' + body + b"}"

    def _of_gateway(self, data: bytes, code: str | None, text: str) -> bytes:
        success = "0" if self.service == "ext.etaxLoginCheck" else "0000"
        said = code is None
        envelope = {"message": text, "errorCode": success if said else code, "success": said, "status": said}
        if said:
            plain = self.service == "invoiceCheck"
            envelope["data"] = (
                Raw(data.decode("utf-8", "surrogateescape")) if plain else base64.b64encode(data).decode()
            )
        return written(envelope)

    def _data(self) -> dict[str, Any]:
        data = _changed(self.honest, self.send.get("data", {}))
        name = next((one for one in ROWS if one in self.honest and one in data), None)
        if name is None or not isinstance(data[name], list) or not data[name]:
            return data
        first, *others = data[name]
        rows: list[Any] = [_changed(first, self.send.get("first", {})), *others]
        rows = [Raw(self.send["element"]), *others] if "element" in self.send else rows
        rows = rows[: self.send["keep"]] if "keep" in self.send else rows
        data[name] = rows + [_changed(first, one) for one in self.send.get("more", ())]
        return data


def _changed(row: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(row)
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = Raw(json_of(value))
    return changed


def _quoted(text: Any) -> str:
    return json_of(text) if isinstance(text, Mapping) else json.dumps(text, ensure_ascii=False)


def json_of(value: Any) -> str:
    """Raw JSON as the data writes it, or built: {text: [piece, times]} and {deep: times}."""
    if not isinstance(value, Mapping):
        return str(value)
    if "text" in value:
        piece, times = value["text"]
        return json.dumps(piece * times, ensure_ascii=False)
    return "[" * value["deep"] + "]" * value["deep"]
