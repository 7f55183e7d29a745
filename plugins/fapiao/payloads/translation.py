"""Translates the rows of one answer: each becomes a staged row, or a rejected one with the sentence why."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any, NamedTuple, TypeGuard, cast

from fapiao.errors import FapiaoError
from fapiao.identity import (
    BadNumber,
    Identity,
    NoIdentity,
    customs_identity,
    invoice_identity,
    withholding_identity,
)
from fapiao.payloads import columns
from fapiao.payloads.codes import read_codes
from fapiao.payloads.faces import complete_face, complete_header, tell_red_by_amount, tell_red_from_blue
from fapiao.payloads.file_rows import file_identity, file_lines, file_type, read_file_items, read_file_rows
from fapiao.payloads.gateway_rows import gateway_identity, gateway_type, refusal, stated_text
from fapiao.payloads.line_filter import DroppedLine, is_blue, without_dropped
from fapiao.payloads.lines import AMOUNT, Item, Line, broken_lines, find_lines, named_lines, read_items
from fapiao.payloads.row_fields import RowFields, Values, read_page, read_row
from fapiao.payloads.staged import UNREADABLE, Aside, Context, Rejected, Staged
from fapiao.payloads.values import UnreadableValue, json_text
from fapiao.pool_columns.reading import load_fields, staged_columns
from fapiao.shown import shown
from fapiao.tolerant_json import BrokenRow

# 查验 did not pass: what was asked about is no proven face.
_NOT_PASSED = ("2", "3")
_PAGE = 500
"""Rows whose fields are read together."""
_OF_A_CHANNEL = find_lines, read_items, read_page
_OF_A_FILE = file_lines, read_file_items, read_file_rows


_NO_ROW = "The row is not an object with fields; ask the bureau for this package again."


_NUMBERS = (
    "document_key",
    "invoice_code",
    "invoice_no",
    "etax_invoice_no",
    "invoice_type",
    "seller_tax_no",
    "buyer_tax_no",
)
_LONGEST_NUMBER = 64
"""The longest number of the specifications has 22 characters, a tax number 30."""
_CODED = ("status", "anomaly", "usage", "selection")
_LONGEST_CODE = 200


class _Rejection(ValueError):
    """The row is not stored; the message is the sentence to show."""

    def __init__(self, reason: str, aside: Aside | None = None) -> None:
        super().__init__(reason)
        self.aside = aside or Aside("failed", UNREADABLE, reason)


class _Read(NamedTuple):
    """What was read of a row before it is known which document it is; `found` is None for one to be read by itself."""

    row: Item
    lines_key: str | None
    items: Sequence[Item]
    found: RowFields | None
    lines: Sequence[Line]


def translate(kind: str, rows: Iterable[object], context: Context) -> Staged:
    """Rows of payload kind `kind` (a name of fields.yaml) ready for staging.

    Values are text as COPY takes it: numbers as written, days YYYY-MM-DD, instants with offset (Asia/Shanghai where the
    bureau names none), empty is None. Unknown codes are kept as they are; fields without a column go to `details`.
    A row that does not say which document it is, or whose amount or date cannot be read, is rejected.
    Raises KeyError for an unknown kind and ValueError for an `observed_at` without time zone.
    """
    if context.observed_at.tzinfo is None:
        raise ValueError("observed_at needs a time zone")
    translator = _Translator(kind, context)
    staged = Staged(kind, translator.target)
    numbered = enumerate(rows, start=1)
    while page := list(islice(numbered, _PAGE)):
        for (row_no, row), read in zip(page, _read(translator, [row for _, row in page]), strict=True):
            try:
                translator.stage(row, read, staged)
            except Exception as why:  # whatever a stranger's row makes us raise is about that row alone
                staged.rejected.append(translator.rejected(row_no, row, _aside_of(why)))
    return staged


def _read(translator: "_Translator", rows: list[object]) -> Iterable["_Read | Exception | None"]:
    """The rows of a page together; each by itself where that does not go, and what it raised instead of the row."""
    try:
        return list(translator.read(rows))
    except Exception:
        return [_read_alone(translator, row) for row in rows]


def _read_alone(translator: "_Translator", row: object) -> "_Read | Exception | None":
    try:
        return next(iter(translator.read([row])))
    except Exception as why:
        return why


def _aside_of(why: Exception) -> Aside:
    """Why a row is not stored, as it is counted and told. Raises what is no row's fault: a wrong rule."""
    if isinstance(why, FapiaoError):
        raise why
    if isinstance(why, _Rejection):
        return why.aside
    if isinstance(why, RecursionError):
        return Aside("failed", UNREADABLE, "The row is nested deeper than can be stored.")
    if not isinstance(why, UnreadableValue | NoIdentity):
        return Aside("failed", UNREADABLE, f"The row cannot be read: {type(why).__name__}: {shown(str(why), 200)}.")
    is_missing = isinstance(why, NoIdentity) and not isinstance(why, BadNumber)
    rest = ": without it the document cannot be told from others." if is_missing else "."
    return Aside("failed", UNREADABLE, f"{why}{rest}")


@cache
def _longest() -> dict[str, int]:
    """The most characters of a column, by column, for those that indexes are made of."""
    columns = load_fields().columns
    codes = {one.name: _LONGEST_CODE for one in columns if one.type == "text" and one.group in _CODED}
    return codes | dict.fromkeys(_NUMBERS, _LONGEST_NUMBER)


def _is_whole(row: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(row, dict) and not isinstance(row, BrokenRow)


class _Translator:
    """The rows of one kind in one answer; what they have in common is worked out once."""

    def __init__(self, kind: str, context: Context) -> None:
        known = load_fields().kinds[kind]
        self.target = known.target
        self._kind = kind
        self._plane = known.plane
        self._is_face = known.target == "documents"
        self._context = context
        self._columns = staged_columns(kind)
        self._tells_element = "business_code" in self._columns
        self._common: Values = {
            "observed_at": context.observed_at.isoformat(sep=" "),
            "tax_org_code": context.tax_org_code,
            "aggregated_on": context.aggregated_on.isoformat() if context.aggregated_on else None,
            **{column.name: column.constants[kind] for column in load_fields().columns if kind in column.constants},
        }

    def read(self, page: Sequence[object]) -> Iterator[_Read | None]:
        """Fields and lines column by column; None for what is no row."""
        rows = [row for row in page if _is_whole(row)]
        lines_of, lines_read, fields_read = _OF_A_FILE if self._plane == "F" else _OF_A_CHANNEL
        lines_keys = [lines_of(self._kind, row) for row in rows]
        items: list[Sequence[Item]] = [row[key] if key else () for row, key in zip(rows, lines_keys, strict=True)]
        lines = lines_read(self._kind, list(chain.from_iterable(items)))
        found = zip(rows, lines_keys, items, fields_read(self._kind, rows, lines_keys), strict=True)
        for row in page:
            if _is_whole(row):
                one = next(found)
                yield _Read(*one, list(islice(lines, len(one[2]))))
            else:
                yield None

    def stage(self, row: object, read: _Read | Exception | None, staged: Staged) -> None:
        """Adds a row to those that are ready; raises _Rejection, or what reading the row raised."""
        if isinstance(read, Exception):
            raise read
        if read is None:
            if isinstance(row, BrokenRow):
                self._raise_aside(self._context.aside(row))
            raise _Rejection(row.reason if isinstance(row, BrokenRow) else _NO_ROW)
        self._raise_aside(self._context.aside(read.row))
        values = self._named(read)
        if self._plane in ("O", "F"):
            self._complete_coded(read.row, values)
        else:
            complete_header(self._kind, values)
        lines, dropped = self._lines(read, values)
        if self._is_face:
            complete_face(values, lines, tells_element=self._tells_element)
        self._raise_aside(self._context.objection(values))
        staged.documents.append(tuple(map(values.get, self._columns)))
        staged.lines += lines
        staged.dropped += dropped

    @staticmethod
    def _raise_aside(aside: Aside | None) -> None:
        if aside:
            raise _Rejection(aside.reason, aside)

    def _named(self, read: _Read) -> Values:
        """What the row says, and which document it is."""
        refused = refusal(read.row) if self._plane == "O" else None
        if refused:
            raise _Rejection(refused)
        invoice_type = self._type(read.row)
        identity = self._identity(read.row, invoice_type)
        values, rest = read.found or read_row(self._kind, read.row, read.lines_key)
        values |= self._common
        values |= identity._asdict()
        values["document"] = document = self._document(invoice_type)
        values["invoice_type"] = invoice_type if document == "invoice" else document
        values["details"] = json_text(rest) if rest else None
        self._check_lengths(values)
        return values

    def _check_lengths(self, values: Values) -> None:
        """Numbers and codes stand in indexes, which take no texts of any length."""
        texts = cast("Iterator[str]", filter(None, map(values.get, _longest())))
        if max(map(len, texts), default=0) <= _LONGEST_NUMBER:
            return
        for column, most in _longest().items():
            value = values.get(column)
            if isinstance(value, str) and len(value) > most:
                raise _Rejection(f"{column} is {shown(value, 40)}: at most {most} characters can be stored.")

    def _type(self, row: Item) -> str:
        """Our type of a row."""
        asked = self._context.invoice_type
        if self._plane != "L":
            return file_type(row, asked) if self._plane == "F" else gateway_type(row, asked)
        return stated_text(row, "fplx") or asked if self._kind == "unselected_invoice" else asked

    def _document(self, invoice_type: str) -> str:
        named = self._kind.removeprefix("unselected_")
        return next((name for name in (named, invoice_type) if name in ("customs", "withholding")), "invoice")

    def _identity(self, row: Item, invoice_type: str) -> Identity:
        if self._plane != "L":
            return file_identity(row) if self._plane == "F" else gateway_identity(row, invoice_type)
        if self._kind.endswith("customs"):
            return customs_identity(row)
        if self._kind.endswith("withholding"):
            return withholding_identity(row)
        return invoice_identity(invoice_type, row, asked=self._kind in ("risk", "usage"))

    def _complete_coded(self, row: Item, values: Values) -> None:
        read_codes(self._kind, row, values)
        complete_header(self._kind, values)
        if values.get("verification_status") in _NOT_PASSED:
            values["detail_level"] = "header"
        if self._is_face:
            tell_red_by_amount(values)

    def _lines(self, read: _Read, values: Values) -> tuple[list[Line], list[DroppedLine]]:
        """The lines to stage, and those of a blue invoice that the line filter takes out: it acts nowhere else."""
        if self._is_face:
            tell_red_from_blue(values)
        self._check_lines(read)
        lines = named_lines(str(values["document_key"]), read.items, read.lines)
        wanted = self._context.line_filter
        if wanted is None or not lines or not is_blue(values):
            return lines, []
        return without_dropped(wanted, self._kind, read.items, lines)

    def _check_lines(self, read: _Read) -> None:
        """A document without its lines, or with one that has lost its amount, would be another than came."""
        broken = None if read.lines_key else broken_lines(self._kind, read.row)
        if broken:
            raise _Rejection(f"{broken} is {shown(repr(read.row[broken]), 80)}: a list of lines is expected.")
        for place, line in enumerate(read.lines, start=1):
            if line[AMOUNT] == columns.UNREADABLE:
                raise _Rejection(f"金额 of line {place} is not a number: {shown(repr(read.items[place - 1]), 120)}.")

    def rejected(self, row_no: int, row: object, aside: Aside) -> Rejected:
        """A row that is not stored, with the document's key where it says so much."""
        payload = row if isinstance(row, dict) and row else {"row": row.text if isinstance(row, BrokenRow) else row}
        try:
            key = self._identity(payload, self._type(payload)).document_key
        except Exception:  # it is rejected already
            key = None
        return Rejected(row_no, key, aside.reason, payload, aside.fate, aside.code)
