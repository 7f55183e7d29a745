"""The registry of the benchmark: a section is a function of the setting that yields rows; a new one is a line here."""

from collections.abc import Callable, Iterator, Mapping

import psycopg

from bench import excel, merging, peers
from bench.decoding import decoding
from bench.parsing import parsing
from bench.planning import claiming, planning
from bench.setting import Row, Setting
from fapiao.places import INCLUDE

Section = Callable[[Setting], Iterator[Row]]


def _planning(setting: Setting) -> Iterator[Row]:
    with psycopg.connect(setting.url) as connection:
        yield from planning(connection, taxpayers=max(10, setting.rows // 10))
        yield from claiming(connection)


def _parsing(_: Setting) -> Iterator[Row]:
    yield from parsing(str(INCLUDE.parent / "dags"), peers.airflow_environment())


def _decoding(_: Setting) -> Iterator[Row]:
    yield from decoding()


SECTIONS: Mapping[str, Section] = {
    "merge": merging.headers,
    "lines": merging.headers_and_lines,
    "memory": merging.memory,
    "peers": peers.peers,
    "planning": _planning,
    "parsing": _parsing,
    "decoding": _decoding,
    "excel": excel.export,
}
