"""One cell as the text of its column: amounts, rates, days and numbers in every form a bureau file has them."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from fapiao.identifiers import one_spelling


class NoValue(NamedTuple):
    """A cell whose value nobody can tell; `why` continues a sentence that names the cell."""

    why: str


Cell = str | float | int | bool | date | datetime | time | timedelta | NoValue
Reader = Callable[[Cell], str | None]

EMPTY = frozenset({"", "-", "--", "—", "——"})
"""How an empty cell is written (domain §3)."""
EXACT = 10**15
"""Excel keeps 15 digits of a number; of a longer one the last are already lost (C43)."""
_SHORT = 16
"""Characters of a number whose digits Excel shows all: 15 and a point."""
LENGTHS = {"invoice_code": (10, 12), "invoice_no": (8, 20), "etax_invoice_no": (20,)}

_AMOUNT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_ROUNDED = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?E[+-][0-9]{2,3}")
"""How Excel shows a number that its column is too narrow for; other programs write 1.5E7, with every digit."""
_HIGHEST_RATE = Decimal("0.2")
"""17% was the highest there ever was; a larger fraction may as well be 0.5 per cent."""
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_DAY = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))"
    r"(?:[ T]*([0-9]{1,2})[:时]([0-9]{1,2})(?:[:分]([0-9]{1,2})秒?(?:\.[0-9]+)?)?)?"
)
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2})?")
_DAY_LENGTH = 10
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_SERIALS = (36526, 73051)
"""2000-01-01 and 2100-01-01 as Excel counts days."""
_YEARS = ("1950", "2099")
"""What the pool takes for a day, as for everything that is downloaded."""
_LATER = 1462
"""Days from the one epoch of Excel to the other."""
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 a wall clock in Asia/Shanghai, as everything in the file


class BadCell(ValueError):
    """The cell cannot be read; the message continues a sentence that names the cell."""


def text(cell: Cell) -> str | None:
    """Trimmed text, None for an empty cell; whole numbers without a fraction. Raises BadCell."""
    if isinstance(cell, str):
        found = cell.strip()
        if "\x00" in found:
            found = found.replace("\x00", "")
        return None if found in EMPTY else found
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return _whole(cell)
    if isinstance(cell, NoValue):
        raise BadCell(cell.why)
    return cell.isoformat(sep=" ") if isinstance(cell, datetime) else str(cell)


def as_written(cell: Cell) -> str | None:
    """As `text`, with the blanks around it: the line filter compares letter for letter (A-19)."""
    found = text(cell)
    return cell.replace("\x00", "") if found is not None and isinstance(cell, str) else found


def _whole(cell: float) -> str:
    if not -EXACT < cell < EXACT:
        raise BadCell("单元格是超过 15 位的数字，末几位已被 Excel 改掉；请从税局重新导出，或把该列设为文本后重新填写")
    return str(int(cell)) if cell == cell // 1 else decimal(cell)


def decimal(cell: float) -> str:
    """A binary number as Excel shows it: 15 significant digits, never an exponent."""
    shortest = repr(cell)
    if len(shortest) <= _SHORT and "e" not in shortest:
        return shortest
    return f"{Decimal(f'{cell:.15g}'):f}"


def tax_number(cell: Cell) -> str | None:
    """纳税人识别号, half-width and upper case, whatever its length; a rounded one raises BadCell."""
    found = text(cell)
    if (found is not None and not isinstance(cell, str | int | float)) or isinstance(cell, bool):
        raise BadCell(f"“{found}”不是纳税人识别号")
    if found is None or (found.isascii() and found.isalnum() and found.isupper()):
        return found
    _refuse_rounded(found)
    return one_spelling(found) or None


def document_number(lengths: tuple[int, ...]) -> Reader:
    """A reader of 发票代码 or 号码 of one of these lengths, which tells zeros that Excel dropped (C44)."""
    expected = " 或 ".join(map(str, lengths))

    def read(cell: Cell) -> str | None:
        found = text(cell)
        if found is None or (len(found) in lengths and _is_digits(found)):
            return found
        _refuse_rounded(found)
        spelled = one_spelling(found)
        if isinstance(cell, str) and (not spelled or (len(spelled) in lengths and _is_digits(spelled))):
            return spelled or None
        if not isinstance(cell, str):
            raise BadCell(f"单元格是数字 {found}，应为 {expected} 位，开头的 0 可能已丢失；请把该列设为文本后重新填写")
        raise BadCell(f"“{found}”应为 {expected} 位数字")

    return read


def long_number(cell: Cell) -> str | None:
    """A text that is a long number: 缴款书号码, 税收分类编码, 校验码; a rounded one raises BadCell."""
    found = text(cell)
    if found is not None:
        _refuse_rounded(found)
    return found


def _is_digits(found: str) -> bool:
    return found.isascii() and found.isdigit()


def _refuse_rounded(found: str) -> None:
    if _SCIENTIFIC.fullmatch(found):
        raise BadCell(f"“{found}”是被 Excel 改成科学计数的号码，末几位已丢失；请从税局重新导出")


def amount(cell: Cell) -> str | None:
    """Decimal text; a comma between thousands and a ￥ before it do not count. Raises BadCell."""
    if type(cell) is float:
        return _whole(cell)
    if isinstance(cell, str):
        if _AMOUNT.fullmatch(cell):
            return cell
        found = text(cell)
        return None if found is None else _written_amount(found)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadCell(f"“{text(cell)}”不是金额或数量")
    return _whole(cell)


def _written_amount(found: str) -> str:
    plain = unicodedata.normalize("NFKC", found).strip().removeprefix("¥").strip()
    if _AMOUNT.fullmatch(plain):
        return plain
    if _GROUPED.fullmatch(plain):
        return plain.replace(",", "")
    if _ROUNDED.fullmatch(plain):
        raise BadCell(f"“{found}”是被 Excel 改成科学计数的数，后面的位数可能已丢失；请从税局重新导出")
    if _SCIENTIFIC.fullmatch(plain):
        return f"{Decimal(plain):f}"
    if _AMOUNT.fullmatch(plain.replace(",", "")):
        raise BadCell(f"“{found}”里的逗号不在千位上，无法确定是千位还是小数点；请用小数点，例如 160.49")
    raise BadCell(f"“{found}”不是金额或数量")


def rate(cell: Cell) -> str | None:
    """税率 as a fraction: 13% and 13 are 0.13. Raises BadCell."""
    found = text(cell) if isinstance(cell, str) else amount(cell)
    if found is None:
        return None
    percent = found.endswith(("%", "％"))
    number = Decimal(_written_amount(found[:-1] if percent else found))
    if percent or number >= 1:
        number /= 100
    elif number > _HIGHEST_RATE:
        raise BadCell(f"“{found}”可能是 {found}%，也可能是 {number:.0%}，无法确定；请写成百分数，例如 13%")
    if not 0 <= number < 1:
        raise BadCell(f"“{found}”不是税率")
    return f"{number.normalize():f}"


def day(cell: Cell) -> str | None:
    """YYYY-MM-DD. Raises BadCell."""
    clock, _ = _clock(cell)
    return clock and clock[:_DAY_LENGTH]


def instant(cell: Cell) -> str | None:
    """YYYY-MM-DD HH:MM:SS in Asia/Shanghai; midnight where only the day stands. Raises BadCell."""
    return _clock(cell)[0]


def instant_if_timed(cell: Cell) -> str | None:
    """The same, but None where only the day stands. Raises BadCell."""
    clock, timed = _clock(cell)
    return clock if timed else None


def counted_from_1904(read: Reader) -> Reader:
    """A reader of days in a workbook whose day 0 is 1904-01-01; calamine sees to cells that are shown as days."""

    def read_later(cell: Cell) -> str | None:
        if isinstance(cell, str) and _SERIAL.fullmatch(cell.strip()):
            raise BadCell(f"“{cell}”是天数，但无法确定从 1900 年还是 1904 年数起；请把该列设为日期")
        if isinstance(cell, int | float) and not isinstance(cell, bool) and cell < _SERIALS[1]:
            return read(cell + _LATER)
        return read(cell)

    return read_later


def _clock(cell: Cell) -> tuple[str | None, bool]:
    """What a clock on the wall shows, to the second, and whether a time of day was written."""
    if isinstance(cell, str):
        found = text(cell)
        return (None, False) if found is None else _written_clock(found)
    if isinstance(cell, datetime):
        return str(cell.replace(microsecond=0)), cell.time() != time()
    if isinstance(cell, date):
        return f"{cell} 00:00:00", False
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _numbered_clock(cell)
    raise BadCell(f"“{text(cell)}”不是日期")


def _numbered_clock(cell: float) -> tuple[str, bool]:
    if _SERIALS[0] <= cell < _SERIALS[1]:
        return str(_EPOCH + timedelta(seconds=round(cell * 86400))), cell != int(cell)
    return _written_clock(_whole(cell))


def _written_clock(found: str) -> tuple[str, bool]:
    if _USUAL.fullmatch(found):
        written, timed = found, len(found) > _DAY_LENGTH
    elif _SERIAL.fullmatch(found) and _SERIALS[0] <= float(found) < _SERIALS[1]:
        return _numbered_clock(float(found))
    else:
        written, timed = _in_usual_form(found)
    try:
        datetime.fromisoformat(written)
    except ValueError:
        raise BadCell(f"“{found}”不是存在的日期") from None
    if not _YEARS[0] <= written[:4] <= _YEARS[1]:
        raise BadCell(f"“{found}”不在 {_YEARS[0]} 年至 {_YEARS[1]} 年之间")
    return written if timed else f"{written[:_DAY_LENGTH]} 00:00:00", timed


def _in_usual_form(found: str) -> tuple[str, bool]:
    match = _DAY.fullmatch(found if found.isascii() else unicodedata.normalize("NFKC", found))
    if match is None:
        raise BadCell(f"“{found}”不是日期；应为 2026-07-10 或 2026-07-10 11:33:22 这样的写法")
    year, month, of_month, month_compact, day_compact, *clock = match.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    written = f"{year}-{int(month or month_compact):02}-{int(of_month or day_compact):02}"
    return f"{written} {hour:02}:{minute:02}:{second:02}", clock[0] is not None
