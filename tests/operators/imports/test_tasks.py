"""Imports of bureau files: kept, queued, merged once, every row accounted for, nothing stored of what is refused."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import BUYER, KEY, NOON, OTHER, OWNER, bring_in, company, export, header, importing, line
from fapiao.errors import BadInput, Unusable
from hooks.files.store import FolderStore, digest
from hooks.queues.imports import Imports, quarantined_rows, verdict_count, verdict_rows
from operators.imports.tasks import work

Pool = psycopg.Connection[Any]
SECOND = "27312000000000000002"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


@pytest.fixture
def company_pool(pool: Pool) -> Pool:
    company(pool)
    return pool


def rows(pool: Pool, statement: str) -> list[dict[str, Any]]:
    with pool.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement).fetchall()


def tasks(pool: Pool) -> list[dict[str, Any]]:
    return rows(pool, "SELECT * FROM fapiao.sync_log ORDER BY batch_no")


@pytest.mark.req("R069", "R233", "R234", "R235", "R236", "A-40", "A-47")
def test_an_export_becomes_invoices_with_lines_of_the_sales_pool(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    bring_in(company_pool, store, export(tmp_path, [header()], [line(), line(货物或应税劳务名称="维护")]))
    (task,) = tasks(company_pool)
    assert (task["status"], task["direction"], task["download_type"]) == ("succeeded", "output", "output_full")
    assert (task["sync_type"], task["job"], task["invoice_types"]) == ("manual_import", "bureau_file", ["81"])
    assert (task["downloaded_count"], task["inserted_count"], task["module_code"]) == (1, 1, "F17029")
    (invoice,) = rows(company_pool, "SELECT * FROM fapiao.invoice")
    assert (invoice["document_key"], invoice["direction"], invoice["buyer_tax_no"]) == (KEY, "output", BUYER)
    assert (invoice["verify_source"], invoice["verification_status"], invoice["detail_level"]) == ("FILE", "1", "full")
    assert (str(invoice["amount"]), invoice["status"], invoice["remark"]) == ("100.00", "0", None)
    lines = rows(company_pool, "SELECT goods_name, tax_rate::text FROM fapiao.invoice_line ORDER BY line_no")
    assert [tuple(one.values()) for one in lines] == [("*信息技术服务*软件服务", "0.13"), ("维护", "0.13")]


@pytest.mark.req("R244", "R245", "R246", "R248", "R250", "R253", "R254", "A-41")
def test_the_statuses_of_s3_are_passed_through_in_their_order(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    seen = []

    def look() -> str:
        (found,) = rows(company_pool, "SELECT status_label, method_label, channel FROM fapiao.history_task")
        seen.append(tuple(found.values()))
        return ""

    created = bring_in(company_pool, store, export(tmp_path, [header()]), work_it=False)
    look()
    imports = Imports(company_pool)
    claim = imports.take(OWNER, "worker", NOON)
    look()
    assert claim is not None
    imports.merging(claim)
    look()
    work(importing(company_pool, store), created)
    look()
    assert [label for label, *_ in seen] == ["待同步", "数据预处理中", "同步中", "全部执行成功"]
    assert {rest for _, *rest in map(tuple, seen) for rest in [tuple(rest)]} == {("导入电子税局文件", None)}
    (task,) = rows(company_pool, "SELECT total_count, succeeded_count, created_by FROM fapiao.history_task")
    assert tuple(task.values()) == (1, 1, "test")


@pytest.mark.req("A-20")
def test_the_same_file_again_makes_no_task_and_the_same_rows_again_change_nothing(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    file = export(tmp_path, [header()], [line()])
    bring_in(company_pool, store, file)
    again = bring_in(company_pool, store, file)
    assert again.batches == []
    assert again.already == {file.name: tasks(company_pool)[0]["batch_no"]}
    before = rows(company_pool, "SELECT * FROM pool.document")
    bring_in(company_pool, store, export(tmp_path / "other.xlsx", [header(序号="7")], [line()]))
    _, second = tasks(company_pool)
    assert (second["unchanged_count"], second["inserted_count"], second["updated_count"]) == (1, 0, 0)
    assert rows(company_pool, "SELECT * FROM pool.document") == before
    assert rows(company_pool, "SELECT * FROM fapiao.invoice_change") == []


def test_the_second_file_of_a_new_pool_finds_its_documents_by_their_key(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    known = "SELECT attname FROM pg_stats WHERE (schemaname, tablename) = ('pool', 'document')"
    bring_in(company_pool, store, export(tmp_path, [header()], [line()]))
    assert rows(company_pool, known) == []
    bring_in(company_pool, store, export(tmp_path, [header(数电发票号码=SECOND)], name="全量发票查询导出结果2.xlsx"))
    assert {"attname": "document_key"} in rows(company_pool, known)


def test_verdicts_wait_in_postgres_until_they_are_written(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    created = bring_in(company_pool, store, export(tmp_path, [header()], [line()]))
    found = verdict_rows(company_pool, created.batches)
    assert next(found)[6] == KEY
    assert rows(company_pool, "SELECT name FROM pg_cursors") == [{"name": "verdicts"}]
    assert len(list(found)) == verdict_count(company_pool, created.batches) - 1


@pytest.mark.req("R253")
def test_every_row_has_a_verdict_with_its_place(company_pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    bad = header(数电发票号码=SECOND, 金额="一百")
    created = bring_in(company_pool, store, export(tmp_path, [header(), bad, header()]))
    found = [(row[4], row[5], row[6], row[7]) for row in verdict_rows(company_pool, created.batches)]
    assert verdict_count(company_pool, created.batches) == len(found)
    assert found == [
        ("发票基础信息", 2, KEY, "新增"),
        ("发票基础信息", 3, SECOND, "失败"),
        ("发票基础信息", 4, KEY, "跳过"),
        ("发票基础信息", 5, None, "跳过"),
    ]
    (task,) = tasks(company_pool)
    assert (task["downloaded_count"], task["inserted_count"], task["failed_count"]) == (2, 1, 1)
    (history,) = rows(company_pool, "SELECT status_label FROM fapiao.history_task")
    assert history["status_label"] == "部分执行成功"


@pytest.mark.req("R247")
def test_a_document_with_a_line_that_cannot_be_read_stays_out_as_a_whole(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    bring_in(company_pool, store, export(tmp_path, [header()], [line(), line(金额="一百")]))
    assert rows(company_pool, "SELECT * FROM pool.document") == []
    verdicts = rows(company_pool, "SELECT verdict, sentence FROM fapiao.import_verdict WHERE verdict = 'rejected'")
    assert len(verdicts) == 3
    assert sum("整张票据未导入" in str(one["sentence"]) for one in verdicts) == 2


def test_an_unknown_type_waits_visibly_and_comes_in_by_a_replay_once_the_rules_know_it(
    company_pool: Pool, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fapiao.bureau_files import readers
    from operators.imports.tasks import replay

    new = header(数电发票号码=SECOND, 发票票种="数电发票（未来票）")
    bring_in(company_pool, store, export(tmp_path, [header(), new]))
    (waiting,) = quarantined_rows(company_pool)
    assert (waiting["row_no"], waiting["sheet"]) == (3, "发票基础信息")
    assert "数电发票（未来票）" in waiting["reason"]
    kept = rows(company_pool, "SELECT payload FROM fapiao.quarantine")[0]["payload"]
    assert kept["cells"]["发票票种"] == "数电发票（未来票）"

    original = readers.resolve_invoice_type
    monkeypatch.setattr(
        readers, "resolve_invoice_type", lambda name: original("82" if name == "数电发票（未来票）" else name)
    )
    readers.type_code.cache_clear()
    from bureau_workbooks import run_day

    created = replay(company_pool, run_day(), "test")
    work(importing(company_pool, store), created)
    readers.type_code.cache_clear()
    assert quarantined_rows(company_pool) == []
    assert tasks(company_pool)[1]["unchanged_count"] == 1
    found = rows(company_pool, "SELECT document_key, invoice_type FROM pool.document ORDER BY 1")
    assert [tuple(one.values()) for one in found] == [(KEY, "81"), (SECOND, "82")]


@pytest.mark.req("R276", "R274", "A-19")
def test_the_line_filter_is_that_of_bureau_file_imports_and_names_the_rows_it_dropped(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company_pool.execute(
        "INSERT INTO enterprise.parameter (type, key, value) VALUES ('errorGoodsNames', 'errorGoodsNames', '赠品')"
    )
    created = bring_in(company_pool, store, export(tmp_path, [header()], [line(), line(货物或应税劳务名称="赠品")]))
    assert [row["goods_name"] for row in rows(company_pool, "SELECT goods_name FROM pool.line")] == [
        "*信息技术服务*软件服务"
    ]
    fates = [(row[4], row[5], row[7]) for row in verdict_rows(company_pool, created.batches)]
    assert ("信息汇总表", 3, "跳过") in fates
    assert rows(company_pool, "SELECT goods_name FROM pool.dropped_line") == [{"goods_name": "赠品"}]


@pytest.mark.finding("F62")
@pytest.mark.req("R275", "A-19")
def test_a_name_with_a_blank_before_it_is_another_name_in_files_as_on_the_wire(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    bring_in(company_pool, store, export(tmp_path, [header()], [line(), line(货物或应税劳务名称=" 原价合计")]))
    assert [row["goods_name"] for row in rows(company_pool, "SELECT goods_name FROM pool.line ORDER BY line_no")] == [
        "*信息技术服务*软件服务", "原价合计",
    ]  # fmt: skip
    assert rows(company_pool, "SELECT goods_name FROM pool.dropped_line") == []


REFUSALS = [
    ({"data_type": "发票用途状态"}, "不支持发票用途状态"),
    ({"data_type": "别的"}, "发票数据类型“别的”不存在"),
    ({"taxpayers": [OWNER, OTHER]}, "仅支持选择一个税号"),
    ({"taxpayers": [], "surface": "form"}, "仅支持选择一个税号"),
    ({"direction": "sideways"}, "进销项“sideways”不存在"),
    ({"taxpayers": [OTHER]}, f"与税号{OTHER}不一致"),
    ({"direction": "input"}, "企业信息中没有税号"),
]


@pytest.mark.req("R281", "R284", "R233", "A-16")
@pytest.mark.parametrize(("asked", "sentence"), REFUSALS)
def test_a_refusal_is_a_sentence_and_leaves_nothing(
    company_pool: Pool, store: FolderStore, tmp_path: Path, asked: dict[str, Any], sentence: str
) -> None:
    company(company_pool, OTHER)
    with pytest.raises(BadInput, match=sentence):
        bring_in(company_pool, store, export(tmp_path, [header()]), **asked)
    for table in ("sync.batch", "sync.task", "sync.import_file", "sync.reply", "pool.document", "pool.quarantine"):
        assert rows(company_pool, f"SELECT * FROM {table}") == []


@pytest.mark.req("R282", "A-20")
@pytest.mark.parametrize(("surface", "limit"), [("form", 10 * 2**20), ("command", 100 * 2**20), ("inbox", 100 * 2**20)])
def test_the_limit_is_inclusive(tmp_path: Path, surface: Any, limit: int) -> None:
    from fapiao.imports.requests import import_request

    file = tmp_path / "large.xlsx"
    with file.open("wb") as large:
        large.truncate(limit)
    assert import_request(surface, [file], taxpayer_no=OWNER).limit == limit
    with file.open("ab") as large:
        large.write(b"x")
    with pytest.raises(BadInput, match=f"最大可.*的文件。（{limit + 1} 字节）"):
        import_request(surface, [file], taxpayer_no=OWNER)


@pytest.mark.req("R142", "A-32")
def test_a_name_that_says_otherwise_than_the_rows_is_refused_with_both(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(company_pool, OTHER)
    file = export(tmp_path, [header()], name=f"{OTHER}-20270203-202601-销项票-全电发票-1.xlsx")
    with pytest.raises(BadInput) as refused:
        bring_in(company_pool, store, file)
    assert OTHER in str(refused.value)
    assert OWNER in str(refused.value)
    assert tasks(company_pool) == []


@pytest.mark.req("R242", "A-40")
def test_files_that_name_two_companies_make_one_task_each(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    company(company_pool, OTHER)
    files = [
        export(tmp_path, [header()], name=f"{OWNER}-20270203-202601-销项票-全电发票-1.xlsx"),
        export(
            tmp_path,
            [header(销方识别号=OTHER, 数电发票号码=SECOND)],
            name=f"{OTHER}-20270203-202601-销项票-全电发票-1.xlsx",
        ),
    ]
    created = bring_in(company_pool, store, *files)
    assert len(created.batches) == 2
    assert {(one["taxpayer_no"], one["status"]) for one in tasks(company_pool)} == {
        (OWNER, "succeeded"),
        (OTHER, "succeeded"),
    }
    assert len({one["parent_batch_no"] for one in tasks(company_pool)}) == 1


@pytest.mark.req("R241", "A-39")
def test_the_bytes_are_kept_by_their_hash_and_the_reading_names_them(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    file = export(tmp_path, [header()], [line()])
    created = bring_in(company_pool, store, file)
    sha256 = digest(file.read_bytes())
    assert store.read(sha256) == file.read_bytes()
    (reply,) = rows(company_pool, "SELECT convert_from(body, 'UTF8') AS body, row_count FROM sync.reply")
    assert sha256 in reply["body"]
    assert reply["row_count"] == 1
    (sighting,) = rows(company_pool, "SELECT kind, batch_no, document_keys FROM pool.sighting")
    assert tuple(sighting.values()) == ("file_invoice", created.batches[0], [KEY])


@pytest.mark.req("R283")
def test_tasks_of_one_company_are_worked_in_the_order_in_which_they_came(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    earlier = bring_in(company_pool, store, export(tmp_path / "1.xlsx", [header()]), work_it=False)
    later = bring_in(company_pool, store, export(tmp_path / "2.xlsx", [header(数电发票号码=SECOND)]), work_it=False)
    assert work(importing(company_pool, store), later) == 2
    order = rows(
        company_pool,
        "SELECT k.batch_no FROM sync.task_event AS e JOIN sync.task AS k USING (task_id)"
        " WHERE e.to_status = 'succeeded' ORDER BY e.at",
    )
    assert [one["batch_no"] for one in order] == [*earlier.batches, *later.batches]


@pytest.mark.req("R283")
def test_a_company_somebody_works_for_is_left_to_them(
    company_pool: Pool, pool_url: str, store: FolderStore, tmp_path: Path
) -> None:
    bring_in(company_pool, store, export(tmp_path, [header()]), work_it=False)
    with psycopg.connect(pool_url) as other, Imports(other).queue(OWNER, wait=True):
        assert work(importing(company_pool, store)) == 0
    assert work(importing(company_pool, store)) == 1


@pytest.mark.parametrize("phase", ["pending", "downloading", "downloaded"])
def test_whatever_a_crash_leaves_is_finished_from_the_kept_bytes(
    company_pool: Pool, store: FolderStore, tmp_path: Path, phase: str
) -> None:
    file = export(tmp_path, [header()], [line()])
    bring_in(company_pool, store, file, work_it=False)
    file.unlink()
    if phase != "pending":
        claim = Imports(company_pool).take(OWNER, "dead", NOON)
        assert claim is not None
        if phase == "downloaded":
            Imports(company_pool).merging(claim)
    assert work(importing(company_pool, store)) == 1
    assert [one["status"] for one in tasks(company_pool)] == ["succeeded"]
    assert len(rows(company_pool, "SELECT * FROM pool.line")) == 1


def test_a_merge_that_breaks_stores_nothing_of_the_file(
    company_pool: Pool, store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fapiao.errors import MergeError
    from hooks.pool.merge import StagedMerge

    def broken(_: StagedMerge, _counts: object) -> None:
        raise MergeError("a check did not hold")

    monkeypatch.setattr(StagedMerge, "_check", broken)
    bring_in(company_pool, store, export(tmp_path, [header()], [line()]))
    (task,) = tasks(company_pool)
    assert (task["status"], task["error_code"]) == ("download_failed", "MERGE_CHECK")
    assert rows(company_pool, "SELECT * FROM pool.document") == []
    (history,) = rows(company_pool, "SELECT status_label FROM fapiao.history_task")
    assert history["status_label"] == "全部执行失败"
    monkeypatch.undo()
    bring_in(company_pool, store, tmp_path / "全量发票查询导出结果.xlsx")
    assert tasks(company_pool)[1]["status"] == "succeeded"


def test_a_voided_import_is_left_alone(company_pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    from operators.downloads.actions import terminate

    created = bring_in(company_pool, store, export(tmp_path, [header()]), work_it=False)
    terminate(company_pool, "test", created.batches, "wrong file")
    assert work(importing(company_pool, store), created) == 0
    assert rows(company_pool, "SELECT * FROM pool.document") == []
    (history,) = rows(company_pool, "SELECT status_label FROM fapiao.history_task")
    assert history["status_label"] == "全部执行失败"


@pytest.mark.req("R150", "R255", "R269", "R326")
def test_who_has_no_right_for_the_company_brings_nothing_in(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    from hooks.enterprise.permissions import replace_grants

    company_pool.execute("INSERT INTO enterprise.organisation VALUES ('ORG1', '组织'), ('ORG2', '组织')")
    company_pool.execute("UPDATE enterprise.taxpayer SET org_code = 'ORG1'")
    file = export(tmp_path, [header()])
    for grants in ([("test", "ORG2", "operator")], [("test", "ORG1", "auditor")]):
        replace_grants(company_pool, grants, "admin")
        with pytest.raises(BadInput, match=f"{OWNER}: 您没有该"):
            bring_in(company_pool, store, file)
    replace_grants(company_pool, [("test", "ORG1", "operator")], "admin")
    assert len(bring_in(company_pool, store, file).batches) == 1


@pytest.mark.req("R145")
def test_the_parts_of_one_name_make_one_task_and_a_missing_part_refuses_all(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    name = f"{OWNER}-20270203-202601-销项票-全电发票"
    first = export(tmp_path, [header()], name=f"{name}-1.xlsx")
    second = export(tmp_path, [header(数电发票号码=SECOND)], name=f"{name}-2.xlsx")
    with pytest.raises(BadInput, match="缺少分卷 1"):
        bring_in(company_pool, store, second)
    bring_in(company_pool, store, second, first)
    (task,) = tasks(company_pool)
    assert task["inserted_count"] == 2
    assert len(rows(company_pool, "SELECT * FROM sync.import_file")) == 2


def test_a_file_that_is_gone_from_the_store_leaves_its_task_for_later(
    company_pool: Pool, store: FolderStore, tmp_path: Path
) -> None:
    file = export(tmp_path, [header()])
    bring_in(company_pool, store, file, work_it=False)
    company_pool.commit()
    for _ in range(4):
        with pytest.raises(Unusable, match="cannot be read"):
            work(importing(company_pool, FolderStore(tmp_path / "empty")))
        assert [(task["status"], task["error_code"]) for task in tasks(company_pool)] == [("downloading", "UNUSABLE")]
        company_pool.execute("UPDATE sync.task SET not_before = now()")
        company_pool.commit()
    assert work(importing(company_pool, store)) == 1
    assert [task["status"] for task in tasks(company_pool)] == ["succeeded"]


@pytest.mark.req("R243")
def test_a_task_of_several_types_names_them_all(company_pool: Pool, store: FolderStore, tmp_path: Path) -> None:
    other = header(数电发票号码=SECOND, 发票票种="数电发票（普通发票）")
    bring_in(company_pool, store, export(tmp_path, [header(), other]))
    (task,) = tasks(company_pool)
    assert task["invoice_types"] == ["81", "82"]
    (history,) = rows(company_pool, "SELECT invoice_types FROM fapiao.history_task")
    assert history["invoice_types"] == ["81", "82"]
