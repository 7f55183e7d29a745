"""历史发票数据同步 through real runs of its DAG: dry run, quota over days, stop and resume, 乐企 and rpa, usage, monthly."""

from collections.abc import Iterator
from datetime import date

import pytest

from history_rehearsal import HistoryRehearsal, history_rehearsing
from operators.history.batches import resume, retry, stop
from rehearsal import GENERAL

OTHER = "91440300MA5DABCD1X"
APPLY = "PLFPXZSQ"
DAY = "2027-01-20"
LAST_HALF = ["2026-10..2026-12"]


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[HistoryRehearsal]:
    """A pool and a bureau on 20 January 2027, with nobody in them."""
    with history_rehearsing(pool_url, monkeypatch, DAY) as found:
        yield found


@pytest.mark.req("R238", "R270")
def test_the_form_is_a_dry_run_unless_it_is_told_otherwise(room: HistoryRehearsal) -> None:
    room.taxpayer()
    room.press(DAY, taxpayers=[GENERAL], years=["2026"], dry_run=True)
    assert (room.tasks(), room.history(), room.calls(APPLY)) == ([], [], [])


@pytest.mark.req("R229", "R230", "R235", "R236", "R242", "R243", "R253", "R254", "R255", "R272", "R273", "G14")
def test_two_tax_numbers_are_two_tasks_with_a_subtask_a_month(room: HistoryRehearsal) -> None:
    for number in (GENERAL, OTHER):
        room.taxpayer(number)
        room.document(fplx="81", nsrsbh=number, sjlx="2", kprq="2026-11-15")
    room.press(DAY, taxpayers=[GENERAL, OTHER], months=LAST_HALF, invoice_types=["81", "82"])

    found = room.history()
    assert {(row["taxpayer_no"], row["status_label"], row["total_count"]) for row in found} == {
        (GENERAL, "全部执行成功", 1),
        (OTHER, "全部执行成功", 1),
    }
    first = found[0]
    assert (first["succeeded_count"], first["method_label"], first["channel_label"]) == (1, "税局下载", "乐企")
    assert (first["created_by"], first["org_name"], first["invoice_types"]) == ("dag_test", "总部", ["82", "81"])
    assert [str(row["issue_month"]) for row in room.months(first["batch_no"])] == [
        "2026-10-01",
        "2026-11-01",
        "2026-12-01",
    ]
    assert len({row["batch_no"] for row in found}) == 2
    modules = {row["module_code"] for row in room.tasks()}
    assert modules == {"F17029"}
    assert {row["direction"] for row in room.invoices().values()} == {"output"}


@pytest.mark.req("R246", "R247", "R257", "A-41")
def test_a_failed_month_makes_the_task_partial_and_its_retry_makes_it_whole(room: HistoryRehearsal) -> None:
    room.taxpayer()
    room.fault("task_fails", service="PLFPXZSQFK", times=1)
    room.press(DAY, taxpayers=[GENERAL], months=LAST_HALF, invoice_types=["81"])
    (partial,) = room.history()
    assert (partial["status_label"], partial["failed"], partial["succeeded"]) == ("部分执行成功", 1, 2)

    (again,) = retry(room.pool, "ming", [partial["batch_no"]], date(2027, 1, 20))
    (waiting,) = [row for row in room.tasks() if row["batch_no"] == again]
    assert str(waiting["not_before_day"]) == "2027-01-21"
    assert room.history()[0]["status_label"] == "同步中"
    room.sweep(DAY)
    assert len(room.calls(APPLY)) == 3
    room.sweep("2027-01-21")

    (whole,) = room.history()
    assert (whole["status_label"], whole["tasks"]) == ("全部执行成功", 3)
    assert len(room.calls(APPLY)) == 4
    assert room.counted() == room.ledger()


@pytest.mark.req("R244", "R249", "R256", "A-09", "A-41")
def test_what_was_stopped_half_way_goes_on_without_a_second_application(room: HistoryRehearsal) -> None:
    room.taxpayer()
    key = room.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-12-15")
    batch = room.plan_only(DAY, taxpayers=[GENERAL], months=LAST_HALF, invoice_types=["81"])
    assert room.history()[0]["status_label"] == "待同步"
    room.apply_some(DAY, 2)
    assert room.history()[0]["status_label"] == "同步中"

    stopped = stop(room.pool, "ming", [batch], "换通道")

    assert len(stopped) == 3
    assert {(row["void_state"], row["void_reason"]) for row in room.tasks()} == {("terminated", "换通道")}
    assert room.history()[0]["status_label"] == "全部执行失败"
    room.sweep(DAY)
    assert len(room.calls(APPLY)) == 2

    assert len(resume(room.pool, "ming", [batch])) == 3
    room.sweep(DAY)

    assert (room.history()[0]["status_label"], list(room.invoices())) == ("全部执行成功", [key])
    assert len(room.calls(APPLY)) == 3
    assert room.counted() == room.ledger() == {(GENERAL, "81", f"2026{month}"): 1 for month in (10, 11, 12)}


@pytest.mark.req("R257", "R241", "A-39")
def test_a_form_pressed_again_asks_for_nothing_that_is_complete_or_under_way(room: HistoryRehearsal) -> None:
    room.taxpayer()
    form = {"taxpayers": [GENERAL], "invoice_types": ["81"]}
    room.press(DAY, **form, months=["2026-11"])
    room.plan_only(DAY, **form, months=["2026-12"])
    room.press(DAY, **form, months=LAST_HALF)

    assert [(row["first_month"].month, row["status"]) for row in room.history()] == [
        (11, "succeeded"),
        (12, "succeeded"),
        (10, "succeeded"),
    ]
    assert sorted(room.left_out()) == [("2026-11", "already_complete"), ("2026-12", "under_way")]
    assert set(room.counted().values()) == {1}
    room.press(DAY, **form, months=LAST_HALF)
    assert len(room.history()) == 3


@pytest.mark.req("R268", "A-50")
def test_months_before_the_authorisation_fail_without_a_call_and_never_read_as_empty(room: HistoryRehearsal) -> None:
    room.taxpayer(authorised_on="2026-12-01")
    room.press(DAY, taxpayers=[GENERAL], months=LAST_HALF, invoice_types=["81"])
    assert [(row["issue_month"].month, row["status_label"]) for row in room.months(room.history()[0]["batch_no"])] == [
        (10, "全部执行失败"),
        (11, "全部执行失败"),
        (12, "全部执行成功"),
    ]
    assert {row["error_code"] for row in room.tasks(status="download_failed")} == {"NOT_OBTAINABLE"}
    assert len(room.calls(APPLY)) == 1


@pytest.mark.finding("F07", "F10")
@pytest.mark.req("A-50")
def test_the_month_of_the_authorisation_is_asked_for_from_that_day_on_and_said_to_lack_the_rest(
    room: HistoryRehearsal,
) -> None:
    room.taxpayer(authorised_on="2026-11-15")
    room.scheme("81", downloads=["output_full"])
    room.press(DAY, taxpayers=[GENERAL], months=["2026-11"], invoice_types=["81"])
    (task,) = room.tasks(dag_id="history_sync")
    assert (str(task["window_start"]), str(task["window_end"]), task["schemes"]) == (
        "2026-11-15",
        "2026-11-30",
        ["全量"],
    )
    assert room.left_out() == [("2026-11", "before_authorisation")]

    room.press(DAY, taxpayers=[GENERAL], months=["2026-11"], invoice_types=["81"])

    assert len(room.tasks(dag_id="history_sync")) == 1
    assert ("2026-11", "part_complete") in room.left_out()


@pytest.mark.req("R232", "R260", "R250", "R251")
def test_rpa_brings_the_same_months_without_a_quota(room: HistoryRehearsal) -> None:
    room.company()
    key = room.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-11-15")
    room.press(DAY, channel="etax", taxpayers=[GENERAL], months=LAST_HALF, invoice_types=["81"])
    (task,) = room.history()
    assert (task["status_label"], task["channel_label"], list(room.invoices())) == ("全部执行成功", "rpa", [key])
    assert room.ledger() == {}


@pytest.mark.req("R237", "R240", "R285", "R286", "R287", "R288")
def test_the_usage_of_positive_sales_invoices_reaches_the_pool(room: HistoryRehearsal) -> None:
    room.taxpayer()
    codes = {"fpyt": "1", "xfsyt": "01", "rzzt": "02"}
    blue = room.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-11-15", **codes)
    red = room.document(
        fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-11-16", payload={"sflzfp": "N", "hjje": "-10.00"}
    )
    form = {"taxpayers": [GENERAL], "months": ["2026-11", "2026-12"], "invoice_types": ["81"]}
    room.press(DAY, **form)
    room.press(DAY, **form, data_type="usage")

    usage = room.history()[-1]
    assert (usage["status_label"], usage["data_type_label"], usage["total_count"]) == (
        "全部执行成功",
        "发票用途状态",
        1,
    )
    row, other = room.invoices()[blue], room.invoices()[red]
    assert (row["vat_usage"], row["consumption_tax_usage"], row["entry_status"]) == ("1", "01", "02")
    assert (other["vat_usage"], other["entry_status"]) == (None, None)
    assert [call["request"]["fphm"] for call in room.calls("FPZTXXCX")] == [blue]

    room.post("change", key=blue, rzzt="03")
    room.press("2027-01-21", **form, data_type="usage")
    assert room.invoices()[blue]["entry_status"] == "03"


@pytest.mark.req("R239", "R258", "R278", "R279", "R280", "R289", "A-13", "A-14", "A-29")
def test_on_the_5th_the_month_before_is_updated_once_and_not_where_day_2_brought_it(room: HistoryRehearsal) -> None:
    room.taxpayer()
    room.scheme("81", downloads=["output_full"])
    key = room.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15", rzzt="02")
    room.press("2027-02-01", taxpayers=[GENERAL], auto_update=["details", "usage"])
    room.press("2027-02-01", taxpayers=[GENERAL], auto_update=["details"])
    assert (room.history(), room.tasks()) == ([], [])
    room.run("leqi__history_output", "2027-02-02")

    room.run("history_auto_update", "2027-02-05")

    details, usage = (room.tasks(job=job) for job in ("history_auto_update", "history_usage"))
    assert "81" not in {code for row in details for code in row["invoice_types"]}
    assert len(details) == 5
    assert {(str(row["window_start"]), str(row["window_end"])) for row in details} == {("2027-01-01", "2027-01-31")}
    assert ("2027-01", "already_complete") in room.left_out()
    assert len(usage) == 6
    assert room.invoices()[key]["entry_status"] == "02"
    assert {row["status_label"] for row in room.history()} == {"全部执行成功"}
    assert {row["module_code"] for row in details + usage} == {"F17029"}


@pytest.mark.req("R279")
def test_nobody_who_did_not_ask_is_updated(room: HistoryRehearsal) -> None:
    room.taxpayer()
    room.run("history_auto_update", "2027-02-05")
    assert room.tasks() == []


def test_a_history_row_waits_behind_the_calendar(room: HistoryRehearsal) -> None:
    """Whatever the calendar plans has a smaller number, and so is claimed first."""
    room.taxpayer()
    room.scheme("81")
    room.plan_only(DAY, taxpayers=[GENERAL], months=["2026-11"], invoice_types=["81"])
    room.run("leqi__current_month", DAY)
    highest = room.pool.execute("SELECT job, priority FROM sync.task ORDER BY priority DESC LIMIT 1").fetchone()
    assert highest["job"] == "history_sync"


@pytest.mark.req("A-02", "R262", "R266")
def test_a_backfilled_calendar_day_spends_from_the_same_ledger(room: HistoryRehearsal) -> None:
    """Airflow's own backfill makes runs of earlier days: what they spend today, a history sync plans around."""
    room.taxpayer()
    room.scheme("81", downloads=["output_full"])
    room.fault("task_fails", service="PLFPXZSQFK", times=1)
    room.backfill_run("leqi__history_output", "2026-12-02", clock=DAY)
    (backfilled,) = room.tasks(dag_id="leqi__history_output")
    assert (str(backfilled["window_start"]), backfilled["status"]) == ("2026-11-01", "download_failed")

    room.press(DAY, taxpayers=[GENERAL], months=["2026-11"], invoice_types=["81"])

    (planned,) = room.tasks(dag_id="history_sync")
    assert (planned["status"], str(planned["not_before_day"])) == ("pending", "2027-01-21")
    room.sweep("2027-01-21")
    assert room.history()[0]["status_label"] == "全部执行成功"
    assert room.counted() == room.ledger() == {(GENERAL, "81", "202611"): 2}
    assert {call["returncode"] for call in room.calls(APPLY)} == {"00"}


@pytest.mark.slow
@pytest.mark.req("R230", "R238", "R262", "R264", "R266", "R272", "A-02", "A-03", "A-12")
def test_two_years_under_production_quotas_end_complete_and_the_bureau_never_refuses(room: HistoryRehearsal) -> None:
    """The clock turns day by day: failures, a stop half-way, the calendar beside it; counters agree at the end."""
    room.taxpayer()
    room.scheme("81", downloads=["output_full"])
    keys = {
        room.document(fplx=kind, nsrsbh=GENERAL, sjlx="2", kprq=f"{month}-15")
        for kind, month in (("81", "2025-03"), ("82", "2025-11"), ("01", "2026-06"), ("81", "2026-12"))
    }
    room.run("leqi__history_output", "2027-01-02")
    room.fault("task_fails", service="PLFPXZSQFK", times=3)
    form = {"taxpayers": [GENERAL], "years": ["2025-2026"], "invoice_types": ["81", "82", "01"]}
    batch = room.plan_only("2027-01-02", **form)
    room.apply_some("2027-01-02", 20)
    stop(room.pool, "ming", [batch], "half-way")
    resume(room.pool, "ming", [batch])
    room.sweep("2027-01-02")
    assert room.history()[0]["failed"] == 3
    retry(room.pool, "ming", [batch], date(2027, 1, 2))
    room.press("2027-01-02", **form)
    for day in ("2027-01-03", "2027-01-04"):
        room.sweep(day)

    whole = room.history()[0]
    assert (whole["status_label"], whole["tasks"], whole["total_count"]) == ("全部执行成功", 71, 3)
    assert set(room.invoices()) == keys
    assert room.counted() == room.ledger()
    assert sorted(room.counted().values()) == [1] * 69 + [2] * 3
    assert not [task for task in room.tasks() if (task["error_code"] or "").startswith("LEQI_QUOTA")]
    assert not [call for call in room.calls(APPLY) if call["returncode"] != "00"]
