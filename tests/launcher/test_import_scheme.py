"""`./fapiao import --scheme NAME`: 手工导入税局文件 into a download scheme (S1 §3.2-4)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from bureau_workbooks import KEY, OWNER, company, export, header, importing, line
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main

pytestmark = pytest.mark.usefixtures("chinese")

SECOND = "27312000000000000002"
SCHEMES = f"""
schemes:
  - {{name: 销项专票, taxpayers: {OWNER}, download_types: output_full, invoice_types: "81", start_date: 2027-01-01}}
  - {{name: 只要进项, taxpayers: {OWNER}, download_types: input_full, invoice_types: all, start_date: 2027-01-01}}
  - {{name: 别人的, taxpayers: 91310000MA1EXAMPBB, download_types: output_full, invoice_types: all, start_date: 2027-01-01}}
"""
Capture = pytest.CaptureFixture[str]
Pool = psycopg.Connection[Any]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch, pool_url: str, tmp_path: Path) -> Iterator[Pool]:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    for name in (LEQI_VARIABLE, "FAPIAO_FILES"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "schemes.yaml").write_text(SCHEMES, encoding="utf-8")
    with psycopg.connect(pool_url, autocommit=True, row_factory=dict_row) as connection:
        company(connection)
        company(connection, "91310000MA1EXAMPBB")
        assert main(["schemes", "load", str(tmp_path / "schemes.yaml"), "--date", "2027-02-10"]) == 0
        yield connection


def two_types(tmp_path: Path) -> Path:
    """A 数电专票, which the scheme names, and a 数电普票, which it does not."""
    other = header(数电发票号码=SECOND, 发票票种="数电发票（普通发票）")
    return export(tmp_path, [header(), other], [line()])


def logged(capsys: Capture) -> list[dict[str, Any]]:
    """The sync log, as a program reads it."""
    capsys.readouterr()
    assert main(["log", "--json"]) == 0
    return [json.loads(row) for row in capsys.readouterr().out.splitlines()]


@pytest.mark.req("R069", "R253")
def test_what_the_scheme_names_comes_in_and_the_rest_is_handed_back_with_a_sentence(
    pool: Pool, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["import", "--date", "2027-02-10", str(two_types(tmp_path)), "--scheme", "销项专票"]) == 1
    (task,) = logged(capsys)
    assert (task["schemes"], task["invoice_types"]) == (["销项专票"], ["81"])
    assert (task["inserted_count"], task["failed_count"]) == (1, 1)
    assert pool.execute("SELECT document_key FROM pool.document").fetchall() == [{"document_key": KEY}]
    (back,) = pool.execute(
        "SELECT row_no, document_key, sentence FROM fapiao.import_verdict WHERE verdict = 'rejected'"
    ).fetchall()
    sentence = "数电票（普通发票）不在方案“销项专票”的发票类型中，未导入。"
    assert back == {"row_no": 3, "document_key": SECOND, "sentence": sentence}


@pytest.mark.req("R069")
def test_a_dry_run_says_what_would_be_handed_back(pool: Pool, tmp_path: Path, capsys: Capture) -> None:
    assert main(["import", "--date", "2027-02-10", str(two_types(tmp_path)), "--scheme", "销项专票", "--dry-run"]) == 1
    said = capsys.readouterr().out
    assert f"{OWNER} 销项（方案 销项专票）：1 份票据" in said
    assert "第 3 行：数电票（普通发票）不在方案“销项专票”的发票类型中，未导入。" in said
    assert pool.execute("SELECT * FROM sync.task").fetchall() == []


@pytest.mark.req("R069", "R065")
@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        ("没有的", "没有下载方案“没有的”"),
        ("别人的", f"税号{OWNER}不在方案“别人的”的适用组织中。"),
        ("只要进项", "方案“只要进项”的下载类型中没有销项，不能导入销项文件。"),
    ],
)
def test_a_file_of_another_company_or_side_is_refused_whole(
    pool: Pool, tmp_path: Path, capsys: Capture, scheme: str, sentence: str
) -> None:
    assert main(["import", "--date", "2027-02-10", str(two_types(tmp_path)), "--scheme", scheme]) == 1
    assert sentence in capsys.readouterr().err
    assert pool.execute("SELECT * FROM sync.task").fetchall() == []


@pytest.mark.finding("F17")
@pytest.mark.req("R069", "R257")
def test_a_retry_and_a_crash_keep_to_the_scheme(pool: Pool, tmp_path: Path, capsys: Capture) -> None:
    main(["import", "--date", "2027-02-10", str(two_types(tmp_path)), "--scheme", "销项专票"])
    (task,) = logged(capsys)
    assert main(["backfill", "retry", task["batch_no"]]) == 0
    from hooks.files.store import file_store
    from operators.imports.tasks import work

    assert work(importing(pool, file_store())) == 1
    again, _ = logged(capsys)
    assert (again["schemes"], again["unchanged_count"], again["failed_count"]) == (["销项专票"], 1, 1)
    assert pool.execute("SELECT count(*) AS n FROM pool.document").fetchone() == {"n": 1}
