"""A worker of the queue that is named, over the pool and the folder that are named, in which the poison is kill -9."""

import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

import airflow_home  # noqa: E402, F401 before anything imports Airflow
from poisoned_queues import QUEUES  # noqa: E402


def die(_: object) -> None:
    """As by the kernel that is out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


name, url, place = sys.argv[1:]
QUEUES[name](url, place).work(die)
