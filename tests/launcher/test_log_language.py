"""What a row says is Chinese, whoever works it; `./fapiao log` tells the advice in the language of its reader."""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import psycopg
import pytest

from fapiao.downloads.protocol import Applied, Request
from fapiao.errors import QuotaSpent
from fapiao.rules.book import rulebook
from fapiao.texts.language import spoken_by_all
from group_rows import A, taxpayer
from hooks.channels.download_channel import DownloadChannel
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from operators.downloads.apply import apply_one
from operators.downloads.session import WorkerSession
from operators.downloads.worker_pool import WorkerPool
from task_rows import RUN, put

CHINESE = "乐企申请次数已用完，系统将在下一个可申请日自动重新申请"
NOW = datetime(2027, 6, 10, 1, tzinfo=UTC)


class Full:
    """A bureau without an application left."""

    def apply(self, request: Request) -> Applied:
        """Refuses it."""
        raise QuotaSpent("LEQI_QUOTA", request.taxpayer_no)


@pytest.fixture
def worked(pool_url: str, pool: psycopg.Connection) -> None:
    """A row that a worker of an English command line put off."""
    taxpayer(pool, A)
    put(pool, batch_no="B", taxpayer_no=A)
    pool.commit()
    with spoken_by_all("en"), psycopg.connect(pool_url) as front:
        session = WorkerSession(front, RUN, "owner", lambda: NOW, cast(DownloadChannel, Full()), rulebook(), {})
        with WorkerPool(session, lambda: psycopg.connect(pool_url), "leqi", 1) as workers:
            assert workers.run_until_none_due(["pending"], apply_one, None) == 1


@pytest.mark.finding("F58")
@pytest.mark.usefixtures("worked")
def test_a_row_worked_from_an_english_command_line_carries_chinese_advice(pool: psycopg.Connection):
    assert pool.execute("SELECT error_code, advice FROM sync.task").fetchall() == [("LEQI_QUOTA", CHINESE)]


@pytest.mark.finding("F58")
@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    ("language", "advice"),
    [("en", "The quota of 乐企 is used up; the row applies again by itself on the next allowed day."), ("zh", CHINESE)],
)
def test_the_log_tells_the_advice_in_the_language_of_its_reader(
    language: str,
    advice: str,
    pool_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FAPIAO_LANG", language)
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    assert main(["log"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(advice)
