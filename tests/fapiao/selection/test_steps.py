"""The nine steps of S2: their order, what each says, and for how long a state of the statistics table is believed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fapiao.rules.book import rulebook
from fapiao.selection.checks import CheckInput, Decision, DocumentFacts, StatisticsState, decide, fresh, last_day
from fapiao.selection.rules import STEPS, selection_rules
from fapiao.selection.sentences import sentence

RULES = selection_rules()
NOW = datetime(2027, 1, 20, 4, tzinfo=UTC)
GOOD = DocumentFacts("A", reason="1", status="0", issue_date=date(2027, 1, 5))


def facts(*documents: DocumentFacts, **changed: object) -> CheckInput:
    """A request against which nothing speaks, as far as nobody was asked."""
    usual = CheckInput(RULES.of("not_deduct"), "interactive", "leqi", False, documents or (GOOD,), NOW)
    return replace(usual, **changed)  # type: ignore[arg-type]


def state(code: str = "01", age: float = 0, period: str = "202701") -> StatisticsState:
    """A state that was heard `age` seconds ago."""
    return StatisticsState(code, period, NOW - timedelta(seconds=age))


def keys(decision: Decision) -> list[str]:
    """The sentences of the objections."""
    return [one.key for one in decision.against] + ([decision.stop.key] if decision.stop else [])


@pytest.mark.req("R180", "R186", "R188", "R191")
def test_the_steps_come_in_the_manuals_order() -> None:
    """Everything is wrong at once; each thing put right shows the next."""
    wrong = facts(
        DocumentFacts("A", status="1", invoice_type="81", issue_date=date(2027, 2, 1)),
        channel="tax_disk",
        small_scale=True,
        statistics=state("02"),
    )
    mends = [
        ("selection_reason", {"documents": [DocumentFacts("A", "1", status="1", invoice_type="81", issue_date=date(2027, 2, 1))]}),
        ("selection_status", {"documents": [DocumentFacts("A", "1", status="0", invoice_type="81", issue_date=date(2027, 2, 1))]}),
        ("selection_channel", {"channel": "etax"}),
        ("small_scale_selection", {"small_scale": False}),
        ("selection_type", {"documents": [DocumentFacts("A", "1", status="0", issue_date=date(2027, 2, 1))]}),
        ("statistics_generated", {"statistics": None}),
    ]  # fmt: skip
    told = []
    for _, mend in mends:
        told.append(keys(decide(wrong, RULES))[0])
        wrong = replace(wrong, **mend)
    assert told == [key for key, _ in mends]
    asked = decide(wrong, RULES)
    assert asked.ask and asked.ask.what == "login"
    wrong = replace(wrong, logged_in=True)
    asked = decide(wrong, RULES)
    assert asked.ask and asked.ask.what == "statistics"
    assert keys(decide(replace(wrong, statistics=state("02")), RULES)) == ["statistics_generated"]
    last = decide(replace(wrong, statistics=state()), RULES)
    assert keys(last) == ["selection_not_due"]
    assert last.go and last.documents == []


@pytest.mark.req("R175", "A-44")
@pytest.mark.parametrize(
    ("reason", "text", "key"),
    [(None, None, "selection_reason"), ("", None, "selection_reason"), ("6", None, "selection_reason_unknown"),
     ("5", None, "selection_reason_text"), ("5", "  ", "selection_reason_text")],
)  # fmt: skip
def test_without_a_reason_nothing_is_selected_and_other_needs_words(
    reason: str | None, text: str | None, key: str
) -> None:
    document = replace(GOOD, reason=reason, reason_text=text)
    assert keys(decide(facts(document), RULES)) == [key]


@pytest.mark.req("R175", "A-44")
@pytest.mark.parametrize(("reason", "text"), [("1", None), ("2", None), ("3", None), ("4", None), ("5", "已转出")])
def test_each_of_the_five_reasons_is_taken(reason: str, text: str | None) -> None:
    assert keys(decide(facts(replace(GOOD, reason=reason, reason_text=text)), RULES)) == []


@pytest.mark.req("R174", "R180")
@pytest.mark.parametrize(("status", "taken"), [("0", True), (None, True), ("4", True), ("1", False), ("2", False), ("3", False)])  # fmt: skip
def test_only_unselected_and_preselected_documents_are_submitted(status: str | None, taken: bool) -> None:
    decision = decide(facts(replace(GOOD, status=status)), RULES)
    assert bool(decision.documents) == taken
    assert keys(decision) == ([] if taken else ["selection_status"])


@pytest.mark.req("R193")
@pytest.mark.parametrize("status", ["0", "2", "3", "4", None])
def test_only_a_selected_document_is_withdrawn(status: str | None) -> None:
    request = facts(replace(GOOD, reason=None, status=status), operation=RULES.of("undo_not_deduct"))
    assert keys(decide(request, RULES)) == ["selection_withdraw_status"]


@pytest.mark.req("R193")
def test_a_withdrawal_needs_no_reason() -> None:
    request = facts(replace(GOOD, reason=None, status="1"), operation=RULES.of("undo_not_deduct"))
    assert keys(decide(request, RULES)) == []


@pytest.mark.req("R181", "A-22")
@pytest.mark.parametrize("channel", ["soft_certificate", "tax_disk", "aisino"])
def test_other_channels_are_refused_and_never_fall_through(channel: str) -> None:
    decision = decide(facts(channel=channel), RULES)
    assert decision.stop and (decision.stop.code, decision.stop.key) == ("SELECTION_CHANNEL", "selection_channel")


@pytest.mark.req("R183", "R184")
def test_one_document_of_another_type_holds_up_the_batch() -> None:
    decision = decide(facts(GOOD, replace(GOOD, document_key="B", document="invoice", invoice_type="81")), RULES)
    assert decision.stop and decision.stop.key == "selection_type"


@pytest.mark.req("R189", "G18")
@pytest.mark.parametrize(("age", "hit"), [(0, True), (29 * 60 + 59, True), (30 * 60 + 1, False), (-1, False)])
def test_a_state_is_believed_for_thirty_minutes_of_the_given_clock(age: float, hit: bool) -> None:
    assert fresh(state(age=age), NOW, RULES) == hit
    decision = decide(facts(statistics=state(age=age), logged_in=True), RULES)
    assert (decision.ask is None) == hit


@pytest.mark.req("R185", "R190")
@pytest.mark.parametrize("code", ["02", "03", "04", "05", "21", "23", "24", "25"])
def test_any_state_but_two_forbids_selecting_before_and_after_the_query(code: str) -> None:
    assert keys(decide(facts(statistics=state(code)), RULES)) == ["statistics_generated"]
    assert keys(decide(facts(statistics=state(code), logged_in=True), RULES)) == ["statistics_generated"]


@pytest.mark.req("R185")
@pytest.mark.parametrize("code", ["01", "22"])
def test_not_generated_and_nothing_to_count_allow_selecting(code: str) -> None:
    assert decide(facts(statistics=state(code), logged_in=True), RULES).go


@pytest.mark.req("R187")
def test_who_declines_the_login_goes_on_without_query_and_check() -> None:
    decision = decide(facts(logged_in=False, statistics=state("02", age=3600)), RULES)
    assert decision.go
    assert decision.documents == [GOOD]


@pytest.mark.req("R208")
@pytest.mark.parametrize(("issued", "taken"), [("2027-01-31", True), ("2027-02-01", False)])
def test_a_document_dated_after_the_periods_month_stays_behind_alone(issued: str, taken: bool) -> None:
    late = replace(GOOD, document_key="B", issue_date=date.fromisoformat(issued))
    decision = decide(facts(GOOD, late, statistics=state(), logged_in=True), RULES)
    assert decision.go
    assert [one.document_key for one in decision.documents] == (["A", "B"] if taken else ["A"])
    assert keys(decision) == ([] if taken else ["selection_not_due"])


@pytest.mark.parametrize(
    ("period", "day"), [("202702", "2027-02-28"), ("202802", "2028-02-29"), ("202712", "2027-12-31")]
)
def test_a_period_ends_with_its_month(period: str, day: str) -> None:
    assert last_day(period).isoformat() == day


def test_every_step_of_the_rules_is_one_that_the_code_knows() -> None:
    assert {step for kind in RULES.types.values() for step in kind.steps} <= set(STEPS)


@pytest.mark.req("R182", "R185", "R206", "R207", "R225", "A-17", "A-18")
@pytest.mark.parametrize(
    ("key", "surface", "text"),
    [
        ("small_scale_selection", "interactive", "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"),
        ("small_scale_selection", "retry", "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"),
        ("small_scale_selection", "import", "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"),
        ("small_scale_selection", "scheduled", "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。"),
        ("small_scale_selection", "api", "小规模纳税人不支持抵扣类勾选"),
        ("statistics_generated", "interactive", "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。"),
        ("statistics_generated", "retry", "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。"),
        ("statistics_generated", "import", "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计"),
        ("statistics_generated", "api", "当前属期统计表已生成，请先撤销再勾选或查询更新统计表。"),
    ],
)  # fmt: skip
def test_the_same_refusal_is_worded_by_its_surface(key: str, surface: str, text: str) -> None:
    assert sentence(rulebook(), key, surface) == text


@pytest.mark.req("R183", "R208", "R217", "R218")
@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("selection_type", "包含不可勾选的发票类型"),
        ("selection_not_due", "未到期发票不能勾选"),
        ("no_selection_ledger", "未查到该发票在星空的税局用票台账"),
        ("selection_go_to_log", "前往日志列表，登录税局获取任务结果"),
    ],
)
def test_a_sentence_that_one_surface_has_is_used_on_all(key: str, text: str) -> None:
    assert {sentence(rulebook(), key, surface) for surface in ("interactive", "import", "retry")} == {text}
