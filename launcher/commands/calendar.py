"""`./fapiao calendar`: every planned or suppressed download of some days, from the very function that plans."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from operator import methodcaller

from fapiao.calendar.explaining import basis_of, explain, label_of, reason_of
from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import Occurrence, occurrences, outside_calendar
from fapiao.enterprise.parameters import parameter_value
from fapiao.enterprise.records import ParameterKey
from fapiao.errors import BadInput
from fapiao.rules.book import RuleBook, rulebook
from fapiao.rules.spellings import Spellings, spellings
from fapiao.texts.catalogue import listed, sentence
from fapiao.written_days import day as written_day
from launcher.options import add_json, add_parameter
from launcher.screen import print_table

SHOWN = {
    "at": "schedule.at",
    "dag_id": "schedule.dag_id",
    "direction": "schedule.direction",
    "document": "schedule.document",
    "download_type": "schedule.download_type",
    "window_start": "schedule.window_start",
    "window_end": "schedule.window_end",
    "window_basis": "schedule.window_basis",
    "verdict": "schedule.verdict",
}
CODES = ("direction", "document", "download_type")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The days, what of them, and how it is shown."""
    day = sentence("placeholders.any_day")
    parser.add_argument("--from", dest="first", required=True, metavar=day, help=sentence("schedule.first"))
    parser.add_argument("--to", dest="last", required=True, metavar=day, help=sentence("schedule.last"))
    parser.add_argument("--channel", metavar=sentence("placeholders.channel"), help=sentence("schedule.channel"))
    parser.add_argument("--job", metavar=sentence("placeholders.job"), help=sentence("schedule.job"))
    parser.add_argument("--frequency", metavar=sentence("placeholders.list"), help=sentence("schedule.frequency"))
    add_parameter(parser, sentence("options.parameter"), sentence("placeholders.parameter"))
    shape = parser.add_mutually_exclusive_group()
    add_json(shape)
    shape.add_argument("--explain", action="store_true", help=sentence("schedule.explain"))


def run(arguments: argparse.Namespace) -> int:
    """Prints; reads the rules files and nothing else. Raises BadInput with every problem at once."""
    rules = rulebook()
    found = _found(arguments, rules)
    if arguments.json:
        for one in found:
            print(json.dumps(asdict(one), ensure_ascii=False, default=methodcaller("isoformat")))
    elif arguments.explain:
        for one in found:
            print(explain(one))
    else:
        print_table([sentence(key) for key in SHOWN.values()], [[_cell(one, name) for name in SHOWN] for one in found])
    return 0


def _found(arguments: argparse.Namespace, rules: RuleBook) -> Iterator[Occurrence]:
    """The occurrences asked for. Raises BadInput before the first one when an argument is wrong."""
    problems: list[str] = []
    first, last = (_day(text, problems) for text in (arguments.first, arguments.last))
    frequency = _frequency(arguments.frequency, problems)
    parameters = _parameters(arguments.param, rules, problems)
    channel = _code("schedule.unknown_channel", rules.words("channel"), arguments.channel, problems)
    jobs = spellings((rule.job, rule.job, (rule.label,)) for rule in rules.calendar)
    job = _code("schedule.unknown_job", jobs, arguments.job, problems)
    if first and last and first > last:
        problems.append(sentence("schedule.turned", first=first, last=last))
    if problems or not first or not last:
        raise BadInput(problems)
    count = (last - first).days + 1
    return (
        one
        for day in (first + timedelta(days=n) for n in range(count))
        for one in occurrences(rules, day, channel=channel, job=job, frequency=frequency, parameters=parameters)
    )


def _day(text: str, problems: list[str]) -> date | None:
    try:
        day = written_day(text)
    except ValueError as wrong:
        problems.append(str(wrong))
        return None
    if objection := outside_calendar(day):
        problems.append(objection)
    return day


def _frequency(text: str | None, problems: list[str]) -> Frequency:
    try:
        return Frequency() if text is None else Frequency.parse(text)
    except BadInput as wrong:
        problems.extend(wrong.problems)
        return Frequency()


def _parameters(texts: list[str], rules: RuleBook, problems: list[str]) -> dict[tuple[str, str], str]:
    known = {(parameter.type, parameter.key) for parameter in rules.parameters}
    found: dict[ParameterKey, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        kind, _, key = name.partition(".")
        if not equals:
            problems.append(sentence("schedule.no_parameter", text=repr(text)))
        elif not {(kind, key), (kind, "*")} & known:
            names = listed(sorted(map(".".join, known)))
            problems.append(sentence("schedule.unknown_parameter", name=repr(name), known=names))
        else:
            found[kind, key] = _read_value((kind, key), value, rules, problems)
    return found


def _read_value(key: ParameterKey, value: str, rules: RuleBook, problems: list[str]) -> str:
    try:
        return parameter_value(key, value, rules)
    except BadInput as wrong:
        problems.extend(wrong.problems)
        return value


def _code(unknown: str, words: Spellings, text: str | None, problems: list[str]) -> str | None:
    found = None if text is None else words.find(text)
    if text is not None and found is None:
        problems.append(sentence(unknown, text=repr(text), known=listed(sorted(words.labels))))
    return found


def _cell(one: Occurrence, name: str) -> object:
    if name == "at":
        return f"{one.at:%Y-%m-%d %H:%M}"
    if name == "verdict":
        return reason_of(one) or sentence(
            "schedule.only_what_is_missing" if one.only_if_missing else "schedule.planned"
        )
    if name in CODES:
        return label_of(name, getattr(one, name))
    return basis_of(one) if name == "window_basis" else getattr(one, name)
