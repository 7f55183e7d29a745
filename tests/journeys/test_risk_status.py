"""The risk query of 乐企, through real DAG runs: by the day an anomaly was recognised, not by issue date."""

import pytest

from rehearsal import GENERAL, Rehearsal

DAG = "leqi__risk_status"


@pytest.fixture
def invoice_a(rehearsal: Rehearsal) -> str:
    """可抵扣发票A of S1: issued on 5 January, recognised as 全额红冲 on 10 January, already in the pool."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    key = rehearsal.document(
        fplx="81", nsrsbh=GENERAL, kprq="2027-01-02", collected_on="2027-01-03", recognised_on="2027-01-10", fpzt="8"
    )
    rehearsal.run("leqi__incremental", "2027-01-05")
    return key


@pytest.mark.req("G4", "R111", "R112", "R057")
def test_run_of_6_january_asks_for_3_to_5_and_does_not_see_it(rehearsal: Rehearsal, invoice_a: str) -> None:
    rehearsal.run(DAG, "2027-01-06")

    (task,) = rehearsal.tasks(download_type="input_status")
    assert (str(task["window_start"]), str(task["window_end"])) == ("2027-01-03", "2027-01-05")
    assert task["status"] == "no_data"
    assert rehearsal.invoices()[invoice_a]["status"] != "8"


@pytest.mark.req("G5", "R110", "R113")
def test_run_of_11_january_updates_it_and_the_next_two_change_nothing(rehearsal: Rehearsal, invoice_a: str) -> None:
    for day in ("2027-01-11", "2027-01-12", "2027-01-13", "2027-01-14"):
        rehearsal.run(DAG, day)

    tasks = rehearsal.tasks(download_type="input_status")
    assert str(tasks[0]["window_start"]), str(tasks[0]["window_end"]) == ("2027-01-08", "2027-01-10")
    assert [task["updated_count"] for task in tasks] == [1, 0, 0, 0]
    assert [task["unchanged_count"] for task in tasks] == [0, 1, 1, 0]
    assert rehearsal.invoices()[invoice_a]["status"] == "8"
    changes = rehearsal.pool.execute("SELECT * FROM fapiao.invoice_change WHERE column_name = 'status'").fetchall()
    assert [(row["new_value"], row["batch_no"]) for row in changes] == [("8", tasks[0]["batch_no"])]


def test_a_window_over_a_month_end_is_asked_in_two_questions(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    rehearsal.run(DAG, "2027-02-02")

    asked = [(call["request"]["qsrq"], call["request"]["zzrq"]) for call in rehearsal.calls("FPTSTXXXCX")]
    assert asked == [("20270130", "20270131"), ("20270201", "20270201")]


@pytest.mark.req("R139", "R140", "R141", "A-17")
def test_a_small_scale_taxpayer_gets_a_failed_row_and_the_bureau_no_call(rehearsal: Rehearsal) -> None:
    rehearsal.taxpayer(company_type="small_scale")
    rehearsal.scheme("81")
    rehearsal.run(DAG, "2027-01-11")

    (task,) = rehearsal.tasks()
    assert (task["status"], task["error_code"], task["applied_at"]) == ("download_failed", "SMALL_SCALE", None)
    assert task["error_message"] == (
        "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"
    )
    assert rehearsal.calls("FPTSTXXXCX") == []
