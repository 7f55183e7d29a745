"""Translates the rows of one answer: each becomes a staged row, or a rejected one with the sentence why."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
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
from fapiao.payloads.faces import Values, complete_face
from fapiao.payloads.lines import Line, find_lines, read_lines
from fapiao.payloads.staged import Context, Rejected, Staged
from fapiao.payloads.values import CONVERTERS, Unreadable, json_text, text


class Reading(NamedTuple):
    """How one payload field is read into one column."""

    column: str
    label: str
    convert: Callable[[object], str | None]
    strict: bool


class _Rejection(ValueError):
    """The row cannot be stored; the message is the sentence to show."""


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
            values, lines = _translate(kind, row, context)
        except _Rejection as rejection:
            staged.rejected.append(_rejected(kind, row_no, row, context, str(rejection)))
            continue
        staged.documents.append(tuple([values.get(column) for column in columns]))
        staged.lines.extend(lines)
    return staged


def _translate(kind: str, row: object, context: Context) -> tuple[Values, list[Line]]:
    if not isinstance(row, Mapping):
        raise _Rejection("The row is not an object with fields; ask the bureau for this package again.")
    try:
        identity = _identity(kind, row, context)
    except NoIdentity as error:
        raise _Rejection(f"{error}: without it the document cannot be told from others.") from error
    lines_key = find_lines(kind, row)
    values, rest = _read(kind, row, lines_key)
    items = row[lines_key] if lines_key else []
    lines = read_lines(kind, identity.document_key, items)
    values |= _common(kind, identity, row, context)
    if load_fields().kinds[kind].target == "documents":
        complete_face(values, lines, context)
    values["details"] = json_text(rest) if rest else None
    return values, lines


def _common(kind: str, identity: Identity, row: Mapping[str, object], context: Context) -> Values:
    document = {"customs": "customs", "withholding": "withholding"}.get(kind.removeprefix("unselected_"), "invoice")
    listed_type = text(row["fplx"]) if kind == "unselected_invoice" and row.get("fplx") else None
    return {
        "document_key": identity.document_key,
        "observed_at": context.observed_at.isoformat(sep=" "),
        "document": document,
        "invoice_type": listed_type or (context.invoice_type if document == "invoice" else document),
        "invoice_code": identity.invoice_code,
        "invoice_no": identity.invoice_no,
        "etax_invoice_no": identity.etax_invoice_no,
        "tax_org_code": context.tax_org_code,
        "aggregated_on": context.aggregated_on.isoformat() if context.aggregated_on else None,
        **_constants(kind),
    }


def _identity(kind: str, row: Mapping[str, object], context: Context) -> Identity:
    if kind.endswith("customs"):
        return customs_identity(row)
    if kind.endswith("withholding"):
        return withholding_identity(row)
    if kind in ("risk", "usage"):
        return any_invoice_identity(context.invoice_type, row)
    if kind == "unselected_invoice":
        return invoice_identity(text(row.get("fplx") or "") or context.invoice_type, row)
    return invoice_identity(context.invoice_type, row)


def _read(kind: str, row: Mapping[str, object], lines_key: str | None) -> tuple[Values, dict[str, object]]:
    """The columns a row fills, and the fields that have none."""
    readings, known = _readings(kind), _consumed(kind)
    values: Values = {}
    rest: dict[str, object] = {}
    for key, raw in row.items():
        if raw is None or raw == "" or key == lines_key:
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
    numbers = {"fphm", "fpdm", "zzfpDm", "zzfphm", "hgjkshm", "dkdjwspzh"}
    repeated = {"kprq", "returncode", "returnmsg"} if load_fields().kinds[kind].target == "status" else set()
    return frozenset(_readings(kind)) | numbers | repeated


@cache
def _constants(kind: str) -> Mapping[str, str]:
    columns = load_fields().columns
    return {column.name: column.constants[kind] for column in columns if kind in column.constants}


def _rejected(kind: str, row_no: int, row: object, context: Context, reason: str) -> Rejected:
    payload = row if isinstance(row, Mapping) else {"row": row}
    try:
        key = _identity(kind, payload, context).document_key
    except NoIdentity:
        key = None
    return Rejected(row_no, key, reason, payload)
