"""What both channels promise of a selection: 乐企 (L9 to L11) and 电子税局 (O14 to O20) alike."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from asked_of_gateway import ACCOUNT, company
from asked_of_leqi import order
from fapiao.errors import AnswerLost, LoginLost, Refused, TryLater
from fapiao.selection.answers import Document, Party, Uploaded, Waiting
from hooks.channels.selection_channels import SELECTION_CHANNELS
from rehearsal import GENERAL
from selection_stands import KINDS, PARTY, PERIOD, Kind, SelectionStand, selecting

LOCKED = "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计"


def unhurried(connection: str) -> str:
    """A connection that does not shorten the manual's waits."""
    fields = json.loads(connection)
    extra = json.loads(fields["extra"])
    del extra["poll_seconds"]
    return json.dumps(fields | {"extra": json.dumps(extra)})


@pytest.fixture(params=KINDS, ids=lambda kind: kind.channel)
def stand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[SelectionStand]:
    """The channel's hook and a bureau with one company on it."""
    kind: Kind = request.param
    with selecting(kind, monkeypatch) as found:
        yield found


@pytest.mark.req("R213", "R151")
def test_a_selection_is_done_and_the_bureau_holds_it(stand: SelectionStand) -> None:
    documents = stand.seed(3)

    results = stand.apply("select", documents)

    assert {one.outcome for one in results.values()} == {"done"}
    assert {one.code for one in results.values()} == {stand.kind.codes["done"]}
    assert {one.tax_period for one in results.values()} == {PERIOD}
    held = stand.holdings()
    assert held.keys() == results.keys() == {document.document_key for document in documents}
    assert {(one.purpose, one.period) for one in held.values()} == {("2", PERIOD)}


@pytest.mark.req("R212", "R227")
def test_nothing_is_told_before_the_bureau_has_done_it(stand: SelectionStand) -> None:
    uploaded = stand.hook.upload(PARTY, "select", stand.seed())

    early = stand.hook.results(PARTY, uploaded.request_no)

    assert isinstance(early, Waiting)
    assert (early.login_wait, early.wait_seconds > 0, uploaded.first_poll_seconds > 0) == (False, True, True)
    assert early.text


@pytest.mark.parametrize(("channel", "seconds"), [("leqi", 600), ("etax", 180)])
def test_the_first_question_waits_as_the_manual_says(
    monkeypatch: pytest.MonkeyPatch, channel: str, seconds: int
) -> None:
    kind = next(one for one in KINDS if one.channel == channel)
    with selecting(kind, monkeypatch) as stand:
        monkeypatch.setenv(kind.variable, unhurried(kind.connection(stand.bureau.url)))
        hook = SELECTION_CHANNELS[channel]()
        uploaded = hook.upload(PARTY, "select", stand.seed())
        again = hook.results(PARTY, uploaded.request_no)
        hook.close()
    assert uploaded.first_poll_seconds == seconds
    assert isinstance(again, Waiting)
    assert again.wait_seconds == seconds


def test_the_connection_can_shorten_the_waits_of_a_selection_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS[0]
    with selecting(kind, monkeypatch) as stand:
        monkeypatch.setenv(kind.variable, kind.connection(stand.bureau.url, selection_poll_seconds=30))
        hook = SELECTION_CHANNELS["leqi"]()
        uploaded = hook.upload(PARTY, "select", stand.seed())
        hook.close()
    assert uploaded.first_poll_seconds == 30


def test_repeating_a_selection_that_holds_is_told_as_such(stand: SelectionStand) -> None:
    documents = stand.seed(2)
    stand.apply("select", documents)

    repeated = stand.apply("select", documents)

    assert {one.outcome for one in repeated.values()} == {"already"}
    assert {one.code for one in repeated.values()} == {stand.kind.codes["held"]}
    assert all(one.text for one in repeated.values())


def test_a_withdrawal_takes_the_selection_back_and_it_can_be_made_again(stand: SelectionStand) -> None:
    documents = stand.seed(2)
    stand.apply("select", documents)

    withdrawn = stand.apply("withdraw", documents[:1])

    assert [one.outcome for one in withdrawn.values()] == ["done"]
    assert stand.holdings().keys() == {documents[1].document_key}
    assert {one.outcome for one in stand.apply("select", documents[:1]).values()} == {"done"}


def test_withdrawing_what_is_not_selected_succeeds_on_etax_and_is_refused_by_leqi(stand: SelectionStand) -> None:
    (result,) = stand.apply("withdraw", stand.seed()).values()

    assert (result.outcome, result.code) == {"leqi": ("refused", "99"), "etax": ("already", "1")}[stand.kind.channel]


@pytest.mark.req("R214")
def test_each_document_gets_the_answer_that_its_state_deserves(stand: SelectionStand) -> None:
    (good,) = stand.seed()
    (late,) = stand.seed(kprq="2027-01-05")
    (old,) = stand.seed(kprq="2016-12-31")
    (locked,) = stand.seed(payload={"sfchsd": "Y"})
    (twin,) = stand.seed(xfsyt="01")
    nobody = replace(good, document_key="999920261000000001-L01")

    results = stand.apply("select", [good, late, old, locked, twin, nobody])

    codes = stand.kind.codes
    wanted = {
        good.document_key: codes["done"],
        late.document_key: codes["not_due"],
        old.document_key: codes["overdue"],
        locked.document_key: codes["duplicate"],
        twin.document_key: codes["twin"],
        nobody.document_key: codes["unknown"],
    }
    assert {key: one.code for key, one in results.items()} == wanted
    assert [one.outcome for one in results.values()].count("refused") == 5
    assert results[nobody.document_key].text == "查无此票"
    assert results[twin.document_key].text == "增值税海关缴款书不允许用于退税用途、不抵扣用途"
    assert stand.holdings().keys() == {good.document_key}


def test_a_document_used_for_something_else_is_refused(stand: SelectionStand) -> None:
    (result,) = stand.apply("select", stand.seed(fpyt="1", skssq=PERIOD)).values()

    assert result.outcome == "refused"
    assert result.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": None}, "申请不抵扣时，不抵扣类型不能为空"),
        ({"reason": "5"}, "不抵扣类型为其他时，需录入不抵扣原因"),
        ({"document_key": "1"}, "参数校验异常：jkshm应为22位"),
    ],
)
def test_leqi_refuses_on_the_spot_what_is_incomplete(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], said: str
) -> None:
    with selecting(KINDS[0], monkeypatch) as stand:
        good, other = stand.seed(2)
        bad = replace(other, **fields)  # type: ignore[arg-type]

        uploaded = stand.hook.upload(PARTY, "select", [good, bad])
        alone = stand.hook.upload(PARTY, "select", [bad])

        assert [(one.document_key, one.outcome, one.text) for one in uploaded.refused] == [
            (bad.document_key, "refused", said)
        ]
        assert [one.document_key for one in stand.answers(uploaded.request_no)] == [good.document_key]
        assert (alone.request_no, [one.text for one in alone.refused]) == ("", [said])


def test_the_words_of_another_reason_are_uploaded(monkeypatch: pytest.MonkeyPatch) -> None:
    with selecting(KINDS[0], monkeypatch) as stand:
        (document,) = stand.seed()
        results = stand.apply("select", [replace(document, reason="5", reason_text="样品")])
        (call,) = stand.calls("PLHGJKSDKGX")
    assert [one.outcome for one in results.values()] == ["done"]
    assert call["request"] == {
        "gfsbh": GENERAL,
        "gxlxDm": "03",
        "hgjksmx": [{"jkshm": document.document_key, "tfrq": "20261205", "bdklx": "5", "bdkyy": "样品"}],
    }


@pytest.mark.req("R225")
def test_a_statistics_table_locks_and_is_told_by_one_code(stand: SelectionStand) -> None:
    chosen, other = stand.seed(2)
    stand.apply("select", [chosen])
    assert stand.table("make").state == "02"
    assert stand.hook.period(PARTY).statistics == "02"

    for action, document in (("select", other), ("withdraw", chosen)):
        with pytest.raises(Refused) as refused:
            stand.hook.upload(PARTY, action, [document])  # type: ignore[arg-type]
        assert refused.value.code == "STATISTICS_GENERATED"
    assert stand.kind.channel == "leqi" or LOCKED in refused.value.text

    assert stand.table("withdraw").state == "01"
    assert {one.outcome for one in stand.apply("select", [other]).values()} == {"done"}


def test_a_table_made_after_the_upload_refuses_each_document(stand: SelectionStand) -> None:
    first, second = stand.seed(2)
    stand.apply("select", [first])
    order(stand.bureau, "settings", gateway={"task_seconds": 60})
    table = stand.hook.apply_statistics(PARTY, "make")
    uploaded = stand.hook.upload(PARTY, "select", [second])
    stand.told("make", table)

    (result,) = stand.answers(uploaded.request_no)

    assert (result.outcome, result.code) == ("refused", stand.kind.codes["locked"])
    assert result.cause == "STATISTICS_GENERATED"


def test_a_confirmed_table_can_neither_be_made_nor_withdrawn(stand: SelectionStand) -> None:
    (document,) = stand.seed()
    stand.apply("select", [document])
    stand.table("make")

    assert stand.table("confirm").state == "05"
    assert stand.table("confirm").state == "05"

    assert stand.hook.period(PARTY).statistics == "05"
    assert stand.holdings().keys() == {document.document_key}
    for action in ("make", "withdraw"):
        with pytest.raises(Refused) as refused:
            stand.table(action)  # type: ignore[arg-type]
        assert refused.value.text


def test_a_table_that_was_not_made_is_not_confirmed(stand: SelectionStand) -> None:
    with pytest.raises(Refused):
        stand.table("confirm")

    assert stand.hook.statistics(PARTY).state == "01"


def test_a_table_of_the_running_month_is_not_confirmed(stand: SelectionStand) -> None:
    order(stand.bureau, "period", taxNo=GENERAL, skssq="202701")
    stand.apply("select", stand.seed())
    assert stand.table("make").state in ("02", "03")

    with pytest.raises(Refused):
        stand.table("confirm")


def test_withdrawing_no_table_and_making_one_twice_change_nothing(stand: SelectionStand) -> None:
    assert stand.table("withdraw").state == "01"
    stand.apply("select", stand.seed())
    assert [stand.table("make").state for _ in range(2)] == ["02", "02"]


def test_the_table_of_etax_counts_what_is_not_deducted(monkeypatch: pytest.MonkeyPatch) -> None:
    with selecting(KINDS[1], monkeypatch) as stand:
        stand.apply("select", stand.seed(2))
        stand.table("make")
        rows = {row["invoiceType"]: row for row in stand.hook.statistics(PARTY).rows}
    assert rows.keys() == {"21", "99"}
    assert (rows["21"]["unDeductibleNum"], rows["21"]["deductibleNum"]) == ("2", "0")


@pytest.mark.req("R224")
def test_the_period_and_its_deadline(stand: SelectionStand) -> None:
    known = stand.hook.period(PARTY)

    assert (known.period, known.statistics) == (PERIOD, "01")
    assert known.deadline == (date(2027, 1, 15) if stand.kind.channel == "etax" else None)


@pytest.mark.req("R228")
def test_the_period_moves_one_month_a_call_and_repeating_it_is_safe(stand: SelectionStand) -> None:
    assert stand.hook.change_period(PARTY, "202611").period == "202611"
    assert stand.hook.change_period(PARTY, "202611").period == "202611"

    with pytest.raises(Refused) as refused:
        stand.hook.change_period(PARTY, "202609")

    assert refused.value.text
    assert stand.hook.period(PARTY).period == "202611"


@pytest.mark.req("R228")
def test_the_period_does_not_move_while_a_table_stands(stand: SelectionStand) -> None:
    stand.apply("select", stand.seed())
    stand.table("make")

    with pytest.raises(Refused):
        stand.hook.change_period(PARTY, "202611")

    assert stand.hook.period(PARTY).period == PERIOD


@pytest.mark.req("R228")
def test_only_quarterly_filers_go_forward_on_leqi(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = replace(KINDS[0], company=KINDS[0].company | {"quarterly": True})
    with selecting(kind, monkeypatch) as stand:
        stand.hook.change_period(PARTY, "202611")
        assert stand.hook.change_period(PARTY, "202612").period == "202612"
        with pytest.raises(Refused):
            stand.hook.change_period(PARTY, "202701")
    with selecting(KINDS[0], monkeypatch) as stand:
        stand.hook.change_period(PARTY, "202611")
        with pytest.raises(Refused) as refused:
            stand.hook.change_period(PARTY, "202612")
    assert refused.value.text == "只有按季申报的纳税人可以向后变更税款所属期，且不能跨季"


@pytest.mark.req("R226", "R224")
def test_a_small_scale_taxpayer_is_refused_and_no_task_is_made(stand: SelectionStand) -> None:
    documents = stand.seed()
    order(stand.bureau, "seed", companies=[stand.kind.company | {"companyType": "02"}], documents=[])

    codes = set()
    for ask in (
        lambda: stand.hook.period(PARTY),
        lambda: stand.hook.upload(PARTY, "select", documents),
        lambda: stand.hook.apply_statistics(PARTY, "make"),
        lambda: stand.hook.change_period(PARTY, "202611"),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        codes.add(refused.value.code)

    assert codes == {{"leqi": "LEQI_UNQUALIFIED", "etax": "SMALL_SCALE"}[stand.kind.channel]}
    with stand.bureau.client() as client:
        assert client.get("/_sim/tasks").json()["tasks"] == []


def test_two_thousand_documents_are_one_upload_and_one_more_is_refused_unsent(stand: SelectionStand) -> None:
    documents = stand.seed(2001)

    with pytest.raises(Refused) as refused:
        stand.hook.upload(PARTY, "select", documents)
    assert stand.calls(stand.kind.upload) == []
    results = stand.apply("select", documents[:2000])

    assert refused.value.code == "UPLOAD_SIZE"
    assert results.keys() == {document.document_key for document in documents[:2000]}
    assert {one.outcome for one in results.values()} == {"done"}
    assert stand.holdings().keys() == results.keys()
    assert len({call["request"][stand.kind.page] for call in stand.calls(stand.kind.held)}) == 10


def test_nothing_held_is_an_empty_answer(stand: SelectionStand) -> None:
    assert stand.holdings() == {}


def test_a_question_that_leqi_still_works_on_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = {"kind": "returncode", "code": "10"}
    with selecting(KINDS[0], monkeypatch) as stand:
        documents = stand.seed()
        for service in ("HQDQSKSSQYDQSKSSQTJZT", "HQDQSKSSQHGJKSDKGXCLJG"):
            stand.fault(service, busy)
            with pytest.raises(TryLater):
                stand.hook.holdings(PARTY, PERIOD)
        stand.fault("PLHGJKSDKGX", busy)
        with pytest.raises(AnswerLost):
            stand.hook.upload(PARTY, "select", documents)
        stand.fault("HQDQSKSSQHGJKSDKGXCLJG", {"kind": "returncode", "code": "04"})
        assert stand.holdings() == {}


def test_leqi_refuses_to_tell_of_another_period_than_the_current(monkeypatch: pytest.MonkeyPatch) -> None:
    with selecting(KINDS[0], monkeypatch) as stand, pytest.raises(Refused) as refused:
        stand.holdings("202611")
    assert refused.value.code == "LEQI_OTHER_PERIOD"


def test_a_lost_answer_is_told_as_unknown_and_the_bureau_knows(stand: SelectionStand) -> None:
    documents = stand.seed()
    stand.fault(stand.kind.upload, {"kind": "drop_reply"})

    with pytest.raises(AnswerLost) as lost:
        stand.hook.upload(PARTY, "select", documents)
    stand.minutes(10)

    assert "再次上传前，系统先自动向税局查询" in lost.value.advice
    assert stand.holdings().keys() == {documents[0].document_key}
    assert len(stand.calls(stand.kind.upload)) == 1


@pytest.mark.finding("F22")
def test_an_error_of_the_bureaus_own_may_have_taken_the_upload(stand: SelectionStand) -> None:
    documents = stand.seed()
    stand.fault(stand.kind.upload, {"kind": "http_500"})

    with pytest.raises(AnswerLost) as lost:
        stand.hook.upload(PARTY, "select", documents)

    assert "再次上传前，系统先自动向税局查询" in lost.value.advice
    assert stand.holdings() == {}


def test_an_upload_that_was_provably_not_taken_may_be_repeated(stand: SelectionStand) -> None:
    documents = stand.seed()
    stand.fault(stand.kind.upload, stand.kind.flow_control)

    with pytest.raises(TryLater):
        stand.hook.upload(PARTY, "select", documents)

    assert {one.outcome for one in stand.apply("select", documents).values()} == {"done"}


@pytest.mark.parametrize("fault", ["http_500", "drop_reply", "cut_reply"])
def test_an_answer_that_goes_wrong_is_asked_for_again(stand: SelectionStand, fault: str) -> None:
    uploaded = stand.hook.upload(PARTY, "select", stand.seed(3))
    stand.minutes(10)
    stand.hook.results(PARTY, uploaded.request_no)
    stand.fault(stand.kind.result, {"kind": fault})

    with pytest.raises(TryLater) as later:
        stand.hook.results(PARTY, uploaded.request_no)

    assert later.value.wait_seconds > 0
    assert len(stand.answers(uploaded.request_no)) == 3


@pytest.mark.parametrize(("fault", "left"), [("rows_missing", 2), ("duplicate_row", 3)])
def test_a_row_too_few_or_too_many_is_never_an_answer_of_its_own(stand: SelectionStand, fault: str, left: int) -> None:
    """A missing document has no answer yet; one that is named twice alike has one."""
    uploaded = stand.hook.upload(PARTY, "select", stand.seed(3))
    stand.minutes(10)
    stand.hook.results(PARTY, uploaded.request_no)
    stand.fault(stand.kind.result, {"kind": fault})

    found = stand.hook.results(PARTY, uploaded.request_no)

    assert not isinstance(found, Waiting)
    assert len(found.documents) == len({one.document_key for one in found.documents}) == left
    assert len(stand.answers(uploaded.request_no)) == 3


def test_a_row_with_two_different_answers_is_not_believed(stand: SelectionStand) -> None:
    uploaded = stand.hook.upload(PARTY, "select", stand.seed(2))
    stand.minutes(10)
    stand.hook.results(PARTY, uploaded.request_no)
    stand.fault(stand.kind.result, {"kind": "duplicate_row"}, differing=True)

    found = stand.hook.results(PARTY, uploaded.request_no)

    assert not isinstance(found, Waiting)
    (doubted,) = found.unusable
    assert len(found.documents) == 1
    assert doubted.document_key not in {one.document_key for one in found.documents}


@pytest.mark.req("R214")
def test_a_task_that_failed_is_told_in_the_bureaus_words(stand: SelectionStand) -> None:
    (document,) = stand.seed()
    uploaded = stand.hook.upload(PARTY, "select", [document])
    stand.fault(stand.kind.result, stand.kind.task_fails)

    if stand.kind.channel == "etax":
        with pytest.raises(Refused) as refused:
            stand.hook.results(PARTY, uploaded.request_no)
        assert refused.value.code == "GATEWAY_TASK_FAILED"
    else:
        stand.hook.results(PARTY, uploaded.request_no)
        (result,) = stand.answers(uploaded.request_no)
        assert (result.outcome, result.code) == ("refused", "99")
        assert stand.holdings() == {}


def test_a_number_the_bureau_does_not_know_is_refused(stand: SelectionStand) -> None:
    for ask in (
        lambda: stand.hook.results(PARTY, "0" * 32),
        lambda: stand.hook.statistics_result(PARTY, "make", "0" * 32),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code.endswith(("_NOT_FOUND", "_UNSUPPORTED"))


@pytest.mark.req("R210", "R212")
def test_the_tax_numbers_of_one_account_are_worked_on_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    sister = Party("91310000MA1EXAMP15")
    with selecting(KINDS[1], monkeypatch) as stand:
        (mine,) = stand.seed()
        order(stand.bureau, "seed", companies=[company("etax", sister.taxpayer_no)], documents=[])
        order(stand.bureau, "settings", gateway={"task_seconds": 60})
        (theirs,) = stand.seed(nsrsbh=sister.taxpayer_no)
        uploads = {who: stand.hook.upload(who, "select", [one]) for who, one in ((PARTY, mine), (sister, theirs))}
        stand.minutes(1)
        for _ in range(2):
            first, second = (stand.hook.results(who, one.request_no) for who, one in uploads.items())
        stand.minutes(1)
        last = stand.hook.results(sister, uploads[sister].request_no)
    assert not isinstance(first, Waiting)
    assert isinstance(second, Waiting)
    assert not isinstance(last, Waiting)


@pytest.mark.parametrize("code", ["91300", "91400"])
def test_either_code_of_a_lost_login_is_told_as_one(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    with selecting(KINDS[1], monkeypatch) as stand:
        documents = stand.seed()
        stand.fault("invoiceSelect", {"kind": "error_code", "code": code})
        with pytest.raises(LoginLost):
            stand.hook.upload(PARTY, "select", documents)
        assert {one.outcome for one in stand.apply("select", documents).values()} == {"done"}


@pytest.mark.req("R216")
def test_a_lost_login_keeps_what_was_uploaded_until_somebody_has_logged_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with selecting(KINDS[1], monkeypatch) as stand:
        documents = stand.seed()
        order(stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
        order(stand.bureau, "session", account=ACCOUNT, state="lost")

        uploaded: Uploaded = stand.hook.upload(PARTY, "select", documents)
        waiting = stand.hook.results(PARTY, uploaded.request_no)
        for ask in (stand.hook.period, stand.hook.statistics, lambda who: stand.hook.holdings(who, PERIOD)):
            with pytest.raises(LoginLost):
                ask(PARTY)
        state = stand.hook.login(GENERAL)
        order(stand.bureau, "session", account=ACCOUNT, state="online")
        (result,) = stand.answers(uploaded.request_no)

        assert isinstance(waiting, Waiting)
        assert waiting.login_wait
        assert (state.state, state.account) == ("manual", ACCOUNT)
        assert stand.hook.login(GENERAL).state == "online"
        assert result.outcome == "done"
        assert len(stand.calls("invoiceSelect")) == 1


def test_a_table_waits_for_the_login_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with selecting(KINDS[1], monkeypatch) as stand:
        order(stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
        order(stand.bureau, "session", account=ACCOUNT, state="lost")
        uploaded = stand.hook.apply_statistics(PARTY, "make")
        waiting = stand.hook.statistics_result(PARTY, "make", uploaded.request_no)
    assert isinstance(waiting, Waiting)
    assert waiting.login_wait


def test_leqi_needs_no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    with selecting(KINDS[0], monkeypatch) as stand:
        assert stand.hook.login(GENERAL).state == "online"


@pytest.mark.req("R211")
def test_a_bureau_that_cannot_be_reached_was_not_asked(stand: SelectionStand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(stand.kind.variable, stand.kind.connection("http://127.0.0.1:9"))
    hook = SELECTION_CHANNELS[stand.kind.channel]()

    with pytest.raises(TryLater) as unreachable:
        hook.upload(PARTY, "select", [Document("1", date(2026, 12, 5), "3")])

    hook.close()
    assert unreachable.value.code.endswith("_UNREACHABLE")
