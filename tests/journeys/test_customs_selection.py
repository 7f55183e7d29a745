"""S2 from a list of 2,000 documents to the bureau and back, on both channels: pool, ledger and bureau agree at every step."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from asked_of_gateway import ACCOUNT, company
from asked_of_leqi import UNIT, order
from enterprise_files import workbook
from fapiao.selection.chosen import Operation, RequestedDocument, SelectionRequest
from fapiao.selection.list_rows import COLUMNS
from fapiao.selection.list_verdicts import list_requests
from fapiao.selection.submission import Submitted
from fapiao.tables.reading import read_tables
from hooks.selection_lists.list_import import validate_list, write_result
from operators.selections.preview import log_in, preview
from operators.selections.statistics import statistics
from operators.selections.submit import progress, submit
from operators.selections.worker import select_due
from selection_room import SelectionRoom
from selection_stands import KINDS, PERIOD, SelectionStand, selecting

GENERAL, SMALL, LOCKED = "91310000MA1EXAMP07", "91310000MA1EXAMPAA", "91310000MA1EXAMPBB"
LINES = 2000
REASON = "用于集体福利或者个人消费"
GENERATED = "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计"
SMALL_SCALE = "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"
PATIENCE = 40


class Journey(SelectionRoom):
    """A pool, a session and a bureau on one channel, whose clocks go together."""

    def __init__(self, pool_url: str, stand: SelectionStand) -> None:
        super().__init__(pool_url, stand.hook)
        self.stand = stand
        for number, kind in ((GENERAL, "general"), (SMALL, "small_scale"), (LOCKED, "general")):
            self.company(number, stand.kind.channel, kind, account=ACCOUNT)
        self.pool.execute("UPDATE enterprise.taxpayer SET leqi_id = %s, bureau_city_code = '1100'", [UNIT])

    def seed(self, count: int, taxpayer_no: str = GENERAL, issued: str = "2026-12-05", **pool: object) -> list[str]:
        """海关缴款书 at the bureau and in the pool."""
        one = {"fplx": "customs", "nsrsbh": taxpayer_no, "kprq": issued}
        found = order(self.stand.bureau, "seed", companies=[], documents=[one] * count)["documents"]
        return self.documents(*found, taxpayer_no=taxpayer_no, issue_date=date.fromisoformat(issued), **pool)

    def submit(self, selection_request: SelectionRequest) -> Submitted:
        """A submission of its own, not worked yet."""
        return submit(self.another_run(), selection_request, "admin")

    def done(self, selection_request: SelectionRequest) -> Submitted:
        """A submission worked to its end."""
        made = self.submit(selection_request)
        self.finish(made)
        return made

    def finish(self, made: Submitted) -> None:
        """Ten minutes at a time, until nothing is left to wait for."""
        for _ in range(PATIENCE):
            select_due(self.session, self.stand.kind.channel)
            if made.parent_batch_no is None or progress(self.session, made.parent_batch_no).finished:
                return
            self.stand.minutes(10)
            self.later(600)
            self.wait_over()
        raise AssertionError(self.rows())

    def told(self, made: Submitted) -> dict[str, tuple[str, str | None]]:
        """Status and words of each request, by tax number."""
        found = [row for row in self.rows() if row["batch_no"] in made.batches]
        return {row["taxpayer_no"]: (row["status"], row["error_message"]) for row in found}

    def agree(self, selected: Sequence[str]) -> None:
        """Pool, ledger and bureau all say that exactly these documents of GENERAL are 不抵扣 selected."""
        pool = self.pool.execute(
            "SELECT document_key FROM fapiao.invoice WHERE taxpayer_no = %s AND selection_status = '1'"
            " AND deduction_purpose = '2' AND not_deductible_type = '3' AND tax_period = %s",
            [GENERAL, PERIOD],
        ).fetchall()
        ledger = {
            key for key, row in self.ledger().items()
            if row["taxpayer_no"] == GENERAL and row["operation"] == "not_deduct" and row["state"] == "succeeded"
        }  # fmt: skip
        held = {key for key, one in self.stand.holdings().items() if one.purpose == "2"}
        assert {row["document_key"] for row in pool} == ledger == held == {*selected}


@pytest.fixture(params=KINDS, ids=lambda kind: kind.channel)
def journey(request: pytest.FixtureRequest, pool_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journey]:
    """Three companies on one channel; the last one's statistics table is made."""
    with selecting(request.param, monkeypatch) as stand:
        mine = stand.kind.company
        more = [mine | {"nsrsbh": SMALL, "companyType": "02"}, mine | {"nsrsbh": LOCKED}]
        order(stand.bureau, "seed", companies=more, documents=[])
        order(stand.bureau, "period", taxNo=LOCKED, skssq=PERIOD)
        order(stand.bureau, "settings", gateway={"task_seconds": 60})
        with closing(Journey(pool_url, stand)) as found:
            (document,) = found.seed(1, LOCKED)
            found.done(selection_request("not_deduct", [document], LOCKED))
            found.done(SelectionRequest("make_statistics", "interactive", taxpayers=[LOCKED]))
            assert statistics(found.session, LOCKED).state != "01"
            yield found


def selection_request(operation: Operation, keys: Sequence[str], taxpayer_no: str = GENERAL) -> SelectionRequest:
    """A request for reason 3."""
    return SelectionRequest(operation, "interactive", [RequestedDocument(taxpayer_no, key, "3") for key in keys])


def line(action: str, key: str = "", reason: str = REASON, **cells: str) -> list[str]:
    """One row of a list."""
    found: Mapping[str, str] = {"是否勾选": action, "缴款书号码": key, "不抵扣原因": reason} | cells
    return [found.get(name, "") for name in COLUMNS]


def test_a_list_with_every_fault_is_selected_withdrawn_locked_and_selected_again(journey: Journey, tmp_path: Path):
    invoice = {"taxpayer_no": GENERAL, "issue_date": date(2026, 12, 5)}
    journey.documents("26312000000000000001", invoice_type="82", **invoice)
    journey.documents("26312000000000000002", invoice_type="81", **invoice)
    journey.pool.execute(
        "UPDATE pool.document SET document = 'invoice', invoice_no = document_key, amount = -1, status = '2'"
        " WHERE document_key LIKE '2631%'"
    )
    others = [*journey.seed(1, SMALL), *journey.seed(1, LOCKED, "2026-12-06"), *journey.seed(1, issued="2027-01-05")]
    selected, incomplete, risky, twice, *good = journey.seed(4 + LINES - 10 - len(others))
    journey.pool.execute("UPDATE pool.document SET selection_status = '1' WHERE document_key = %s", [selected])
    journey.pool.execute("UPDATE pool.document SET issue_date = NULL WHERE document_key = %s", [incomplete])
    journey.pool.execute("UPDATE pool.document SET risk_status = '02' WHERE document_key = %s", [risky])
    bad = [
        line("", "512020261200000000-L01"), line("勾选", twice), line("勾选", twice), line("勾选", "530120261000000000-L02"),
        line("撤销勾选", risky), line("勾选", selected), line("勾选", incomplete),
        line("勾选", 发票号码="26312000000000000001"), line("勾选", 发票号码="26312000000000000002"),
        line("勾选", risky),
    ]  # fmt: skip
    rows = [*bad, *(line("勾选", key) for key in [*others, *good])]
    list_file = workbook(tmp_path / "引入清单.xlsx", 引入清单=[list(COLUMNS), *rows])

    verdicts = validate_list(journey.worker, [read_tables(list_file)])
    journey.worker.commit()

    codes = {problem.code for one in verdicts for problem in one.problems}
    assert codes == {
        "MISSING_FIELD", "TWICE", "NOT_IN_POOL", "NOT_SELECTED", "SELECTED", "INCOMPLETE", "TYPE", "AMOUNT", "STATUS",
        "RISK_LEVEL",
    }  # fmt: skip
    assert len(verdicts) == LINES
    assert sum(one.passed for one in verdicts) == LINES - len(bad)
    assert write_result(tmp_path / "引入结果.xlsx", verdicts) == LINES

    (listed,) = list_requests(verdicts)
    made = journey.submit(listed)
    assert journey.told(made)[SMALL] == ("failed", SMALL_SCALE)
    select_due(journey.session, journey.stand.kind.channel)
    lose_the_login(journey)
    journey.finish(made)
    told = journey.told(made)
    assert told[LOCKED] == ("failed", GENERATED)
    assert told[GENERAL][0] == "failed"
    assert journey.ledger()[others[-1]]["result_text"] == "未到期发票不能勾选"
    journey.agree(good)

    half = good[: len(good) // 2]
    assert journey.told(journey.done(selection_request("undo_not_deduct", half)))[GENERAL] == ("succeeded", None)
    journey.agree(good[len(half) :])

    assert (
        journey.told(journey.done(SelectionRequest("make_statistics", "interactive", taxpayers=[GENERAL])))[GENERAL][0]
        == "succeeded"
    )
    refused = journey.done(selection_request("not_deduct", half))
    assert journey.told(refused)[GENERAL] == ("failed", f"{GENERATED}。")
    journey.agree(good[len(half) :])

    assert (
        journey.told(journey.done(SelectionRequest("undo_statistics", "interactive", taxpayers=[GENERAL])))[GENERAL][0]
        == "succeeded"
    )
    assert journey.told(journey.done(selection_request("not_deduct", half)))[GENERAL] == ("succeeded", None)
    journey.agree(good)
    uploads = journey.stand.calls(journey.stand.kind.upload)
    assert len(uploads) == 4, "LOCKED's document, the list, the withdrawal, the half again: nothing was uploaded twice"


def lose_the_login(journey: Journey) -> None:
    """On 电子税局 nothing moves while nobody is logged in; after 登录 the work goes on by itself."""
    if journey.stand.kind.channel != "etax":
        return
    order(journey.stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
    order(journey.stand.bureau, "session", account=ACCOUNT, state="lost")
    for _ in range(6):
        journey.stand.minutes(10)
        journey.wait_over()
        select_due(journey.session, "etax")
    (waiting,) = [row for row in journey.rows() if row["login_request_id"]]
    assert (waiting["taxpayer_no"], waiting["status"], waiting["attempts"]) == (GENERAL, "processing", 0)
    order(journey.stand.bureau, "session", account=ACCOUNT, state="online")
    lines = preview(journey.session, SelectionRequest("not_deduct", "interactive", taxpayers=[GENERAL, LOCKED]))
    assert all(line.online for line in log_in(journey.session, GENERAL, [replace(line, login=None) for line in lines]))
