"""Rows of every payload kind with every field of the bureau's own tables filled, each value to be found again."""

from pathlib import Path
from typing import Any

import yaml

from fapiao.pool_columns.reading import load_fields

_FIELDS = yaml.safe_load(Path(__file__).with_name("bureau_fields.yaml").read_text(encoding="utf-8"))
HEADS: dict[str, list[str]] = _FIELDS["heads"]
LINES: dict[str, list[str]] = _FIELDS["lines"]

NUMBERS = {
    "fphm": "27442000000000000001",
    "fpdm": "044001900111",
    "zzfpDm": "044001900112",
    "zzfphm": "12345678",
    "hgjkshm": "531020241123456789-L01",
    "dkdjwspzh": "344031270100000001",
    "invoiceCode": "044001900112",
    "invoiceNo": "12345678",
    "etaxInvoiceNo": "27442000000000000001",
    "customDeclarationNo": "531020241123456789-L01",
}
_PAPER = {"tax_control", "roll", "toll", "motor", "used_car"}
TYPES = {
    "digital": "81",
    "tax_control": "01",
    "roll": "11",
    "toll": "14",
    "motor": "03",
    "used_car": "15",
    "air": "61",
    "rail": "51",
    "motor_digital": "83",
    "used_car_digital": "84",
    "customs": "customs",
    "withholding": "withholding",
    "gateway_full": "81",
    "verified": "81",
    "gateway_customs_full": "customs",
}


def full_row(kind: str) -> dict[str, Any]:
    """Every head field of the kind, and two full lines where the kind has lines."""
    row = {name: _value(kind, name, place) for place, name in enumerate(HEADS[kind])}
    if kind in _PAPER | {"unselected_invoice"}:
        row |= {"fphm": "12345678"}
    if kind in LINES:
        row["fpmx"] = [full_line(kind, number) for number in (1, 2)]
    return row


def full_line(kind: str, number: int) -> dict[str, Any]:
    """Every field of a line of the kind."""
    types = {name: line.type for line in load_fields().lines for name in line.sources.get(kind, ())}
    values = {
        name: f"{number}{place:02d}.5" if types.get(name) == "numeric" else f"{name}-{number}"
        for place, name in enumerate(LINES[kind])
    }
    return values | {name: number for name in ("xh", "mxxh", "seq") if name in values}


def _value(kind: str, name: str, place: int) -> str:
    if name in NUMBERS:
        return NUMBERS[name]
    types = {column.type for column in load_fields().columns if column.sources.get(kind) == name}
    if types & {"date", "timestamptz"}:
        return f"2027-01-{place % 28 + 1:02d} 08:00:00"
    if types & {"numeric"}:
        return f"{1000 + place}.25"
    tax_number = any(
        column.sources.get(kind) == name and column.name.endswith(("_tax_no", "_taxpayer_no"))
        for column in load_fields().columns
    )
    said = f"{name.upper()}!" if tax_number else f"{name}!"
    return str(place + 1) if "integer" in types else said
