"""海关缴款书不抵扣勾选 by the forms of its DAGs: a dry run first, a submission to its end, lists, refusals, rules."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from openpyxl import load_workbook

from enterprise_files import workbook
from hooks.enterprise.permissions import replace_grants
from operators.selections.operators import SelectionFormOperator
from rehearsal import GENERAL
from selection_forms import BLANK, DAY, SelectionRehearsal, returned, selection_rehearsing, states

HEADINGS = ["是否勾选", "缴款书号码", "不抵扣原因"]
REASON = "用于免税项目"
UPLOAD = "PLHGJKSDKGX"
NOBODYS = "999920261000000001-L01"
"""A number that the bureau does not know."""


@pytest.fixture
def room(
    pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None, tmp_path: Path
) -> Iterator[SelectionRehearsal]:
    """A pool and a bureau on 20 January 2027, and an inbox."""
    monkeypatch.setenv("FAPIAO_INBOX", str(tmp_path / "inbox"))
    (tmp_path / "inbox" / "selection").mkdir(parents=True)
    with selection_rehearsing(pool_url, monkeypatch) as found:
        yield found


def submit(**form: Any) -> dict[str, Any]:
    """The first step of one and the same run, as Airflow runs it."""
    run = SimpleNamespace(dag_id="selection", run_id="one", start_date=datetime.now(UTC), triggering_user_name="li")
    context = {
        "dag_run": run,
        "params": BLANK | {"date": DAY} | form,
        "ti": SimpleNamespace(task_id="submit", xcom_push=lambda **_: None),
    }
    found: dict[str, Any] = SelectionFormOperator(task_id="submit").execute(context)
    return found


def refused(**form: Any) -> list[str]:
    """The sentences of a form that is refused."""
    with pytest.raises(AirflowFailException) as failed:
        submit(**form)
    return str(failed.value).splitlines()


@pytest.mark.req("R152", "R176")
def test_the_form_shows_its_sheet_and_submits_nothing_unless_it_is_told_to(room: SelectionRehearsal) -> None:
    keys = room.furnish(2)
    run = room.press(document_keys=keys, reason="3", dry_run=True)
    assert states(run) == {"submit": "success", "select": "skipped"}
    told = returned(run, "submit")
    (line,) = told["sheet"]
    assert told["submissions"] == []
    assert {GENERAL, "示例公司", "乐企", "在线"} <= {str(value) for value in line.values()}
    assert (room.requests(), room.calls(UPLOAD)) == ([], [])


@pytest.mark.req("R154", "R172", "R213")
def test_a_form_that_is_pressed_selects_and_its_run_ends_with_the_requests(room: SelectionRehearsal) -> None:
    keys = room.furnish(2)
    run = room.press(document_keys=keys, reason="3")
    assert states(run) == {"submit": "success", "select": "success"}
    (request,) = room.requests()
    assert returned(run, "submit") == {"submissions": [request["parent_batch_no"]], "refused": []}
    assert (request["status_label"], request["succeeded_count"], request["surface"]) == ("处理成功", 2, "interactive")
    assert returned(run, "select")["lines"] == ["2/2 份：成功 2，失败 0；任务：处理成功 1 个"]
    assert room.statuses() == dict.fromkeys(keys, "1")
    room.press(operation="undo_not_deduct", document_keys=keys[:1])
    assert room.statuses() == {keys[0]: "0", keys[1]: "1"}


@pytest.mark.req("R214", "R192", "R220")
def test_a_request_that_fails_fails_its_run_and_is_retried_by_the_same_form(room: SelectionRehearsal) -> None:
    keys = room.furnish(1)
    room.collect(NOBODYS)
    run = room.press(document_keys=[*keys, NOBODYS], reason="3", ends="failed")
    assert states(run) == {"submit": "success", "select": "failed"}
    (request,) = room.requests()
    assert (request["status_label"], request["succeeded_count"], request["failed_count"]) == ("处理失败", 1, 1)
    run = room.press(retry=[request["batch_no"]], ends="failed")
    assert states(run) == {"submit": "success", "select": "failed"}
    again = room.requests()[1]
    assert (again["retry_of_batch_no"], again["surface"]) == (request["batch_no"], "retry")
    assert (again["document_count"], again["error_message"]) == (1, "查无此票")
    assert refused(retry=[request["batch_no"]]) == [
        f"{request['batch_no']}: 该任务已重试过，请对重试产生的新任务操作。"
    ]


@pytest.mark.req("R175", "R220")
def test_a_refused_form_fails_at_once_with_every_sentence_and_submits_nothing(room: SelectionRehearsal) -> None:
    (key,) = room.furnish(1)
    run = room.press(document_keys=[key, "123"], operation="not_deduct", accounts=["x"], ends="failed")
    assert states(run) == {"submit": "failed", "select": "upstream_failed"}
    assert refused(operation="抵扣勾选", accounts=["x"])[0].startswith("操作“抵扣勾选”未知；可选：不抵扣勾选、")
    assert refused(operation="make_statistics") == ["请填写税号：统计表按税号生成、撤销和确认。"]
    assert refused(document_keys=["123"]) == ["123：发票不存在，请先从税局下载或是上传"]
    (said,) = refused(document_keys=[key])
    assert said.endswith("发票需要有不抵扣原因才可点击勾选")
    assert (room.requests(), room.calls(UPLOAD)) == ([], [])


@pytest.mark.req("R149", "R172", "R195")
def test_a_list_from_the_inbox_is_submitted_by_its_good_rows_and_its_result_lies_beside_it(
    room: SelectionRehearsal, tmp_path: Path
) -> None:
    first, second = room.furnish(2)
    folder = tmp_path / "inbox" / "selection"
    rows = [["勾选", first, REASON], ["撤销勾选", second, ""], ["勾选", "1" * 22, REASON]]
    workbook(folder / "清单.xlsx", 引入清单=[HEADINGS, *rows])
    room.press(list_file="清单.xlsx")
    (request,) = room.requests()
    assert (request["surface"], request["document_count"], request["status_label"]) == ("import", 1, "处理成功")
    assert room.statuses() == {first: "1", second: "0"}
    told = {str(cell) for row in load_workbook(folder / "清单-引入结果.xlsx").active.values for cell in row}
    assert "发票勾选状态不是已勾选，不能撤销勾选，请先从税局下载更新" in told
    assert "发票不存在，请先从税局下载或是上传" in told
    assert "文件必须放在收件夹" in refused(list_file="../清单.xlsx")[0]


def test_a_run_that_is_made_again_finds_its_submission(room: SelectionRehearsal) -> None:
    keys = room.furnish(1)
    first = submit(document_keys=keys, reason="3")
    assert submit(document_keys=keys, reason="3")["submissions"] == first["submissions"]
    assert len(room.requests()) == 1
    assert room.requests()[0]["created_by"] == "li"


def test_a_list_made_again_submits_what_the_first_attempt_had_not(room: SelectionRehearsal, tmp_path: Path) -> None:
    first, second = room.furnish(2)
    rows = [["勾选", first, REASON], ["撤销勾选", second, ""]]
    workbook(tmp_path / "inbox" / "selection" / "清单.xlsx", 引入清单=[HEADINGS, *rows])
    selected = submit(list_file="清单.xlsx", dry_run=False)["submissions"]
    room.pool.execute("UPDATE pool.document SET selection_status = '1'")
    (withdrawn,) = submit(list_file="清单.xlsx", dry_run=False)["submissions"]
    assert withdrawn not in selected
    assert [row["operation"] for row in room.requests()] == ["not_deduct", "undo_not_deduct"]


@pytest.mark.req("R179")
def test_a_tax_number_that_was_removed_leaves_nothing_to_follow(room: SelectionRehearsal) -> None:
    keys = room.furnish(1)
    run = room.press(document_keys=keys, reason="3", without=[GENERAL])
    assert states(run) == {"submit": "success", "select": "skipped"}
    assert room.requests() == []


@pytest.mark.req("R150", "R223")
def test_the_form_asks_for_the_right_of_whoever_pressed_it(room: SelectionRehearsal) -> None:
    keys = room.furnish(1)
    replace_grants(room.pool, [("li", "ORG1", "auditor"), ("sun", "ORG2", "operator")], "test")
    assert refused(document_keys=keys, reason="3") == ["您没有该操作的权限。"]
    replace_grants(room.pool, [("li", "ORG2", "operator")], "test")
    assert refused(document_keys=keys, reason="3") == [f"{keys[0]}：您没有该核算组织的权限。"]
    assert refused(operation="make_statistics", taxpayers=[GENERAL]) == [f"{GENERAL}：您没有该核算组织的权限。"]
    assert room.requests() == []


@pytest.mark.req("R222")
def test_the_rules_pick_nothing_while_every_one_is_off_and_select_once_one_is_on(room: SelectionRehearsal) -> None:
    keys = room.furnish(2)
    rule = "- {name: 免税, action: 勾选, reason: 用于免税项目"
    room.rules(f"{rule}}}")
    run = room.run("auto_selection", DAY)
    assert states(run) == {"pick": "skipped", "select": "skipped"}
    assert (room.requests(), room.calls(UPLOAD)) == ([], [])
    room.rules(f"{rule}, enabled: 是}}")
    run = room.run("auto_selection", DAY)
    assert states(run) == {"pick": "success", "select": "success"}
    (request,) = room.requests()
    assert returned(run, "pick") == {"submissions": [request["parent_batch_no"]]}
    assert (request["surface"], request["created_by"]) == ("scheduled", "auto_selection")
    assert (request["status_label"], request["document_count"]) == ("处理成功", 2)
    assert room.statuses() == dict.fromkeys(keys, "1")
    assert states(room.run("auto_selection", DAY)) == {"pick": "skipped", "select": "skipped"}
