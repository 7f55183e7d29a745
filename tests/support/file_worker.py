"""A process that forks one collector of layout files per line of stdin, killed at a chosen boundary between two acts.

A line is JSON: pool, task_id, kill_at (0: never). The answer is one line: how the collector ended, what it crossed.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import psycopg  # noqa: E402

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from fapiao.rules.book import rulebook  # noqa: E402
from file_host import FileHost  # noqa: E402
from hooks.channels.download_channel import DownloadChannel  # noqa: E402
from hooks.queues.tasks import TaskTable  # noqa: E402
from killed_worker import serve, watch_postgres, watched  # noqa: E402
from operators.downloads.layout_files import collect_files  # noqa: E402
from operators.downloads.session import WorkerSession  # noqa: E402
from task_rows import RUN  # noqa: E402

rulebook()

watch_postgres()
Path.replace = watched("bytes", Path.replace)
os.fsync = watched("sync", os.fsync)
download = watched("download", FileHost().download)


def work(order: dict[str, Any]) -> None:
    """One collector from claim to settlement."""
    with psycopg.connect(order["pool"], autocommit=True) as connection:
        session = WorkerSession(
            connection, RUN, "worker", lambda: datetime.now(UTC), cast(DownloadChannel, None), rulebook(), {}
        )
        for claim in TaskTable(connection).claim("etax", ["downloaded"], "worker", RUN.day, 10, None):
            collect_files(session, claim, download)


serve(work)
