"""An invoice that comes by file and by channel is one row with two provenances, whichever comes first (A-36, A-47)."""

from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import BUYER, KEY, OWNER, bring_in, company, export, header, line
from hooks.files.store import FolderStore
from pool_rows import context, digital, merge
from pool_rows import line as channel_line

Pool = psycopg.Connection[Any]
EARLIER = datetime.fromisoformat("2027-01-05T09:00:00+08:00")
LATER = datetime.fromisoformat("2027-03-05T09:00:00+08:00")


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


@pytest.fixture(autouse=True)
def _apart(owner: Pool) -> None:
    """The replies of this pool are numbered apart from those that pool_rows invents."""
    owner.execute("SELECT setval(pg_get_serial_sequence('sync.reply', 'reply_id'), 1000000)")


def by_channel(pool: Pool, at: datetime, **changed: Any) -> Any:
    """The same invoice as 乐企 hands it out."""
    row = digital(fphm=KEY, xsfnsrsbh=OWNER, xsfmc="示例公司", gmfnsrsbh=BUYER, gmfmc="北京某某科技有限公司")
    lines = [channel_line(xmmc="*信息技术服务*软件服务")]
    whose = context(at, direction="output", taxpayer_no=OWNER)
    with pool.transaction():
        return merge(pool, "digital", [row | changed | {"fpmx": lines}], whose, "CHANNEL")


def held(pool: Pool) -> list[dict[str, Any]]:
    with pool.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("SELECT * FROM fapiao.invoice").fetchall()


def provenances(pool: Pool) -> list[tuple[str, str]]:
    found = pool.execute(
        "SELECT kind, batch_no FROM pool.sighting WHERE %s = ANY (document_keys) ORDER BY observed_at", [KEY]
    )
    return found.fetchall()


@pytest.mark.req("A-36", "A-47")
def test_by_file_and_then_by_channel_is_one_row_with_two_provenances(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(pool)
    (batch,) = bring_in(pool, store, export(tmp_path, [header()], [line()])).batches
    result = by_channel(pool, LATER, skrxm="李四")
    assert (result.inserted, result.updated) == (0, 1)
    (invoice,) = held(pool)
    assert (invoice["payee"], invoice["drawer"], invoice["verify_source"]) == ("李四", "张三", "FILE")
    assert provenances(pool) == [("file_invoice", batch), ("digital", "CHANNEL")]
    assert pool.execute("SELECT count(*) FROM pool.line").fetchone() == (1,)


@pytest.mark.req("A-36", "A-47")
def test_by_channel_and_then_by_file_keeps_what_the_channel_proved(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(pool)
    by_channel(pool, EARLIER, kpr="王五")
    (batch,) = bring_in(pool, store, export(tmp_path, [header(开票人="--")], [line()])).batches
    (invoice,) = held(pool)
    assert (invoice["drawer"], invoice["verify_source"]) == ("王五", "LEQI_FULL")
    assert provenances(pool) == [("digital", "CHANNEL"), ("file_invoice", batch)]


@pytest.mark.req("A-36")
def test_a_header_only_export_fills_gaps_and_never_takes_a_full_face_back(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(pool)
    by_channel(pool, EARLIER)
    bring_in(pool, store, export(tmp_path, [header(购买方名称="别的名字", 发票状态="已红冲-全额")]))
    (invoice,) = held(pool)
    assert (invoice["buyer_name"], invoice["detail_level"], invoice["status"]) == ("北京某某科技有限公司", "full", "8")


@pytest.mark.req("A-36", "R144")
def test_a_file_whose_name_says_when_it_was_written_never_overwrites_what_was_seen_since(
    pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(pool)
    by_channel(pool, EARLIER, kpr="王五", bz="新")
    old = export(
        tmp_path, [header(开票人="张三", 备注="旧")], [line()], f"{OWNER}-20270104-202601-销项票-全电发票.xlsx"
    )
    bring_in(pool, store, old)
    (invoice,) = held(pool)
    assert (invoice["drawer"], invoice["remark"]) == ("王五", "新")


@pytest.mark.req("R281", "A-32")
def test_a_swapped_direction_is_found_by_the_party_that_is_ours(pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    company(pool)
    bought = header(购方识别号=OWNER, 销方识别号=BUYER)
    bring_in(pool, store, export(tmp_path, [bought]))
    assert [(row["direction"], row["taxpayer_no"]) for row in held(pool)] == [("input", OWNER)]
