"""Whether as much came as the bureau announced (protocols §10.6, A-08): packages, rows or different documents."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fapiao.downloads.protocol import USAGE_JOBS, Argument
from fapiao.errors import Refused
from fapiao.payloads.staged import Staged
from fapiao.pool_columns.reading import staged_columns
from fapiao.tasks import Claim

What = Literal["packages", "rows", "documents", "days"]
_UNITS: Mapping[What, str] = {"packages": "个数据包", "rows": "行", "documents": "张", "days": "天"}
_DIRECTIONS = {"input": "进项", "output": "销项"}
INCOMPLETE = "INCOMPLETE"
BUREAU = "BUREAU"
"""The code of a row that the bureau says it could not deliver."""


@dataclass(frozen=True, slots=True)
class Series:
    """One question and its kept answers: what was announced, packages with rows, rows, and how many are promised."""

    part_no: int
    argument: Argument
    announced: int | None
    done: bool
    packages: int
    rows: int
    promised_rows: int


@dataclass(slots=True)
class Came:
    """The different documents of one question, and those that the bureau named as not delivered.

    `repeated` are the packages that brought nothing but documents that earlier ones had brought.
    """

    documents: set[object] = field(default_factory=set)
    refused: set[object] = field(default_factory=set)
    repeated: int = 0

    def add(self, reply_id: int, staged: Staged) -> None:
        """Counts what a reply carries; a risk row is one change of a document."""
        columns = staged_columns(staged.kind)
        changed = columns.index("risk_changed_at") if staged.kind == "risk" else 0
        found = {(row[0], row[changed]) for row in staged.documents}
        self.repeated += bool(found) and found <= self.documents
        self.documents |= found
        for row in staged.rejected:
            named = (row.document_key, row.document_key) if row.document_key else (reply_id, row.row_no)
            (self.refused if row.code == BUREAU else self.documents).add(named)

    def agrees(self, announced: int) -> bool:
        """Channels differ in whether a total counts what they could not deliver."""
        return announced in (len(self.documents), len(self.documents | self.refused))


@dataclass(frozen=True, slots=True)
class MissingDocuments:
    """What was announced and did not come, as sync.task.missing keeps it (A-08); or days that were asked too late."""

    direction: str
    invoice_type: str
    issue_month: str | None
    announced: int
    received: int
    what: What

    def sentence(self) -> str:
        """Both numbers, in words."""
        unit = _UNITS[self.what]
        where = " ".join(filter(None, (self.issue_month, _DIRECTIONS[self.direction], self.invoice_type)))
        if self.what == "days":
            return f"{self.announced}{unit}的归集日期已超出税局可查询的范围，未能查询（{where}）"
        return f"税局告知{self.announced}{unit}，收到{self.received}{unit}（{where}）"


def missing(claim: Claim, series: Sequence[Series], came: Mapping[int, Came]) -> list[MissingDocuments]:
    """Every question of which more, or other, was announced than came; an empty list where all is whole."""
    if claim.job in USAGE_JOBS:
        return []
    return [one for part in series for one in _missing(claim, part, came.get(part.part_no, Came()))]


def missing_days(claim: Claim, late: Sequence[Series]) -> list[MissingDocuments]:
    """The questions that the bureau answers no more, counted by month (A-43)."""
    months = Counter(_month(claim, part) for part in late)
    return [
        MissingDocuments(claim.direction, claim.invoice_type, month, days, 0, "days") for month, days in months.items()
    ]


def _missing(claim: Claim, part: Series, came: Came) -> list[MissingDocuments]:
    what, announced, received = _compared(claim, part, came)
    if what == "packages" and announced == received and part.promised_rows > part.rows:
        what, announced, received = "rows", part.promised_rows, part.rows
    elif part.done and (announced == received or (what == "documents" and came.agrees(announced))):
        return []
    return [MissingDocuments(claim.direction, claim.invoice_type, _month(claim, part), announced, received, what)]


def _compared(claim: Claim, part: Series, came: Came) -> tuple[What, int, int]:
    announced = part.announced or 0
    if claim.channel != "leqi":
        return "documents", announced, len(came.documents)
    if claim.download_type == "input_status":
        return "rows", announced, len(came.documents)
    return "packages", announced, part.packages - came.repeated


def _month(claim: Claim, part: Series) -> str | None:
    first_days = (part.argument.get(name) for name in ("startTime", "qsrq", "gjrq"))
    first_day = str(next(filter(None, first_days), ""))
    digits = first_day.replace("-", "")
    if digits:
        return f"{digits[:4]}-{digits[4:6]}"
    return f"{claim.window_start:%Y-%m}" if claim.window_start else None


def counted(claim: Claim, series: Sequence[Series], came: Mapping[int, Came]) -> tuple[int | None, int]:
    """How many documents the bureau said there are, None where it counts packages; and how many different ones came."""
    received = len(set[object]().union(*(one.documents for one in came.values())))
    announced = claim.channel != "leqi" or (claim.download_type == "input_status" and claim.job not in USAGE_JOBS)
    return (sum(part.announced or 0 for part in series) if announced else None), received


@dataclass(frozen=True, slots=True)
class Owed:
    """What a settled task owes its reader: documents, what is missing or waits for lines, what is doubtful."""

    announced: int | None = None
    received: int | None = None
    missing: Sequence[MissingDocuments] = ()
    without_lines: Sequence[str] = ()
    warnings: Sequence[str] = ()

    @property
    def may_come(self) -> bool:
        """Whether asking again may bring what is missing."""
        return any(one.what != "days" for one in self.missing)

    def why(self) -> Refused | None:
        """The words of 进销项数据不全."""
        if not self.missing:
            return None
        text = "；".join(one.sentence() for one in self.missing)
        return Refused(INCOMPLETE, text)


NOTHING_OWED = Owed()


def as_rows(found: Sequence[MissingDocuments]) -> list[dict[str, Any]]:
    """For sync.task.missing."""
    return [{name: getattr(one, name) for name in MissingDocuments.__slots__} for one in found]
