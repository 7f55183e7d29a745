"""The loop of a worker: due rows until none is left, with short waits in between, and never for ever."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from fapiao.tasks import ClaimedRow

SHORT_WAIT_SECONDS = 3.0
"""A wait shorter than the cost of a reschedule is waited out in place."""
MOST_IDLE_ROUNDS = 20
"""Rounds that move no row although one is said to be due."""
TURN_SECONDS = 300.0
"""How long one queue may go on with rows that come back after a short wait, before others have their turn."""

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=ClaimedRow)
Row_co = TypeVar("Row_co", bound=ClaimedRow, covariant=True)
Result = TypeVar("Result")


class Claiming(Protocol[Row_co]):
    """Claims due rows: such as no worker ended over, or `suspects` alone."""

    def __call__(self, limit: int, *, suspects: bool) -> Sequence[Row_co]:
        """Up to `limit` of them."""
        ...


def suspects_last(claim: Claiming[Row], limit: int) -> Sequence[Row]:
    """Up to `limit` due rows; those that broke a worker come last and alone, so that who breaks it shows."""
    return claim(limit, suspects=False) or claim(1, suspects=True)


def run_until_none_due(claim: Callable[[], Sequence[Row]], handle: Callable[[Sequence[Row]], object]) -> int:
    """Handles what is claimed until none is due, or the same rows are due again; how many were handled.

    A queue that fills as fast as it is worked is left after its turn, with a sentence.
    """
    handled, seen, end = 0, set[str](), time.monotonic() + TURN_SECONDS
    while rows := claim():
        handle(rows)
        handled += len(rows)
        these = {row.batch_no for row in rows}
        if these <= seen:
            log.info("%s: due again at once; left to the next round", ", ".join(sorted(these)))
            break
        if time.monotonic() > end:
            log.warning("%d rows were handled in this turn and more are due; the next worker goes on", handled)
            break
        seen |= these
    return handled


def run_until_idle(
    name: str,
    round_of: Callable[[], tuple[int, int]],
    next_due: Callable[[], tuple[int, float | None]],
    most_rounds: float = math.inf,
) -> int:
    """Rounds until the next row is due only after a real wait; how many rows were handled.

    `round_of` says how many rows a login set going and how many were handled, `next_due` how many are open and the
    seconds to the earliest. A queue whose rows keep coming back, or are due and cannot be taken, is left to the next
    worker with a sentence, so that those behind it have their turn.
    """
    handled, idle, rounds, end = 0, 0, 0, time.monotonic() + TURN_SECONDS
    while True:
        freed, done = round_of()
        handled, idle, rounds = handled + done, 0 if freed or done else idle + 1, rounds + 1
        open_rows, seconds = next_due()
        if not open_rows or seconds is None or seconds > SHORT_WAIT_SECONDS:
            return handled
        if idle == MOST_IDLE_ROUNDS or rounds == most_rounds or time.monotonic() > end:
            log.warning(
                "%s: %d rows are open and due again and again; the next worker goes on with them", name, open_rows
            )
            return handled
        time.sleep(max(seconds, 0.05))


def take_turns(turns: Mapping[str, Callable[[], Result]], verb: str) -> list[Result]:
    """Every turn in order, whatever becomes of those before it; what they came to. Raises the first failure at the end.

    A channel that cannot be worked, for want of its connection perhaps, holds up no other.
    """
    results, failures = [], []
    for name, turn in turns.items():
        try:
            results.append(turn())
        except Exception as failure:
            log.exception("%s cannot be %s", name, verb)
            failures.append(failure)
    if failures:
        raise failures[0]
    return results
