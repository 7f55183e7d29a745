"""A download causes layout-file tasks exactly under the conditions of the manual, or leaves the reason why not."""

from typing import Any

import psycopg
import pytest

from layout_rows import asked, claim_of, company, documents, download, file_tasks, key, plan, scheme
from task_rows import OWNER
from untouched_pool import untouched, untouched_url

__all__ = ["untouched", "untouched_url"]
Pool = psycopg.Connection[Any]
A, B, C = key(1), key(2), key(3)


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    """A pool that forgets everything."""
    return untouched


@pytest.fixture
def ready(pool: Pool) -> Pool:
    """A 乐企 company with city and scheme, and three invoices."""
    company(pool)
    scheme(pool)
    documents(pool, [A, B, C])
    return pool


def reasons(pool: Pool) -> list[tuple[Any, ...]]:
    """What the plan left out."""
    return pool.execute("SELECT reason_code, reason FROM fapiao.plan_skip").fetchall()


@pytest.mark.req("R079", "R132", "R136", "R215", "A-38", "R302")
def test_a_full_download_causes_a_task_over_rpa_with_the_parents_sync_type(ready: Pool) -> None:
    parent = download(ready, [A, B], sync_type="history_month")
    assert plan(ready, parent) == (1, 0)
    (row,) = file_tasks(ready)
    assert (row["channel"], row["download_type"], row["sync_type"]) == ("etax", "input_files", "history_month")
    assert (row["status"], row["priority"], row["counter"]) == ("pending", 80, None)
    assert (row["parent_task_id"], row["taxpayer_no"], row["window_start"]) == (
        parent.task_id, OWNER, parent.window_start,
    )  # fmt: skip
    assert row["argument"] == {
        "handful": 1,
        "invoices": [
            {"invoiceType": "27", "invoiceNo": A, "invoiceDate": "2027-06-03"},
            {"invoiceType": "27", "invoiceNo": B, "invoiceDate": "2027-06-03"},
        ],
    }


@pytest.mark.req("R133")
@pytest.mark.parametrize(("invoice_type", "asked_type"), [("82", "26"), ("81", "27"), ("61", "28"), ("51", "29")])
def test_each_of_the_four_types_is_asked_for_by_its_number(pool: Pool, invoice_type: str, asked_type: str) -> None:
    company(pool)
    scheme(pool)
    documents(pool, [A], invoice_type)
    assert plan(pool, download(pool, [A], invoice_type=invoice_type)) == (1, 0)
    assert file_tasks(pool)[0]["argument"]["invoices"][0]["invoiceType"] == asked_type


@pytest.mark.req("R133")
def test_a_toll_invoice_among_them_is_left_alone(ready: Pool) -> None:
    documents(ready, [key(8)], "8208")
    documents(ready, [key(9)], "82")
    plan(ready, download(ready, [key(8), key(9)], invoice_type="82"))
    assert [asked(row) for row in file_tasks(ready)] == [[key(9)]]


@pytest.mark.req("R130", "R132", "A-42")
@pytest.mark.parametrize(
    ("channel", "download_type", "tasks"),
    [("leqi", "input_full", 1), ("leqi", "input_incremental", 1), ("etax", "input_full", 1), ("etax", "input_incremental", 0)],
)  # fmt: skip
def test_the_manual_names_the_downloads(pool: Pool, channel: str, download_type: str, tasks: int) -> None:
    company(pool, channel)
    scheme(pool)
    documents(pool, [A])
    assert plan(pool, download(pool, [A], channel=channel, download_type=download_type)).tasks == tasks


@pytest.mark.req("R134")
@pytest.mark.parametrize("status", ["download_failed", "apply_failed", "no_data", "downloading"])
def test_a_download_that_did_not_succeed_causes_nothing(ready: Pool, status: str) -> None:
    assert plan(ready, download(ready, [A], status)) == (0, 0)
    assert reasons(ready) == []


@pytest.mark.req("R135")
@pytest.mark.parametrize("missing", [{"bureau_city": None}, {"bureau_city_code": None}, {"bureau_city_code": "  "}])
def test_a_company_without_city_gets_the_reason_and_no_task(pool: Pool, missing: dict[str, Any]) -> None:
    company(pool, **missing)
    scheme(pool)
    documents(pool, [A])
    assert plan(pool, download(pool, [A])) == (0, 1)
    assert reasons(pool) == [
        ("no_city", "必须在发票服务企业基础资料配置企业所属税局地区编码才能下载数电版式文件。"),
    ]


@pytest.mark.req("R132")
@pytest.mark.finding("F62")
@pytest.mark.parametrize(
    ("country", "tasks"),
    [
        ("中国", 1),
        ("CN", 1),
        (" cn ", 1),
        ("中华人民共和国", 1),
        (None, 0),
        ("", 0),
        ("日本", 0),
        ("China", 1),
        ("CHN", 1),
        ("ＣＨＩＮＡ", 1),
        ("\u3000中 国\u200b", 1),
        ("P.R. China", 1),
        ("People's Republic of China", 1),
        ("中国香港", 0),
        ("Chinatown", 0),
    ],
)
def test_leqi_needs_china_filled_in(pool: Pool, country: str | None, tasks: int) -> None:
    company(pool, country=country)
    scheme(pool)
    documents(pool, [A])
    assert plan(pool, download(pool, [A])) == (tasks, 1 - tasks)
    assert [code for code, _ in reasons(pool)] == ["no_country"] * (1 - tasks)


@pytest.mark.req("R130", "A-42")
def test_etax_needs_neither_country_nor_city(pool: Pool) -> None:
    company(pool, "etax", country=None, bureau_city=None, bureau_city_code=None)
    scheme(pool)
    documents(pool, [A])
    assert plan(pool, download(pool, [A], channel="etax")) == (1, 0)


@pytest.mark.req("R079")
@pytest.mark.parametrize(
    "changed",
    [
        {"layout_files": False},
        {"enabled": False},
        {"download_types": ["output_full", "input_incremental"]},
        {"invoice_types": ["82", "01"]},
    ],
)
def test_a_scheme_that_does_not_ask_for_files_gets_none_and_no_reason(pool: Pool, changed: dict[str, Any]) -> None:
    company(pool)
    scheme(pool, **changed)
    documents(pool, [A])
    assert plan(pool, download(pool, [A])) == (0, 0)
    assert reasons(pool) == []


@pytest.mark.req("R079")
def test_one_scheme_of_several_with_the_switch_on_is_enough(ready: Pool) -> None:
    scheme(ready, layout_files=False)
    assert plan(ready, download(ready, [A])) == (1, 0)


def store(pool: Pool, document_key: str, *kinds: str, source: str = "bureau") -> None:
    """Rows of files that are there."""
    for kind in kinds:
        pool.execute(
            "INSERT INTO pool.layout_file (direction, taxpayer_no, document_key, file_type, source, sha256, size, media_type)"
            " VALUES ('input', %s, %s, %s, %s, repeat('0', 64), 1, 'x')",
            [OWNER, document_key, kind, source],
        )


def test_invoices_whose_three_files_are_stored_are_not_asked_for_again(ready: Pool) -> None:
    store(ready, A, "pdf", "ofd", "xml")
    store(ready, B, "pdf", "ofd")
    store(ready, B, "snapshot", source="converted")
    store(ready, C, "pdf", "ofd", "xml", source="user")
    plan(ready, download(ready, [A, B, C]))
    assert [asked(row) for row in file_tasks(ready)] == [[B, C]]


def test_where_everything_is_stored_there_is_neither_task_nor_reason(pool: Pool) -> None:
    company(pool, bureau_city=None)
    scheme(pool)
    documents(pool, [A])
    store(pool, A, "pdf", "ofd", "xml")
    assert plan(pool, download(pool, [A])) == (0, 0)


def test_a_bureau_file_that_a_user_replaced_is_not_asked_for_again(ready: Pool) -> None:
    store(ready, A, "pdf", "ofd", "xml")
    ready.execute("UPDATE pool.layout_file SET superseded_at = now() WHERE file_type = 'pdf'")
    store(ready, A, "pdf", source="user")
    assert plan(ready, download(ready, [A])) == (0, 0)


def test_invoices_that_another_open_task_asks_for_are_left_to_it(ready: Pool) -> None:
    plan(ready, download(ready, [A, B]))
    plan(ready, download(ready, [A, B, C]))
    assert [asked(row) for row in file_tasks(ready)] == [[A, B], [C]]


def test_what_a_failed_task_asked_for_is_asked_for_by_the_next(ready: Pool) -> None:
    plan(ready, download(ready, [A]))
    ready.execute(
        "UPDATE sync.task SET status = 'apply_failed', error_code = 'X', error_message = 'x', finished_at = now()"
        " WHERE job = 'layout_files'"
    )
    plan(ready, download(ready, [A]))
    assert [asked(row) for row in file_tasks(ready)] == [[A], [A]]


def test_a_parent_plans_once_however_often_it_is_settled(ready: Pool) -> None:
    parent = download(ready, [A])
    assert [plan(ready, parent), plan(ready, parent)] == [(1, 0), (0, 0)]


def test_documents_of_another_company_are_never_asked_for(ready: Pool) -> None:
    ready.execute("UPDATE pool.document SET taxpayer_no = '91310000MA1EXAMPZZ' WHERE document_key = %s", [A])
    plan(ready, download(ready, [A, B]))
    assert [asked(row) for row in file_tasks(ready)] == [[B]]


def test_more_than_5000_invoices_are_several_tasks(ready: Pool) -> None:
    keys = [key(number) for number in range(10, 5_011)]
    documents(ready, keys)
    assert plan(ready, download(ready, keys)) == (2, 0)
    rows = file_tasks(ready)
    assert [len(asked(row)) for row in rows] == [5_000, 1]
    assert sorted(asked(rows[0]) + asked(rows[1])) == keys


def test_an_invoice_without_a_date_is_asked_for_and_the_bureau_decides(ready: Pool) -> None:
    documents(ready, [key(7)], day=None)
    plan(ready, download(ready, [key(7)]))
    assert file_tasks(ready)[0]["argument"]["invoices"][0]["invoiceDate"] == ""


def test_a_file_task_causes_no_file_tasks_itself(ready: Pool) -> None:
    plan(ready, download(ready, [A]))
    (row,) = file_tasks(ready)
    assert plan(ready, claim_of(ready, row["task_id"])) == (0, 0)
