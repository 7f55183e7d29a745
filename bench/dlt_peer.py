"""dlt as a peer: in an environment of its own, into a table with the rows and the indexes of the pool."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

DATASET = "bench_dlt"
# The one that may leave rows alone comes first: the others rewrite every row, changed or not.
STRATEGIES: Mapping[str, Mapping[str, object]] = {
    "upsert, skip_unchanged_rows": {"disposition": "merge", "strategy": "upsert", "skip_unchanged_rows": True},
    "delete-insert": {"disposition": "merge", "strategy": "delete-insert"},
    "upsert": {"disposition": "merge", "strategy": "upsert"},
}
_CHILD = Path(__file__).with_name("dlt_child.py")
_PRIVATE = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}


class DltFailed(Exception):
    """Why dlt did not merge; one sentence."""


@dataclass(frozen=True, slots=True)
class Dlt:
    """dlt under the Python of the peers' environment; `folder` takes its rows and all it writes."""

    python: Path
    url: str
    key: Sequence[str]
    names: Sequence[str]
    folder: Path

    def merge(self, strategy: str, limit: int | None = None) -> float:
        """Seconds of one merge of the rows, or of the first `limit`. Raises DltFailed."""
        order = {
            "url": self.url,
            "key": list(self.key),
            "names": list(self.names),
            "rows": str(self.folder / "rows"),
            "folder": str(self.folder),
            "dataset": DATASET,
            "limit": limit,
            "write_disposition": STRATEGIES[strategy],
        }
        homes = dict.fromkeys(("HOME", "DLT_DATA_DIR", "DLT_PROJECT_DIR"), str(self.folder))
        done = subprocess.run(
            [self.python, _CHILD],
            cwd=self.folder,
            env=os.environ | _PRIVATE | homes,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DltFailed(f"dlt failed ({(done.stderr.strip().splitlines() or ['it said nothing'])[-1].strip()})")
        return float(done.stdout.split()[-1])


def fastest(python: Path, url: str, key: Sequence[str], names: Sequence[str], rows: Sequence[Any]) -> tuple[str, float]:
    """The strategy of dlt that merges the rows fastest, and its seconds. Raises DltFailed."""
    with tempfile.TemporaryDirectory(prefix="fapiao-bench-dlt-") as folder:
        dlt = Dlt(python, url, key, names, Path(folder))
        with (dlt.folder / "rows").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        with psycopg.connect(url, autocommit=True) as connection:
            _prepare(connection, dlt)
            seconds = {strategy: _timed(connection, dlt, strategy) for strategy in STRATEGIES}
    return min(seconds.items(), key=lambda pair: pair[1])


def _timed(connection: psycopg.Connection[Any], dlt: Dlt, strategy: str) -> float:
    connection.execute(f"VACUUM (ANALYZE) {DATASET}.document")
    return dlt.merge(strategy)


def _prepare(connection: psycopg.Connection[Any], dlt: Dlt) -> None:
    """Let dlt make its table from one row, then give it what the pool holds: the same rows, the same whole indexes."""
    dlt.merge("upsert", limit=1)
    table = f"{DATASET}.document"
    columns = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = 'document'",
        [DATASET],
    ).fetchall()
    names = ", ".join(name for (name,) in columns if not name.startswith("_dlt"))
    connection.execute(f"TRUNCATE {table}")
    connection.execute(f"ALTER TABLE {table} SET (fillfactor = 80)")
    for (definition,) in connection.execute(
        "SELECT indexdef FROM pg_indexes"
        " WHERE schemaname = 'pool' AND tablename = 'document' AND indexdef NOT LIKE '% WHERE %'"
    ).fetchall():
        connection.execute(definition.replace(" ON pool.document ", f" ON {table} "))
    connection.execute(
        f"INSERT INTO {table} ({names}, _dlt_load_id, _dlt_id)"  # noqa: S608
        f" SELECT {names}, 'fill', concat_ws(' ', direction, taxpayer_no, document_key) FROM pool.document"
    )
