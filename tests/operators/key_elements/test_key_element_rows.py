"""A form of 进项发票关键要素同步 becomes task rows, once per run, or nothing at all."""

from datetime import date

import psycopg
import pytest

from enterprise_files import WORDS, tables
from fapiao.enterprise.loading import load_taxpayers
from fapiao.errors import BadInput
from fapiao.tasks import RunDay
from hooks.enterprise.basics import change
from key_element_forms import DAY, ETAX, GROUP, SOFT
from operators.key_elements.planning import create

Pool = psycopg.Connection
LONG = "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票云企业基础资料修改。"
SHORT = "小规模纳税人不支持抵扣类勾选"


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    """A pool with the small group in it."""
    change(untouched, lambda before: load_taxpayers(before, tables(GROUP), WORDS, False), "test")
    return untouched


def run(number: int = 1, day: date = DAY) -> RunDay:
    """One press of the button."""
    return RunDay("key_element_sync", f"manual__{number}", day, day.isoformat(), explicit=True)


def press(pool: Pool, number: int = 1, surface: str = "interactive", **form: object) -> list[str]:
    """Fills the form in for organisation E and presses it."""
    return create(pool, run(number), {"org": "E"} | form, surface, "tester")


def refusals(pool: Pool, number: int = 9, **form: object) -> list[str]:
    """What it is refused with."""
    with pytest.raises(BadInput) as refused:
        press(pool, number, **form)
    return refused.value.problems


def traces(pool: Pool) -> list[int]:
    """How many tasks, batches, applications and reasons there are."""
    names = ("sync.task", "sync.batch", "sync.quota_slot", "sync.skip")
    return [pool.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names]


def rows(pool: Pool, columns: str) -> list[tuple]:
    """Some columns of every task."""
    return pool.execute(f"SELECT {columns} FROM sync.task ORDER BY task_id").fetchall()


@pytest.mark.req("R036", "R040", "A-38")
def test_the_button_makes_a_task_that_waits_for_its_application(pool: Pool) -> None:
    (batch,) = press(pool, date_from="2027-03-01", date_to="2027-03-19")
    (found,) = rows(
        pool,
        "batch_no, job, rule, status, taxpayer_no, org_code, channel, direction, download_type, sync_type, document,"
        " invoice_type, window_start, window_end, window_basis, created_by, automatic, applied_at",
    )
    assert found == (
        batch, "key_element_sync", "key-element-sync", "pending", ETAX, "E", "etax", "input", "input_status",
        "current_period_input", "invoice", "all", date(2027, 3, 1), date(2027, 3, 19), "issue_date", "tester", False, None,
    )  # fmt: skip
    assert rows(pool, "argument") == [
        ({"authenticateFlags": "", "invoiceStatus": "", "startTime": "2027-03-01", "endTime": "2027-03-19"},)
    ]
    assert pool.execute("SELECT dag_id, run_id, planned FROM sync.batch").fetchall() == [
        ("key_element_sync", "manual__1", 1)
    ]


def test_every_type_is_a_row_and_the_same_run_again_finds_its_own_rows(pool: Pool) -> None:
    first = press(pool, invoice_types=["81", "01"], deduction_statuses="未勾选")
    assert press(pool, invoice_types=["81", "01"], deduction_statuses="未勾选") == first
    assert rows(pool, "invoice_type, argument ->> 'authenticateFlags'") == [("01", "0"), ("81", "0")]
    assert traces(pool)[:2] == [2, 1]


@pytest.mark.req("R037", "R041", "R010", "R030", "A-17")
@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"org": "K"}, LONG),
        ({"org": "K", "surface": "api"}, SHORT),
        ({"org": "L"}, "目前此功能不支持乐企通道使用。"),
        (
            {"org": "D"},
            "下载进项发票关键要素需要税局软证书，或默认业务为收票的默认数电账号，请在企业信息表中填写后重新导入。",
        ),
        (
            {"org": "P"},
            "下载进项发票关键要素需要税局软证书，或默认业务为收票的默认数电账号，请在企业信息表中填写后重新导入。",
        ),
        ({"invoice_types": "收据"}, "发票类型“收据”不存在。"),
    ],
)
def test_a_refused_form_leaves_no_task_no_batch_and_no_quota(pool: Pool, form: dict[str, str], sentence: str) -> None:
    (problem,) = refusals(pool, **form)
    assert problem.startswith(sentence)
    assert traces(pool) == [0, 0, 0, 0]


def test_the_same_days_are_not_collected_twice_at_a_time(pool: Pool) -> None:
    (first,) = press(pool, invoice_types="81")
    assert refusals(pool, invoice_types="81,01") == [
        f"the same download of type 81 is under way as batch {first}: wait for it"
    ]
    assert traces(pool)[:2] == [1, 1]
    pool.execute(
        "UPDATE sync.task SET status = 'apply_failed', finished_at = now(), error_code = 'X', error_message = 'x'"
    )
    assert len(press(pool, 2, invoice_types="81,01")) == 2


def test_a_soft_certificate_collects_on_its_own_channel(pool: Pool) -> None:
    press(pool, org="S")
    assert rows(pool, "taxpayer_no, channel") == [(SOFT, "soft_certificate")]


@pytest.mark.req("R013")
def test_customs_payments_are_collected_by_a_row_of_their_own(pool: Pool) -> None:
    press(pool, document="海关缴款书")
    assert rows(pool, "document, invoice_type, window_basis") == [("customs", "customs", "issue_date")]
