"""The account's queue by itself: turns, expiry, renewal, and a clock that is put back."""

from datetime import datetime, timedelta

import pytest

from simulator.clock import SHANGHAI
from simulator.gateway.accounts import LOST, OFFLINE, ONLINE, Account, most_at_once
from simulator.gateway.settings import GatewaySettings
from simulator.gateway.tasks import Plain, State, Task

NINE = datetime(2027, 1, 20, 9, tzinfo=SHANGHAI)
MINUTE = GatewaySettings(task_seconds=60, session_seconds=600)


def after(minutes: float) -> datetime:
    return NINE + timedelta(minutes=minutes)


def task(number: str, priority: int = 3, at: float = 0) -> Task:
    return Task(number, "q", "t", priority, after(at), lambda _: Plain({}))


def account(login: str = "auto", state: str = ONLINE, *waiting: Task) -> Account:
    return Account("a", "c", login, NINE, state, list(waiting))


def order(worked: Account) -> list[str]:
    return [number for number, _, _ in worked.runs]


def test_whoever_is_waiting_with_the_best_priority_goes_next_and_nobody_is_interrupted():
    busy = account("auto", ONLINE, task("data"), task("files", 4), task("selection", 2, at=0.5))
    busy.work(after(10), MINUTE)
    assert order(busy) == ["data", "selection", "files"]
    assert [start for _, start, _ in busy.runs] == [after(0), after(1), after(2)]


def test_time_that_has_not_passed_does_no_work():
    busy = account("auto", ONLINE, task("a"), task("b"))
    busy.work(after(1.9), MINUTE)
    assert order(busy) == ["a"]


@pytest.mark.parametrize(("login", "done"), [("auto", 12), ("manual", 10)])
def test_a_session_of_ten_minutes_does_ten_tasks_unless_it_renews_itself(login: str, done: int):
    busy = account(login, ONLINE, *(task(str(n)) for n in range(12)))
    busy.work(after(60), MINUTE)
    assert len(busy.runs) == done
    busy.put(ONLINE, after(60))
    busy.work(after(70), MINUTE)
    assert order(busy) == [str(n) for n in range(12)]


@pytest.mark.parametrize(
    ("login", "state", "works"),
    [("auto", OFFLINE, True), ("auto", LOST, False), ("manual", OFFLINE, False), ("manual", LOST, False)],
)
def test_only_an_offline_auto_account_logs_in_by_itself(login: str, state: str, works: bool):
    busy = account(login, state, task("a"))
    busy.work(after(5), MINUTE)
    assert [t.state for t in busy.waiting] == ([] if works else [State.RUNNING])


def test_a_session_that_never_ends():
    forever = GatewaySettings(session_seconds=0)
    assert account("manual").state_at(after(10**6), forever) == ONLINE


def test_a_clock_that_was_put_back_leaves_nobody_waiting_for_the_future():
    busy = account("auto", ONLINE, task("late", at=100))
    busy.since = after(100)
    busy.work(after(200), MINUTE)
    busy.waiting.append(task("early", at=-1000))
    busy.work(after(-900), MINUTE)
    busy.work(after(-899), MINUTE)
    assert order(busy) == ["late", "early"]


def test_runs_that_touch_do_not_overlap_and_runs_that_overlap_are_counted():
    assert most_at_once([("a", after(0), after(1)), ("b", after(1), after(2))]) == 1
    assert most_at_once([("a", after(0), after(2)), ("b", after(1), after(3))]) == 2
    assert most_at_once([]) == 0
    assert most_at_once([("a", after(0), after(0)), ("b", after(0), after(0))]) == 1
