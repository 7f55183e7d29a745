"""Runs in the peers' own environment: one dlt merge of the rows that the benchmark wrote; prints its seconds.

It imports nothing of the project. The order comes through standard input, for it holds a password.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import dlt


def main() -> None:
    """Only dlt's own work is timed: extract (of dicts), normalize, load."""
    order = json.load(sys.stdin)
    rows = [json.loads(line) for line in Path(order["rows"]).read_text(encoding="utf-8").splitlines()]
    pipeline = dlt.pipeline(
        "fapiao_bench",
        pipelines_dir=order["folder"],
        destination=dlt.destinations.postgres(order["url"]),
        dataset_name=order["dataset"],
    )
    resource = dlt.resource(
        _dicts(order["names"], rows[: order["limit"]]),
        name="document",
        primary_key=order["key"],
        write_disposition=order["write_disposition"],
    )
    start = time.perf_counter()
    # COPY; its default, INSERT with VALUES, takes longer.
    pipeline.run(resource, loader_file_format="csv").raise_on_failed_jobs()
    print(time.perf_counter() - start)


def _dicts(names: list[str], rows: list[Any]) -> Any:
    for row in rows:
        yield dict(zip(names, row, strict=True))


if __name__ == "__main__":
    main()
