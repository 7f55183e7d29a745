"""The downloads that are answered oddly, and how each is planned, asked and asked again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hostile_bureau import Hostile, HostileBureau
from hostile_room import HostileRoom, Standing, at, three_documents
from independent_bureau import IndependentBureau
from truth import Party

ANSWERS = Path(__file__).resolve().parents[1] / "hostile_answers" / "answers.yaml"
LONGEST_TEXT = 2600
"""Characters of code, text and advice together."""
HOURS = (1, 4)
"""After how many hours the answers are collected while the bureau is hostile."""


@dataclass(frozen=True)
class Service:
    """A job of the calendar on its day; `seeded_by` a healthy run before it that brings the documents."""

    dag: str
    day: str
    again: str
    downloads: tuple[str, ...]
    direction: str
    issued: tuple[str, str, str]
    state: Mapping[str, str] = field(default_factory=dict)
    seeded_by: tuple[str, str] | None = None

    @property
    def channel(self) -> str:
        """Whose companies these are."""
        return self.dag.partition("__")[0]


JANUARY = ("2027-01-15", "2027-01-16", "2027-01-17")
SERVICES = {
    "leqi_full": Service("leqi__history_output", "2027-02-02", "2027-02-03", ("output_full",), "output", JANUARY),
    "leqi_increment": Service("leqi__incremental", "2027-01-07", "2027-01-08", ("input_incremental",), "input", ("2027-01-04",) * 3),
    "leqi_risk": Service(
        "leqi__risk_status", "2027-01-07", "2027-01-08", ("input_incremental", "input_status"), "input", ("2027-01-02",) * 3,
        {"recognised": "2027-01-05T10:00:00"}, ("leqi__incremental", "2027-01-05")),
    "gateway_full": Service("etax__history_output", "2027-02-02", "2027-02-03", ("output_full",), "output", JANUARY),
    "gateway_status": Service(
        "soft_certificate__status_update", "2027-01-07", "2027-01-08", ("input_full", "input_status"), "input", ("2027-01-02",) * 3,
        {}, ("soft_certificate__current_month", "2027-01-05")),
}  # fmt: skip


@cache
def data() -> dict[str, Any]:
    """The data as it is written; it takes half a second to read, and every answer looks at it."""
    found: dict[str, Any] = yaml.safe_load(ANSWERS.read_text(encoding="utf-8"))
    return found


def answers() -> list[dict[str, Any]]:
    """What is sent, and what becomes of it."""
    found: list[dict[str, Any]] = data()["answers"]
    return found


def answers_of(service: str) -> list[dict[str, Any]]:
    """Those that this service is sent."""
    return [one for one in answers() if _is_sent(one, service)]


def _is_sent(answer: dict[str, Any], service: str) -> bool:
    return service in answer["services"] or (answer["services"] == "everywhere" and service in SERVICES)


def _for(service: str, value: Any) -> Any:
    """What a service expects, where services differ."""
    return value.get(service, value.get("others")) if isinstance(value, dict) else value


@dataclass(frozen=True)
class Outcome:
    """Where every company stood, by the id of its answer; and what the worker took."""

    after_hostile: Mapping[str, Standing]
    after_healthy: Mapping[str, Standing]
    ends: list[str]
    megabytes: int

    def differences(self, service: str, answer: dict[str, Any]) -> list[str]:
        """A sentence for everything that became of a company otherwise than the data says."""
        expected = data()["outcomes"][_for(service, answer["ends"])]
        hostile, healthy = self.after_hostile[answer["id"]], self.after_healthy[answer["id"]]
        seen = {
            "status": hostile.row["status"],
            "brought": hostile.brought(service),
            "rejected": len(hostile.rejected),
            "waits": hostile.waits(),
            "then": healthy.row["status"],
            "brings": healthy.brought(service),
        }
        wanted = {name: _for(service, expected[name]) for name in seen if name in expected}
        wrong = [
            f"{answer['id']} on {service}: {name} is {seen[name]!r}, not {value!r}; {hostile.said()}"
            for name, value in wanted.items()
            if seen[name] != value and value is not None and seen[name] is not None
        ]
        return wrong + _unsaid(service, answer, hostile)


def _unsaid(service: str, answer: dict[str, Any], hostile: Standing) -> list[str]:
    """What the row does not say: its code, the sentence, or that it is a sentence one can read."""
    code, said, told = _for(service, answer.get("code")), _for(service, answer.get("said")), hostile.said()
    missing = [part for part in (code, said) if part and str(part) not in told]
    wrong = [f"{answer['id']} on {service}: {part!r} is not in {told!r}" for part in missing]
    long = [f"{answer['id']} on {service}: a text of {len(told)} characters" for _ in [0] if len(told) > LONGEST_TEXT]
    silent = hostile.row["status"] not in ("succeeded", "no_data") and not (
        hostile.row["error_code"] and hostile.row["error_message"]
    )
    return wrong + long + [f"{answer['id']} on {service}: no sentence" for _ in [0] if silent and "code" in answer]


def company(number: int) -> Party:
    """A company of the suite."""
    return Party(f"91310000MA{number:08d}", "示例公司")


def bureau_of(service: Service, asked: list[dict[str, Any]], name: str) -> HostileBureau:
    """The bureau with a company and three documents for each answer."""
    bureau = HostileBureau(IndependentBureau(date.fromisoformat(service.day), unready_polls=0), hostile=False)
    days = [date.fromisoformat(day) for day in service.issued]
    for number, one in enumerate(asked, start=1):
        owner = company(number)
        bureau.bureau.documents += three_documents(owner, number, service.direction, days, **service.state)
        bureau.answers[owner.number] = Hostile(name, one["at"], one["send"], one.get("times"))
    return bureau


def run(room: HostileRoom, service: Service, asked: list[dict[str, Any]]) -> Outcome:
    """The hostile day, then the healthy one."""
    owners = _companies(room, service, asked)
    if service.seeded_by:
        dag, day = service.seeded_by
        _steps(room, dag, ("plan", "apply"), at(f"{day}T09:00:00"))
        room.step("collect", dag, at(f"{day}T10:00:00"))
    room.bureau.hostile = True
    _steps(room, service.dag, ("plan", "apply"), at(f"{service.day}T09:00:00"))
    for hours in HOURS:
        room.step("collect", service.dag, at(f"{service.day}T09:00:00", hours=hours))
    return _healthy_day(room, service, owners, room.standings(service.dag))


def _companies(room: HostileRoom, service: Service, asked: list[dict[str, Any]]) -> dict[str, str]:
    """The id of each company's answer."""
    owners = {company(number).number: one["id"] for number, one in enumerate(asked, start=1)}
    room.companies(list(owners), service.channel, list(service.downloads))
    return owners


def _steps(room: HostileRoom, dag: str, steps: tuple[str, ...], now: datetime) -> None:
    for step in steps:
        room.step(step, dag, now)


def _healthy_day(
    room: HostileRoom, service: Service, owners: Mapping[str, str], hostile: Mapping[str, Standing]
) -> Outcome:
    room.bureau.hostile = False
    _steps(room, service.dag, ("plan", "apply"), at(f"{service.again}T21:00:00"))
    for hours in (1, 2):
        room.step("collect", service.dag, at(f"{service.again}T21:00:00", hours=hours))
    named = [{owners[owner]: one for owner, one in found.items()} for found in (hostile, room.standings(service.dag))]
    return Outcome(*named, room.ends, room.megabytes)
