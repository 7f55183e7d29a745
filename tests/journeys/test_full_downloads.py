"""Full downloads of 乐企, through real DAG runs: history, back-check, compensation, authorisation, usage follow-ups."""

import pytest

from rehearsal import GENERAL, Rehearsal


@pytest.fixture
def group(rehearsal: Rehearsal) -> Rehearsal:
    """One general taxpayer who downloads 专票 in both directions, with one invoice of January in each."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="1", kprq="2027-01-15")
    rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2027-01-15")
    return rehearsal


def full(rehearsal: Rehearsal, job: str) -> list[tuple[str, str]]:
    """Direction and status of the rows one DAG planned."""
    rows = [row for row in rehearsal.tasks(dag_id=job) if row["job"] != "usage_status"]
    return [(row["direction"], row["status"]) for row in rows]


@pytest.mark.req("G6", "R088", "R089", "R090", "R100", "A-25")
def test_back_check_of_12_march_plans_nothing_when_january_is_complete(group: Rehearsal) -> None:
    group.run("leqi__history_output", "2027-02-02")
    group.run("leqi__history_input", "2027-02-06")

    group.run("leqi__back_check", "2027-03-12")

    assert full(group, "leqi__back_check") == []
    skips = group.pool.execute(
        "SELECT DISTINCT reason_code FROM fapiao.plan_skip WHERE dag_id = 'leqi__back_check'"
    ).fetchall()
    assert [row["reason_code"] for row in skips] == ["already_complete"]


@pytest.mark.req("G6", "R090")
def test_back_check_of_12_march_plans_only_the_side_that_is_missing(group: Rehearsal) -> None:
    group.run("leqi__history_output", "2027-02-02")

    group.run("leqi__back_check", "2027-03-12")

    assert full(group, "leqi__back_check") == [("input", "succeeded")]
    (task,) = [row for row in group.tasks(dag_id="leqi__back_check") if row["job"] == "back_check"]
    assert (str(task["window_start"]), str(task["window_end"])) == ("2027-01-01", "2027-01-31")


@pytest.mark.req("A-29", "R087")
def test_compensation_is_off_without_its_parameter_and_says_so(group: Rehearsal) -> None:
    group.run("leqi__compensation", "2027-02-10")

    assert group.tasks() == []
    reasons = group.pool.execute("SELECT DISTINCT reason FROM fapiao.plan_skip").fetchall()
    assert [row["reason"] for row in reasons] == ["未启用：参数 rim_download.open_replenish_last_month 不为 1"]


@pytest.mark.req("A-29", "R086", "R087")
def test_compensation_repeats_only_what_the_2nd_and_the_6th_did_not_bring(group: Rehearsal) -> None:
    group.parameter("rim_download", "open_replenish_last_month", "1")
    group.run("leqi__history_output", "2027-02-02")
    group.fault("task_fails", service="PLFPXZSQFK", times=1)
    group.run("leqi__history_input", "2027-02-06")
    assert full(group, "leqi__history_input") == [("input", "download_failed")]

    group.run("leqi__compensation", "2027-02-10")

    assert full(group, "leqi__compensation") == [("input", "succeeded")]


@pytest.mark.req("A-29")
def test_the_calendar_leaves_the_last_application_of_a_past_month_to_people(group: Rehearsal) -> None:
    for day in ("2027-02-02", "2027-02-03"):
        group.run("leqi__history_output", day)
    group.again_as_another_window(automatic=True, job="history_output")
    group.run("sweep_results", "2027-02-04")
    assert group.tasks()[-1]["error_code"] == "QUOTA_MONTH"

    group.run("leqi__history_output", "2027-02-05")

    assert group.tasks()[-1]["status"] == "succeeded"


@pytest.mark.req("A-50", "R268")
def test_months_before_the_authorisation_are_not_obtainable_and_never_empty(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer(authorised_on="2027-02-01")
    rehearsal.scheme("81")

    rehearsal.run("leqi__history_output", "2027-02-02")

    (task,) = rehearsal.tasks()
    assert (task["status"], task["error_code"]) == ("download_failed", "NOT_OBTAINABLE")
    assert "乐企无法获取：该月份早于乐企授权日期" in task["error_message"]
    assert rehearsal.calls("PLFPXZSQ") == []
    used = rehearsal.pool.execute("SELECT count(*) AS slots FROM sync.quota_slot").fetchone()
    assert used["slots"] == 0


@pytest.mark.req("R046", "R047", "R048", "R049", "R050", "R051", "A-34")
def test_a_full_input_download_is_followed_by_a_usage_query_that_keeps_the_entry_rule(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    codes = {
        rzzt: rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-15", rzzt=rzzt) for rzzt in ("01", "02", "03")
    }
    red = rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2027-01-16", payload={"sflzfp": "N", "hjje": "-10.00"})

    rehearsal.run("leqi__history_input", "2027-02-06")

    (usage,) = rehearsal.tasks(job="usage_status")
    (parent,) = rehearsal.tasks(job="history_input")
    assert (usage["status"], usage["caused_by_batch_no"]) == ("succeeded", parent["batch_no"])
    assert usage["downloaded_count"] == 3
    pool = rehearsal.invoices()
    assert {rzzt: pool[key]["entry_status"] for rzzt, key in codes.items()} == {"01": "01", "02": "02", "03": "03"}
    assert pool[red]["entry_status"] is None


def test_every_kind_of_document_arrives_in_the_pool(rehearsal: Rehearsal) -> None:
    kinds = [
        "01",
        "03",
        "04",
        "08",
        "10",
        "11",
        "14",
        "15",
        "51",
        "61",
        "81",
        "82",
        "83",
        "84",
        "85",
        "86",
        "87",
        "88",
        "8208",
        "customs",
        "withholding",
    ]
    rehearsal.taxpayer()
    rehearsal.scheme(*kinds)
    keys = {kind: rehearsal.document(fplx=kind, nsrsbh=GENERAL, kprq="2027-01-15") for kind in kinds}

    rehearsal.run("leqi__history_input", "2027-02-06")

    failed = [row for row in rehearsal.tasks() if row["status"] not in ("succeeded", "no_data")]
    assert failed == []
    pool = rehearsal.invoices()
    assert {kind: pool[key]["invoice_type"] for kind, key in keys.items()} == {kind: kind for kind in kinds}


@pytest.mark.req("R114")
def test_unselected_lists_of_three_months_mark_what_may_still_be_selected(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", "82", "customs")
    key = rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq="2026-12-15", unselected=True)

    rehearsal.run("leqi__unselected_init", "2027-01-01")

    assert sorted((row["invoice_types"], row["status"]) for row in rehearsal.tasks()) == [
        (["all"], "succeeded"),
        (["customs"], "no_data"),
    ]
    assert rehearsal.invoices()[key]["selection_status"] == "0"
    (asked,) = {(c["request"]["kpyf"], c["request"]["jskpyf"]) for c in rehearsal.calls("WGXSJCSHQDXZSQDKGX")}
    assert asked == ("202610", "202612")


@pytest.mark.req("R062", "R063")
def test_the_taxpayer_is_the_buyer_of_its_input_and_the_seller_of_its_output(group: Rehearsal) -> None:
    group.run("leqi__history_output", "2027-02-02")
    group.run("leqi__history_input", "2027-02-06")

    sides = {row["direction"]: row for row in group.invoices().values()}
    assert (sides["input"]["buyer_tax_no"], sides["output"]["seller_tax_no"]) == (GENERAL, GENERAL)
    assert {row["taxpayer_no"] for row in sides.values()} == {GENERAL}
