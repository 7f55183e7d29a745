"""`./fapiao export` and `./fapiao template`, as a person types them."""

import io
from pathlib import Path
from typing import Any

import psycopg
import pytest
from openpyxl import Workbook, load_workbook

from enterprise_files import ETAX
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main
from launcher.screen import counted_rows
from pool_rows import KEY, digital, line, merge
from task_rows import put


@pytest.fixture
def fapiao(pool_url: str, pool: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # fmt: skip
    """Types a command; gives back exit code, lines and complaint."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.delenv(LEQI_VARIABLE, raising=False)

    def type_(*words: object) -> tuple[int, list[str], str]:
        pool.commit()
        capsys.readouterr()
        code = main(list(map(str, words)))
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return type_


@pytest.fixture
def brought(pool: psycopg.Connection) -> None:
    """A download that brought an invoice with a line, and a row that could not be stored."""
    put(pool, "succeeded", batch_no="B1", direction="input", download_type="input_full")
    put(pool, batch_no="B2", invoice_type="82")
    merge(pool, "digital", [digital(fpmx=[line()]), digital(fphm="")], batch_no="B1")


def noted(pool: psycopg.Connection) -> tuple[Any, ...] | None:
    """The last export on record."""
    return pool.execute("SELECT actor, rows, filter FROM sync.log_export ORDER BY export_id DESC").fetchone()


@pytest.mark.req("R317", "R325")
def test_the_log_is_exported_by_filter_or_by_selection(fapiao: Any, brought: None, tmp_path: Path) -> None:
    file = tmp_path / "log.xlsx"
    assert fapiao("export", "log", "--out", file) == (0, [f"2 rows written to {file}"], "")
    assert fapiao("export", "log", "--batch", "B2", "--out", file)[1] == [f"1 rows written to {file}"]
    assert [row[0] for row in load_workbook(file)["数据同步日志"].values] == ["批次号", "B2"]
    assert fapiao("export", "log", "--view", "attempts", "--batch", "B1", "--out", file)[0] == 0
    assert load_workbook(file).sheetnames == ["请求与应答"]


@pytest.mark.req("R317")
def test_the_pool_is_exported_and_it_is_on_record_who_took_it(
    fapiao: Any, brought: None, pool: psycopg.Connection, tmp_path: Path
) -> None:
    file = tmp_path / "pool.xlsx"
    words = ("--direction", "进项", "--type", "数电票（增值税专用发票）", "--month", "2027-01", "--as", "li")
    assert fapiao("export", "pool", *words, "--out", file) == (0, [f"2 rows written to {file}"], "")
    actor, rows, chosen = noted(pool) or ()
    assert (actor, rows, chosen["view"], chosen["direction"], chosen["month_from"]) == (
        "li", 2, "pool", "input", "2027-01-01",
    )  # fmt: skip
    assert fapiao("export", "pool", "--no-lines", "--month-from", "2027-02", "--out", file)[1] == [
        f"0 rows written to {file}: no row matches; check the filters, ./fapiao log shows what there is"
    ]


@pytest.mark.req("R318")
def test_a_batch_is_exported_with_what_it_changed_and_what_failed(fapiao: Any, brought: None, tmp_path: Path) -> None:
    file = tmp_path / "batch.xlsx"
    assert fapiao("export", "batch", "B1", "--out", file)[0] == 0
    book = load_workbook(file)
    assert book.sheetnames == ["下载的发票", "发票", "明细"]
    assert [row[3] for row in book["下载的发票"].values] == ["票据标识", KEY, None]
    assert [row[2] for row in book["明细"].values] == ["票据标识", KEY]


def test_every_unknown_word_is_said_at_once_and_nothing_is_written(fapiao: Any, tmp_path: Path) -> None:
    words = ("--direction", "横", "--type", "信", "--month", "2027-13", "--out", tmp_path / "x.xlsx")
    code, lines, complaint = fapiao("export", "pool", *words)
    assert (code, lines, len(complaint.splitlines())) == (1, [], 3)
    assert "'2027-13' is not a month: write it like 2027-01" in complaint
    assert not (tmp_path / "x.xlsx").exists()


def test_a_folder_that_is_not_there_is_one_sentence(fapiao: Any, pool: psycopg.Connection, tmp_path: Path) -> None:
    code, lines, complaint = fapiao("export", "pool", "--out", tmp_path / "no" / "x.xlsx")
    assert (code, lines, len(complaint.splitlines())) == (1, [], 1)
    assert "No such file or directory" in complaint
    assert noted(pool) is None


@pytest.mark.req("R326")
def test_who_may_not_export_takes_nothing_out(
    fapiao: Any, brought: None, pool: psycopg.Connection, tmp_path: Path
) -> None:
    pool.execute(
        "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES ('wang', '*', 'none', 'x')"
    )
    for kind in (("log",), ("pool",), ("batch", "B1")):
        code, lines, complaint = fapiao("export", *kind, "--out", tmp_path / "x.xlsx", "--as", "wang")
        assert (code, lines, bool(complaint)) == (1, [], True)
    assert not (tmp_path / "x.xlsx").exists()


def test_progress_writes_over_its_own_line_and_wipes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = io.StringIO()
    screen.isatty = lambda: True  # type: ignore[method-assign]
    with counted_rows("[x].xlsx", screen) as told:
        told(1000)
        told(2000)
    assert "[x].xlsx: 2,000 rows" in screen.getvalue()
    assert screen.getvalue().rpartition("2,000 rows")[2].endswith("\x1b[2K")


def test_progress_says_nothing_where_nobody_looks() -> None:
    screen = io.StringIO()
    with counted_rows("x.xlsx", screen) as told:
        told(1000)
    assert screen.getvalue() == ""


def filled(file: Path, **rows: list[str]) -> Path:
    """A template with one record below its explanations in each named table."""
    book = load_workbook(file)
    for name, row in rows.items():
        book[name].append(row)
    book.save(file)
    return file


def test_a_template_is_loaded_when_it_is_filled_and_changes_nothing_before(fapiao: Any, tmp_path: Path) -> None:
    file = tmp_path / "taxpayers.xlsx"
    code, (line_,), _ = fapiao("template", "taxpayers", "--out", file)
    assert (code, line_) == (0, f"{file}: fill it in, then ./fapiao taxpayers load {file}")
    assert fapiao("taxpayers", "load", file)[1] == ["no records: nothing is changed"]
    filled(file, 企业信息=[ETAX, "乙公司", "0100", "北京", None, "电子税局", "小规模纳税人"], 数电账号=[ETAX, "13800000000", "收票", "是"])  # fmt: skip
    assert fapiao("taxpayers", "load", file)[:2] == (
        0,
        [
            "organisations: 1 new, 0 changed, 0 unchanged",
            "taxpayers: 1 new, 0 changed, 0 unchanged",
            "accounts: 1 new, 0 changed, 0 unchanged",
        ],
    )
    schemes = tmp_path / "schemes.xlsx"
    fapiao("template", "schemes", "--out", schemes)
    filled(schemes, 下载方案=["月度", "0100", "进项-全量；销项-全量", "全部", "2026-01-01"])
    assert fapiao("schemes", "load", schemes, "--date", "2026-11-21")[1] == ["schemes: 1 new, 0 changed, 0 unchanged"]
    rights = tmp_path / "rights.xlsx"
    fapiao("template", "rights", "--out", rights)
    assert "no record is in the file" in fapiao("rights", "load", rights)[2]
    filled(rights, 权限=["li", "0100", "operator"])
    assert fapiao("rights", "load", rights)[1] == ["rights: 1 new, 0 taken back, 0 unchanged"]


def test_a_csv_out_of_a_template_is_loaded_too(fapiao: Any, tmp_path: Path) -> None:
    file = tmp_path / "rights.csv"
    file.write_text("actor,org_code,role\n#说明 用户（必填）：x,y,z\nli,*,operator\n", encoding="utf-8")
    assert fapiao("rights", "load", file)[1] == ["rights: 1 new, 0 taken back, 0 unchanged"]


def test_a_template_never_writes_over_what_somebody_filled_in(fapiao: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    Workbook().save(file)
    before = file.read_bytes()
    code, _, complaint = fapiao("template", "rights", "--out", file)
    assert (code, complaint) == (1, f"{file} is there already, maybe filled in: name another file with --out\n")
    assert file.read_bytes() == before


def test_templates_are_listed_and_an_unknown_one_is_refused(fapiao: Any) -> None:
    known = ["taxpayers", "schemes", "rights", "entries", "received", "selection", "auto_rules"]
    assert [line.split()[0] for line in fapiao("template")[1][2:]] == known
    assert fapiao("template", "entry")[::2] == (
        1,
        f"there is no template entry; there are {', '.join(known)}; did you mean entries?\n",
    )
