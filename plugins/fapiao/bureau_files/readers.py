"""Which reader a column has: by its type in fields.yaml, by the words of bureau_files.yaml, or by its name."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from fapiao.bureau_files.cells import (
    LENGTHS,
    Cell,
    Reader,
    amount,
    as_written,
    counted_from_1904,
    day,
    document_number,
    instant,
    instant_if_timed,
    long_number,
    rate,
    tax_number,
    text,
)
from fapiao.bureau_files.layouts import SECOND_PAYER, FileRules, Layout
from fapiao.errors import BadInput
from fapiao.rules.book import resolve_invoice_type
from fapiao.rules.invoice_types import normalised

_BY_TYPE: Mapping[str, Reader] = {"numeric": amount, "date": day, "timestamptz": instant, "text": text}


class Unknown(ValueError):
    """A word that the rules do not know: the row waits in quarantine until they do."""


def reader_of(column: str, layout: Layout, rules: FileRules, *, from_1904: bool = False) -> Reader:
    """The reader of a column; it raises BadCell, or Unknown for a word that is not listed.

    `from_1904` is how the workbook counts the days of cells that are not shown as days.
    """
    if from_1904 and (column == "issued_at" or rules.types[layout.role][column] in ("date", "timestamptz")):
        return counted_from_1904(reader_of(column, layout, rules))
    if column in _BY_NAME:
        return _BY_NAME[column]
    if column in LENGTHS:
        return document_number(LENGTHS[column])
    if column == "tax_rate":
        return _rate(rules.texts[column])
    if column in rules.texts:
        return _word(rules.texts[column])
    return _BY_TYPE[rules.types[layout.role][column]]


@lru_cache(maxsize=8192, typed=True)
def type_code(cell: Cell) -> str | None:
    """Our code of a 票种. Raises Unknown."""
    found = text(cell)
    if found is None:
        return None
    try:
        return resolve_invoice_type(found).code
    except BadInput:
        raise Unknown(f"无法识别的票种“{found}”") from None


_BY_NAME: Mapping[str, Reader] = {
    "invoice_type": type_code,
    "issued_at": instant_if_timed,
    "seller_tax_no": tax_number,
    "buyer_tax_no": tax_number,
    SECOND_PAYER: tax_number,
    "document_key": long_number,
    "goods_name": as_written,
    "goods_code": long_number,
    "check_code": long_number,
    "machine_no": long_number,
    "tax_payment_no": long_number,
    "seller_account": long_number,
}


def _word(words: Mapping[str, str | None]) -> Callable[[Cell], str | None]:
    memo: dict[Cell, str | None] = {}

    def read(cell: Cell) -> str | None:
        if cell in memo:
            return memo[cell]
        found = text(cell)
        if found is not None and normalised(found) not in words:
            raise Unknown(f"无法识别的内容“{found}”")
        memo[cell] = words[normalised(found)] if found is not None else None
        return memo[cell]

    return read


def _rate(words: Mapping[str, str | None]) -> Callable[[Cell], str | None]:
    memo: dict[Cell, str | None] = {}

    def read(cell: Cell) -> str | None:
        if isinstance(cell, bool):
            return rate(cell)  # which is equal to 0 or 1, and no rate
        if cell not in memo:
            found = normalised(cell) if isinstance(cell, str) else None
            memo[cell] = words[found] if found is not None and found in words else rate(cell)
        return memo[cell]

    return read
