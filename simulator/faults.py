"""Disturbances on demand (protocols 10.5 rule 9): what to break, where, and how many times.

A fault strikes `instead` of the service, changes its `answer`, or damages the reply on the `wire`. One that
needs something (rows, an acceptance, a count) waits for a call that has it, so it is never spent on a 10.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from simulator.codes import OK, REFUSED
from simulator.quotas import OVER
from simulator.services.answers import PACKED, Answer
from simulator.wire import Json

ALWAYS = -1
DIFFERING = ("cljg", "selectResult", "bz", "xsfmc", "yxdkse", "fpzt", "skje", "jsje", "invoiceStatus")
HUGE_BYTES = 10 * 1024 * 1024


class Kind(NamedTuple):
    """`stage` is when it strikes; `applies` whether this answer has what it needs."""

    stage: str
    applies: Callable[[Answer], bool] = lambda _answer: True
    alter: Callable[["Fault", Answer], None] | None = None
    planes: str = "L"


@dataclass(slots=True)
class Fault:
    """`times` -1 strikes until cleared; `match` are request fields that must be equal."""

    kind: str
    service: str | None = None
    times: int = 1
    match: dict[str, str] = field(default_factory=dict)
    code: str = ""
    text: str = ""
    seconds: float = 1.0
    differing: bool = False
    field_name: str = ""
    renamed: str = ""

    def fits(self, stage: str, service: str, request: Json, plane: str) -> bool:
        """Whether it may strike this call at this stage."""
        kind = KINDS[self.kind]
        here = kind.stage == stage and plane in kind.planes and self.service in (None, service)
        return here and all(str(request.get(name, "")) == value for name, value in self.match.items())


class Faults:
    """The faults that are set, in the order they were set; each strike costs one of its times."""

    def __init__(self) -> None:
        self._set: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Set one more."""
        self._set.append(fault)

    def pending(self) -> list[Fault]:
        """What is still set."""
        return list(self._set)

    def clear(self) -> None:
        """Disturb nothing."""
        self._set.clear()

    def strike(
        self, stage: str, service: str, request: Json, answer: Answer | None = None, plane: str = "L"
    ) -> Fault | None:
        """The first fault that fits, spent; None where the call goes undisturbed."""
        for fault in self._set:
            ready = answer is None or KINDS[fault.kind].applies(answer)
            if ready and fault.fits(stage, service, request, plane):
                self._spend(fault)
                return fault
        return None

    def _spend(self, fault: Fault) -> None:
        if fault.times != ALWAYS:
            fault.times -= 1
            if fault.times == 0:
                self._set.remove(fault)


def alter(fault: Fault, answer: Answer) -> None:
    """Let an answer-stage fault change the answer."""
    change = KINDS[fault.kind].alter
    if change:
        change(fault, answer)


def instead(fault: Fault) -> tuple[str, str]:
    """The returncode and text that a fault answers instead of the service."""
    code = {"quota_refused": REFUSED, "unknown_returncode": "77"}.get(fault.kind, fault.code)
    usual = f"拒绝处理：{OVER}" if fault.kind == "quota_refused" else "模拟故障"
    return code, fault.text or usual


def _rows(answer: Answer) -> bool:
    return bool(answer.rows)


def _drop_row(_fault: Fault, answer: Answer) -> None:
    answer.rows = (answer.rows or [])[:-1]


def _double_row(fault: Fault, answer: Answer) -> None:
    rows = answer.rows or []
    twin = dict(rows[-1])
    if fault.differing:
        field_name = next((name for name in DIFFERING if name in twin), "bz")
        twin[field_name] = "7.77" if field_name in ("yxdkse", "skje", "jsje") else "7"
    answer.rows = [*rows, twin]


def _one_more(name: str) -> Callable[[Fault, Answer], None]:
    def change(_fault: Fault, answer: Answer) -> None:
        before = answer.fields[name]
        answer.fields[name] = type(before)(int(before) + 1)

    return change


def _empty_package(_fault: Fault, answer: Answer) -> None:
    answer.rows = None


def _empty_page(_fault: Fault, answer: Answer) -> None:
    answer.rows = []


def _says_empty(_fault: Fault, answer: Answer) -> None:
    answer.fields["cljg"] = "2"


def _shift(_fault: Fault, answer: Answer) -> None:
    """The page begins one row too early: its last row stays away, its first stands twice."""
    rows = answer.rows or []
    answer.rows = [rows[0], *rows[:-1]]


def _total_of_one(_fault: Fault, answer: Answer) -> None:
    answer.fields["totalElement"] = answer.fields["totalPage"] = 1


def _of_another(fault: Fault, answer: Answer) -> None:
    """Beside the rows, another value under the name."""
    answer.fields[fault.field_name] = fault.renamed


def _say(fault: Fault, answer: Answer) -> None:
    """In every row, another value under the name."""
    answer.rows = [row | {fault.field_name: fault.renamed} for row in answer.rows or []]


def _break_gzip(_fault: Fault, answer: Answer) -> None:
    answer.rows = None
    answer.fields[PACKED] = "bm90IGd6aXA="


def _swell(_fault: Fault, answer: Answer) -> None:
    answer.fields["padding"] = os.urandom(HUGE_BYTES // 2).hex()


def _rename(fault: Fault, answer: Answer) -> None:
    answer.rows = [
        {fault.renamed if name == fault.field_name else name: row[name] for name in row} for row in answer.rows or []
    ]


def _remove(fault: Fault, answer: Answer) -> None:
    answer.rows = [{name: row[name] for name in row if name != fault.field_name} for row in answer.rows or []]


def _invent(fault: Fault, answer: Answer) -> None:
    answer.rows = [row | {fault.field_name: "SIM"} for row in answer.rows or []]


def _write_value(fault: Fault, answer: Answer) -> None:
    rows = answer.rows or []
    answer.rows = [*rows[:-1], rows[-1] | {fault.field_name: _as_written(fault)}]


def _write_field(fault: Fault, answer: Answer) -> None:
    answer.fields[fault.field_name] = _as_written(fault)


def _as_written(fault: Fault) -> msgspec.Raw:
    """The bytes of the order, which need not be JSON."""
    return msgspec.Raw(base64.b64decode(fault.text))


def _as_numbers(_fault: Fault, answer: Answer) -> None:
    answer.rows = [
        {name: float(row[name]) if name.lower().endswith("amount") and row[name] else row[name] for name in row}
        for row in answer.rows or []
    ]


KINDS: dict[str, Kind] = {
    "http_500": Kind("instead", planes="LO"),
    "platform": Kind("instead"),
    "returncode": Kind("instead"),
    "quota_refused": Kind("instead"),
    "unknown_returncode": Kind("instead"),
    "task_fails": Kind("instead"),
    "rows_missing": Kind("answer", _rows, _drop_row, "LO"),
    "duplicate_row": Kind("answer", _rows, _double_row, "LO"),
    "packagecount_changes": Kind("answer", lambda a: "packagecount" in a.fields, _one_more("packagecount")),
    "count_changes": Kind("answer", lambda a: "count" in a.fields, _one_more("count")),
    "raw_value": Kind("answer", _rows, _write_value, "LO"),
    "raw_field": Kind("answer", lambda a: a.returncode == OK, _write_field, "LO"),
    "empty_package": Kind("answer", _rows, _empty_package),
    "empty_page": Kind("answer", _rows, _empty_page, "LO"),
    "says_empty": Kind("answer", lambda a: _rows(a) and "cljg" in a.fields, _says_empty),
    "shifted_page": Kind("answer", lambda a: len(a.rows or ()) > 1, _shift, "LO"),
    "total_of_one": Kind("answer", lambda a: _rows(a) and "totalElement" in a.fields, _total_of_one, "O"),
    "other_head": Kind("answer", _rows, _of_another, "LO"),
    "other_value": Kind("answer", _rows, _say, "LO"),
    "wrong_gzip": Kind("answer", lambda a: _rows(a) and a.rows_name == PACKED, _break_gzip),
    "huge_reply": Kind("answer", lambda a: a.returncode == OK, _swell, "LO"),
    "cut_reply": Kind("wire", planes="LO"),
    "drop_reply": Kind("wire", lambda a: a.returncode == OK, planes="LO"),
    "slow": Kind("wire", planes="LO"),
    "error_code": Kind("instead", planes="O"),
    "token_revoked": Kind("instead", planes="O"),
    "task_ends": Kind("instead", planes="O"),
    "bad_base64": Kind("wire", lambda a: a.returncode == OK, planes="O"),
    "corrupt_file": Kind("wire", planes="O"),
    "total_changes": Kind("answer", lambda a: "totalElement" in a.fields, _one_more("totalElement"), "O"),
    "renamed_field": Kind("answer", _rows, _rename, "O"),
    "missing_field": Kind("answer", _rows, _remove, "O"),
    "extra_field": Kind("answer", _rows, _invent, "O"),
    "amounts_as_numbers": Kind("answer", _rows, _as_numbers, "O"),
}
