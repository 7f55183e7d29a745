"""The invariant of changes: between two evenings, whatever a document says otherwise stands in the log of changes."""

from typing import Any

from invariants import holds
from world import World

Row = dict[str, Any]
COLUMNS = (
    "status", "risk_status", "entry_status", "vat_usage", "selection_status", "tax_period", "deduction_purpose", "amount",
    "tax_amount", "total_amount", "seller_tax_no", "buyer_tax_no", "issue_date", "verification_status",
)  # fmt: skip
_NOW = "SELECT direction, taxpayer_no, document_key, to_jsonb(d) AS said FROM pool.document AS d"
_SINCE = """
SELECT direction, taxpayer_no, document_key, column_name, old_value, new_value, change_id FROM pool.change
WHERE change_id > %s ORDER BY change_id
"""


@holds("a value that differs from that of the evening before has change rows that lead from the one to the other")
def every_change_is_written_down(world: World) -> list[Row]:
    """The driver remembers the evening before."""
    steps: dict[tuple[str, ...], list[Row]] = {}
    for row in world.rows(_SINCE, [world.evening.last_change]):
        steps.setdefault((row["direction"], row["taxpayer_no"], row["document_key"], row["column_name"]), []).append(
            row
        )
        world.evening.last_change = row["change_id"]
    now = {(row["direction"], row["taxpayer_no"], row["document_key"]): row["said"] for row in world.rows(_NOW)}
    found = []
    for place, before in world.evening.documents.items():
        if place not in now:
            found.append({"place": place, "wrong": "it is gone"})
            continue
        for column in COLUMNS:
            led = steps.get((*place, column), [])
            ends = [(step["old_value"], step["new_value"]) for step in led]
            if not _leads(before[column], now[place][column], ends):
                found.append(
                    {"place": place, "column": column, "from": before[column], "to": now[place][column], "by": ends}
                )
    world.evening.documents = {place: {column: said[column] for column in COLUMNS} for place, said in now.items()}
    return found


def _leads(before: Any, after: Any, steps: list[tuple[Any, Any]]) -> bool:
    """Whether the steps, in their order, lead from the one value to the other."""
    at = _text(before)
    for old, new in steps:
        if _text(old) != at:
            return False
        at = _text(new)
    return at == _text(after)


def _text(value: Any) -> str | None:
    """A value as the log writes it: a number without its trailing zeros."""
    if value is None:
        return None
    text = str(value)
    try:
        return f"{float(text):.2f}" if "." in text else text
    except ValueError:
        return text
