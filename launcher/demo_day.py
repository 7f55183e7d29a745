"""What the demo sets up before a day: parameters, and tasks of last month left open where the day voids them."""

import os
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date

from fapiao.calendar.occurrences import occurrences
from fapiao.enterprise.parameters import with_parameter
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.rules.calendar import EVERY_THIRD_DAY
from fapiao.tasks import RunDay
from fapiao.texts.catalogue import sentence
from fapiao.windows import month_start
from hooks.enterprise.basics import change
from hooks.pool.sessions import open_session
from operators.run_context import account

VOIDING_DAYS = (2, 6)
"""每月2号 and 6号 void what the month before left open (R084)."""
LEFT_OPEN = ("etax", "current_month")


def due_dags(day: date) -> list[str]:
    """The DAGs the calendar fires on the day, full downloads first, so that status updates find what they update."""
    named = dict.fromkeys(one.dag_id for one in occurrences(rulebook(), day))
    return sorted(named, key=lambda dag_id: ("status" in dag_id, "incremental" in dag_id))


def set_parameters(url: str, texts: Iterable[str]) -> None:
    """Sets `type.key=value` as a person would. Raises BadInput for a text that is none, or an unknown parameter."""
    rules = rulebook()
    with open_session(url) as connection:
        for text in texts:
            name, equals, value = text.partition("=")
            kind, dot, key = name.partition(".")
            if not (equals and dot):
                raise BadInput([sentence("rehearsal.no_parameter", text=repr(text))])
            change(
                connection,
                lambda before, key=(kind, key), value=value: with_parameter(before, key, value, rules, True),
                account(),
            )


def leave_something_open(url: str, day: date, environment: Mapping[str, str]) -> int:
    """On a voiding day, what 电子税局 planned in the month before and nobody worked on; how many rows were planned."""
    if day.day not in VOIDING_DAYS:
        return 0
    before = month_start(day, 1)
    last = max(number for number in EVERY_THIRD_DAY if number <= monthrange(before.year, before.month)[1])
    then = before.replace(day=last)
    # Planning lives beside Airflow's operators, and Airflow reads its environment when it is imported.
    os.environ.update(environment)
    from operators.downloads.plan import plan_day  # noqa: PLC0415

    channel, job = LEFT_OPEN
    run = RunDay(f"{channel}__{job}", f"demo__{then}", then, then.isoformat(), explicit=True)
    with open_session(url) as connection:
        return plan_day(connection, run, channel, job).planned
