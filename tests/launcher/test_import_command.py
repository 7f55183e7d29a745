"""`./fapiao import`, as a person types it."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import pyzipper
from openpyxl import load_workbook

from bureau_workbooks import KEY, OWNER, company, export, header, line
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main

pytestmark = pytest.mark.usefixtures("chinese")

SECOND = "27312000000000000002"


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch, pool_url: str, tmp_path: Path) -> Iterator[psycopg.Connection]:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.delenv(LEQI_VARIABLE, raising=False)
    monkeypatch.delenv("FAPIAO_FILES", raising=False)
    with psycopg.connect(pool_url, autocommit=True) as connection:
        company(connection)
        yield connection


def test_a_file_comes_in_with_its_verdicts_and_again_changes_nothing(
    pool: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = export(tmp_path, [header()], [line()]), tmp_path / "verdicts.xlsx"
    assert main(["import", str(file), "--verdicts", str(out)]) == 0
    assert "成功" in capsys.readouterr().out
    assert pool.execute("SELECT document_key FROM pool.document").fetchall() == [(KEY,)]
    headings, *rows = load_workbook(out).active.iter_rows(values_only=True)
    assert headings[-3:] == ("票据标识", "结果", "说明")
    assert [(row[4], row[5], row[6], row[7]) for row in rows[:2]] == [
        ("信息汇总表", 2, KEY, "新增"),
        ("发票基础信息", 2, KEY, "新增"),
    ]
    assert main(["import", str(file)]) == 0
    assert "此前已导入" in capsys.readouterr().out
    assert main(["import", str(export(tmp_path / "b.xlsx", [header(序号="2")], [line()]))]) == 0
    assert "没有变化" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("none/verdicts.xlsx", "No such file or directory"),
        ("全量发票查询导出结果.xlsx/verdicts.xlsx", "Not a directory"),
        (".", "Is a directory"),
    ],
)
def test_a_place_that_takes_no_verdicts_is_refused_before_anything_is_imported(
    pool: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, reason: str
) -> None:
    file, out = export(tmp_path, [header()], [line()]), tmp_path / place
    assert main(["import", str(file), "--verdicts", str(out)]) == 1
    said = capsys.readouterr()
    assert f"{out} 无法写入（{reason}）：请换一个文件夹，或清理磁盘空间。" in said.err
    assert said.out == ""
    assert pool.execute("SELECT count(*) FROM sync.task").fetchone() == (0,)
    assert pool.execute("SELECT count(*) FROM pool.document").fetchone() == (0,)
    assert list(tmp_path.glob("*.part")) == []


def test_a_dry_run_says_what_would_come_and_stores_nothing(
    pool: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = export(tmp_path, [header(), header(数电发票号码=SECOND, 发票票种="未来票")])
    assert main(["import", str(file), "--dry-run"]) == 1
    said = capsys.readouterr().out
    assert f"{OWNER} 销项：1 份票据" in said
    assert "第 3 行" in said
    assert "1 行不会导入" in said
    for table in ("sync.batch", "sync.task", "pool.document", "pool.quarantine"):
        assert pool.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_waiting_rows_are_shown_and_a_replay_leaves_them_where_no_rule_knows_them(
    pool: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(export(tmp_path, [header(), header(数电发票号码=SECOND, 发票票种="未来票")]))]) == 1
    said = capsys.readouterr().out
    assert "第 3 行" in said
    assert "未导入 1 行；" in said
    assert main(["import", "--quarantine"]) == 0
    assert "未来票" in capsys.readouterr().out
    assert main(["import", "--replay"]) == 1
    assert pool.execute("SELECT count(*) FROM pool.quarantine WHERE released_at IS NULL").fetchone() == (1,)
    assert pool.execute("SELECT count(*) FROM pool.document").fetchone() == (1,)


@pytest.mark.req("R233", "R284", "A-16")
def test_a_refusal_is_one_sentence_and_1(
    pool: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = export(tmp_path, [header()])
    assert main(["import", str(file), "--data-type", "发票用途状态"]) == 1
    assert "不支持发票用途状态" in capsys.readouterr().err
    assert main(["import"]) == 1
    assert "没有选择文件" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "none.xlsx")]) == 1
    assert "文件不存在" in capsys.readouterr().err
    assert pool.execute("SELECT count(*) FROM sync.task").fetchone() == (0,)


def test_a_password_comes_out_of_the_environment_and_is_kept_nowhere(
    pool: psycopg.Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, sealed = export(tmp_path, [header()], [line()]), tmp_path / "sealed.zip"
    with pyzipper.AESZipFile(sealed, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"s3cret-word")
        archive.write(file, file.name)
    assert main(["import", str(sealed)]) == 1
    assert "密码" in capsys.readouterr().err
    assert main(["import", str(sealed), "--password-env", "ZIP_WORD"]) == 1
    assert "ZIP_WORD 为空" in capsys.readouterr().err
    monkeypatch.setenv("ZIP_WORD", "s3cret-word")
    assert main(["import", str(sealed), "--password-env", "ZIP_WORD"]) == 0
    assert pool.execute("SELECT uploaded_as, name FROM sync.import_file").fetchall() == [("sealed.zip", file.name)]
    kept = pool.execute(
        "SELECT k::text FROM sync.task AS k UNION ALL SELECT e::text FROM sync.task_event AS e"
    ).fetchall()
    assert "s3cret-word" not in str(kept) + str(capsys.readouterr())
