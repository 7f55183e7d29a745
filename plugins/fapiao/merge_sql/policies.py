"""What each merge policy of fields.yaml is in SQL: s is the staged row, d the pool's row before the merge."""

from collections.abc import Iterator

from fapiao.merge_sql.staging import OWN_DATES, seen_groups
from fapiao.pool_columns.reading import load_fields
from fapiao.pool_columns.records import Field

NEVER = "false"
_ON_PAPER = "('85', '01'), ('86', '04'), ('87', '03'), ('88', '15')"
"""数电 on paper, and the 税控 type that its row looks like without the 20 digits (protocols §6.1)."""


def _timed_by(column: Field) -> str:
    return "face" if column.group == "derived" else column.group


def _said(column: Field) -> str:
    """What the staged row says of the column: empty text is nothing (R093)."""
    return f"nullif(btrim(s.{column.name}), '')" if column.type == "text" else f"s.{column.name}"


def _differs(column: Field) -> str:
    name = column.name
    test = f"coalesce({_said(column)}, d.{name}) IS DISTINCT FROM d.{name}"
    return f"(s.{name} IS DISTINCT FROM d.{name} AND {test})" if column.type == "text" else test


class Policies:
    """The policies of the columns that one target offers."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._fields = load_fields()
        self.offered = self._fields.of_target(target)
        self._names = {column.name for column in self.offered}

    def newer(self, group: str) -> str:
        """True where the staged row was observed no earlier than what the pool knows of the group (A-36).

        Headers of the 未勾选清单 know little of a face: they only fill its gaps.
        """
        if group == "face" and self.target != "documents":
            return NEVER
        test = f"coalesce(s.observed_at >= greatest(d.{group}_observed_at, s.{group}_seen_at), true)"
        own_date = OWN_DATES.get(group)
        if own_date in self._names:
            test += f" AND coalesce(s.{own_date} >= d.{own_date}, true)"
        return f"({test})"

    def refused(self, column: str) -> str:
        """The (current, offered) pairs that are held instead of made."""
        rows = [row for row in self._fields.backwards if row.column == column]
        return ", ".join(f"('{row.current}', '{offered}')" for row in rows for offered in row.offered)

    def first_value(self, column: Field) -> str:
        """The value of a document that is new to the pool."""
        has_default = column.name == "status" and self.target == "documents"
        return "coalesce(s.status, s.status_default)" if has_default else f"s.{column.name}"

    def updates(self) -> Iterator[tuple[str, str]]:
        """Column and value of everything a changed row is set to."""
        for column in self.offered:
            yield column.name, self._value(column)
        if "entry_status" in self._names:
            yield from self._entry_followers()
        for group in seen_groups(self.offered):
            yield f"{group}_observed_at", f"greatest(d.{group}_observed_at, {self.observed(group)})"

    def observed(self, group: str) -> str:
        """The instant from which the pool knows the group: only if the row says anything of it."""
        if group == "face":
            return "s.observed_at" if self.target == "documents" else "NULL"
        names = ", ".join(f"s.{column.name}" for column in self.offered if column.group == group)
        return f"CASE WHEN num_nonnulls({names}) > 0 THEN s.observed_at END"

    def change_test(self) -> str:
        """True where the merge would change the row at all; unchanged rows write nothing."""
        tests = [self._group_test(group) for group in seen_groups(self.offered)]
        tests += [self._single_test(column) for column in self.offered if column.policy != "newest_non_empty"]
        return "(" + "\n        OR ".join(test for test in tests if test) + ")"

    def _group_test(self, group: str) -> str:
        """One look at the clock for all columns of the group; trimming only what differs at all (it costs a second)."""
        columns = [c for c in self.offered if _timed_by(c) == group and c.policy == "newest_non_empty"]
        gaps = "\n            OR ".join(f"(d.{c.name} IS NULL AND {_said(c)} IS NOT NULL)" for c in columns)
        if self.newer(group) == NEVER or not columns:
            return f"({gaps})" if columns else ""
        differs = "\n            OR ".join(_differs(column) for column in columns)
        return (
            f"CASE WHEN {self.newer(group)} THEN (\n            {differs}\n        )"
            f" ELSE (\n            {gaps}\n        ) END"
        )

    def _single_test(self, column: Field) -> str:
        if column.policy == "entry_rule":
            leftover = "num_nonnulls(d.entry_kind, d.entry_period, d.entry_at) > 0"
            return (
                f"({self._entry_counts} AND (s.entry_status IS DISTINCT FROM d.entry_status"
                f" OR (s.entry_status IN ('01', '03') AND {leftover})))"
            )
        offered = self.first_value(column)
        return (
            f"({offered} IS DISTINCT FROM d.{column.name} AND {self._value(column)} IS DISTINCT FROM d.{column.name})"
        )

    def _value(self, column: Field) -> str:
        """The value of the column after the merge."""
        worked_out = {
            "type_kept": self._type_kept,
            "paper_number": self._paper_number,
            "forward_only": self._forward_only,
        }
        if column.policy in worked_out:
            return worked_out[column.policy](column)
        name, newest = column.name, self._newest(column)
        return {
            "merge_keys": self._when_newer(
                column,
                f"coalesce(d.{name} || s.{name}, s.{name}, d.{name})",
                f"coalesce(s.{name} || d.{name}, d.{name}, s.{name})",
            ),
            "first": f"coalesce(d.{name}, {_said(column)})",
            "greatest": f"greatest(d.{name}, s.{name})",
            "fullest": f"CASE WHEN 'full' IN (s.{name}, d.{name}) THEN 'full' ELSE d.{name} END",
            "verified": f"CASE WHEN d.verification_status = '1' THEN d.{name} ELSE {newest} END",
            # 预勾选 is ours: the bureau knows nothing of it, and its 未勾选 does not take it away (R221)
            "mark_kept": f"CASE WHEN d.{name} = '4' AND s.{name} = '0' THEN d.{name} ELSE {newest} END",
        }.get(column.policy, newest)

    def _newest(self, column: Field) -> str:
        name, said = column.name, _said(column)
        return self._when_newer(column, f"coalesce({said}, d.{name})", f"coalesce(d.{name}, {said})")

    def _when_newer(self, column: Field, newer: str, older: str) -> str:
        """One value where the staged row is the newer one of the column's group, another where it is not."""
        test = self.newer(_timed_by(column))
        return older if test == NEVER else f"CASE WHEN {test} THEN {newer} ELSE {older} END"

    def _type_kept(self, column: Field) -> str:
        """A row that lacks what makes the type says nothing against it.

        通行费 is a 82 with 特定要素 08; 数电 on paper is told from 税控 by its 20-digit number.
        """
        newest = self._newest(column)
        if self.newer(_timed_by(column)) == NEVER:
            return newest
        name = column.name
        toll = f"d.{name} = '8208' AND s.{name} = '82' AND s.business_code IS NULL"
        paper = f"s.etax_invoice_no IS NULL AND (d.{name}, s.{name}) IN ({_ON_PAPER})"
        silent = f"({toll}) OR ({paper})" if name == "invoice_type" else paper
        return f"CASE WHEN {silent} THEN d.{name} ELSE {newest} END"

    def _paper_number(self, column: Field) -> str:
        """The 20 digits stand for 发票号码 only where no paper number is known."""
        name, said = column.name, _said(column)
        came, there = f"nullif({said}, s.etax_invoice_no)", f"nullif(d.{name}, d.etax_invoice_no)"
        older = f"coalesce({there}, {came}, d.{name}, {said})"
        return self._when_newer(column, f"coalesce({came}, {there}, {said}, d.{name})", older)

    def _forward_only(self, column: Field) -> str:
        name, said = column.name, _said(column)
        value = (
            f"CASE WHEN d.{name} IS NULL THEN {said}"
            f" WHEN {said} IS NOT NULL AND {self.newer(column.group)}"
            f" AND (d.{name}, {said}) NOT IN ({self.refused(name)}) THEN {said} ELSE d.{name} END"
        )
        return f"coalesce({value}, s.{name}_default)" if self.target == "documents" else value

    @property
    def _entry_counts(self) -> str:
        return f"(s.entry_status IS NOT NULL AND ({self.newer('usage')} OR d.entry_status IS NULL))"

    def _entry_followers(self) -> Iterator[tuple[str, str]]:
        """The kind is fixed at 税前扣除; period and time go where the bureau says it is not booked (R046-R050).

        Where both say 已入账 none of them is touched (R048).
        """
        booked = f"{self._entry_counts} AND s.entry_status = '02' AND d.entry_status IS DISTINCT FROM '02'"
        unbooked = f"{self._entry_counts} AND s.entry_status IN ('01', '03')"
        yield (
            "entry_kind",
            f"CASE WHEN {booked} THEN '税前扣除' WHEN {unbooked} THEN NULL ELSE d.entry_kind END",
        )
        yield "entry_period", f"CASE WHEN {unbooked} THEN NULL ELSE d.entry_period END"
        yield "entry_at", f"CASE WHEN {unbooked} THEN NULL ELSE d.entry_at END"
