"""What a task says of its rows: a record that does not grow with companies, a text, and whether the run is red."""

import json

import pytest

from fapiao.outcomes import MOST, is_red, outcome, text, together, why_red

COUNTS = dict.fromkeys(("downloaded", "inserted", "updated", "unchanged", "ignored", "refused"), 0)


def row(status: str, rows: int, code: str = "", **more: object) -> dict[str, object]:
    """Some rows of one status and error, as the statements count them."""
    usual = {
        "status": status,
        "label": f"<{status}>",
        "code": code,
        "message": "其他错误" if code else "",
        "rows": rows,
    }
    return usual | COUNTS | {"failed": status.endswith("failed"), "by_rule": code == "SMALL_SCALE"} | more


def failed(number: int) -> dict[str, object]:
    """One failed row by name."""
    return {
        "batch_no": f"B{number}",
        "taxpayer_no": "913100",
        "name": "甲公司",
        "code": "LEQI_99",
        "message": "其他错误",
    }


@pytest.mark.finding("F57")
def test_the_text_names_statuses_errors_the_failed_ones_what_was_left_out_and_where_to_look():
    found = outcome(
        3,
        [row("succeeded", 2, inserted=7, downloaded=7), row("download_failed", 1, "LEQI_99")],
        [failed(1)],
        [{"code": "under_way", "reason": "上一个任务还在处理", "rows": 4}],
        ["./fapiao log --batch P"],
    )
    assert text(found).splitlines() == [
        "处理 3 条；<succeeded> 2，<download_failed> 1",
        "票据：下载 7，新增 7",
        "<download_failed> 1 条：LEQI_99 其他错误",
        "失败 1 条：",
        "  B1 913100 甲公司：LEQI_99 其他错误",
        "不处理 4 条：上一个任务还在处理",
        "查看：./fapiao log --batch P",
    ]
    assert (found["failed"], found["statuses"]) == (1, {"succeeded": 2, "download_failed": 1})


@pytest.mark.finding("F57")
def test_what_failed_is_named_though_no_row_came_of_it():
    found = outcome(0, [], []) | {"failed": 1, "failed_rows": ["bad.xls：不是税局文件"]}
    assert "  bad.xls：不是税局文件" in text(found).splitlines()


def test_a_task_without_rows_says_so():
    assert text(outcome(0, [], [])) == "没有到时间的任务。"


@pytest.mark.finding("F57")
def test_the_record_of_a_hundred_thousand_failures_is_as_small_as_that_of_a_hundred():
    few, many = (
        outcome(n, [row("apply_failed", n, "LEQI_99")], [failed(one) for one in range(MOST)]) for n in (100, 100_000)
    )
    assert len(json.dumps(many)) - len(json.dumps(few)) < 20
    assert f"还有 {100_000 - MOST} 条" in text(many)


def test_what_nobody_sees_in_a_message_of_the_bureau_is_spelled_out():
    found = outcome(1, [row("apply_failed", 1, "LEQI_99", message="不\u202e行\x1b[31m")], [])
    assert "\\u202e" in text(found) and "\x1b" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.finding("F57")
@pytest.mark.parametrize(
    ("rows", "red"),
    [
        ([row("succeeded", 3)], set()),
        ([row("succeeded", 2), row("apply_failed", 1, "LEQI_99")], {"any_failed"}),
        ([row("apply_failed", 3, "LEQI_99")], {"any_failed", "all_failed"}),
        ([row("apply_failed", 3, "LEQI_99"), row("downloading", 1)], {"any_failed"}),
        ([row("apply_failed", 3, "SMALL_SCALE")], set()),
        ([row("apply_failed", 3, "SMALL_SCALE"), row("apply_failed", 1, "LEQI_99")], {"any_failed", "all_failed"}),
        ([], set()),
    ],
)
def test_a_policy_says_what_makes_a_run_red(rows: list[dict[str, object]], red: set[str]):
    found = outcome(0, rows, [])
    assert {policy for policy in ("never", "all_failed", "any_failed") if is_red(policy, found)} == red


def test_a_red_run_says_why_and_where_to_look():
    found = outcome(1, [row("apply_failed", 1, "LEQI_99")], [failed(1)], look=["./fapiao log --error LEQI_99"])
    assert why_red("any_failed", found) == (
        "失败 1 条，按标红条件“任一失败”本次运行标为失败。\nB1 913100 甲公司：LEQI_99 其他错误\n查看：./fapiao log --error LEQI_99"
    )


def test_the_statuses_of_selections_stand_beside_those_of_downloads():
    both = together(outcome(2, [row("succeeded", 2)], []), outcome(0, [row("succeeded", 5)], []), "selection", "勾选")
    assert both["statuses"] == {"succeeded": 2, "selection_succeeded": 5}
    assert text(both) == "处理 2 条；<succeeded> 2，勾选<succeeded> 5"
