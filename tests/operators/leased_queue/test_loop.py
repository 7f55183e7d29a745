"""The loop of a worker: it ends where nothing is left, where the same rows come back, and where only time passes."""

import logging
from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from operators.leased_queue import loop
from operators.leased_queue.loop import MOST_IDLE_ROUNDS, TURN_SECONDS, run_until_idle, run_until_none_due


def rows(*batches: str) -> list[Any]:
    """Claimed rows of which only the number counts."""
    return [SimpleNamespace(batch_no=one) for one in batches]


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Every wait; the clock goes on by it at once."""
    taken: list[float] = []
    monkeypatch.setattr(loop.time, "sleep", taken.append)
    monkeypatch.setattr(loop.time, "monotonic", lambda: sum(taken))
    return taken


def after(*answers: Any) -> Callable[[], Any]:
    """Says these one after the other, the last for ever."""
    left = [*answers]
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_batches_are_handled_until_none_is_due() -> None:
    handled: list[str] = []
    claim = after(rows("A", "B"), rows("C"), [])
    assert run_until_none_due(claim, lambda found: handled.extend(one.batch_no for one in found)) == 3
    assert handled == ["A", "B", "C"]


def test_rows_that_are_due_again_at_once_are_left_to_the_next_run() -> None:
    assert run_until_none_due(after(rows("A", "B"), rows("B"), rows("A")), len) == 3
    assert run_until_none_due(after(rows("A"), rows("A", "B"), rows("B")), len) == 4


def test_a_real_wait_ends_the_rounds_and_a_short_one_is_waited_out(naps: list[float]) -> None:
    assert run_until_idle("etax", after((0, 2), (1, 1)), after((3, 2.0), (2, 60.0))) == 3
    assert naps == [2.0]


@pytest.mark.parametrize("next_due", [(0, None), (4, None)])
def test_nothing_open_or_nothing_that_time_makes_due_ends_them(
    next_due: tuple[int, float | None], naps: list[float]
) -> None:
    assert run_until_idle("etax", after((0, 1)), after(next_due)) == 1
    assert naps == []


def test_rows_that_nobody_can_take_are_left_with_a_sentence(
    naps: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert run_until_idle("channel etax", after((0, 0)), after((3, 0.0))) == 0
    assert len(naps) == MOST_IDLE_ROUNDS - 1
    assert "channel etax: 3 rows are open and due again and again; the next worker goes on with them" in caplog.text


def test_a_queue_may_have_a_bound_of_rounds_too(naps: list[float], caplog: pytest.LogCaptureFixture) -> None:
    assert run_until_idle("etax", after((0, 1)), after((1, 0.1)), 50) == 50
    assert len(naps) == 49
    assert "due again and again" in caplog.text


def test_rows_that_move_and_come_back_have_their_turn_and_no_more(naps: list[float]) -> None:
    """Selections had no bound of time: 50 rounds, however long each took."""
    assert run_until_idle("etax", after((0, 1)), after((1, 3.0))) == len(naps) + 1
    assert TURN_SECONDS < sum(naps) <= TURN_SECONDS + 3.0


@pytest.mark.finding("F91")
def test_a_queue_that_fills_as_fast_as_it_is_worked_has_its_turn_and_no_more(
    naps: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    numbers = count(1)

    def handle(_: object) -> None:
        naps.append(60.0)

    assert run_until_none_due(lambda: rows(f"B{next(numbers)}"), handle) == TURN_SECONDS // 60 + 1
    assert "more are due; the next worker goes on" in caplog.text
