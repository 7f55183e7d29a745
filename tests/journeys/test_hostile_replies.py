"""Replies no bureau should send, through real DAG runs: the bad row is rejected with its reason, all others are kept."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from gateway_rehearsal import SELLER, GatewayRehearsal, gateway_rehearsing
from rehearsal import GENERAL, Rehearsal

DAG, DAY = "leqi__history_output", "2027-02-02"
APPLY, FEEDBACK, INCREMENT = "PLFPXZSQ", "PLFPXZSQFK", "CXZLXZFPXX"
RESULT = "ext.fullInvoiceDownQuery"
BAD_VALUES = [
    pytest.param("bz", b'"\\ud800"', "lone surrogate", id="lone surrogate"),
    pytest.param("bz", '"中国制造"'.encode("gbk"), "not UTF-8", id="GBK"),
    pytest.param("hjje", b"1e400", "18 digits", id="1e400"),
    pytest.param("bz", b"[" * 100_000 + b"]" * 100_000, "nested deeper", id="deep"),
    pytest.param("bz", b'"one","bz":"two"', "'bz' stands twice", id="a key twice"),
    pytest.param("fphm", b'"' + b"8" * 12_000 + b'"', "20 digits are expected", id="long key"),
]


def written(value: bytes) -> str:
    """Bytes as an order takes them."""
    return base64.b64encode(value).decode()


@pytest.fixture
def seller(rehearsal: Rehearsal) -> Rehearsal:
    """One taxpayer with three sales invoices of January."""
    rehearsal.taxpayer()
    rehearsal.scheme("81")
    for day in ("2027-01-15", "2027-01-16", "2027-01-17"):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq=day)
    return rehearsal


@pytest.fixture
def buyer(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[GatewayRehearsal]:
    """The same over the gateway, three purchases."""
    with gateway_rehearsing(pool_url, monkeypatch, "2027-02-06") as room:
        room.company()
        room.scheme("81")
        for day in ("2027-01-15", "2027-01-16", "2027-01-17"):
            room.document(nsrsbh=GENERAL, fplx="81", kprq=day, other=SELLER)
        yield room


def rejected(room: Rehearsal) -> list[dict[str, Any]]:
    """The rows that could not be stored."""
    return room.pool.execute(
        "SELECT r.*, p.body FROM pool.rejected_row AS r JOIN sync.reply AS p USING (reply_id)"
    ).fetchall()


def unused_answers(room: Rehearsal) -> int:
    """How many answers were kept that could not be used."""
    return int(room.pool.execute("SELECT count(*) AS n FROM sync.unused_answer").fetchone()["n"])


def counts(task: dict[str, Any]) -> tuple[Any, ...]:
    """Status and what became of the rows."""
    return task["status"], task["downloaded_count"], task["inserted_count"], task["failed_count"], task["error_code"]


@pytest.mark.finding("F21", "F29", "F20")
@pytest.mark.parametrize(("field", "value", "reason"), BAD_VALUES)
def test_a_value_that_cannot_be_stored_rejects_its_row_alone(
    seller: Rehearsal, field: str, value: bytes, reason: str
) -> None:
    seller.fault("raw_value", service=FEEDBACK, times="always", field=field, text=written(value))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task)[1:] == (3, 2, 1, None)
    (row,) = rejected(seller)
    assert (row["row_no"], reason in row["reason"]) == (3, True), row["reason"]
    assert len(row["reason"]) < 300
    assert row["payload"]
    assert row["body"], "the reply is kept as it came"
    assert len(seller.calls(APPLY)) == 1


GATEWAY_VALUES = [
    pytest.param("remark", b'"x\xfe"', "not UTF-8", id="one byte"),
    pytest.param("etaxInvoiceNo", b'"' + b"8" * 12_000 + b'"', "20 digits are expected", id="long key"),
]


@pytest.mark.finding("F21", "F29", "F20")
@pytest.mark.parametrize(("field", "value", "reason"), GATEWAY_VALUES)
def test_the_gateway_loses_one_row_as_well(buyer: GatewayRehearsal, field: str, value: bytes, reason: str) -> None:
    buyer.fault("raw_value", service=RESULT, times="always", field=field, text=written(value))
    buyer.run("etax__history_input", "2027-02-06")
    (task,) = buyer.tasks(download_type="input_full")
    assert counts(task)[1:] == (3, 2, 1, None)
    (row,) = rejected(buyer)
    assert reason in row["reason"]
    assert len(row["reason"]) < 300


@pytest.mark.finding("F21")
def test_a_sum_that_no_column_holds_fails_no_task(seller: Rehearsal) -> None:
    value = written(b'"999999999999999999.00"')
    seller.fault("raw_value", service=FEEDBACK, times="always", field="hjje", text=value)
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task) == ("succeeded", 3, 3, 0, None)
    assert task["amount_sum"] is None
    assert any("合计" in warning for warning in task["warnings"])


@pytest.mark.finding("F29", "F22")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("cljg", b'"9"', "cljg is 9"),
        ("packagecount", b'"-3"', "packagecount is -3"),
        ("returnmsg", b'"a\\u0000b"', "NUL"),
        ("nsrmc", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper"),
    ],
)
def test_an_envelope_out_of_range_is_unreadable_asked_again_and_kept(
    seller: Rehearsal, field: str, value: bytes, said: str
) -> None:
    seller.fault("raw_field", service=FEEDBACK, times="always", field=field, text=written(value))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert (task["status"], task["attempts"]) == ("downloading", 0)
    assert task["error_code"] in ("LEQI_PACKAGE", "LEQI_UNREADABLE")
    assert said in task["error_message"]
    assert len(task["error_message"]) < 300
    kept = seller.pool.execute("SELECT reason, body FROM sync.unused_answer").fetchall()
    assert len(kept) == 5, "the first few of many"
    assert all(row["body"] for row in kept)
    assert len(seller.calls(APPLY)) == 1, "the ticket is kept"


@pytest.mark.finding("F29")
def test_a_gateway_page_out_of_range_is_unreadable_too(buyer: GatewayRehearsal) -> None:
    buyer.fault("raw_field", service=RESULT, times="always", field="totalElement", text=written(b"-3"))
    buyer.run("etax__history_input", "2027-02-06")
    (task,) = buyer.tasks(download_type="input_full")
    assert (task["status"], task["attempts"]) == ("downloading", 0)
    assert task["error_code"] in ("GATEWAY_PAGE", "GATEWAY_UNREADABLE")
    assert len(task["error_message"]) < 300
    assert unused_answers(buyer) == 5


@pytest.mark.finding("F29")
def test_a_message_of_100_000_characters_is_cut_where_it_is_shown_and_whole_where_it_is_kept(seller: Rehearsal) -> None:
    seller.fault("returncode", service=FEEDBACK, code="01", text="长" * 100_000, times="always")
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert task["status"] == "download_failed"
    assert 100 < len(task["error_message"]) < 2_100
    (kept,) = seller.pool.execute("SELECT body FROM sync.unused_answer").fetchall()
    assert bytes(kept["body"]).decode().count("长") == 100_000


@pytest.mark.finding("F21")
def test_a_reply_that_is_whole_again_at_the_second_question_loses_nothing(seller: Rehearsal) -> None:
    seller.fault("raw_field", service=FEEDBACK, times=1, field="packagecount", text=written(b"NaN"))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task) == ("succeeded", 3, 3, 0, None)
    assert unused_answers(seller) == 1


NO_LINES = [
    pytest.param(b"[null]", id="null"),
    pytest.param(b'[{"xh":"1","je":"1.00","se":"0.13"},null]', id="a line and null"),
    pytest.param(b'{"xh":"1","je":"1.00"}', id="an object"),
    pytest.param(b'[[{"xh":"1","je":"1.00"}]]', id="a list in a list"),
    pytest.param(b'"[]"', id="a text"),
    pytest.param(b'[{"xh":"1","je":"1,234.56","se":"0.13"}]', id="an amount with a comma"),
    pytest.param(b'[{"xh":"1","je":NaN,"se":"0.13"}]', id="NaN"),
]


@pytest.mark.finding("F21")
@pytest.mark.parametrize("value", NO_LINES)
def test_lines_that_cannot_be_read_reject_their_document_alone(seller: Rehearsal, value: bytes) -> None:
    seller.fault("raw_value", service=FEEDBACK, times="always", field="fpmx", text=written(value))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task) == ("succeeded", 3, 2, 1, None)
    (row,) = rejected(seller)
    assert (row["row_no"], row["code"]) == (3, "UNREADABLE")
    assert row["document_key"]
    lines = seller.pool.execute("SELECT count(DISTINCT document_key) AS n FROM fapiao.invoice_line").fetchone()
    assert lines == {"n": 2}


@pytest.mark.finding("F21")
def test_lines_that_are_none_reject_their_document_at_the_gateway_too(buyer: GatewayRehearsal) -> None:
    value = written(b'[{"seq":"1","amount":"1.00","taxAmount":"0.13"},"x"]')
    buyer.fault("raw_value", service=RESULT, times="always", field="items", text=value)
    buyer.run("etax__history_input", "2027-02-06")
    (task,) = buyer.tasks(download_type="input_full")
    assert counts(task) == ("succeeded", 3, 2, 1, None)


@pytest.mark.finding("F21", "F29")
@pytest.mark.parametrize("value", [b'["81"]', b'{"a":1}', b"true", b"81", b'" 81 "'])
def test_a_type_that_is_no_text_loses_no_unselected_list(rehearsal: Rehearsal, value: bytes) -> None:
    rehearsal.taxpayer()
    rehearsal.scheme("81", downloads=["unselected_init"])
    for day in ("2026-12-15", "2026-12-16"):
        rehearsal.document(fplx="81", nsrsbh=GENERAL, kprq=day, unselected=True)
    fault = {"service": "WGXSJCSHQDXZSQFKDKGX", "field": "fplx", "text": written(value)}
    rehearsal.fault("raw_value", **fault, times="always")
    rehearsal.run("leqi__unselected_init", "2027-01-01")
    (task,) = rehearsal.tasks()
    assert task["status"] == "succeeded"
    assert task["downloaded_count"] == 2
    assert len(rehearsal.invoices()) + task["failed_count"] == 2


@pytest.mark.finding("F29")
@pytest.mark.parametrize("value", [b"null", b'""', b"1"])
def test_a_result_that_is_left_open_says_nothing_against_its_rows(seller: Rehearsal, value: bytes) -> None:
    seller.fault("raw_field", service=FEEDBACK, times="always", field="cljg", text=written(value))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task) == ("succeeded", 3, 3, 0, None)


@pytest.mark.finding("F29")
@pytest.mark.parametrize("service", [FEEDBACK, APPLY])
def test_a_returncode_that_came_as_a_number_is_the_same_code(seller: Rehearsal, service: str) -> None:
    seller.fault("raw_field", service=service, times="always", field="returncode", text=written(b"0"))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task) == ("succeeded", 3, 3, 0, None)


@pytest.mark.finding("F04")
def test_a_row_that_names_another_type_is_no_answer(seller: Rehearsal) -> None:
    seller.fault("raw_value", service=FEEDBACK, times="always", field="fplx", text=written(b'"01"'))
    seller.run(DAG, DAY)
    (task,) = seller.tasks()
    assert counts(task) == ("succeeded", 3, 2, 1, None)
    assert [row["code"] for row in rejected(seller)] == ["WRONG_TYPE"]
