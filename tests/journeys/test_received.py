"""业务系统收入 through real runs and the command `receive`: a status update fills the cache, a receipt empties it (R129)."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fapiao.enterprise.receipts import SHEET
from fapiao.rules.templates import loaded_columns
from gateway_rehearsal import GatewayRehearsal, gateway_rehearsing
from launcher.main import main
from rehearsal import GENERAL

DAY, NEXT = "2027-01-05", "2027-01-06"
UPDATE = "etax__status_update"


@pytest.fixture(autouse=True)
def _in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAPIAO_LANG", "zh")


@pytest.fixture
def room(
    pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None, tmp_path: Path
) -> Iterator[GatewayRehearsal]:
    """A pool and a bureau with one company of 电子税局, whose status updates are verified into the cache."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FAPIAO_LANG", "zh")
    with gateway_rehearsing(pool_url, monkeypatch, DAY) as found:
        found.company()
        found.scheme("81", downloads=["input_status"])
        found.pool.execute("UPDATE enterprise.scheme SET status_mode = 'verify_to_cache'")
        yield found


def received(room: GatewayRehearsal, folder: Path, *keys: str) -> Path:
    """A CSV of these documents as the business system writes it."""
    file = folder / "received.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, loaded_columns(SHEET), extrasaction="ignore")
        writer.writeheader()
        for key in keys:
            one: Any = room.received(key)
            writer.writerow({name: getattr(one, name) for name in loaded_columns(SHEET)})
    return file


def listed(room: GatewayRehearsal, kprq: str) -> str:
    """A document that the bureau lists in a status update: selected in the period that runs."""
    key = room.bought("81", kprq)
    room.post("change", key=key, fpyt="1", skssq="202612")
    return key


@pytest.mark.req("A-33", "R129")
@pytest.mark.finding("F06")
def test_what_the_pool_holds_is_updated_and_the_rest_waits_for_its_receipt(
    room: GatewayRehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held, fresh = listed(room, "2027-01-02"), listed(room, "2027-01-03")
    assert main(["receive", str(received(room, tmp_path, held)), "--date", NEXT]) == 0
    room.verify(DAY)
    room.post("change", key=held, fpzt="8")
    room.run(UPDATE, NEXT)
    assert {key: row["status"] for key, row in room.invoices().items()} == {held: "8"}
    room.verify(NEXT)
    assert room.invoices().keys() == {held}
    capsys.readouterr()

    both = received(room, tmp_path, held, fresh)
    asked = len(room.calls("invoiceCheck"))
    verdicts = [
        f"已验 {GENERAL} {held}：全票池已有该发票，已验。",
        f"缓存 {GENERAL} {fresh}：已从查验缓存库取得票面，进入全票池，已验。",
        "2 份：已验 1，缓存 1，排队 0，退回 0",
    ]
    assert main(["receive", str(both), "--dry-run", "--date", NEXT]) == 0
    assert capsys.readouterr().out.splitlines() == [*verdicts, "预览（不提交）：没有保存。"]
    assert room.invoices().keys() == {held}
    assert main(["receive", str(both), "--date", NEXT]) == 0
    assert capsys.readouterr().out.splitlines() == verdicts
    pool = room.invoices()
    assert (pool[fresh]["verification_status"], pool[fresh]["selection_status"]) == ("1", "1")
    assert len(room.calls("invoiceCheck")) == asked
    assert main(["receive", str(both), "--date", NEXT]) == 0
    assert "已验 2，缓存 0，排队 0，退回 0" in capsys.readouterr().out
    assert room.invoices() == pool


TYPES = ("01", "04", "08", "10", "11", "14", "81", "82", "61", "51", "03", "15", "83", "84", "85", "86", "87", "88")


@pytest.mark.req("R129")
@pytest.mark.finding("F06")
def test_the_numbers_of_every_type_name_the_bureaus_document(
    room: GatewayRehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [room.bought(fplx) for fplx in TYPES]
    file = received(room, tmp_path, *keys)
    for _ in range(2):
        assert main(["receive", str(file), "--date", NEXT]) == 0
        assert f"{len(TYPES)} 份：已验 0，缓存 0，排队 {len(TYPES)}，退回 0" in capsys.readouterr().out
        assert sorted(row["document_key"] for row in room.verifications()) == sorted(keys)
    room.verify(DAY)
    assert {row["state"] for row in room.verifications()} == {"verified"}
    assert room.invoices().keys() == set(keys)


@pytest.mark.req("R129")
def test_a_document_that_says_otherwise_than_the_bureaus_face_is_refused_without_a_call(
    room: GatewayRehearsal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = listed(room, "2027-01-02")
    room.run(UPDATE, NEXT)
    room.verify(NEXT)
    file = received(room, tmp_path, key)
    face = str(room.received(key).total_amount)
    file.write_text(file.read_text(encoding="utf-8").replace(face, "1.00"), encoding="utf-8")
    assert main(["receive", str(file), "--date", NEXT]) == 1
    assert f"received.csv，第 2 行：与税局票面不一致：价税合计 1.00，票面 {face}" in capsys.readouterr().out
    assert room.invoices() == {}
    assert main(["receive", str(received(room, tmp_path, key)), "--date", NEXT]) == 0
    assert room.invoices().keys() == {key}
