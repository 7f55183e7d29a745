"""What each merge policy of fields.yaml is in SQL: s is the staged row, d the pool's row before the merge."""

from collections.abc import Callable

from fapiao.fields import Field

Columns = tuple[Field, ...]

# A later word of the bureau about the same thing carries a later date of its own; it decides before our clock does.
_OWN_DATE = {"face": "aggregated_on", "status": "risk_changed_at"}


def has_group(group: str, offered: Columns) -> bool:
    """Whether the target offers any column of the group."""
    return any(_timed_by(column) == group for column in offered)


def _timed_by(column: Field) -> str:
    return "face" if column.group in ("face", "derived") else column.group


def newer(group: str, offered: Columns, target: str) -> str:
    """True where the staged row was observed no earlier than what the pool holds of the group (A-36)."""
    if group == "face" and target != "documents":
        return "false"
    test = f"coalesce(s.observed_at >= greatest(d.{group}_observed_at, s.seen_later_at), true)"
    own_date = _OWN_DATE.get(group)
    if own_date in {column.name for column in offered}:
        test += f" AND coalesce(s.{own_date} >= d.{own_date}, true)"
    return f"({test})"


def change_test(offered: Columns, target: str, refused: str) -> str:
    """True where the merge would change the row at all; unchanged rows write nothing."""
    tests = []
    for group in ("face", "status", "anomaly", "usage"):
        plain = [column for column in offered if _timed_by(column) == group and column.policy == "newest_non_empty"]
        if plain:
            tests.append(_group_test(plain, newer(group, offered, target)))
    tests += [_test(column, offered, target, refused) for column in offered if column.policy != "newest_non_empty"]
    test = "(" + "\n        OR ".join(tests) + ")"
    if "entry_status" in {column.name for column in offered}:
        test += "\n        AND NOT coalesce(s.entry_status = '02' AND d.entry_status = '02', false)"
    return test


def _group_test(columns: list[Field], newer_test: str) -> str:
    gaps = "\n            OR ".join(f"(d.{column.name} IS NULL AND {_said(column)} IS NOT NULL)" for column in columns)
    if newer_test == "false":
        return f"({gaps})"
    differs = "\n            OR ".join(_differs(column) for column in columns)
    return f"CASE WHEN {newer_test} THEN (\n            {differs}\n        ) ELSE (\n            {gaps}\n        ) END"


def _differs(column: Field) -> str:
    name = column.name
    test = f"coalesce({_said(column)}, d.{name}) IS DISTINCT FROM d.{name}"
    # Trimming a hundred thousand times forty texts costs a second: only what differs at all is looked at closely.
    return f"(s.{name} IS DISTINCT FROM d.{name} AND {test})" if column.type == "text" else test


def _said(column: Field) -> str:
    """What the staged row says of the column: empty text is nothing (R093)."""
    return f"nullif(btrim(s.{column.name}), '')" if column.type == "text" else f"s.{column.name}"


def _test(column: Field, offered: Columns, target: str, refused: str) -> str:
    cheap = f"s.{column.name} IS DISTINCT FROM d.{column.name}"
    if column.policy == "entry_rule":
        return _entry_test(newer("usage", offered, target))
    return f"({cheap} AND {new_value(column, offered, target, refused)} IS DISTINCT FROM d.{column.name})"


def insert_value(column: Field, target: str) -> str:
    """The value of a document that is new to the pool."""
    return "coalesce(s.status, s.status_default)" if column.name == "status" and target == "documents" else f"s.{column.name}"


def new_value(column: Field, offered: Columns, target: str, refused: str) -> str:
    """The value of the column after the merge."""
    is_newer = newer(_timed_by(column), offered, target)
    if column.policy == "forward_only":
        return _forward_only(column, is_newer, target, refused)
    return _POLICIES[column.policy](column, is_newer)


def entry_sets(offered: Columns, target: str) -> list[str]:
    """The columns that 入账状态 takes along: the kind is fixed at 税前扣除, period and time go when it is not booked (R046-R050)."""
    if "entry_status" not in {column.name for column in offered}:
        return []
    said = _entry_said(newer("usage", offered, target))
    unbooked = f"{said} AND s.entry_status IN ('01', '03')"
    return [
        f"entry_kind = CASE WHEN {said} AND s.entry_status = '02' THEN '税前扣除' WHEN {unbooked} THEN NULL ELSE d.entry_kind END",
        f"entry_period = CASE WHEN {unbooked} THEN NULL ELSE d.entry_period END",
        f"entry_at = CASE WHEN {unbooked} THEN NULL ELSE d.entry_at END",
    ]


def _entry_said(is_newer: str) -> str:
    return f"(s.entry_status IS NOT NULL AND ({is_newer} OR d.entry_status IS NULL))"


def _entry_test(is_newer: str) -> str:
    leftover = "num_nonnulls(d.entry_kind, d.entry_period, d.entry_at) > 0"
    return (
        f"({_entry_said(is_newer)} AND (s.entry_status IS DISTINCT FROM d.entry_status"
        f" OR (s.entry_status IN ('01', '03') AND {leftover})))"
    )


def _newest_non_empty(column: Field, is_newer: str) -> str:
    name, said = column.name, _said(column)
    if is_newer == "false":
        return f"coalesce(d.{name}, {said})"
    return f"CASE WHEN {is_newer} THEN coalesce({said}, d.{name}) ELSE coalesce(d.{name}, {said}) END"


def _forward_only(column: Field, is_newer: str, target: str, refused: str) -> str:
    name, said = column.name, _said(column)
    value = (
        f"CASE WHEN d.{name} IS NULL THEN {said}"
        f" WHEN {said} IS NOT NULL AND {is_newer} AND (d.{name}, {said}) NOT IN ({refused})"
        f" THEN {said} ELSE d.{name} END"
    )
    return f"coalesce({value}, s.{name}_default)" if target == "documents" else value


def _verified(column: Field, is_newer: str) -> str:
    return (
        f"CASE WHEN d.verification_status = '1' THEN d.{column.name} ELSE {_newest_non_empty(column, is_newer)} END"
    )


def _merge_keys(column: Field, is_newer: str) -> str:
    name = column.name
    older = f"coalesce(s.{name} || d.{name}, d.{name}, s.{name})"
    if is_newer == "false":
        return older
    return f"CASE WHEN {is_newer} THEN coalesce(d.{name} || s.{name}, s.{name}, d.{name}) ELSE {older} END"


_POLICIES: dict[str, Callable[[Field, str], str]] = {
    "newest_non_empty": _newest_non_empty,
    "first": lambda column, _: f"coalesce(d.{column.name}, {_said(column)})",
    "greatest": lambda column, _: f"greatest(d.{column.name}, s.{column.name})",
    "verified": _verified,
    "fullest": lambda column, _: f"CASE WHEN 'full' IN (s.{column.name}, d.{column.name}) THEN 'full' ELSE d.{column.name} END",
    "merge_keys": _merge_keys,
    "entry_rule": _newest_non_empty,
}
