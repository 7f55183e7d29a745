"""Decoding a package of 2,000 invoices: msgspec against the standard library, side by side."""

import gzip
import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from fapiao.channels.leqi.pages import count_rows, unpack
from fapiao.tolerant_json import elements, text_of

Row = tuple[str, str]


def _package(rows: int, amount: object = "100.00") -> str:
    line: dict[str, Any] = {
        "xh": 1,
        "xmmc": "复印纸",
        "sphfwssflhbbm": "1060105000000000000",
        "je": amount,
        "se": "13.00",
        "slv": "0.13",
    }
    head = {f"field{n}": f"value {n}" for n in range(40)}
    invoices = [head | {"fphm": f"{n:020d}", "fpmx": [line] * 5} for n in range(rows)]
    return b64encode(gzip.compress(json.dumps(invoices, ensure_ascii=False).encode())).decode()


def _best(work: Callable[[], Any], times: int = 5) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return min(once() for _ in range(times))


def decoding(rows: int = 2_000) -> Iterator[Row]:
    """Milliseconds to unpack, count and decode one package; the standard library as a ratio."""
    packed = _package(rows)
    array = unpack(packed)
    numbers = unpack(_package(rows, 1234567.89))
    fast, slow = _best(lambda: elements(text_of(array))), _best(lambda: json.loads(array))
    yield f"unpack a package of {rows:,}", f"{_best(lambda: unpack(packed)) * 1000:.1f} ms"
    yield "count its rows", f"{_best(lambda: count_rows(array)) * 1000:.1f} ms"
    yield "decode it (msgspec)", f"{fast * 1000:.1f} ms; json.loads takes {slow / fast:.1f} ×"
    exact, binary = _best(lambda: elements(text_of(numbers))), _best(lambda: msgspec.json.decode(numbers))
    yield (
        "decode amounts that come as numbers",
        f"{exact * 1000:.1f} ms; as binary floats {exact / binary:.1f} × faster",
    )
