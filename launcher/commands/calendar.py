"""`./fapiao calendar`: every planned or suppressed download of some days, from the very function that plans."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from operator import methodcaller

from fapiao.calendar.frequency import Frequency
from fapiao.calendar.occurrences import FIRST_DAY, LAST_DAY, Occurrence, explain, occurrences
from fapiao.enterprise.parameters import parameter_value
from fapiao.enterprise.records import ParameterKey
from fapiao.errors import BadInput
from fapiao.rules.book import RuleBook, rulebook
from fapiao.rules.spellings import Spellings, spellings
from fapiao.written_days import day as written_day
from launcher.screen import print_table

SHOWN = (
    "at",
    "dag_id",
    "direction",
    "document",
    "download_type",
    "window_start",
    "window_end",
    "window_basis",
    "verdict",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The days, what of them, and how it is shown."""
    parser.add_argument("--from", dest="first", required=True, metavar="DAY", help="first day, like 2027-01-01")
    parser.add_argument("--to", dest="last", required=True, metavar="DAY", help="last day, included")
    parser.add_argument(
        "--channel",
        help="only this channel, code or label: etax, leqi, soft_certificate, tax_disk or aisino",
    )
    parser.add_argument("--job", help="only this job, by its name or label, like incremental")
    parser.add_argument(
        "--frequency",
        metavar="LIST",
        help="days of the running month's downloads, like '5;10;15;21;-1' (default 5;10;15;20;26)",
    )
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="type.key=value",
        help="as if this parameter were set; may be repeated",
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object a line")
    shape.add_argument(
        "--explain", action="store_true", help="one sentence a line: rule, window, source, the manual's words"
    )


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
        print_table(SHOWN, [[_cell(one, name) for name in SHOWN] for one in found])
    return 0


def _found(arguments: argparse.Namespace, rules: RuleBook) -> Iterator[Occurrence]:
    """The occurrences asked for. Raises BadInput before the first one when an argument is wrong."""
    problems: list[str] = []
    first, last = (_day(text, problems) for text in (arguments.first, arguments.last))
    frequency = _frequency(arguments.frequency, problems)
    parameters = _parameters(arguments.param, rules, problems)
    channel = _code("channel", rules.words("channel"), arguments.channel, problems)
    jobs = spellings((rule.job, rule.job, (rule.label,)) for rule in rules.calendar)
    job = _code("job", jobs, arguments.job, problems)
    if first and last and first > last:
        problems.append(f"--from {first} lies after --to {last}")
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
    except ValueError:
        problems.append(f"{text!r} is not a day like 2027-01-31")
        return None
    if not FIRST_DAY <= day <= LAST_DAY:
        problems.append(f"{day} is outside the calendar, which knows {FIRST_DAY} to {LAST_DAY}")
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
            problems.append(f"--param {text!r} is not type.key=value, like rim_download.open_replenish_last_month=1")
        elif not {(kind, key), (kind, "*")} & known:
            problems.append(f"--param {name!r} is unknown; known are {', '.join(sorted(map('.'.join, known)))}")
        else:
            found[kind, key] = _read_value((kind, key), value, rules, problems)
    return found


def _read_value(key: ParameterKey, value: str, rules: RuleBook, problems: list[str]) -> str:
    try:
        return parameter_value(key, value, rules)
    except BadInput as wrong:
        problems.extend(wrong.problems)
        return value


def _code(what: str, words: Spellings, text: str | None, problems: list[str]) -> str | None:
    found = None if text is None else words.find(text)
    if text is not None and found is None:
        problems.append(f"{what} {text!r} is unknown; known are {', '.join(sorted(words.labels))}")
    return found


def _cell(one: Occurrence, name: str) -> object:
    if name == "at":
        return f"{one.at:%Y-%m-%d %H:%M}"
    if name == "verdict":
        return one.suppressed or ("only what is missing" if one.only_if_missing else "planned")
    return getattr(one, name)
