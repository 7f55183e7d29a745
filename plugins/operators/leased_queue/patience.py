"""Waiting out: what cannot be asked now is asked again, ever more seldom, for as long as the bureau keeps results."""

from collections.abc import Callable
from typing import Any

from fapiao.errors import BureauError, Refused
from fapiao.rules.book import rulebook
from fapiao.tasks import ClaimedRow
from fapiao.texts.said import said
from hooks.queues.leased_table import LeasedTable
from operators.leased_queue.guard import is_last_try

LAPSED = "TICKET_LAPSED"


def wait_out(
    queue: LeasedTable[Any], row: ClaimedRow, error: BureauError, give_up: Callable[[BureauError], object]
) -> None:
    """Puts the row off without an attempt; after the days of replies.yaml it is given up with a sentence (ADR 0042).

    The days count from the application on, or else from the first time in a row.
    """
    rule = rulebook().patience(row.channel)
    waits, seconds = queue.waited(row)
    if is_last_try(waits) and seconds >= rule.kept_seconds:
        give_up(_lapsed(error, rule.kept_days))
    else:
        queue.wait_out(row, rule.next_wait(error.wait_seconds, waits), error)


def _lapsed(error: BureauError, days: int) -> Refused:
    text = said("errors.lapsed", days=days, code=error.code, why=error.said)
    return Refused(LAPSED, text, answer=error.answer)
