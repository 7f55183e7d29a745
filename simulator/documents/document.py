"""One document a bureau holds for one taxpayer: its face, the days it becomes visible, and its status day by day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from simulator.codes import (
    AGRICULTURAL,
    CUSTOMS,
    INPUT,
    RISK_FIELDS,
    SELECTABLE,
    STATUS_CODES,
    TOLL,
    WITHHOLDING,
)
from simulator.documents.amounts import money, tax_of
from simulator.documents.faces import FACES, Payload
from simulator.documents.facts import STAMP, Facts
from simulator.documents.tax_control import voided

ONE_DAY = timedelta(days=1)
VOID = "2"
FARM_RATE = Decimal("0.09")
UNTOUCHED = {name: values[0] for name, values in STATUS_CODES.items()} | {"hzsdbs": "N", "skssq": ""}


@dataclass(frozen=True, slots=True)
class Change:
    """What the bureau established at an instant; `recollect` lets the document enter the increment again."""

    at: datetime
    values: Mapping[str, str]
    recollect: bool = True

    @property
    def is_risk(self) -> bool:
        """Whether the risk query reports it."""
        return any(name in RISK_FIELDS for name in self.values)


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one taxpayer's hands; in the other party's hands it is a second one with the same key."""

    facts: Facts
    key: str
    collected_on: date
    overrides: Mapping[str, object] = field(default_factory=dict)
    initial: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    unselected: bool | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """Owner, direction and key."""
        return self.facts.owner.number, self.facts.sjlx, self.key

    @property
    def issued_on(self) -> date:
        """开票 or 填发 day."""
        return self.facts.issued.date()

    def visible(self, today: date) -> bool:
        """Never on its issue day, and not before the bureau collected it."""
        return self.issued_on < today and self.collected_on <= today

    def enters_increment_on(self, day: date) -> bool:
        """Whether `day` is a 归集日期 of this document: first collection, or the day after a change."""
        return day == self.collected_on or any(c.recollect and c.at.date() + ONE_DAY == day for c in self.changes)

    def status_on(self, day: date) -> dict[str, str]:
        """Every status code as the bureau knew it at the end of that day."""
        status = UNTOUCHED | dict(self.initial)
        for change in self.changes:
            if change.at.date() <= day:
                status |= change.values
        return status

    def last_risk(self, start: date, end: date) -> Change | None:
        """The newest risk change established within these days, both included."""
        found = [change for change in self.changes if change.is_risk and start <= change.at.date() <= end]
        return max(found, key=lambda change: change.at, default=None)

    def payload_on(self, day: date) -> Payload:
        """The payload object as it stood that day; only tax-control faces show a cancellation."""
        payload = FACES[self.facts.kind].build(self.facts) | dict(self.overrides)
        if "fpztbz" not in payload or self.status_on(day)["fpzt"] != VOID:
            return payload
        cancelled = next((c.at for c in self.changes if c.values.get("fpzt") == VOID), self.facts.issued)
        return payload | voided(payload, cancelled.strftime(STAMP))

    @property
    def deductible_kind(self) -> bool:
        """Whether the deduction lists and the risk query know this kind of document (protocols 5.4)."""
        kind, tdys = self.facts.kind, self.facts.tdys
        if kind in SELECTABLE or kind in (CUSTOMS, WITHHOLDING):
            return True
        if kind == "82" and tdys == TOLL:
            return Decimal(self.effective_tax()) > 0
        return kind in ("04", "10", "82", "86") and tdys in AGRICULTURAL

    def effective_tax(self, known: Payload | None = None) -> str:
        """有效抵扣税额 yxdkse: the tax of the face; of farm products nine per cent of their amount.

        `known` is the payload of any day, where the caller has made it already.
        """
        if "yxdkse" in self.overrides:
            return str(self.overrides["yxdkse"])
        face = FACES[self.facts.kind]
        payload = self.payload_on(self.issued_on) if known is None else known
        if self.facts.tdys in AGRICULTURAL and face.net:
            return money(tax_of(Decimal(str(payload[face.net])), FARM_RATE))
        return str(payload[face.tax]) if face.tax else "0.00"

    def in_unselected_list(self, day: date) -> bool:
        """未勾选: a purchase that may be deducted and was not used yet, unless the seed says otherwise."""
        if self.unselected is not None:
            return self.unselected
        mine = self.facts.sjlx == INPUT and not self.facts.red
        return mine and self.deductible_kind and self.status_on(day)["fpyt"] == "0"
