"""What a channel's code means: done, held already, refused in the bureau's words, and never nothing."""

import pytest

from fapiao.errors import Refused
from fapiao.rules.book import rulebook
from fapiao.selection.result_codes import STATISTICS_GENERATED, result_codes

CODES = result_codes()


@pytest.mark.req("R213", "R214")
@pytest.mark.parametrize(
    ("code", "outcome", "text"),
    [
        ("01", "done", "勾选（撤销）成功"),
        ("02", "refused", "查无此票"),
        ("03", "refused", "该票异常无法勾选"),
        ("04", "refused", "该票已经逾期无法认证"),
        ("05", "refused", "当期已锁定（已申请统计）"),
        ("06", "already", "已勾选无法重复勾选"),
        ("07", "refused", "未到期不可勾选（填发月份大于当前属期）"),
        ("13", "refused", "该票号码重复"),
        ("34", "refused", "增值税海关缴款书不允许用于退税用途、不抵扣用途"),
        ("99", "refused", "其它"),
    ],
)
def test_every_code_of_leqi_has_the_specifications_words(code: str, outcome: str, text: str) -> None:
    meaning = CODES.document("leqi", code)
    assert (meaning.outcome, meaning.text) == (outcome, text)


@pytest.mark.parametrize(("use", "outcome"), [("6", "already"), ("4", "already"), ("", "already"), ("1", "refused")])
def test_a_document_that_leqi_holds_for_another_use_is_refused(use: str, outcome: str) -> None:
    assert CODES.document("leqi", "06", current_use=use).outcome == outcome


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("成功", "done"),
        ("勾选成功", "done"),
        ("撤销勾选成功", "done"),
        ("已勾选成功", "done"),
        ("", "done"),
        ("该发票已勾选，无需重复勾选", "already"),
        ("该发票未勾选", "already"),
        ("已经勾选", "already"),
    ],
)
def test_etax_calls_a_repetition_a_success_and_describes_it(said: str, outcome: str) -> None:
    assert CODES.document("etax", "1", said).outcome == outcome


@pytest.mark.parametrize("channel", ["leqi", "etax"])
def test_a_code_nobody_documented_is_refused_in_the_bureaus_own_words(channel: str) -> None:
    assert CODES.document(channel, "31", "待处理农产品发票未确认").text == "待处理农产品发票未确认"
    unknown = CODES.document(channel, "77")
    assert (unknown.outcome, unknown.text, unknown.cause) == ("refused", "未知处理结果 77", None)


@pytest.mark.parametrize(
    ("answer", "code", "outcome"),
    [
        *(("code", code, "done") for code in ("01",)),
        *(("code", code, "already") for code in ("02", "05")),
        *(("code", code, "refused") for code in ("03", "06", "10", "11")),
        *(("jgzt", code, "done") for code in ("01",)),
        ("jgzt", "08", "already"),
        *(("jgzt", code, "refused") for code in ("04", "07", "09", "10", "11", "12", "13", "14", "99")),
    ],
)
def test_every_code_of_a_statistics_table_is_done_held_or_refused(answer: str, code: str, outcome: str) -> None:
    meaning = CODES.table(answer, code)
    assert meaning is not None
    assert meaning.outcome == outcome


@pytest.mark.parametrize("answer", ["code", "jgzt"])
def test_what_no_row_knows_of_a_statistics_table_is_no_word_about_it(answer: str) -> None:
    assert CODES.table(answer, "77") is None


@pytest.mark.parametrize("count", [0, 2001])
@pytest.mark.parametrize("channel", ["leqi", "etax"])
def test_an_upload_takes_one_to_two_thousand_documents(channel: str, count: int) -> None:
    CODES.uploads[channel].check(1)
    CODES.uploads[channel].check(2000)
    with pytest.raises(Refused):
        CODES.uploads[channel].check(count)


@pytest.mark.parametrize(
    ("plane", "kind", "code", "text"),
    [
        ("leqi", "returncode", "03", "拒绝处理：当期已锁定（已申请统计）"),
        ("leqi", "returncode", "03", "属期已锁定"),
        ("gateway", "errorCode", "P1301", ""),
        ("gateway", "errorCode", "4711", "当前税款所属期统计表已生成，请撤销统计再勾选"),
    ],
)
def test_a_lock_of_the_period_has_one_code_on_both_channels(plane: str, kind: str, code: str, text: str) -> None:
    outcome = rulebook().reply_outcome(plane, kind, code, text)
    assert (outcome.kind, outcome.code) == ("refused", STATISTICS_GENERATED)


def test_a_lock_of_a_document_has_the_same_code() -> None:
    assert {CODES.document("leqi", "05").cause, CODES.document("etax", "20").cause} == {STATISTICS_GENERATED}
