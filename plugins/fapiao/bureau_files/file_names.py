"""What a file name claims, read from the right: part, type, direction, month, stamp, tax number (A-32)."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from fapiao.bureau_files.layouts import FileRules
from fapiao.bureau_files.records import FileRefusal
from fapiao.errors import BadInput
from fapiao.rules.book import resolve_invoice_type
from fapiao.rules.invoice_types import normalised

_SUFFIX = re.compile(r"\.(?:xlsx?|zip)$", re.IGNORECASE)
_COPY = re.compile(r"\s*\(\d+\)$")
_PART = re.compile(r"\d{1,3}")
_TAXPAYER = re.compile(r"[0-9A-Z]{14,20}")
_STAMP = re.compile(r"\d{8,20}")
_MONTH = re.compile(r"20\d{2}(?:0[1-9]|1[0-2])")
_FEWEST = 5
"""税号-日期-月份-进销项-发票类型"""


@dataclass(frozen=True, slots=True)
class NameClaim:
    """`stamp` is opaque digits (R144), `month` YYYYMM, `type_word` as written, `part` None where the name has none."""

    taxpayer_no: str
    stamp: str
    month: str
    direction: str
    type_word: str
    invoice_types: tuple[str, ...]
    part: int | None = None

    @property
    def shown(self) -> str:
        """The claim as people read it."""
        word = {"input": "进项", "output": "销项"}[self.direction]
        return f"税号 {self.taxpayer_no}、月份 {self.month}、{word}、{self.type_word}"


def parse_name(name: str, rules: FileRules) -> NameClaim | None:
    """The claim of a name like 税号-日期-月份-进销项-发票类型[-分卷].XLS; None where the name has another form.

    Raises FileRefusal where the form is that one and a part of it is not what it must be (R142 to R145).
    """
    stem = _COPY.sub("", _SUFFIX.sub("", unicodedata.normalize("NFKC", PurePosixPath(name).name)).strip())
    parts = [part.strip() for part in stem.split("-")]
    number = int(parts.pop()) if len(parts) > _FEWEST and _PART.fullmatch(parts[-1]) else None
    if len(parts) < _FEWEST or parts[-2] not in rules.direction_words:
        return None
    taxpayer_no, stamp, month, direction, word = parts[0].upper(), "".join(parts[1:-3]), *parts[-3:]
    _check(name, taxpayer_no, stamp, month)
    types = rules.type_words.get(normalised(word)) or _named_type(name, word, rules)
    return NameClaim(taxpayer_no, stamp, month, rules.direction_words[direction], word, types, number)


def _named_type(name: str, word: str, rules: FileRules) -> tuple[str, ...]:
    try:
        return (resolve_invoice_type(word).code,)
    except BadInput as unknown:
        known = "、".join(rules.type_words)
        raise FileRefusal(f"无法识别文件名中的发票类型“{word}”；已知：{known}", name) from unknown


def _check(name: str, taxpayer_no: str, stamp: str, month: str) -> None:
    if not _TAXPAYER.fullmatch(taxpayer_no):
        raise FileRefusal(f"文件名中的税号“{taxpayer_no}”应为 14 至 20 位数字或大写字母", name)
    if not _STAMP.fullmatch(stamp):
        raise FileRefusal(f"文件名中的日期“{stamp}”应为数字（8 位日期或 17 位时间戳）", name)
    if not _MONTH.fullmatch(month):
        raise FileRefusal(f"文件名中的月份“{month}”应为 YYYYMM，例如 202009", name)
