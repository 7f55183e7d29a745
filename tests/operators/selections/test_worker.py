"""A worker of the selections: what reaches the bureau, what comes back, and where it is written."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from fapiao.errors import Refused, TryLater
from fapiao.selection.answers import Holding
from operators.selections.submit import submit
from selection_room import OWNER, SMALL, SelectionRoom, selecting_in

LOCKED = "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。"
OTHER = "91310000MA1EXAMPBB"
SMALL_SCALE = "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A company on 乐企."""
    with selecting_in(pool_url) as made:
        yield made


def submitted(room: SelectionRoom, *keys: str, **request: object) -> list[str]:
    """Documents that are wished for; the batch numbers."""
    return list(submit(room.another_run(), room.request(list(keys), **request), "tester").batches)  # type: ignore[arg-type]


def kept(room: SelectionRoom) -> list[dict[str, Any]]:
    """The cached states of statistics tables."""
    return room.pool.execute("SELECT * FROM sync.statistics_state ORDER BY taxpayer_no").fetchall()


def selected(room: SelectionRoom, *keys: str, channel: str = "leqi") -> None:
    """Documents that the bureau holds, and the pool knows it."""
    submitted(room, *room.documents(*keys))
    room.work(channel)
    room.work(channel)


@pytest.mark.req("R154", "R163", "R168", "R191", "R213")
def test_a_selection_reaches_bureau_ledger_and_pool(room: SelectionRoom) -> None:
    submitted(room, *room.documents("A", "B"), reason="3")
    room.work()
    row = room.row()
    assert (row["status"], row["succeeded_count"], row["failed_count"], row["tax_period"]) == (
        "succeeded",
        2,
        0,
        "202701",
    )
    assert room.bureau.uploads() == [["A", "B"]]
    document = room.document("A")
    told = ("selection_status", "deduction_purpose", "not_deductible_type", "tax_period")
    assert [document[name] for name in told] == ["1", "2", "3", "202701"]
    assert document["selected_at"] == document["selection_observed_at"] == room.now
    entry = room.ledger()["A"]
    assert (entry["status_before_label"], entry["status_after_label"]) == ("未勾选", "已勾选")
    assert (entry["reason_label"], entry["result_code"], entry["result_text"]) == (
        "用于集体福利或者个人消费",
        "01",
        "成功",
    )


def test_every_changed_column_leaves_its_row_under_the_batch_number(room: SelectionRoom) -> None:
    (batch,) = submitted(room, *room.documents("A"))
    room.work()
    assert room.changes("A").keys() == {
        "selection_status",
        "deduction_purpose",
        "not_deductible_type",
        "tax_period",
        "selected_at",
    }
    assert room.changes("A")["selection_status"] == ("0", "1")
    assert {row["batch_no"] for row in room.pool.execute("SELECT batch_no FROM pool.change WHERE channel <> ''")} == {
        batch
    }


@pytest.mark.req("R154", "R193")
def test_a_withdrawal_takes_everything_back(room: SelectionRoom) -> None:
    selected(room, "A")
    submitted(room, "A", operation="undo_not_deduct", reason=None)
    room.work()
    assert room.row(operation="undo_not_deduct")["status"] == "succeeded"
    assert room.bureau.held == {}
    document = room.document("A")
    assert [
        document[name] for name in ("selection_status", "deduction_purpose", "not_deductible_type", "tax_period")
    ] == [
        "0",
        None,
        None,
        None,
    ]
    assert (room.ledger()["A"]["status_before_label"], room.ledger()["A"]["status_after_label"]) == ("已勾选", "未勾选")


@pytest.mark.req("R186", "R188", "R189", "R191")
def test_login_comes_before_the_statistics_and_both_before_the_upload(room: SelectionRoom) -> None:
    submitted(room, *room.documents("A"))
    room.work()
    assert room.bureau.asked()[:3] == ["login", "statistics", "upload"]


@pytest.mark.req("R189", "G18")
@pytest.mark.parametrize(("minutes", "seconds", "asked_again"), [(29, 59, False), (30, 1, True)])
def test_a_kept_state_of_the_table_serves_for_29_59_and_no_longer_at_30_01(
    room: SelectionRoom, minutes: int, seconds: int, asked_again: bool
) -> None:
    room.documents("A", "B")
    submitted(room, "A")
    room.work()
    (first,) = kept(room)
    room.later(minutes * 60 + seconds)
    submitted(room, "B")
    room.work()
    assert room.bureau.asked().count("statistics") == (2 if asked_again else 1)
    assert kept(room) == [first | {"asked_at": room.now}] if asked_again else [first]
    assert room.statuses() == {"A": "1", "B": "1"}


@pytest.mark.req("R189", "G18")
@pytest.mark.parametrize(("age", "status"), [(29 * 60 + 59, "failed"), (30 * 60 + 1, "succeeded")])
def test_a_generated_table_of_the_cache_refuses_until_it_is_too_old_to_be_believed(
    room: SelectionRoom, age: int, status: str
) -> None:
    room.pool.execute("INSERT INTO sync.statistics_state VALUES (%s, '02', '202701', NULL, %s)", [OWNER, room.now])
    room.later(age)
    submitted(room, *room.documents("A"))
    room.work()
    assert room.row()["status"] == status
    assert room.bureau.uploads() == ([] if status == "failed" else [["A"]])
    assert [row["state"] for row in kept(room)] == ["02" if status == "failed" else "01"]


@pytest.mark.req("R189")
def test_the_state_is_kept_by_tax_number_and_serves_no_other(room: SelectionRoom) -> None:
    room.company(OTHER)
    room.documents("A")
    room.documents("B", taxpayer_no=OTHER)
    submitted(room, "A")
    submitted(room, "B", taxpayer_no=OTHER)
    room.work()
    assert room.bureau.asked().count("statistics") == 2
    assert {row["taxpayer_no"] for row in kept(room)} == {OWNER, OTHER}


@pytest.mark.req("R225")
def test_over_the_api_an_expired_state_is_asked_for_and_kept_for_thirty_minutes(room: SelectionRoom) -> None:
    room.pool.execute("INSERT INTO sync.statistics_state VALUES (%s, '01', '202701', NULL, %s)", [OWNER, room.now])
    room.later(30 * 60 + 1)
    room.bureau.state = "04"
    submitted(room, *room.documents("A"), surface="api")
    room.work()
    assert (room.row()["status"], room.row()["error_message"]) == (
        "failed",
        "当前属期统计表已生成，请先撤销再勾选或查询更新统计表。",
    )
    assert [(row["state"], row["asked_at"]) for row in kept(room)] == [("04", room.now)]
    room.later(29 * 60 + 59)
    submitted(room, "A", surface="api")
    assert room.rows()[1]["status"] == "failed"
    assert room.bureau.asked().count("statistics") == 1


@pytest.mark.req("R187")
def test_who_is_not_logged_in_skips_the_statistics_and_the_documents_go_on(room: SelectionRoom) -> None:
    room.bureau.logged_in = "manual"
    submitted(room, *room.documents("A"))
    room.work()
    assert "statistics" not in room.bureau.asked()
    assert room.row()["status"] == "succeeded"


@pytest.mark.req("R185", "R190")
def test_a_generated_table_fails_the_batch_after_the_query_and_then_from_the_cache_without_one(
    room: SelectionRoom,
) -> None:
    room.bureau.state = "02"
    submitted(room, *room.documents("A", "B"))
    room.work()
    assert [(row["status"], row["error_message"]) for row in room.rows()] == [("failed", LOCKED)]
    submitted(room, "B")
    assert room.rows()[1]["status"] == "failed"
    assert room.rows()[1]["sent_at"] is None
    assert room.bureau.asked().count("statistics") == 1
    assert room.bureau.uploads() == []


@pytest.mark.req("R208")
def test_a_document_of_next_month_is_told_in_the_ledger_and_the_others_are_selected(room: SelectionRoom) -> None:
    room.documents("A")
    room.documents("LATE", issue_date=date(2027, 2, 1))
    submitted(room, "A", "LATE")
    room.work()
    assert room.bureau.uploads() == [["A"]]
    assert (room.ledger()["LATE"]["state"], room.ledger()["LATE"]["result_text"]) == ("failed", "未到期发票不能勾选")
    assert room.ledger()["A"]["state"] == "succeeded"
    row = room.row()
    assert (row["status"], row["succeeded_count"], row["failed_count"]) == ("failed", 1, 1)


@pytest.mark.req("R214")
def test_a_refused_document_keeps_the_bureaus_words_and_the_request_fails(room: SelectionRoom) -> None:
    room.bureau.refusals["B"] = ("02", "查无此票")
    submitted(room, *room.documents("A", "B"))
    room.work()
    assert room.statuses() == {"A": "1", "B": "0"}
    assert (room.ledger()["B"]["result_code"], room.ledger()["B"]["result_text"]) == ("02", "查无此票")
    assert room.row()["error_message"] == "部分票据处理失败，详见税局用票台账"


def test_a_single_refusal_is_the_requests_own(room: SelectionRoom) -> None:
    room.bureau.refusals["A"] = ("05", "当期已锁定")
    submitted(room, *room.documents("A"))
    room.work()
    assert (room.row()["error_code"], room.row()["error_message"]) == ("05", "当期已锁定")


def test_what_the_bureau_refuses_on_the_spot_is_settled_and_the_rest_is_polled(room: SelectionRoom) -> None:
    room.bureau.at_once["B"] = ("01", "填发日期格式错误")
    submitted(room, *room.documents("A", "B"))
    room.work()
    assert {key: entry["state"] for key, entry in room.ledger().items()} == {"A": "succeeded", "B": "failed"}


def test_an_upload_of_which_nothing_was_taken_has_no_number_and_ends(room: SelectionRoom) -> None:
    room.bureau.at_once["A"] = ("01", "填发日期格式错误")
    submitted(room, *room.documents("A"))
    room.work()
    assert (room.row()["status"], room.row()["request_no"]) == ("failed", None)
    assert "results" not in room.bureau.asked()


@pytest.mark.req("R212", "R227")
def test_processing_is_polled_when_the_bureau_says_and_costs_no_attempt(room: SelectionRoom) -> None:
    room.bureau.wait = 2
    submitted(room, *room.documents("A"))
    for _ in range(3):
        room.work()
        room.wait_over()
    row = room.row()
    assert (row["status"], row["polls"], row["attempts"]) == ("succeeded", 2, 0)
    assert len(room.bureau.uploads()) == 1


@pytest.mark.req("R151")
def test_on_leqi_the_usage_is_read_back_and_a_difference_is_told(room: SelectionRoom) -> None:
    submitted(room, *room.documents("A", "B"))
    room.bureau.wait = 1
    room.work()
    room.bureau.held["B"] = Holding("B", "1", "202701")
    room.wait_over()
    room.work()
    assert room.statuses() == {"A": "1", "B": "0"}
    entry = room.ledger()["B"]
    assert entry["result_code"] == "USAGE_DIFFERS"
    assert entry["result_text"] == "税局查询的发票用途状态与勾选结果不一致，请从税局下载更新（01 成功）"
    assert (room.row()["status"], room.row()["error_code"]) == ("failed", "USAGE_DIFFERS")


@pytest.mark.req("R151")
def test_on_etax_the_results_are_believed_unless_a_document_is_repeated(pool_url: str) -> None:
    with selecting_in(pool_url, lambda room: room.company(channel="etax")) as room:
        selected(room, "A", channel="etax")
        assert "holdings" not in room.bureau.asked()
        room.bureau.held["B"] = Holding("B", "2", "202701", "1")
        submitted(room, *room.documents("B"))
        room.work("etax")
        assert "holdings" in room.bureau.asked()
        assert (room.ledger()["B"]["state"], room.ledger()["B"]["result_text"]) == ("succeeded", "已勾选无法重复")


def test_a_repeated_selection_for_another_use_is_a_failure_in_the_bureaus_words(room: SelectionRoom) -> None:
    room.bureau.held["A"] = Holding("A", "1", "202701")
    submitted(room, *room.documents("A"))
    room.work()
    assert room.ledger()["A"]["state"] == "failed"
    assert room.ledger()["A"]["result_code"] == "06"
    assert room.ledger()["A"]["result_text"].startswith("已勾选无法重复：")


def test_a_document_without_an_answer_is_asked_about_again_and_settled_by_what_the_bureau_holds(
    room: SelectionRoom,
) -> None:
    room.bureau.silent |= {"B", "C"}
    submitted(room, *room.documents("A", "B", "C"))
    room.work()
    assert (room.row()["status"], room.row()["succeeded_count"]) == ("processing", 1)
    assert room.row()["error_message"].startswith("还有 2 张单据的应答无法使用（首张 B）：")
    del room.bureau.held["C"]
    for _ in range(12):
        room.wait_over()
        room.work()
    assert room.row()["status"] == "failed"
    assert room.ledger()["B"]["result_text"] == "税局已按要求处理，未重复提交"
    assert room.ledger()["C"]["result_text"] == "税局未返回该发票的处理结果，请从税局下载更新"
    assert room.statuses() == {"A": "1", "B": "1", "C": "0"}


@pytest.mark.req("A-36")
def test_an_answer_older_than_what_the_pool_knows_does_not_win_and_is_kept_beside(room: SelectionRoom) -> None:
    submitted(room, *room.documents("A"))
    room.pool.execute("UPDATE pool.document SET selection_observed_at = %s", [room.now.replace(year=2028)])
    room.work()
    assert room.statuses() == {"A": "0"}
    assert room.ledger()["A"]["status_after"] == "0"
    (held,) = room.pool.execute("SELECT column_name, offered_value, reason FROM pool.held_change").fetchall()
    assert held == {"column_name": "selection_status", "offered_value": "1", "reason": "older"}


@pytest.mark.req("A-36")
def test_a_later_sighting_that_changed_nothing_counts_too(room: SelectionRoom) -> None:
    submitted(room, *room.documents("A"))
    room.pool.execute(
        "INSERT INTO pool.sighting VALUES (1, 'B9', 'gateway_customs_header', '{selection}', 'input', %s, 'etax', %s, '{A}')",
        [OWNER, room.now.replace(year=2028)],
    )
    room.work()
    assert room.statuses() == {"A": "0"}


def test_a_failure_on_the_way_is_tried_again_and_then_ends(room: SelectionRoom) -> None:
    room.bureau.raises["statistics"] = [TryLater("LEQI_99", "其他错误", "wait", 0.0) for _ in range(3)]
    submitted(room, *room.documents("A"))
    room.work()
    room.work()
    assert (room.row()["status"], room.row()["error_message"], room.row()["attempts"]) == ("failed", "其他错误", 2)
    assert room.ledger()["A"]["state"] == "failed"


def test_a_refused_upload_fails_with_the_bureaus_words_and_forgets_the_cached_state(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [Refused("P1301", LOCKED, "withdraw the statistics table")]
    submitted(room, *room.documents("A"))
    room.work()
    assert (room.row()["status"], room.row()["error_code"], room.row()["sent_at"]) == ("failed", "P1301", None)
    assert room.pool.execute("SELECT count(*) FROM sync.statistics_state").fetchone() == {"count": 0}


@pytest.mark.req("R211")
def test_what_the_bureau_was_not_reached_with_is_still_unprocessed(room: SelectionRoom) -> None:
    room.bureau.raises["upload"] = [TryLater("LEQI_UNREACHABLE", "无法连接", "later", 60.0)]
    (batch,) = submitted(room, *room.documents("A"))
    room.work()
    (told,) = room.pool.execute("SELECT status_label, sent_at FROM fapiao.selection_log").fetchall()
    assert told == {"status_label": "未处理", "sent_at": None}
    room.wait_over()
    room.work()
    assert [(row["batch_no"], row["status"]) for row in room.rows()] == [(batch, "succeeded")]
    assert "holdings" not in room.bureau.asked()[: room.bureau.asked().index("results")]


def test_what_breaks_our_own_code_puts_that_request_off_and_holds_nobody_up(
    room: SelectionRoom, caplog: pytest.LogCaptureFixture
) -> None:
    room.bureau.raises["upload"] = [KeyError("boom")]
    room.documents("A", "B")
    submitted(room, "A")
    submitted(room, "B")
    room.work()
    assert [(row["status"], row["error_code"]) for row in room.rows()] == [
        ("unprocessed", "INTERNAL"),
        ("succeeded", None),
    ]
    assert "failed inside fapiao" in caplog.text


@pytest.mark.req("R182")
def test_a_company_that_became_small_scale_fails_before_any_call(room: SelectionRoom) -> None:
    submitted(room, *room.documents("A"))
    room.pool.execute("UPDATE enterprise.taxpayer SET company_type = 'small_scale'")
    room.work()
    assert (room.row()["status"], room.row()["error_message"]) == ("failed", SMALL_SCALE)
    assert room.bureau.asked() == []


@pytest.mark.req("R147")
def test_a_company_that_downloads_by_leqi_may_select_on_the_web(pool_url: str) -> None:
    with selecting_in(pool_url, lambda room: room.company(SMALL, channel="leqi")) as room:
        room.pool.execute(
            "INSERT INTO enterprise.parameter (type, key, value) VALUES ('rim_leqi_collect', %s, '1')", [SMALL]
        )
        room.documents("A", taxpayer_no=SMALL)
        submitted(room, "A", taxpayer_no=SMALL)
        assert room.row()["channel"] == "etax"


@pytest.mark.req("R211", "R212", "R213", "R214", "R219", "A-11")
def test_the_log_shows_the_four_statuses_and_an_open_document_is_shown_as_being_selected(room: SelectionRoom) -> None:
    room.bureau.wait = 1
    submitted(room, *room.documents("A"))
    shown = "SELECT status_label, operation_label, channel_label, module_code FROM fapiao.selection_log"
    assert room.pool.execute(shown).fetchone() == {
        "status_label": "未处理", "operation_label": "不抵扣勾选", "channel_label": "乐企", "module_code": "F18006"
    }  # fmt: skip
    room.work()
    under_way = room.pool.execute(
        "SELECT document_key, selection_status_label FROM fapiao.selection_under_way"
    ).fetchall()
    assert under_way == [{"document_key": "A", "selection_status_label": "勾选中"}]
    assert room.pool.execute(shown).fetchone()["status_label"] == "处理中"  # type: ignore[index]
    assert room.statuses() == {"A": "0"}
    room.wait_over()
    room.work()
    assert room.pool.execute(shown).fetchone()["status_label"] == "处理成功"  # type: ignore[index]
    assert room.pool.execute("SELECT * FROM fapiao.selection_under_way").fetchall() == []
