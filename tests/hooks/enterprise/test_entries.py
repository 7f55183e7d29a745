"""What the business system writes back stands beside the document, is on record, and survives every download."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from customs_rows import customs_document, customs_documents, number, organisation
from fapiao.enterprise.entries import entry_words
from fapiao.enterprise.loading import LoadCounts
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.tables.yaml_lines import read_yaml
from hooks.enterprise.entries import load_entries
from hooks.enterprise.permissions import replace_grants
from pool_rows import OWNER, SELLER, changes, digital, document, merge, on

Pool = psycopg.Connection[Any]
AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
KEY = number(1)
WORDS = entry_words(rulebook())


@pytest.fixture
def pool(pool: Pool) -> Pool:
    """One company of ORG1 with one document of 1,300 yuan tax, and an organisation ORG2 of another company."""
    pool.execute("SET TIME ZONE 'Asia/Shanghai'")
    organisation(pool, "ORG1", OWNER)
    organisation(pool, "ORG2", SELLER)
    customs_documents(pool, customs_document(1))
    return pool


def load(pool: Pool, values: str, key: str = KEY, **more: Any) -> LoadCounts:
    """One record of a file, by li."""
    text = f"- {{taxpayer_no: {OWNER}, document_key: '{key}', {values}}}"
    return load_entries(pool, [read_yaml("a.yaml", text)], WORDS, actor="li", at=AT, **more)


def refused(pool: Pool, values: str, key: str = KEY) -> list[str]:
    """The complaints about one record."""
    with pytest.raises(BadInput) as refusal:
        load(pool, values, key)
    return [re.split("：|: ", problem, maxsplit=1)[1] for problem in refusal.value.problems]


def shown(pool: Pool, *columns: str) -> tuple[Any, ...]:
    """Columns of the document as the view fapiao.invoice shows them."""
    (row,) = pool.execute("SELECT to_jsonb(i) FROM fapiao.invoice AS i WHERE document_key = %s", [KEY]).fetchall()
    return tuple(row[0][column] for column in columns)


@pytest.mark.req("R157", "R158", "R159", "R171")
def test_a_business_document_and_its_voucher_are_written_back_with_a_change_row_per_column(pool: Pool) -> None:
    load(pool, "entry_tax_amount: 1300.00, use_state: 已用")
    tally = load(pool, "voucher_no: 记-12, entry_at: 2026-11-20 10:30:00, transfer_out_amount: '1,000.5'")
    row = document(pool, KEY)
    assert (tally.new, tally.changed, tally.unchanged) == (0, 1, 0)
    assert (row["entry_at"], row["voucher_no"]) == (on("2026-11-20", "10:30:00"), "记-12")
    assert (row["entry_tax_amount"], row["transfer_out_amount"]) == (Decimal("1300.00"), Decimal("1000.5"))
    assert (row["entry_status"], row["use_state"]) == ("02", "60")
    assert changes(pool)[2:] == [
        ("entry_status", None, "02", "li"),
        ("entry_at", None, "2026-11-20 10:30:00+08", "li"),
        ("transfer_out_amount", None, "1000.5", "li"),
        ("voucher_no", None, "记-12", "li"),
    ]


@pytest.mark.req("R157")
def test_a_deleted_voucher_takes_the_entry_back(pool: Pool) -> None:
    load(pool, "voucher_no: 记-12, entry_at: 2026-11-20")
    load(pool, "voucher_no: ''")
    row = document(pool, KEY)
    assert (row["voucher_no"], row["entry_at"], row["entry_status"]) == (None, None, "01")
    assert {(column, new) for column, _, new, _ in changes(pool)[-3:]} == {
        ("voucher_no", None),
        ("entry_at", None),
        ("entry_status", "01"),
    }


@pytest.mark.req("R157")
def test_a_voucher_without_a_time_is_refused(pool: Pool) -> None:
    assert refused(pool, "voucher_no: 记-12") == ["填写了凭证号，须填写“entry_at”"]


@pytest.mark.req("R160", "R166", "A-21")
@pytest.mark.parametrize(
    ("amount", "reason", "fine"),
    [
        ("1300", "", True),
        ("1300.00", "", True),
        ("1299.99", "", False),
        ("1299.99", "用于集体福利", True),
        ("''", "", True),
    ],
)
def test_an_entered_tax_that_is_not_the_tax_of_the_document_needs_a_reason(
    pool: Pool, amount: str, reason: str, fine: bool
) -> None:
    values = f"entry_tax_amount: {amount}, transfer_out_reason: '{reason}'"
    if fine:
        load(pool, values)
        assert document(pool, KEY)["transfer_out_reason"] == (reason or None)
    else:
        assert refused(pool, values) == ["入账税额 1299.99 元不是票面税额 1300.00 元，需填写转出原因"]


@pytest.mark.req("A-21")
def test_a_reason_that_is_needed_cannot_be_taken_away_later(pool: Pool) -> None:
    load(pool, "entry_tax_amount: 1000, transfer_out_reason: 用于集体福利")
    assert refused(pool, "transfer_out_reason: ''") == ["入账税额 1000 元不是票面税额 1300.00 元，需填写转出原因"]


@pytest.mark.req("R167")
def test_a_document_is_deductible_by_its_type_until_a_business_document_says_otherwise(pool: Pool) -> None:
    assert shown(pool, "deductible") == (True,)
    load(pool, "deductible: 不可抵扣")
    assert shown(pool, "deductible") == (False,)
    assert changes(pool) == [("deductible", "true", "false", "li")]
    load(pool, "deductible: 可抵扣")
    assert shown(pool, "deductible") == (True,)


@pytest.mark.req("R167")
def test_where_the_type_says_no_a_business_document_cannot_say_yes(pool: Pool) -> None:
    merge(pool, "digital", [digital()])
    pool.execute("UPDATE pool.document SET invoice_type = '15' WHERE document = 'invoice'")
    key = digital()["fphm"]
    assert refused(pool, "deductible: 可抵扣", str(key)) == ["该票种为不可抵扣，业务单据不能更新为可抵扣"]
    assert load(pool, "deductible: 不可抵扣", str(key)).changed == 1


@pytest.mark.req("R169")
def test_the_accounting_organisation_is_the_one_that_the_business_document_gives(pool: Pool) -> None:
    assert shown(pool, "org_code") == ("ORG1",)
    load(pool, "org_code: ORG2")
    assert shown(pool, "org_code") == ("ORG2",)
    assert changes(pool) == [("org_code", "ORG1", "ORG2", "li")]
    assert refused(pool, "org_code: ORG9") == ["没有核算组织 ORG9；请先导入其企业信息"]


@pytest.mark.req("R170")
@pytest.mark.parametrize(
    ("type_", "organisation_code"),
    [("10", "ORG2"), ("08", "ORG2"), ("04", "ORG2"), ("01", "ORG2"), ("14", "ORG2"), ("03", "ORG2"), ("81", None)],
)
def test_the_tax_organisation_of_six_input_types_is_the_one_with_the_buyers_tax_number(
    pool: Pool, type_: str, organisation_code: str | None
) -> None:
    merge(pool, "digital", [digital(gmfnsrsbh=SELLER)])
    pool.execute("UPDATE pool.document SET invoice_type = %s WHERE document = 'invoice'", [type_])
    found = pool.execute("SELECT tax_org_code FROM fapiao.invoice WHERE document = 'invoice'").fetchone()
    assert found == (organisation_code,)


@pytest.mark.req("R170")
def test_the_match_is_exact_and_of_a_document_the_payer_counts(pool: Pool) -> None:
    assert shown(pool, "tax_org_code") == ("ORG1",)
    pool.execute("UPDATE pool.document SET buyer_tax_no = %s", [SELLER])
    assert shown(pool, "tax_org_code") == ("ORG2",)
    pool.execute("UPDATE pool.document SET buyer_tax_no = %s", [SELLER[:-1]])
    assert shown(pool, "tax_org_code") == (None,)


@pytest.mark.req("R155", "R156")
def test_no_download_touches_what_is_the_companys(pool: Pool) -> None:
    load(pool, "voucher_no: 记-12, entry_at: 2026-11-20, entry_tax_amount: 1300, org_code: ORG2, deductible: 不可抵扣")
    first = document(pool, KEY)
    customs_documents(pool, customs_document(1, skje="1300.00", sfchsd="Y"))
    again = document(pool, KEY)
    kept = (
        "first_collected_at",
        "document_key",
        "voucher_no",
        "entry_at",
        "entry_tax_amount",
        "org_code",
        "deductible",
    )
    assert {name: again[name] for name in kept} == {name: first[name] for name in kept}
    assert again["duplicate_locked"] == "Y"


def test_the_same_file_again_changes_nothing(pool: Pool) -> None:
    values = "voucher_no: 记-12, entry_at: 2026-11-20, entry_tax_amount: 1300, deductible: 可抵扣, org_code: ORG1"
    load(pool, values)
    before = changes(pool)
    assert (load(pool, values).unchanged, changes(pool)) == (1, before)


def test_a_file_is_saved_whole_or_not_at_all_and_says_everything_that_is_wrong(pool: Pool) -> None:
    customs_documents(pool, customs_document(2))
    text = f"""
- {{taxpayer_no: {OWNER}, document_key: '{number(2)}', voucher_no: 记-1, entry_at: 2026-11-20}}
- {{taxpayer_no: {OWNER}, document_key: '{number(3)}'}}
- {{taxpayer_no: {OWNER}, document_key: '{KEY}', entry_at: soon, transfer_out_amount: much, use_state: 丢失}}
- {{taxpayer_no: {OWNER}, document_key: '{KEY}'}}
- {{taxpayer_no: {OWNER}}}
"""
    with pytest.raises(BadInput) as refusal:
        load_entries(pool, [read_yaml("a.yaml", text)], WORDS, actor="li", at=AT)
    assert [problem.partition("：")[2] for problem in refusal.value.problems] == [
        "未填写“document_key”",
        "重复出现；首次出现在 a.yaml，第 4 行",
        f"全票池中没有 {OWNER} 的进项票据 {number(3)}；请先下载或导入",
        "“soon”不是时间；请写成 2026-01-05 或 2026-01-05 10:30:00",
        "“much”不是金额；请写成 1234.56 或 1,234.56",
        "无法识别“丢失”；可填：未用、在用、已用、已入账",
    ]
    assert changes(pool) == []


def test_a_dry_run_counts_and_saves_nothing(pool: Pool) -> None:
    assert load(pool, "org_code: ORG2", dry_run=True).changed == 1
    assert (document(pool, KEY)["org_code"], changes(pool)) == (None, [])


def test_the_number_may_have_any_dash_and_any_case(pool: Pool) -> None:
    assert load(pool, "org_code: ORG2", KEY.replace("-L", "—l")).changed == 1


@pytest.mark.finding("F43")
@pytest.mark.req("R150")
def test_to_give_a_document_back_to_its_company_takes_the_right_in_that_organisation(pool: Pool) -> None:
    load(pool, "org_code: ORG2")
    replace_grants(pool, [("li", "ORG2", "manager"), ("zhao", "*", "admin")], "zhao")
    for becomes in ("org_code: ''", "org_code: ORG1"):
        assert refused(pool, becomes) == ["您没有该核算组织的权限。"]
    assert shown(pool, "org_code") == ("ORG2",)
