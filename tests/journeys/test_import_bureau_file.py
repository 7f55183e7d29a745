"""导入电子税局文件 through real runs of its DAG: by the form, and out of the watched folder."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from bureau_workbooks import KEY, OWNER, export, header, line
from hooks.enterprise.permissions import replace_grants
from hooks.files.store import digest
from raw_workbooks import raw_workbook
from rehearsal import Rehearsal, rehearsing

DAG = "import_bureau_file"
DAY = "2027-02-10"
SECOND = "27312000000000000002"
DIES_AT = """
import os, sys
sys.path[:0] = {path!r}
from hooks.files.readings import reading
with reading({sha!r}, ""):
    os.kill(os.getpid(), 9)
"""
BLANK = {"path": None, "taxpayer_no": None, "direction": None, "data_type": "发票数据", "password_connection": None,
         "replay": False, "scheme": None}  # fmt: skip


@pytest.fixture
def room(pool_url: str, monkeypatch: pytest.MonkeyPatch, airflow_metadata: None, tmp_path: Path) -> Iterator[Rehearsal]:
    """A pool with one company, an inbox and a file store of its own."""
    monkeypatch.setenv("FAPIAO_INBOX", str(tmp_path / "inbox"))
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    (tmp_path / "inbox").mkdir()
    with rehearsing(pool_url, monkeypatch, DAY) as found:
        found.taxpayer()
        yield found


def press(room: Rehearsal, **form: Any) -> None:
    """One run; all of the form, as dag.test() keeps the parameters of the run before."""
    room.run(DAG, DAY, **BLANK | form)


def lay(file: Path) -> Path:
    """A file that has been lying there for a minute."""
    os.utime(file, (time.time() - 60,) * 2)
    return file


def granted(room: Rehearsal, *grants: tuple[str, str, str]) -> None:
    """Rights as a file of them would be loaded."""
    replace_grants(room.pool, grants, "root")


def logged(room: Rehearsal) -> list[dict[str, Any]]:
    return room.pool.execute("SELECT * FROM fapiao.sync_log ORDER BY batch_no").fetchall()


@pytest.mark.req("R250", "R255", "R281", "R284")
def test_the_form_brings_one_file_in(room: Rehearsal, tmp_path: Path) -> None:
    export(tmp_path / "inbox" / "later" / "a.xlsx", [header()], [line()])
    press(room, path="later/a.xlsx", taxpayer_no=OWNER)
    (task,) = logged(room)
    assert (task["dag_id"], task["job"], task["status"], task["inserted_count"]) == (DAG, "bureau_file", "succeeded", 1)
    (listed,) = room.pool.execute("SELECT * FROM fapiao.history_task").fetchall()
    assert (listed["method_label"], listed["status_label"]) == ("导入电子税局文件", "全部执行成功")


@pytest.mark.req("R281", "R284", "A-16")
@pytest.mark.parametrize(
    "form", [{"data_type": "发票用途状态", "taxpayer_no": OWNER}, {"taxpayer_no": None}, {"taxpayer_no": f"{OWNER},X"}]
)
def test_a_form_that_is_refused_fails_its_run_and_stores_nothing(
    room: Rehearsal, tmp_path: Path, form: dict[str, Any]
) -> None:
    export(tmp_path / "inbox" / "later" / "a.xlsx", [header()])
    with pytest.raises(AssertionError, match="failed"):
        press(room, path="later/a.xlsx", **form)
    assert logged(room) == []


def test_the_folder_is_emptied_and_each_file_says_what_became_of_it(room: Rehearsal, tmp_path: Path) -> None:
    inbox, results = tmp_path / "inbox", tmp_path / "inbox-results"
    lay(export(inbox / "good.xlsx", [header()], [line()]))
    (inbox / "bad.xls").write_text("<html><table></table></html>", encoding="utf-8")
    lay(inbox / "bad.xls")
    press(room)
    assert sorted(file.name for file in (results / "done").iterdir()) == ["good.xlsx", "good.xlsx.txt"]
    assert sorted(file.name for file in (results / "refused").iterdir()) == ["bad.xls", "bad.xls.txt"]
    assert "新增1" in (results / "done" / "good.xlsx.txt").read_text(encoding="utf-8")
    assert "网页" in (results / "refused" / "bad.xls.txt").read_text(encoding="utf-8")
    assert [task["status"] for task in logged(room)] == ["succeeded"]

    lay(export(inbox / "good.xlsx", [header()], [line()]))
    lay(export(inbox / "second.xlsx", [header(数电发票号码=SECOND)]))
    press(room)
    assert {row["document_key"] for row in room.pool.execute("SELECT document_key FROM pool.document")} == {KEY, SECOND}
    assert not [file for file in inbox.iterdir() if file.is_file()]


def test_a_sealed_zip_is_opened_by_the_password_of_a_connection(
    room: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file, sealed = export(tmp_path / "a.xlsx", [header()]), tmp_path / "inbox" / "later" / "sealed.zip"
    sealed.parent.mkdir()
    with pyzipper.AESZipFile(sealed, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"s3cret-word")
        archive.write(file, file.name)
    monkeypatch.setenv("AIRFLOW_CONN_WORKBOOK_ZIP", '{"conn_type": "generic", "password": "s3cret-word"}')
    press(room, path="later/sealed.zip", taxpayer_no=OWNER, password_connection="workbook_zip")
    assert [task["status"] for task in logged(room)] == ["succeeded"]
    assert "s3cret-word" not in caplog.text


@pytest.mark.finding("F81")
def test_the_password_of_a_system_opens_no_file_and_the_run_says_why(
    room: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    export(tmp_path / "inbox" / "later" / "a.xlsx", [header()], [line()])
    monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", '{"conn_type": "generic", "password": "of-the-gateway"}')
    with pytest.raises(AssertionError, match="failed"):
        press(room, path="later/a.xlsx", taxpayer_no=OWNER, password_connection="bureau_gateway")
    assert logged(room) == []
    assert "密码连接“bureau_gateway”不能用于打开文件：只能填写以 workbook_ 开头" in "".join(capfd.readouterr())


@pytest.mark.finding("F40", "F42")
@pytest.mark.req("A-56", "R254", "R269")
def test_with_rights_loaded_the_form_imports_for_whoever_pressed_it_and_names_that_person(
    room: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(room, ("li", "ORG1", "operator"), ("sun", "ORG1", "auditor"))
    export(tmp_path / "inbox" / "later" / "a.xlsx", [header()], [line()])
    for stranger in ("sun", "nobody"):
        monkeypatch.setenv("FAPIAO_ACTOR", stranger)
        with pytest.raises(AssertionError, match="failed"):
            press(room, path="later/a.xlsx", taxpayer_no=OWNER)
    assert logged(room) == []
    monkeypatch.setenv("FAPIAO_ACTOR", "li")
    press(room, path="later/a.xlsx", taxpayer_no=OWNER)
    (task,) = logged(room)
    assert (task["status"], task["created_by"]) == ("succeeded", "li")
    assert {row["actor"] for row in room.pool.execute("SELECT actor FROM fapiao.task_event").fetchall()} == {"li"}
    assert room.pool.execute("SELECT DISTINCT created_by FROM sync.batch").fetchall() == [{"created_by": "li"}]


@pytest.mark.finding("F40")
@pytest.mark.req("A-56")
def test_with_rights_loaded_the_folder_imports_for_its_owner_whoever_looks(
    room: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(room, ("scanner", "ORG1", "operator"))
    monkeypatch.setenv("FAPIAO_ACTOR", "somebody")
    lay(export(tmp_path / "inbox" / "a.xlsx", [header()], [line()]))
    press(room)
    told = (tmp_path / "inbox-results" / "refused" / "a.xlsx.txt").read_text(encoding="utf-8")
    assert "导入人：inbox" in told and "权限" in told
    assert logged(room) == []
    room.parameter("fapiao", "inbox_owner", "scanner")
    lay(export(tmp_path / "inbox" / "a.xlsx", [header()], [line()]))
    press(room)
    (task,) = logged(room)
    assert (task["status"], task["created_by"]) == ("succeeded", "scanner")
    (born, *_) = room.pool.execute("SELECT actor FROM fapiao.task_event ORDER BY at").fetchall()
    assert born["actor"] == "scanner"


@pytest.mark.req("R283")
@pytest.mark.finding("F70", "F71")
def test_each_file_of_the_folder_is_taken_by_itself_whatever_is_wrong_with_the_one_before(
    room: Rehearsal, tmp_path: Path
) -> None:
    inbox, results = tmp_path / "inbox", tmp_path / "inbox-results"
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    lay(export(inbox / "5.xlsx", [header()], [line()]))
    whole = (inbox / "5.xlsx").read_bytes()
    contents = {"1.xlsx": raw_workbook(far), "2.zip": whole[:-31], "3.xlsx": whole[40:], "4.xlsx": whole + b" "}
    for name, content in contents.items():
        (inbox / name).write_bytes(content)
        lay(inbox / name)
    for _ in range(2):  # two workers that ended while they read it
        subprocess.run(
            [sys.executable, "-c", DIES_AT.format(path=sys.path, sha=digest(contents["4.xlsx"]))], check=False
        )
    press(room)
    said = {file.name: file.read_text(encoding="utf-8") for file in (results / "refused").glob("*.txt")}
    assert sorted(said) == ["1.xlsx.txt", "2.zip.txt", "3.xlsx.txt", "4.xlsx.txt"]
    assert "XFD1048576" in said["1.xlsx.txt"]
    assert "两次意外中断" in said["4.xlsx.txt"]
    assert "新增1" in (results / "done" / "5.xlsx.txt").read_text(encoding="utf-8")
    assert [file.name for file in inbox.iterdir() if file.is_file()] == []


@pytest.mark.req("R069")
def test_the_form_imports_into_a_scheme_and_the_task_names_it(room: Rehearsal, tmp_path: Path) -> None:
    room.scheme("81", name="销项专票", downloads=["output_full"])
    other = header(数电发票号码=SECOND, 发票票种="数电发票（普通发票）")
    export(tmp_path / "inbox" / "later" / "a.xlsx", [header(), other], [line()])
    press(room, path="later/a.xlsx", taxpayer_no=OWNER, scheme="销项专票")
    (task,) = logged(room)
    assert (task["schemes"], task["inserted_count"], task["failed_count"]) == (["销项专票"], 1, 1)
    with pytest.raises(AssertionError, match="failed"):
        press(room, path="later/a.xlsx", taxpayer_no=OWNER, scheme="没有的")
    assert len(logged(room)) == 1
