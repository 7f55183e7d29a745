"""How long a command takes to begin, against the command line of Airflow in the same run."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bench.peers import airflow_environment
from bench.setting import Row, Setting
from bench.timing import medians
from launcher.connections import BUREAU_VARIABLES, POOL_VARIABLE
from launcher.home import ROOT
from launcher.main import COMMANDS

PEER = "airflow version"
LIST = "select list, an empty pool"


def start(setting: Setting) -> Iterator[Row]:
    """The help of every command and a list out of an empty pool, against what Airflow needs to say its version."""
    with tempfile.TemporaryDirectory(prefix="fapiao-bench-start-") as home:
        seconds = medians(_works(setting.url, home), setting.rounds)
    peer, listed = seconds.pop(PEER), seconds.pop(LIST)
    slowest = max(seconds, key=lambda name: seconds[name])
    yield PEER, f"{peer:.2f} s"
    yield f"the slowest --help, {slowest}", _against(seconds[slowest], peer)
    yield f"the median --help of {len(seconds)} commands", _against(statistics.median(seconds.values()), peer)
    yield LIST, _against(listed, peer)


def _works(url: str, home: str) -> Mapping[str, Callable[[], object]]:
    here = {name: value for name, value in os.environ.items() if name not in BUREAU_VARIABLES}
    here |= {"FAPIAO_HOME": home, POOL_VARIABLE: url}
    ours = [sys.executable, str(ROOT / "launcher")]
    return {
        PEER: partial(_run, [sys.executable, "-m", "airflow", "version"], airflow_environment()),
        LIST: partial(_run, [*ours, "select", "list"], here),
        **{name: partial(_run, [*ours, name, "--help"], here) for name in COMMANDS},
    }


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    subprocess.run(command, env=dict(environment), check=True, capture_output=True)


def _against(seconds: float, peer: float) -> str:
    return f"{seconds:.2f} s = {seconds / peer:.2f} × {PEER}, goal < 2 s"
