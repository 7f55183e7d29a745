"""Translates the rows of one answer: each becomes a staged row, or a rejected one with the sentence why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain, islice
from typing import NamedTuple

from fapiao.fields import load_fields, staged_columns
from fapiao.identity import (
    Identity,
    NoIdentity,
    any_invoice_identity,
    customs_identity,
    invoice_identity,
    withholding_identity,
)
from fapiao.payloads.codes import read_codes
from fapiao.payloads.faces import complete_face, complete_header, tell_red_by_amount, tell_red_from_blue
from fapiao.payloads.file_rows import file_identity, file_type
from fapiao.payloads.gateway_rows import gateway_identity, gateway_type, refusal
from fapiao.payloads.line_filter import DroppedLine, is_blue, without_dropped
from fapiao.payloads.lines import Item, Line, find_lines, named_lines, read_items
from fapiao.payloads.row_fields import Found, Values, read_page, read_row
from fapiao.payloads.staged import Context, Rejected, Staged
from fapiao.payloads.values import Unreadable, json_text, text

# 查验 did not pass: what was asked about is no proven face.
_NOT_PASSED = ("2", "3")
_PAGE = 500
"""Rows whose fields are read together."""


class _Rejection(ValueError):
    """The row cannot be stored; the message is the sentence to show."""


class _Read(NamedTuple):
    """What was read of a row before it is known which document it is; `found` is None for one to be read by itself."""

    row: Item
    lines_key: str | None
    items: Sequence[Item]
    found: Found | None
    lines: Sequence[Line]


class _Translated(NamedTuple):
    """What one row becomes."""

    values: Values
    lines: list[Line]
    dropped: list[DroppedLine]


def translate(kind: str, rows: Iterable[object], context: Context) -> Staged:
    """Rows of payload kind `kind` (a name of fields.yaml) ready for staging.

    Values are text as COPY takes it: numbers as written, days YYYY-MM-DD, instants with offset (Asia/Shanghai where the
    bureau names none), empty is None. Unknown codes are kept as they are; fields without a column go to `details`.
    A row that does not say which document it is, or whose amount or date cannot be read, is rejected.
    Raises KeyError for an unknown kind and ValueError for an `observed_at` without time zone.
    """
    if context.observed_at.tzinfo is None:
        raise ValueError("observed_at needs a time zone")
    staged = Staged(kind, load_fields().kinds[kind].target)
    columns = staged_columns(kind)
    numbered = enumerate(rows, start=1)
    while page := list(islice(numbered, _PAGE)):
        for (row_no, row), read in zip(page, _read_page(kind, [row for _, row in page]), strict=True):
            try:
                found = _translate(kind, read, context)
            except _Rejection as rejection:
                staged.rejected.append(_rejected(kind, row_no, row, context, str(rejection)))
                continue
            staged.documents.append(tuple(map(found.values.get, columns)))
            staged.lines.extend(found.lines)
            staged.dropped.extend(found.dropped)
    return staged


def _read_page(kind: str, page: Sequence[object]) -> Iterator[_Read | None]:
    """Fields and lines column by column; None for what is no row."""
    rows = [row for row in page if isinstance(row, Mapping)]
    lines_keys = [find_lines(kind, row) for row in rows]
    items: list[Sequence[Item]] = [row[key] if key else () for row, key in zip(rows, lines_keys, strict=True)]
    lines = read_items(kind, list(chain.from_iterable(items)))
    found = zip(rows, lines_keys, items, read_page(kind, rows, lines_keys), strict=True)
    for row in page:
        if isinstance(row, Mapping):
            one = next(found)
            yield _Read(*one, list(islice(lines, len(one[2]))))
        else:
            yield None


def _translate(kind: str, read: _Read | None, context: Context) -> _Translated:
    if read is None:
        raise _Rejection("The row is not an object with fields; ask the bureau for this package again.")
    row = read.row
    known = load_fields().kinds[kind]
    refused = refusal(row) if known.plane == "O" else None
    if refused:
        raise _Rejection(refused)
    invoice_type = _type(kind, row, context)
    try:
        identity = _identity(kind, row, invoice_type)
    except NoIdentity as error:
        raise _Rejection(f"{error}: without it the document cannot be told from others.") from error
    values, rest = read.found or _by_itself(kind, row, read.lines_key)
    values |= _common(kind, identity, invoice_type, context)
    if known.plane in ("O", "F"):
        _complete_coded(kind, row, values)
    else:
        complete_header(kind, values)
    lines, dropped = _lines(kind, identity.document_key, read, values, context)
    if known.target == "documents":
        complete_face(values, lines)
    values["details"] = json_text(rest) if rest else None
    return _Translated(values, lines, dropped)


def _by_itself(kind: str, row: Item, lines_key: str | None) -> Found:
    try:
        return read_row(kind, row, lines_key)
    except Unreadable as error:
        raise _Rejection(f"{error}.") from error


def _type(kind: str, row: Item, context: Context) -> str:
    """Our type of a row."""
    plane = load_fields().kinds[kind].plane
    if plane == "O":
        return gateway_type(row, context.invoice_type)
    if plane == "F":
        return file_type(row, context.invoice_type)
    listed = text(row["fplx"]) if kind == "unselected_invoice" and row.get("fplx") else None
    return listed or context.invoice_type


def _complete_coded(kind: str, row: Item, values: Values) -> None:
    try:
        read_codes(kind, row, values)
    except Unreadable as error:
        raise _Rejection(f"{error}.") from error
    complete_header(kind, values)
    if values.get("verification_status") in _NOT_PASSED:
        values["detail_level"] = "header"
    if load_fields().kinds[kind].target == "documents":
        tell_red_by_amount(values)


def _lines(
    kind: str, document_key: str, read: _Read, values: Values, context: Context
) -> tuple[list[Line], list[DroppedLine]]:
    """The lines to stage, and those of a blue invoice that the line filter takes out: the one place where it acts."""
    if load_fields().kinds[kind].target == "documents":
        tell_red_from_blue(values)
    lines = named_lines(document_key, read.items, read.lines)
    if context.line_filter is None or not lines or not is_blue(values):
        return lines, []
    return without_dropped(context.line_filter, kind, read.items, lines)


def _common(kind: str, identity: Identity, invoice_type: str, context: Context) -> Values:
    named = kind.removeprefix("unselected_")
    known = [name for name in (named, invoice_type) if name in ("customs", "withholding")]
    document = known[0] if known else "invoice"
    return {
        "document_key": identity.document_key,
        "observed_at": _written(context.observed_at),
        "document": document,
        "invoice_type": invoice_type if document == "invoice" else document,
        "invoice_code": identity.invoice_code,
        "invoice_no": identity.invoice_no,
        "etax_invoice_no": identity.etax_invoice_no,
        "tax_org_code": context.tax_org_code,
        "aggregated_on": context.aggregated_on.isoformat() if context.aggregated_on else None,
        **_constants(kind),
    }


def _identity(kind: str, row: Item, invoice_type: str) -> Identity:
    plane = load_fields().kinds[kind].plane
    if plane in ("O", "F"):
        return gateway_identity(row, invoice_type) if plane == "O" else file_identity(row)
    if kind.endswith("customs"):
        return customs_identity(row)
    if kind.endswith("withholding"):
        return withholding_identity(row)
    if kind in ("risk", "usage"):
        return any_invoice_identity(invoice_type, row)
    return invoice_identity(invoice_type, row)


@lru_cache(maxsize=64)
def _written(moment: datetime) -> str:
    return moment.isoformat(sep=" ")


@cache
def _constants(kind: str) -> Mapping[str, str]:
    columns = load_fields().columns
    return {column.name: column.constants[kind] for column in columns if kind in column.constants}


def _rejected(kind: str, row_no: int, row: object, context: Context, reason: str) -> Rejected:
    payload = row if isinstance(row, Mapping) else {"row": row}
    try:
        key = _identity(kind, payload, _type(kind, payload, context)).document_key
    except NoIdentity:
        key = None
    return Rejected(row_no, key, reason, payload)
