"""Rights go by the 核算组织 of the document at every step, also where its company belongs to another one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg.rows import dict_row

from fapiao.errors import BadInput
from fapiao.queries import query
from fapiao.selection.form import SelectionForm
from fapiao.selection.submission import Submitted
from hooks.enterprise.permissions import replace_grants
from operators.row_actions import fetch_again, void
from operators.selections.permissions import check_document, check_taxpayers
from operators.selections.requests import request_of_form
from operators.selections.submit import retry, submit
from operators.selections.worker import poll_now
from selection_room import OWNER, SelectionRoom, selecting_in

ORGANISATION = "您没有该核算组织的权限。"


@pytest.fixture
def room(pool_url: str) -> Iterator[SelectionRoom]:
    """A company of ORG1 with two papers, of which B was booked to ORG2; li may act in ORG1 alone, sun in ORG2 alone."""
    with selecting_in(pool_url) as made:
        made.documents("A", "B")
        made.pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG2', '分部')")
        made.pool.execute("UPDATE pool.document SET org_code = 'ORG2' WHERE document_key = 'B'")
        replace_grants(
            made.pool, [("li", "ORG1", "manager"), ("sun", "ORG2", "manager"), ("zhao", "*", "admin")], "zhao"
        )
        yield made


def submitted(room: SelectionRoom, *keys: str) -> str:
    """The batch number of a request over these papers."""
    made: Submitted = submit(room.another_run(), room.request(keys), "zhao")
    (batch,) = made.batches
    return batch


def refused(act: Callable[[], Any]) -> list[str]:
    """What speaks against it; nothing where it is done."""
    try:
        act()
    except BadInput as said:
        return said.problems
    return []


@pytest.mark.finding("F43")
@pytest.mark.req("R150")
def test_who_may_not_select_a_paper_may_not_retry_fetch_or_void_its_request_either(room: SelectionRoom) -> None:
    room.bureau.refusals |= {"A": ("02", "查无此票"), "B": ("02", "查无此票")}
    one, other = submitted(room, "A"), submitted(room, "B")
    room.work()
    both = submitted(room, "A", "B")
    steps: dict[str, Callable[[str, str], Any]] = {
        "retry": lambda actor, batch: retry(room.another_run(), [batch], actor),
        "fetch": lambda actor, batch: poll_now(room.session, [batch], actor),
        "fetch as any row": lambda actor, batch: fetch_again(room.pool, actor, [batch]),
        "void": lambda actor, batch: void(room.pool, actor, [batch], "why"),
    }
    for name, step in steps.items():
        for actor, closed in (("li", (other, both)), ("sun", (one, both))):
            for batch in closed:
                assert refused(lambda: step(actor, batch)) == [f"{batch}: {ORGANISATION}"], (name, actor, batch)  # noqa: B023
    assert refused(lambda: retry(room.another_run(), [other], "sun")) == []
    assert refused(lambda: void(room.pool, "zhao", [both], "why")) == []


@pytest.mark.finding("F43")
@pytest.mark.req("R150")
def test_selecting_withdrawing_and_statistics_go_by_the_papers_too(room: SelectionRoom) -> None:
    for operation in ("not_deduct", "undo_not_deduct", "preselect", "undo_preselect"):
        form = SelectionForm(operation, document_keys=["A", "B"], reason="1")  # type: ignore[arg-type]
        assert refused(lambda: request_of_form(room.worker, form, "interactive", ["ORG1"])) == [f"B：{ORGANISATION}"]  # noqa: B023
        assert refused(lambda: request_of_form(room.worker, form, "interactive", ["ORG2"])) == [f"A：{ORGANISATION}"]  # noqa: B023
    table = SelectionForm("make_statistics", taxpayers=[OWNER])
    for allowed in (["ORG1"], ["ORG2"]):
        assert refused(lambda: request_of_form(room.worker, table, "interactive", allowed)) == [  # noqa: B023
            f"{OWNER}：{ORGANISATION}"
        ]
    assert refused(lambda: request_of_form(room.worker, table, "interactive", ["ORG1", "ORG2"])) == []
    for actor in ("li", "sun"):
        assert refused(lambda: check_taxpayers(room.session, actor, "select", [OWNER])) == [f"{OWNER}: {ORGANISATION}"]  # noqa: B023


@pytest.mark.finding("F43")
@pytest.mark.req("R150")
def test_a_paper_that_the_pool_does_not_hold_is_for_who_may_select_for_its_company(room: SelectionRoom) -> None:
    form = SelectionForm("not_deduct", document_keys=["X"], taxpayers=[OWNER], reason="1")
    assert refused(lambda: request_of_form(room.worker, form, "interactive", ["ORG3"])) == [f"{OWNER}：{ORGANISATION}"]


@pytest.mark.finding("F43")
@pytest.mark.req("R150")
def test_the_logs_show_the_papers_that_one_may_see(room: SelectionRoom) -> None:
    room.bureau.refusals |= {"A": ("02", "查无此票"), "B": ("02", "查无此票")}
    one, other = submitted(room, "A"), submitted(room, "B")
    room.work()
    both = submitted(room, "A", "B")

    def seen(name: str, column: str, allowed: list[str]) -> set[str]:
        values = dict.fromkeys(("batches", "taxpayer", "status", "document_key")) | {"allowed": allowed, "limit": 99}
        with room.pool.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(query("selection_log", name), values).fetchall()  # type: ignore[arg-type]
        return {row[column] for row in rows}

    assert seen("log", "batch_no", ["ORG2"]) == {other, both}
    assert seen("log", "batch_no", ["ORG1"]) == {one, both}
    assert (seen("ledger", "document_key", ["ORG1"]), seen("ledger", "document_key", ["ORG2"])) == ({"A"}, {"B"})
    assert refused(lambda: check_document(room.session, "li", "view", "B", OWNER)) == [f"B: {ORGANISATION}"]
    assert refused(lambda: check_document(room.session, "sun", "view", "B", OWNER)) == []
