"""The options of a form, and what commands that work for a day or ask before they go on have alike."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from fapiao.forms.fields import DAY_OPTION, Form, Option
from fapiao.tasks import SHANGHAI, RunDay
from fapiao.texts.catalogue import sentence

T = TypeVar("T")
_Parser = argparse.ArgumentParser | argparse._ArgumentGroup


def add_options(parser: _Parser, form: Form) -> None:
    """What the command takes of a form, in its order; the value stands under the name of the field."""
    for field in form:
        if field.option:
            add_option(parser, field.name, field.option, switch=field.kind == "flag")


def add_option(parser: _Parser, name: str, option: Option, *, switch: bool = False) -> None:
    """One option; a switch takes no word."""
    placed = not option.flag.startswith("-")
    settings: dict[str, Any] = {"help": sentence(option.help)} | ({} if placed else {"dest": name})
    if switch:
        settings["action"] = "store_true"
    else:
        metavar = sentence(option.metavar) if option.metavar else None
        settings |= {"metavar": metavar, "type": option.type and spoken(option.type), "choices": option.choices}
        settings |= ({"nargs": "+"} if placed else {"action": "append"}) if option.repeated else {}
    parser.add_argument(option.flag, **settings)


def spoken(reader: Callable[[str], T]) -> Callable[[str], T]:
    """The same reader for argparse, which says by itself only that a value is wrong, not how it is written."""

    def read(text: str) -> T:
        try:
            return reader(text)
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from None

    return read


def add_json(parser: _Parser) -> None:
    """The option --json of whatever prints rows."""
    parser.add_argument("--json", action="store_true", help=sentence("options.json"))


def add_parameter(parser: _Parser, told: str, word: str) -> None:
    """The option --param, again and again; `told` is what becomes of it, `word` stands for a value."""
    parser.add_argument("--param", action="append", default=[], metavar=word, help=told)


def add_day(parser: _Parser) -> None:
    """The option --date."""
    add_option(parser, "date", DAY_OPTION)


def day_of(arguments: argparse.Namespace) -> date:
    """The day to work for: that of --date, else today in Asia/Shanghai."""
    day: date | None = arguments.date
    return day or datetime.now(SHANGHAI).date()


def command_run(arguments: argparse.Namespace, dag_id: str, now: datetime | None = None) -> RunDay:
    """The run that a command is, as if the DAG had made it, for the day of --date or today."""
    now = now or datetime.now(UTC)
    day = arguments.date or now.astimezone(SHANGHAI).date()
    return RunDay(dag_id, f"command__{now.isoformat()}", day, day.isoformat(), explicit=arguments.date is not None)


def confirmed(question: str) -> bool:
    """A terminal is asked; a script that did not say --dry-run means it."""
    if not sys.stdin.isatty():
        return True
    return input(f"{question}[y/N] ").strip().lower() in ("y", "yes", "是")
