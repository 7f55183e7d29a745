"""`./fapiao backfill` of whole years under production quotas: planned, stopped half-way, resumed, the days turned."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from history_rehearsal import HistoryRehearsal, history_rehearsing
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from rehearsal import GENERAL

OTHER = "91440300MA5DABCD1X"
APPLY = "PLFPXZSQ"
DAY = "2027-01-02"
YEARS, TYPES, MONTHS = "2026", ("81", "82"), 12
DOCUMENTS = (("81", "2026-03"), ("82", "2026-11"), ("81", "2026-12"))
"""Type and month of the sales invoices that each of the two companies has."""


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[HistoryRehearsal]:
    """A pool and a bureau on 2 January 2027, with nobody in them; the commands use the same pool."""
    with history_rehearsing(pool_url, monkeypatch, DAY) as found:
        monkeypatch.setenv(POOL_VARIABLE, pool_url)
        monkeypatch.setenv("FAPIAO_LANG", "zh")
        yield found


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command prints; it must succeed."""
    capsys.readouterr()
    assert main(["backfill", *words, "--as", "ming"]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.req("R230", "R238", "R242", "R256", "R262", "R264", "R266", "R272", "A-02", "A-03")
def test_years_of_two_companies_end_complete_and_the_bureau_never_refuses(
    room: HistoryRehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = set()
    for number in (GENERAL, OTHER):
        room.taxpayer(number)
        for kind, month in DOCUMENTS:
            keys.add(room.document(fplx=kind, nsrsbh=number, sjlx="2", kprq=f"{month}-15"))
    room.scheme("81", downloads=["output_full"])
    room.fault("task_fails", service="PLFPXZSQFK", times=1)
    room.run("leqi__history_output", DAY)

    form = ["--taxpayers", f"{GENERAL},{OTHER}", "--years", YEARS, "--types", ",".join(TYPES), "--date", DAY]
    plan = said(capsys, *form, "--dry-run")
    rows = 2 * len(TYPES) * MONTHS
    assert f"子任务 {rows}（已完整，未申请 1 个、申请 {rows - 1} 个）" in plan
    assert f"2 天（2027-01-02：{rows - 2} 次、2027-01-03：1 次）" in plan
    assert [row["job"] for row in room.tasks()] == ["history_output"] * 2

    batches = said(capsys, *form, "--later").split("导入批次号：")[1].splitlines()[0].split("、")
    assert len(batches) == 2
    room.apply_some(DAY, rows // 2)
    said(capsys, "stop", *batches, "--reason", "换班")
    room.sweep(DAY)
    assert len(room.calls(APPLY)) == 2 + rows // 2
    said(capsys, "resume", *batches)
    for n in range(3):
        room.sweep(str(date.fromisoformat(DAY) + timedelta(days=n)))

    assert [row["status_label"] for row in room.history()] == ["全部执行成功"] * 2
    assert [row["succeeded_count"] for row in room.history()] == [row["total_count"] for row in room.history()]
    assert set(room.invoices()) == keys
    assert room.counted() == room.ledger()
    assert sorted(room.counted().values()) == [1] * (rows - 1) + [2]
    assert {call["returncode"] for call in room.calls(APPLY)} == {"00"}
    assert "没有需要申请的" in said(capsys, *form, "--later")
    assert len(room.calls(APPLY)) == rows + 1
