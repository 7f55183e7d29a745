"""The registry of the benchmark: a section is a function of the setting that yields rows; a new one is a line here."""

from collections.abc import Callable, Iterator, Mapping

import psycopg

from bench import excel, excel_import, merging, peers
from bench.decoding import decoding
from bench.gateway import gateway
from bench.parsing import parsing
from bench.planning import claiming, planning
from bench.selection import selection
from bench.setting import Row, Setting
from bench.start import start
from fapiao.paths import INCLUDE

Section = Callable[[Setting], Iterator[Row]]


def _planning(setting: Setting) -> Iterator[Row]:
    """A day's plan of every type for a tenth as many taxpayers as rows, the same again, and claims of its rows."""
    with psycopg.connect(setting.url) as connection:
        yield from planning(connection, taxpayers=max(10, setting.rows // 10))
        yield from claiming(connection)


def _parsing(_: Setting) -> Iterator[Row]:
    """The DAG files, by what each costs beyond Airflow's own import."""
    yield from parsing(str(INCLUDE.parent / "dags"), peers.airflow_environment())


def _decoding(_: Setting) -> Iterator[Row]:
    """What comes over the wire, against the fastest way to decode it."""
    yield from decoding()


def _excel(setting: Setting) -> Iterator[Row]:
    """Workbooks: files of the bureau into the pool, and the pool into a workbook, against peers and bare limits."""
    yield from excel_import.imports(setting)
    yield from excel.export(setting)


SECTIONS: Mapping[str, Section] = {
    "merge": merging.headers,
    "lines": merging.headers_and_lines,
    "memory": merging.memory,
    "peers": peers.peers,
    "planning": _planning,
    "parsing": _parsing,
    "decoding": _decoding,
    "gateway": gateway,
    "excel": _excel,
    "selection": selection,
    "start": start,
}
