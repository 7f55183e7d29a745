"""Why a download is planned or not, for people: rule, window, source and the manual's own sentence."""

from fapiao.calendar.occurrences import Occurrence, reason_in
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence
from fapiao.texts.language import Language, language

BASES = {
    "issue_date": "schedule.issue_date",
    "collection_date": "schedule.collection_date",
    "recognition_date": "schedule.recognition_date",
    "tax_period": "schedule.tax_period",
}
"""By which day of a document a window counts."""


def explain(one: Occurrence) -> str:
    """All of it in a line, out of the occurrence itself."""
    values = {
        "at": f"{one.at:%Y-%m-%d %H:%M}",
        "dag_id": one.dag_id,
        "direction": label_of("direction", one.direction),
        "document": label_of("document", one.document),
        "rule": one.rule,
        "source": one.source,
        "text": one.text,
    }
    whole = "schedule.explained_in_part" if one.assumed else "schedule.explained"
    return sentence(whole, verdict=_verdict(one), days=_days(one), **values)


def basis_of(one: Occurrence) -> str:
    """By which day of a document the window counts."""
    return sentence(BASES[one.window_basis])


def label_of(kind: str, code: str) -> str:
    """A code of statuses.yaml as people read it: its label where Chinese is spoken."""
    return rulebook().codes_of(kind).get(code, code) if language() == "zh" else code


def reason_of(one: Occurrence) -> str | None:
    """Why it is not planned, in the language that is spoken; None where it is planned."""
    return reason_told(one, language())


def reason_told(one: Occurrence, spoken: Language) -> str | None:
    """The same in one language: a row is written in Chinese, whoever runs the command."""
    if one.reason_code is None:
        return None
    rule = next(rule for rule in rulebook().calendar if rule.id == one.rule)
    return reason_in(spoken, one.reason_code, rule, one.at.date())


def _verdict(one: Occurrence) -> str:
    if one.suppressed:
        return sentence("schedule.not_planned", reason=reason_of(one))
    if one.only_if_missing:
        return sentence("schedule.planned_for_missing")
    if one.one_a_month:
        return sentence("schedule.planned_once")
    planned = sentence("schedule.planned_unless_complete" if one.unless_complete else "schedule.planned")
    return sentence("schedule.and_voids", planned=planned, jobs=one.voids) if one.voids else planned


def _days(one: Occurrence) -> str:
    if one.window_start:
        return sentence("schedule.days", first=one.window_start, last=one.window_end, basis=basis_of(one))
    return sentence("schedule.no_days" if one.suppressed else "schedule.current_period")
