"""Translates the rows of one answer: each becomes a staged row, or a rejected one with the sentence why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
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
from fapiao.payloads.faces import Values, complete_face, complete_header, tell_red_by_amount, tell_red_from_blue
from fapiao.payloads.file_rows import file_identity, file_type
from fapiao.payloads.gateway_rows import gateway_identity, gateway_type, refusal
from fapiao.payloads.line_filter import DroppedLine, is_blue, without_dropped
from fapiao.payloads.lines import Line, find_lines, read_lines
from fapiao.payloads.staged import Context, Rejected, Staged
from fapiao.payloads.values import CONVERTERS, Unreadable, json_text, text

# 查验 did not pass: what was asked about is no proven face.
_NOT_PASSED = ("2", "3")
# The numbers that make the identity, by plane.
_NUMBERS = {
    "L": {"fphm", "fpdm", "zzfpDm", "zzfphm", "hgjkshm", "dkdjwspzh"},
    "O": {"invoiceCode", "invoiceNo", "etaxInvoiceNo", "customDeclarationNo"},
    "F": {"document", "document_key", "invoice_code", "invoice_no", "etax_invoice_no", "invoice_type"},
}


class Reading(NamedTuple):
    """How one payload field is read into one column."""

    column: str
    label: str
    convert: Callable[[object], str | None]
    strict: bool


class _Rejection(ValueError):
    """The row cannot be stored; the message is the sentence to show."""


class _Found(NamedTuple):
    """What one row says."""

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
    for row_no, row in enumerate(rows, start=1):
        try:
            found = _translate(kind, row, context)
        except _Rejection as rejection:
            staged.rejected.append(_rejected(kind, row_no, row, context, str(rejection)))
            continue
        staged.documents.append(tuple(map(found.values.get, columns)))
        staged.lines.extend(found.lines)
        staged.dropped.extend(found.dropped)
    return staged


def _translate(kind: str, row: object, context: Context) -> _Found:
    if not isinstance(row, Mapping):
        raise _Rejection("The row is not an object with fields; ask the bureau for this package again.")
    refused = refusal(row) if load_fields().kinds[kind].plane == "O" else None
    if refused:
        raise _Rejection(refused)
    invoice_type = _type(kind, row, context)
    try:
        identity = _identity(kind, row, invoice_type)
    except NoIdentity as error:
        raise _Rejection(f"{error}: without it the document cannot be told from others.") from error
    lines_key = find_lines(kind, row)
    values, rest = _read(kind, row, lines_key)
    values |= _common(kind, identity, invoice_type, context)
    if load_fields().kinds[kind].plane in ("O", "F"):
        _complete_coded(kind, row, values)
    else:
        complete_header(kind, values)
    items = row[lines_key] if lines_key else []
    lines, dropped = _lines(kind, identity.document_key, items, values, context)
    if load_fields().kinds[kind].target == "documents":
        complete_face(values, lines)
    values["details"] = json_text(rest) if rest else None
    return _Found(values, lines, dropped)


def _type(kind: str, row: Mapping[str, object], context: Context) -> str:
    """Our type of a row."""
    plane = load_fields().kinds[kind].plane
    if plane == "O":
        return gateway_type(row, context.invoice_type)
    if plane == "F":
        return file_type(row, context.invoice_type)
    listed = text(row["fplx"]) if kind == "unselected_invoice" and row.get("fplx") else None
    return listed or context.invoice_type


def _complete_coded(kind: str, row: Mapping[str, object], values: Values) -> None:
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
    kind: str, document_key: str, items: Sequence[Mapping[str, object]], values: Values, context: Context
) -> tuple[list[Line], list[DroppedLine]]:
    """The lines to stage, and those of a blue invoice that the line filter takes out: the one place where it acts."""
    if load_fields().kinds[kind].target == "documents":
        tell_red_from_blue(values)
    lines = read_lines(kind, document_key, items)
    if context.line_filter is None or not lines or not is_blue(values):
        return lines, []
    return without_dropped(context.line_filter, kind, items, lines)


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


def _identity(kind: str, row: Mapping[str, object], invoice_type: str) -> Identity:
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


def _read(kind: str, row: Mapping[str, object], lines_key: str | None) -> tuple[Values, dict[str, object]]:
    """The columns a row fills, and the fields that have none."""
    readings, known = _readings(kind), _consumed(kind)
    values: Values = {}
    rest: dict[str, object] = {}
    for key, raw in row.items():
        if raw is None or (not raw and raw in ("", [])) or key == lines_key:
            continue
        if key not in known:
            rest[key] = raw
        for reading in readings.get(key, ()):
            try:
                values[reading.column] = reading.convert(raw)
            except Unreadable as error:
                if reading.strict:
                    raise _Rejection(f"{reading.label} ({key}) is {raw!r}: {error}.") from error
                rest[key] = raw
    return values, rest


@lru_cache(maxsize=64)
def _written(moment: datetime) -> str:
    return moment.isoformat(sep=" ")


@cache
def _readings(kind: str) -> Mapping[str, tuple[Reading, ...]]:
    found: dict[str, tuple[Reading, ...]] = {}
    for column in load_fields().columns:
        source = column.sources.get(kind)
        if source is not None and column.group != "identity":
            reading = Reading(column.name, column.label, CONVERTERS[column.type], column.strict)
            found[source] = (*found.get(source, ()), reading)
    return found


@cache
def _consumed(kind: str) -> frozenset[str]:
    numbers = _NUMBERS[load_fields().kinds[kind].plane]
    repeated = {"kprq", "returncode", "returnmsg"} if load_fields().kinds[kind].target == "status" else set()
    return frozenset(_readings(kind)) | numbers | repeated | load_fields().kinds[kind].repeats


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
