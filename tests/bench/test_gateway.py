"""The gateway section works a whole month through a real workers, and says what the bounds of its figures are."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bench.gateway import APPLICATION, QUESTION, Measured, gateway, rows
from bench.gateway_bureau import INVOICES, Group, Pace
from bench.gateway_work import Worked
from bench.setting import Setting

QUICK = Pace(latency_seconds=0.01, task_seconds=0.1, poll_seconds=0.05, concurrency=4)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator writes its log here."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path))


def test_every_taxpayer_s_month_is_applied_for_once_and_stands_in_the_pool(owner_url: str):
    told = list(gateway(Setting(owner_url, rows=40), QUICK))
    assert [(what, figures.split(" succeeded")[0]) for what, figures in told if "taxpayers" in what] == [
        ("50 taxpayers, an account each", "50 of 50 tasks"),
        ("10 taxpayers, 10 to an account", "10 of 10 tasks"),
    ]
    calls = [map(float, re.findall(r"\d+\.\d+", figures)) for what, figures in told if what == "calls a task"]
    applied, asked = zip(*((each - asking, asking) for each, asking in calls), strict=True)
    assert [round(one, 2) for one in applied] == [1.0, 1.0]
    assert min(asked) >= 2.0  # nothing is ready when it is asked for the first time
    with psycopg.connect(owner_url) as connection:
        assert connection.execute(
            "SELECT count(*), count(DISTINCT taxpayer_no) FROM pool.document WHERE channel = 'etax'"
        ).fetchone() == (60 * INVOICES, 60)


def test_the_bounds_are_what_latency_and_accounts_allow():
    pace = Pace(latency_seconds=0.2, task_seconds=4.0, concurrency=8)
    assert pace.calls_allow == 40.0
    assert pace.accounts_allow(Group.of(1000, sharing=1)) == 250.0
    assert pace.accounts_allow(Group.of(500, sharing=10)) == 12.5
    assert replace(pace, concurrency=16).calls_allow == 80.0


def test_the_figures_are_what_the_rows_say():
    worked = [Worked(100, applying=3.0, collecting=10.0, peak_megabytes=140.0), Worked(400, 17.0, 40.0, 141.5)]
    found = Measured(worked, Counter({APPLICATION: 500, QUESTION: 1500, "login": 1}), 499, 9_980)
    told = dict(rows(Pace(task_seconds=4.0), Group.of(500, sharing=10), found))
    assert told["500 taxpayers, 10 to an account"] == "499 of 500 tasks succeeded in 70.0 s, 9,980 invoices"
    accounts = "12.5 the accounts (one task of 4 s at a time)"
    assert told["applications a second"] == f"25.0; 40.0 allow 8 calls of 0.2 s at a time, {accounts}"
    assert told["answers a second"] == "30.0; 40.0 allow the calls"
    assert told["tasks a second, from end to end"] == f"7.1; 13.3 allow the calls, {accounts}"
    assert told["calls a task"] == "4.00, of which 3.00 ask for the answer"
    assert told["peak memory of the worker"] == "140 MB after 100 tasks, 1.5 MB more after 400 others"


def test_groups_that_share_differently_have_no_taxpayer_in_common():
    alone, shared = Group.of(30, sharing=1), Group.of(30, sharing=10)
    assert not set(alone.numbers) & set(shared.numbers)
    assert len(set(alone.accounts)) == 30
    assert Counter(shared.accounts).most_common()[-1][1] == 10
    assert len(set(shared.accounts)) == 3
