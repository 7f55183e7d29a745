"""Parsing the DAG files: what they cost beyond Airflow's own import."""

import subprocess
import sys
from collections.abc import Iterator, Mapping

from fapiao.errors import Unusable

Row = tuple[str, str]
_PROGRAM = """
import time, pathlib, sys
from airflow.dag_processing.dagbag import DagBag
import airflow.sdk
from airflow.providers.postgres.hooks.postgres import PostgresHook
for file in sorted(pathlib.Path(sys.argv[1]).glob('*.py')):
    start = time.perf_counter()
    bag = DagBag(str(file))
    if bag.import_errors:
        sys.exit('\\n'.join(bag.import_errors.values()))
    print(f'{file.name}\\t{len(bag.dags)}\\t{time.perf_counter() - start:.2f}')
"""


def parsing(dags_folder: str, environment: Mapping[str, str]) -> Iterator[Row]:
    """Seconds per DAG file, the first one including our own imports. Raises Unusable with why one is not imported."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, dags_folder],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Unusable(f"The DAGs in {dags_folder} are not imported: {reason}")
    for line in done.stdout.splitlines():
        if line.count("\t") == 2:
            name, dags, seconds = line.split("\t")
            yield f"parse {name}", f"{dags} DAGs in {seconds} s"
