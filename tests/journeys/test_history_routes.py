"""Whichever way a sales invoice of the past comes in, the whole of it lands in the same pool (S3 §2)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bureau_workbooks import BUYER, KEY, bring_in, export, header, line
from history_rehearsal import HistoryRehearsal, history_rehearsing
from hooks.files.store import FolderStore
from rehearsal import GENERAL, leqi_connection

DAY = "2027-01-20"
OTHER = "91440300MA5DABCD1X"


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None) -> Iterator[HistoryRehearsal]:
    """A pool and a bureau on 20 January 2027, with nobody in them."""
    with history_rehearsing(pool_url, monkeypatch, DAY) as found:
        yield found


def whole(room: HistoryRehearsal, key: str) -> tuple[Any, ...]:
    """Direction, parties, remark and the goods of an invoice."""
    lines = room.pool.execute("SELECT goods_name FROM fapiao.invoice_line WHERE document_key = %s", [key]).fetchall()
    found = room.invoices()[key]
    parties = found["seller_tax_no"], found["buyer_tax_no"]
    return (found["direction"], *parties, found["remark"], [row["goods_name"] for row in lines])


@pytest.mark.req("R232", "R235", "R236", "R250", "R251")
def test_leqi_rpa_and_a_file_fill_one_sales_pool_with_parties_lines_and_remark(
    room: HistoryRehearsal, tmp_path: Path
) -> None:
    room.taxpayer(GENERAL)
    room.company(OTHER)
    face = {"bz": "合同 17 号", "gmfnsrsbh": BUYER}
    form = {"months": ["2026-11"], "invoice_types": ["81"]}
    keys = [
        room.document(fplx="81", nsrsbh=number, sjlx="2", kprq="2026-11-15", payload=face)
        for number in (GENERAL, OTHER)
    ]
    for number, channel in ((GENERAL, "leqi"), (OTHER, "etax")):
        room.press(DAY, channel=channel, taxpayers=[number], **form)
    file = export(tmp_path, [header(备注="合同 17 号")], [line()])
    bring_in(room.pool, FolderStore(tmp_path / "files"), file)

    assert set(room.invoices()) == {*keys, KEY}
    remarks = ("合同 17 号", None, "合同 17 号")  # 电子税局 shows no remark to the gateway
    for key, seller, remark in zip([*keys, KEY], (GENERAL, OTHER, GENERAL), remarks, strict=True):
        *face_of_it, goods = whole(room, key)
        assert face_of_it == ["output", seller, BUYER, remark]
        assert goods
    assert {row["method_label"] for row in room.pool.execute("SELECT method_label FROM fapiao.history_task")} == {
        "税局下载",
        "导入电子税局文件",
    }


@pytest.mark.req("R252")
def test_a_sandbox_tax_number_is_asked_for_over_the_sandbox_address_of_the_connection(
    room: HistoryRehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = f"{room.simulator.url}/access/sandbox/v2/invoke"
    monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection(sandbox))
    room.taxpayer()
    key = room.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-11-15")
    room.press(DAY, taxpayers=[GENERAL], months=["2026-11"], invoice_types=["81"])
    assert [row["status_label"] for row in room.history()] == ["全部执行成功"]
    assert list(room.invoices()) == [key]


@pytest.mark.req("R235", "A-36", "A-47")
@pytest.mark.parametrize("first", ["by file", "by channel"])
def test_an_invoice_that_comes_by_file_and_by_channel_is_one_row_with_two_provenances(
    room: HistoryRehearsal, tmp_path: Path, first: str
) -> None:
    room.taxpayer()
    key = room.document(fplx="81", nsrsbh=GENERAL, sjlx="2", kprq="2026-11-15", payload={"gmfnsrsbh": BUYER})
    issued = {"数电发票号码": key, "开票日期": "2026-11-15 10:20:30"}

    def by_file() -> None:
        bring_in(room.pool, FolderStore(tmp_path / "files"), export(tmp_path, [header(**issued)], [line(**issued)]))

    def by_channel() -> None:
        room.press(DAY, taxpayers=[GENERAL], months=["2026-11"], invoice_types=["81"])

    for come in (by_file, by_channel) if first == "by file" else (by_channel, by_file):
        come()
    assert list(room.invoices()) == [key]
    seen = room.pool.execute(
        "SELECT kind, batch_no FROM pool.sighting WHERE %s = ANY (document_keys)", [key]
    ).fetchall()
    batches = {row["dag_id"]: row["batch_no"] for row in room.tasks()}
    assert sorted((row["kind"], row["batch_no"]) for row in seen) == [
        ("digital", batches["history_sync"]),
        ("file_invoice", batches["import_bureau_file"]),
    ]
