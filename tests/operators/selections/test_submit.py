"""Submitting, retrying, pre-selecting and asking: what becomes a task, what is refused without one, and in which words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fapiao.errors import BadInput, Refused
from fapiao.selection.chosen import Operation, RequestedDocument, SelectionRequest, Surface
from fapiao.selection.form import SelectionForm, read_form
from fapiao.selection.records import STATISTICS
from fapiao.selection.rules import selection_rules
from fapiao.selection.submission import Submitted
from hooks.enterprise.permissions import replace_grants
from operators.selections.permissions import check_taxpayers
from operators.selections.requests import request_of_form
from operators.selections.submit import latest, progress, retry, submit
from operators.selections.worker import poll_now
from selection_room import OWNER, SMALL, SelectionRoom, selecting_in

SMALL_SCALE = "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A general company, and a small-scale one, both on 乐企."""
    with selecting_in(pool_url) as made:
        made.company(SMALL, company_type="small_scale")
        yield made


def done(room: SelectionRoom, *keys: str, **request: Any) -> Submitted:
    """A submission of documents in a run of its own."""
    without = request.pop("without", ())
    return submit(room.another_run(), room.request(list(keys), **request), "tester", without=without)


def said(made: Submitted) -> list[tuple[str | None, str]]:
    """The refusals."""
    return [(one.document_key, one.text) for one in made.refused]


@pytest.mark.req("R152")
def test_a_submission_has_a_parent_and_one_task_per_tax_number(room: SelectionRoom) -> None:
    other = room.company("91310000MA1EXAMPBB")
    room.documents("A")
    room.documents("B", taxpayer_no=other)
    request = SelectionRequest(
        "not_deduct", "interactive", [RequestedDocument(OWNER, "A", "1"), RequestedDocument(other, "B", "5", "已转出")]
    )
    made = submit(room.another_run(), request, "tester")
    assert [row["taxpayer_no"] for row in room.rows()] == [OWNER, other]
    assert {row["parent_batch_no"] for row in room.rows()} == {made.parent_batch_no}
    assert [row["created_by"] for row in room.rows()] == ["tester", "tester"]
    assert room.ledger()["B"]["reason_text"] == "已转出"


def test_two_thousand_and_one_documents_are_two_requests_cut_by_key(room: SelectionRoom) -> None:
    keys = [f"{number:022}" for number in range(2001)]
    room.documents(*keys)
    made = done(room, *reversed(keys))
    assert len(made.batches) == 2
    room.work()
    assert [len(one) for one in room.bureau.uploads()] == [2000, 1]
    assert room.bureau.uploads()[1] == [keys[-1]]
    told = progress(room.session, made.parent_batch_no or "")
    assert (told.documents, told.succeeded, told.failed, told.finished) == (2001, 2001, 0, True)


def test_two_thousand_documents_are_one_request(room: SelectionRoom) -> None:
    keys = [f"{number:022}" for number in range(2000)]
    room.documents(*keys)
    assert len(done(room, *keys).batches) == 1


def test_a_run_that_submits_again_finds_its_own_tasks(room: SelectionRoom) -> None:
    session = room.another_run()
    request = room.request(room.documents("A"))
    first, again = submit(session, request, "tester"), submit(session, request, "tester")
    assert (first.parent_batch_no, list(first.batches)) == (again.parent_batch_no, list(again.batches))
    assert len(room.rows()) == 1


@pytest.mark.req("R179")
def test_a_tax_number_that_is_removed_withholds_all_its_documents(room: SelectionRoom) -> None:
    other = room.company("91310000MA1EXAMPBB")
    room.documents("A", "B")
    room.documents("C", taxpayer_no=other)
    request = SelectionRequest(
        "not_deduct",
        "interactive",
        [RequestedDocument(OWNER, "A", "1"), RequestedDocument(OWNER, "B", "1"), RequestedDocument(other, "C", "1")],
    )
    submit(room.another_run(), request, "tester", without=[OWNER])
    assert [row["taxpayer_no"] for row in room.rows()] == [other]
    assert room.ledger().keys() == {"C"}


@pytest.mark.req("R175", "R180", "A-44")
def test_documents_that_may_not_go_are_refused_one_by_one_and_the_others_go(room: SelectionRoom) -> None:
    room.documents("A", "NO_REASON")
    room.documents("DONE", status="1")
    request = SelectionRequest(
        "not_deduct", "interactive",
        [RequestedDocument(OWNER, "A", "1"), RequestedDocument(OWNER, "NO_REASON"), RequestedDocument(OWNER, "DONE", "1"), RequestedDocument(OWNER, "GONE", "1"),
         RequestedDocument(OWNER, "A", "2")],
    )  # fmt: skip
    made = submit(room.another_run(), request, "tester")
    assert sorted(said(made)) == [
        ("A", "同一发票在本次提交中出现多次"),
        ("DONE", "发票勾选状态不是未勾选或预勾选，不能勾选，请先从税局下载更新"),
        ("GONE", "发票不存在，请先从税局下载或是上传"),
        ("NO_REASON", "发票需要有不抵扣原因才可点击勾选"),
    ]
    assert room.row()["document_count"] == 1
    assert room.ledger()["A"]["reason"] == "1"


def test_a_document_is_in_one_open_operation_at_most(room: SelectionRoom) -> None:
    room.documents("A")
    done(room, "A")
    assert said(done(room, "A")) == [("A", "该发票有未处理或处理中的用票任务，请等待其结果")]
    assert len(room.rows()) == 1


@pytest.mark.req("R182", "R206", "R226", "A-17")
@pytest.mark.parametrize(
    ("surface", "becomes", "text"),
    [
        ("interactive", "none", SMALL_SCALE),
        ("api", "none", "小规模纳税人不支持抵扣类勾选"),
        ("import", "failed", SMALL_SCALE),
        ("scheduled", "failed", SMALL_SCALE),
    ],
)
def test_small_scale_becomes_what_its_surface_says(
    room: SelectionRoom, surface: Surface, becomes: str, text: str
) -> None:
    room.documents("A", taxpayer_no=SMALL)
    made = done(room, "A", taxpayer_no=SMALL, surface=surface)
    if becomes == "none":
        assert (said(made), made.parent_batch_no, room.rows()) == ([(None, text)], None, [])
    else:
        assert (room.row()["status"], room.row()["error_message"], room.ledger()["A"]["state"]) == (
            "failed",
            text,
            "failed",
        )
    room.work()
    assert room.bureau.asked() == []


@pytest.mark.req("R181", "A-22")
def test_a_channel_that_does_not_select_is_refused_in_so_many_words(room: SelectionRoom) -> None:
    other = room.company("91310000MA1EXAMPCC", channel="tax_disk")
    room.documents("A", taxpayer_no=other)
    made = done(room, "A", taxpayer_no=other)
    assert said(made) == [(None, "该税号的勾选通道不是乐企或电子税局，不支持海关缴款书不抵扣勾选")]
    assert room.rows() == []


@pytest.mark.req("R183", "R184")
def test_another_type_fails_the_batch(room: SelectionRoom) -> None:
    room.documents("A")
    room.documents("B", invoice_type="81")
    done(room, "A", "B")
    assert (room.row()["status"], room.row()["error_message"]) == ("failed", "包含不可勾选的发票类型")
    assert room.row()["failed_count"] == 2
    room.work()
    assert room.bureau.asked() == []


@pytest.mark.req("R207", "R225", "A-18")
@pytest.mark.parametrize(
    ("surface", "text"),
    [
        ("interactive", "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。"),
        ("import", "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计"),
        ("api", "当前属期统计表已生成，请先撤销再勾选或查询更新统计表。"),
    ],
)
def test_a_cached_generated_table_fails_the_batch_in_the_words_of_its_surface(
    room: SelectionRoom, surface: Surface, text: str
) -> None:
    room.pool.execute("INSERT INTO sync.statistics_state VALUES (%s, '02', '202701', NULL, %s)", [OWNER, room.now])
    room.documents("A")
    done(room, "A", surface=surface)
    assert (room.row()["status"], room.row()["error_message"]) == ("failed", text)


@pytest.mark.req("R162", "R221")
def test_preselecting_is_local_reversible_and_logged(room: SelectionRoom) -> None:
    room.documents("A")
    done(room, "A", operation="preselect", reason=None)
    assert room.statuses() == {"A": "4"}
    assert room.changes("A") == {"selection_status": ("0", "4")}
    assert (room.ledger()["A"]["status_before_label"], room.ledger()["A"]["status_after_label"]) == ("未勾选", "预勾选")
    done(room, "A", operation="undo_preselect", reason=None)
    assert room.statuses() == {"A": "0"}
    assert room.changes("A") == {"selection_status": ("4", "0")}
    assert [row["status"] for row in room.rows()] == ["succeeded", "succeeded"]
    room.work()
    assert room.bureau.asked() == []


@pytest.mark.req("R221")
def test_only_what_is_unselected_is_preselected_and_only_that_undone(room: SelectionRoom) -> None:
    room.documents("A", status="1")
    room.documents("B")
    assert said(done(room, "A", operation="preselect")) == [("A", "只有未勾选的发票可以预勾选")]
    assert said(done(room, "B", operation="undo_preselect")) == [("B", "只有预勾选的发票可以撤销预勾选")]
    assert room.rows() == []


@pytest.mark.req("R174")
def test_a_preselected_document_is_selected_like_any_other(room: SelectionRoom) -> None:
    room.documents("A", status="4")
    done(room, "A")
    room.work()
    assert room.statuses() == {"A": "1"}
    assert room.ledger()["A"]["status_before"] == "4"


@pytest.mark.req("R192")
def test_a_retry_is_a_new_task_for_what_failed_and_checks_everything_again(room: SelectionRoom) -> None:
    room.bureau.refusals["B"] = ("05", "当期已锁定")
    (batch,) = done(room, *room.documents("A", "B")).batches
    room.work()
    room.bureau.refusals.clear()
    room.later(3600)
    made = retry(room.another_run(), [batch], "tester")
    room.work()
    assert room.bureau.uploads() == [["A", "B"], ["B"]]
    assert room.bureau.asked().count("statistics") == 2
    again = room.rows()[1]
    assert (again["batch_no"], again["status"], again["surface"]) == (made.batches[0], "succeeded", "retry")
    log = room.pool.execute("SELECT retry_of_batch_no FROM fapiao.selection_log WHERE batch_no = %s", [made.batches[0]])
    assert log.fetchone() == {"retry_of_batch_no": batch}


@pytest.mark.req("R220", "A-17")
def test_the_retry_of_a_small_scale_company_makes_no_task_and_says_why(room: SelectionRoom) -> None:
    room.bureau.refusals["A"] = ("99", "其它")
    (batch,) = done(room, *room.documents("A")).batches
    room.work()
    room.pool.execute("UPDATE enterprise.taxpayer SET company_type = 'small_scale'")
    assert said(retry(room.another_run(), [batch], "tester")) == [(None, SMALL_SCALE)]
    assert len(room.rows()) == 1


@pytest.mark.req("R220", "A-17")
@pytest.mark.parametrize("operation", [one.code for one in selection_rules().types.values() if one.here])
def test_no_failed_task_of_any_type_is_retried_for_a_small_scale_company(
    room: SelectionRoom, operation: Operation
) -> None:
    (batch,) = failed(room, operation).batches
    room.pool.execute("UPDATE enterprise.taxpayer SET company_type = 'small_scale'")
    made = retry(room.another_run(), [batch], "tester")
    assert (made.parent_batch_no, said(made)) == (None, [(None, SMALL_SCALE)])
    assert [row["batch_no"] for row in room.rows()] == [batch]


def failed(room: SelectionRoom, operation: Operation) -> Submitted:
    """A task of the type that ended 处理失败: by a document of another type, or by the bureau's refusal."""
    if operation in STATISTICS:
        room.bureau.raises["apply_statistics"] = [Refused("99", "其它", "retry")]
        made = submit(room.another_run(), SelectionRequest(operation, "interactive", taxpayers=[OWNER]), "tester")
        room.work()
    else:
        room.documents("A", status=selection_rules().of(operation).from_statuses[0], invoice_type="81")
        made = done(room, "A", operation=operation)
    assert [row["status"] for row in room.rows()] == ["failed"]
    return made


@pytest.mark.req("R220", "A-45")
@pytest.mark.parametrize(
    "label",
    [*(one.label for one in selection_rules().types.values() if not one.here), "农产品处理(农产品处理(按票面税额)"],
)
def test_a_type_that_is_not_carried_out_here_is_refused_and_can_have_no_task_to_retry(
    room: SelectionRoom, label: str
) -> None:
    kind = selection_rules().task_type(label)
    for asked in (label, kind.code):
        with pytest.raises(BadInput, match=re.escape(f"操作“{asked}”未知；可选：不抵扣勾选、")):
            read_form({"operation": asked, "document_keys": ["A"], "reason": "1"})
    request = SelectionRequest(kind.code, "interactive", [RequestedDocument(OWNER, *room.documents("A"), "1")])  # type: ignore[arg-type]
    with pytest.raises(KeyError, match=kind.code):
        submit(room.another_run(), request, "tester")
    assert room.rows() == []


@pytest.mark.req("R192")
def test_only_failed_tasks_are_retried_once_and_every_problem_is_said(room: SelectionRoom) -> None:
    room.bureau.refusals["A"] = ("99", "其它")
    room.documents("A", "B")
    (failed,) = done(room, "A").batches
    (waiting,) = done(room, "B").batches
    with room.session.transaction() as tables:
        claims = tables.queue.claim("worker", ["leqi"], 1, room.session.unanswered)
    from operators.selections.worker import select_one

    for _ in range(2):
        select_one(room.session, claims[0])
        with room.session.transaction() as tables:
            claims = tables.queue.claim("worker", ["leqi"], 1, room.session.unanswered, [failed]) or claims
    retry(room.another_run(), [failed], "tester")
    with pytest.raises(BadInput) as refused:
        retry(room.another_run(), [failed, waiting, "B?"], "tester")
    assert refused.value.problems == [
        "B?: 没有这个批次号的任务。",
        f"{failed}: 该任务已重试过，请对重试产生的新任务操作。",
        f"{waiting}: 仅支持对状态为“处理失败”的任务重试",
    ]


@pytest.mark.req("R217", "R218")
def test_the_newest_entry_of_a_document_is_told_or_that_there_is_none(room: SelectionRoom) -> None:
    with pytest.raises(BadInput, match=r"^未查到该发票在星空的税局用票台账$"):
        latest(room.session, "A")
    room.bureau.wait = 1
    (batch,) = done(room, *room.documents("A")).batches
    room.work()
    entry = latest(room.session, "A")
    assert (entry.batch_no, entry.task_status_label, entry.hint) == (
        batch,
        "处理中",
        "前往日志列表，登录税局获取任务结果",
    )
    room.wait_over()
    room.work()
    assert (latest(room.session, "A", OWNER).state_label, latest(room.session, "A").hint) == ("处理成功", None)


@pytest.mark.req("R218", "R219")
def test_fetching_asks_now_for_exactly_these_tasks(room: SelectionRoom) -> None:
    room.bureau.wait = 2
    room.documents("A", "B")
    (first,), (second,) = done(room, "A").batches, done(room, "B").batches
    room.work()
    before = room.bureau.asked().count("results")
    assert [one.message for one in poll_now(room.session, [first], "tester")] == ["处理成功"]
    assert room.bureau.asked().count("results") == before + 1
    assert room.rows()[1]["status"] == "processing"
    with pytest.raises(BadInput, match="没有这个批次号的任务"):
        poll_now(room.session, [second, "B?"], "tester")


@pytest.mark.req("R150", "R223")
def test_a_retry_and_a_fetch_of_another_organisation_are_refused_and_nothing_is_done(room: SelectionRoom) -> None:
    other = room.company("91310000MA1EXAMPBB")
    room.pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG2', '分部')")
    room.pool.execute("UPDATE enterprise.taxpayer SET org_code = 'ORG2' WHERE taxpayer_no = %s", [other])
    room.documents("A")
    room.documents("B", taxpayer_no=other)
    room.bureau.refusals |= {"A": ("99", "其它"), "B": ("99", "其它")}
    (mine,), (theirs,) = done(room, "A").batches, done(room, "B", taxpayer_no=other).batches
    grants = [("li", "ORG1", "operator"), ("sun", "ORG1", "auditor"), ("sun", "ORG2", "operator")]
    replace_grants(room.pool, grants, "test")
    told = {
        "li": [f"{theirs}: 您没有该核算组织的权限。"],
        "sun": [f"{mine}: 您没有该操作的权限。"],
        "eve": [f"{mine}: 您没有该核算组织的权限。", f"{theirs}: 您没有该核算组织的权限。"],
    }
    for actor, problems in told.items():
        with pytest.raises(BadInput) as refused:
            poll_now(room.session, [mine, theirs], actor)
        assert refused.value.problems == problems
    assert room.bureau.asked() == []
    room.work()
    for actor, problems in told.items():
        with pytest.raises(BadInput) as refused:
            retry(room.another_run(), [mine, theirs], actor)
        assert refused.value.problems == problems
    assert len(room.rows()) == 2
    assert len(retry(room.another_run(), [mine], "li").batches) == 1


@pytest.mark.req("R150")
def test_whoever_may_not_select_for_a_company_makes_no_statistics_table_of_it(room: SelectionRoom) -> None:
    form = SelectionForm("make_statistics", taxpayers=[OWNER])
    with pytest.raises(BadInput) as refused:
        request_of_form(room.worker, form, "interactive", ["ORG2"])
    assert refused.value.problems == [f"{OWNER}：您没有该核算组织的权限。"]
    assert request_of_form(room.worker, form, "interactive", ["ORG1"]).taxpayers == [OWNER]
    replace_grants(room.pool, [("li", "ORG2", "manager")], "test")
    with pytest.raises(BadInput, match="您没有该核算组织的权限。"):
        check_taxpayers(room.session, "li", "select", [OWNER])


@pytest.mark.req("R152")
def test_progress_tells_how_far_the_submission_is(room: SelectionRoom) -> None:
    room.bureau.wait = 1
    room.bureau.refusals["B"] = ("02", "查无此票")
    made = done(room, *room.documents("A", "B"))
    assert progress(room.session, made.parent_batch_no or "").statuses == {"unprocessed": 1}
    room.work()
    assert progress(room.session, made.parent_batch_no or "").statuses == {"processing": 1}
    room.wait_over()
    room.work()
    told = progress(room.session, made.parent_batch_no or "")
    assert (told.succeeded, told.failed, told.finished, told.requests[0].status_label) == (1, 1, True, "处理失败")
    with pytest.raises(BadInput):
        progress(room.session, "nobody")
