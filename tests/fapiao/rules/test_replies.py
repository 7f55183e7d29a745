"""What 乐企's codes mean for us, as protocols §5.1 and §10.4 print them; a code nobody printed stays visible."""

import pytest

from fapiao.rules.book import rulebook

CODES = [
    ("returncode", "00", "accepted", "LEQI_OK"),
    ("returncode", "01", "refused", "LEQI_PARAMETER"),
    ("returncode", "04", "refused", "LEQI_NOT_FOUND"),
    ("returncode", "09", "retry", "LEQI_BUSY"),
    ("returncode", "10", "processing", "LEQI_PROCESSING"),
    ("returncode", "11", "refused", "LEQI_UNQUALIFIED"),
    ("returncode", "99", "retry", "LEQI_SYSTEM"),
    ("httpStatusCode", "-1", "retry", "LEQI_PLATFORM"),
    ("httpStatusCode", "500", "retry", "LEQI_PLATFORM"),
    ("httpStatusCode", "5001", "retry", "LEQI_PLATFORM"),
    ("httpStatusCode", "429", "flow_control", "LEQI_FLOW_CONTROL"),
    ("httpStatusCode", "40321", "refused", "LEQI_USING_UNIT"),
    ("httpStatusCode", "40322", "refused", "LEQI_DIRECT_UNIT"),
    ("httpStatusCode", "4032", "refused", "LEQI_UNAUTHORISED"),
    ("httpStatusCode", "4033", "refused", "LEQI_UNAUTHORISED"),
    ("httpStatusCode", "4047", "refused", "LEQI_SANDBOX"),
    ("httpStatusCode", "4049", "refused", "LEQI_SERVICE"),
    ("httpStatusCode", "4054", "refused", "LEQI_DIRECT_UNIT"),
    ("httpStatusCode", "4055", "refused", "LEQI_USING_UNIT"),
    ("httpStatusCode", "4056", "refused", "LEQI_APP"),
    ("httpStatusCode", "4057", "refused", "LEQI_KEY"),
]


@pytest.mark.parametrize(("kind", "code", "outcome", "name"), CODES)
def test_every_documented_code_has_its_outcome(kind: str, code: str, outcome: str, name: str) -> None:
    found = rulebook().reply_outcome("leqi", kind, code, "")
    assert (found.kind, found.code) == (outcome, name)


def test_no_row_is_left_without_a_test() -> None:
    rows = {(row.source_kind, row.source_code) for row in rulebook().replies if row.plane == "leqi"}
    assert rows == {(kind, code) for kind, code, *_ in CODES} | {("returncode", "03")}


@pytest.mark.parametrize(
    "text",
    [
        "同一开票月份、同一发票类型的发票每天申请次数超过1次",
        "当月申请次数已达上限",
        "申请次数超限",
        "每月最多申请5次",
        "该开票月份当日只能申请一次",
        "超出每月3次",
        "超过当日限额",
    ],
)
def test_03_about_the_number_of_applications_is_a_spent_quota(text: str) -> None:
    found = rulebook().reply_outcome("leqi", "returncode", "03", text)
    assert (found.kind, found.code) == ("quota", "LEQI_QUOTA")


@pytest.mark.parametrize("text", ["", "拒绝处理", "企业未授权", "纳税人状态异常", "该企业已被限制使用"])
def test_03_about_anything_else_is_a_refusal(text: str) -> None:
    found = rulebook().reply_outcome("leqi", "returncode", "03", text)
    assert (found.kind, found.code) == ("refused", "LEQI_REJECTED")


def test_the_same_words_with_another_code_are_no_quota() -> None:
    assert rulebook().reply_outcome("leqi", "returncode", "01", "申请次数超过1次").kind == "refused"


@pytest.mark.parametrize(
    ("plane", "kind", "code"),
    [("leqi", "returncode", "77"), ("leqi", "httpStatusCode", "00"), ("moon", "returncode", "00")],
)
def test_an_unknown_code_is_shown_as_unknown_with_what_to_do(plane: str, kind: str, code: str) -> None:
    found = rulebook().reply_outcome(plane, kind, code, "成功")
    assert (found.kind, found.code) == ("unknown", f"{plane.upper()}_UNKNOWN_{code}")
    assert found.advice == f"{plane.upper()}_UNKNOWN"


def test_whatever_is_asked_again_says_when() -> None:
    for row in rulebook().replies:
        assert (row.wait_seconds > 0) == (row.kind in ("processing", "retry", "flow_control", "login_lost"))


def test_processing_is_asked_again_after_three_to_five_minutes_and_flow_control_after_five() -> None:
    assert 180 <= rulebook().reply_outcome("leqi", "returncode", "10", "").wait_seconds <= 300
    assert rulebook().reply_outcome("leqi", "httpStatusCode", "429", "").wait_seconds == 300


GATEWAY_CODES = {
    "0000": "accepted", "0": "accepted", "6910": "processing", "1130": "refused", "2002": "refused", "0201": "refused",
    "91300": "login_lost", "91400": "login_lost", "95000": "retry", "95001": "retry", "9301": "retry_once",
    "P1201": "refused", "P1301": "refused", "P6912": "flow_control", "P2101": "refused", "P2201": "refused",
    "P2202": "refused", "P2203": "refused", "P2301": "refused", "P2302": "refused", "P2303": "quota",
    "P4001": "refused", "P6901": "failed",
}  # fmt: skip


@pytest.mark.parametrize(("code", "outcome"), GATEWAY_CODES.items())
def test_every_code_of_the_gateway_has_its_outcome(code: str, outcome: str) -> None:
    assert rulebook().reply_outcome("gateway", "errorCode", code, "").kind == outcome


def test_no_row_of_the_gateway_is_left_without_a_test() -> None:
    rows = {row.source_code for row in rulebook().replies if row.plane == "gateway"}
    assert rows == {*GATEWAY_CODES, "*"}


@pytest.mark.parametrize(
    ("code", "text", "outcome", "name"),
    [
        ("6910", "任务处理中", "processing", "GATEWAY_LOGIN_WAIT"),
        ("6910", "异步任务处理中，请稍后再查询。[1]", "processing", "GATEWAY_PROCESSING"),
        ("4711", "请核对用户信息或重新调用登录接口", "login_lost", "GATEWAY_LOGIN_LOST"),
        ("4711", "相同的任务重复请求过于频繁，请3分钟后再重试。", "flow_control", "GATEWAY_REPEATED"),
        ("", "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息修改。", "refused", "SMALL_SCALE"),
        ("4711", "别的", "unknown", "GATEWAY_UNKNOWN_4711"),
    ],
)
def test_a_documented_sentence_counts_whatever_its_undocumented_code(
    code: str, text: str, outcome: str, name: str
) -> None:
    """protocols §9.1: the numeric codes of these sentences were not found."""
    found = rulebook().reply_outcome("gateway", "errorCode", code, text)
    assert (found.kind, found.code) == (outcome, name)


def test_the_gateways_sentences_do_not_count_on_another_plane() -> None:
    text = "相同的任务重复请求过于频繁，请3分钟后再重试。"
    assert rulebook().reply_outcome("leqi", "returncode", "01", text).kind == "refused"
