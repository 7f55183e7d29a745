"""What speaks against an action on a task, and what does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fapiao.permissions.task_actions import SelectedTask, poll_objections, retry_objections, void_objections
from fapiao.rules.book import rulebook

NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
FAILED = SelectedTask(1, "B1", None, "etax", "download_failed", None, False, False, False, NOW - timedelta(hours=1))
EVERY = tuple(rulebook().codes_of("status"))


def keys(found: object) -> list[str]:
    return [key for key, _ in found]  # type: ignore[attr-defined]


@pytest.mark.req("R319", "A-07", "R316")
@pytest.mark.parametrize("status", EVERY)
def test_a_result_is_fetched_for_incomplete_and_downloading_tasks_only(status: str) -> None:
    found = keys(poll_objections(replace(FAILED, status=status), rulebook(), NOW))
    assert found == ([] if status in ("incomplete", "downloading") else ["poll_status"])


@pytest.mark.req("R293", "R320", "A-07")
@pytest.mark.parametrize("status", EVERY)
def test_only_failed_tasks_are_retried(status: str) -> None:
    found = keys(retry_objections(replace(FAILED, status=status), rulebook(), NOW))
    assert found == ([] if status in ("apply_failed", "download_failed") else ["retry_status"])


@pytest.mark.req("R320")
@pytest.mark.parametrize("channel", ["leqi", "soft_certificate", "tax_disk", "aisino"])
def test_only_tasks_of_the_rpa_channel_are_retried(channel: str) -> None:
    assert keys(retry_objections(replace(FAILED, channel=channel), rulebook(), NOW)) == ["retry_channel"]


@pytest.mark.req("R321", "G16")
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, ["retry_too_soon"]), (179, ["retry_too_soon"]), (179.999, ["retry_too_soon"]), (180, []), (181, [])],
)
def test_two_equal_requests_are_three_minutes_apart(seconds: float, expected: list[str]) -> None:
    asked = replace(FAILED, last_request=NOW - timedelta(seconds=seconds))
    assert keys(retry_objections(asked, rulebook(), NOW)) == expected


@pytest.mark.req("R321", "G16")
def test_the_sentence_about_three_minutes_is_the_manuals_own() -> None:
    assert rulebook().message("retry_too_soon", "retry") == "相同的任务重复请求过于频繁，请3分钟后再重试。"


def test_a_task_that_never_reached_the_bureau_waits_for_nothing() -> None:
    assert keys(retry_objections(replace(FAILED, last_request=None), rulebook(), NOW)) == []


@pytest.mark.req("R322", "A-17")
def test_nothing_is_retried_for_a_small_scale_taxpayer_in_the_words_of_s4() -> None:
    (found,) = retry_objections(replace(FAILED, small_scale=True), rulebook(), NOW)
    assert rulebook().message(*found) == (
        "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票云企业基础资料修改。"
    )


def test_a_retry_is_refused_while_an_equal_download_is_open_or_after_it_was_retried() -> None:
    assert keys(retry_objections(replace(FAILED, under_way=True), rulebook(), NOW)) == ["under_way"]
    assert keys(retry_objections(replace(FAILED, retried=True), rulebook(), NOW)) == ["retry_done"]


@pytest.mark.req("R323", "A-09")
@pytest.mark.parametrize("status", EVERY)
def test_what_is_not_at_its_end_can_be_voided(status: str) -> None:
    found = keys(void_objections(replace(FAILED, status=status), rulebook(), NOW))
    final = ("succeeded", "no_data", "apply_failed", "download_failed")
    assert found == (["void_status"] if status in final else [])


@pytest.mark.finding("F20")
@pytest.mark.parametrize("status", ["pending", "downloading", "downloaded"])
def test_the_result_of_what_was_set_aside_is_fetched_whatever_it_waits_for(status: str) -> None:
    assert keys(poll_objections(replace(FAILED, status=status, set_aside=True), rulebook(), NOW)) == []


@pytest.mark.req("A-09")
@pytest.mark.parametrize("objections", [poll_objections, retry_objections, void_objections])
@pytest.mark.parametrize("state", ["voided", "terminated"])
def test_nothing_is_done_to_a_task_that_was_voided(objections, state: str) -> None:
    task = replace(FAILED, status="downloading", void_state=state)
    assert keys(objections(task, rulebook(), NOW)) == ["void_already"]
