"""What looks for secrets after a run finds each that was planted, in every spelling, and nothing else (F79)."""

import base64
import stat
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from launcher.main import main
from leaks import accounts_in_messages, leaks_in_files, leaks_in_pool, leaks_in_text
from task_rows import put

pytestmark = pytest.mark.finding("F79")
SECRET = "k3y/with+signs=" + "x7" * 6
ACCOUNT = "6222021234567890123"


@pytest.mark.parametrize(
    "written", [SECRET, quote(SECRET, safe=""), base64.b64encode(SECRET.encode()).decode(), f"Bearer {SECRET}\n"]
)
def test_a_planted_secret_is_found_in_texts_files_and_rows(written: str, pool: Any, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_text(f"call {written}", encoding="utf-8")
    put(pool, "download_failed", batch_no="failed", error_code="X", error_message=f"said {written}", advice="none")
    assert leaks_in_text(f"said {written}", [SECRET, "other"])
    assert [one.partition(":")[0] for one in leaks_in_files(tmp_path, [SECRET], ())] == ["logs/a.log"]
    assert leaks_in_files(tmp_path, [SECRET], ("logs",)) == []
    assert set(leaks_in_pool(pool, [SECRET])) == {"sync.task", "sync.task_event"}


def test_a_whole_bank_account_in_a_message_is_found_and_a_masked_one_is_not(pool: Any) -> None:
    put(pool, "download_failed", batch_no="a", error_code="X", error_message="account ****0123", advice="none")
    assert accounts_in_messages(pool, [ACCOUNT]) == leaks_in_pool(pool, [SECRET]) == []
    put(pool, "download_failed", batch_no="b", error_code="X", error_message=f"account {ACCOUNT}", advice="none")
    assert set(accounts_in_messages(pool, [ACCOUNT])) == {"sync.task", "sync.task_event"}


def test_the_file_of_an_unexpected_error_holds_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> int:
        raise ValueError(f"https://u:{SECRET}@h/p?access_token={SECRET} \x1b[2J {{'appSecret': '{SECRET}'}}")

    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path))
    monkeypatch.setattr("launcher.commands.status.run", broken)
    assert main(["status"]) == 1
    (file,) = (tmp_path / "logs").glob("error-status-*.log")
    written = file.read_text(encoding="utf-8")
    assert "ValueError" in written and "access_token=***" in written
    assert leaks_in_text(written + capsys.readouterr().err, [SECRET]) == [] and "\x1b" not in written
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
