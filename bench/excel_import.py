"""Files of the bureau: read, checked and merged, against pandas with to_sql and the bare reader with COPY."""

import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas
import sqlalchemy
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import write_worksheets

from bench.filled_pool import tidy
from bench.process import grown_megabytes, in_its_own
from bench.setting import Row, Setting
from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.records import Taxpayer
from fapiao.exports.cells import cell
from fapiao.imports.requests import import_request
from fapiao.imports.uncollected import uncollected
from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.tasks import RunDay
from hooks.enterprise.basics import change
from hooks.files.store import FolderStore
from hooks.pool.merge import MergeContext, StagedMerge
from hooks.pool.sessions import open_session
from hooks.queues.imports import DAG_ID, Imports
from operators.imports.reading import read_request
from operators.imports.tasks import ImportSession, create, work
from simulator.bureau_files.full_export import full_export
from simulator.bureau_files.old_platform import file_name, old_platform
from simulator.bureau_files.sample_documents import OWNER, Document, documents
from simulator.bureau_files.sheets import Sheet
from simulator.bureau_files.writing import xls_bytes

ROWS_OF_A_DOCUMENT = 3
"""Its header, and two lines on average."""
OLD_SHARE = 0.6
"""An .xls sheet ends at 65,536 rows: 60,000 rows for 100,000 of the new kind."""
MONTH, DAY = date(2026, 1, 1), date(2026, 2, 3)


def imports(setting: Setting) -> Iterator[Row]:
    """New .xlsx and old .xls files, every one of them once: a file that was imported changes nothing."""
    owner = Taxpayer(OWNER.number, OWNER.name, channel="etax")
    with open_session(setting.url) as connection:
        change(
            connection, lambda before: Loaded(replace(before, taxpayers={owner.taxpayer_no: owner}), [], []), "bench"
        )
    with tempfile.TemporaryDirectory() as folder:
        one = yield from _compared(setting, "openpyxl", partial(_new_file, Path(folder), setting.rows))
        # pandas reads .xls by xlrd, which nobody needs here; its calamine engine is the faster one
        other = yield from _compared(
            setting, "calamine", partial(_old_file, Path(folder), int(setting.rows * OLD_SHARE))
        )
    bare, ours, slow = map(sum, zip(one, other, strict=True))
    yield "both files: our import", f"{ours:.2f} s = {ours / bare:.2f} × bare; pandas {slow / ours:.1f} × ours"


def _new_file(folder: Path, rows: int, seed: int = 1) -> Path:
    file = _place(folder, seed) / "全量发票查询导出结果-2026年1月.xlsx"
    write_worksheets([(sheet.name, _records(sheet)) for sheet in full_export(_documents(seed, "81", rows))], file)
    return file


def _old_file(folder: Path, rows: int, seed: int = 1) -> Path:
    found = _documents(seed, "01", rows)
    file = _place(folder, seed) / file_name(found, "20260203102030500")
    file.write_bytes(xls_bytes(old_platform(found)))
    return file


def _place(folder: Path, seed: int) -> Path:
    place = folder / str(seed)
    place.mkdir(exist_ok=True)
    return place


def _documents(seed: int, kind: str, rows: int) -> list[Document]:
    """Of a year of its own: a document invoice's code has the year, and no seed."""
    month = MONTH.replace(year=MONTH.year + 1 - seed)
    return documents(seed, [kind], month, each=max(1, rows // ROWS_OF_A_DOCUMENT))


def _records(sheet: Sheet) -> Iterator[dict[str, Any]]:
    headings, *rows = sheet.rows
    for row in rows or [[None] * len(headings)]:
        yield {str(heading): cell(value) or None for heading, value in zip(headings, row, strict=False)}


def _compared(
    setting: Setting, engine: str, made: Callable[[int], Path]
) -> Generator[Row, None, tuple[float, float, float]]:
    """The rows of one kind of file, a new file in every round; returns the seconds of the bare way, ours and pandas."""
    bares, imports_ = [], []
    for seed in range(1, setting.rounds + 1):
        file = made(seed)
        took, rows = _seconds(partial(bare_copy, setting.url, file))
        bares.append(took)
        took, downloaded = _seconds(partial(import_file, setting.url, file))
        imports_.append(took)
    bare, ours = statistics.median(bares), statistics.median(imports_)
    another = made(setting.rounds + 1)
    alone = parts(setting.url, another)
    weighed = [in_its_own(grown_megabytes, way, setting.url, another) for way in (import_file, bare_copy)]
    slow, _ = _seconds(partial(with_pandas, setting.url, file, engine))
    kind = f"{file.suffix} of {rows:,} rows"
    yield f"{kind}: bare calamine and COPY", f"{bare:.2f} s"
    yield f"{kind}: our import, {downloaded:,} documents", f"{ours:.2f} s = {ours / bare:.2f} × bare, goal ≤ 2 ×"
    yield f"{kind}: its parts alone", ", ".join(f"{what} {seconds / bare:.2f} ×" for what, seconds in alone.items())
    yield f"{kind}: memory of our import", "{:.0f} MB; the bare read {:.0f} MB".format(*weighed)
    yield f"{kind}: pandas ({engine}) and to_sql", f"{slow:.2f} s = {slow / ours:.1f} × ours, goal ≥ 5 ×"
    return bare, ours, slow


def _seconds(work_: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    count = work_()
    return time.perf_counter() - start, count


def import_file(url: str, file: Path) -> int:
    """The product's own way, from the file to the settled task; returns how many documents it brought."""
    now = datetime(2026, 2, 3, 4, tzinfo=UTC)
    run = RunDay(DAG_ID, f"bench {file}", DAY, DAY.isoformat(), explicit=True)
    with tempfile.TemporaryDirectory() as kept, open_session(url) as connection:
        connection.commit()
        store = FolderStore(Path(kept))
        request = import_request("command", [file], taxpayer_no=OWNER.number, direction="input")
        created = create(connection, store, run, request, "bench")
        work(ImportSession(connection, run, "bench", lambda: now, store), created)
        (outcome,) = Imports(connection).outcome(created.batches)
    if outcome["status"] != "succeeded":
        raise RuntimeError(f"{file.name}: {outcome['status']} {outcome['error_message']}")
    return int(outcome["downloaded_count"])


def parts(url: str, file: Path) -> dict[str, float]:
    """Seconds of the steps of an import, each by itself; what they brought into the pool is taken back."""
    with tempfile.TemporaryDirectory() as kept, open_session(url) as connection, uncollected():
        request = import_request("command", [file], taxpayer_no=OWNER.number, direction="input")
        store = FolderStore(Path(kept))
        start = time.perf_counter()
        (reading,) = read_request(store, request, {OWNER.number: None}, DAY, None)
        read = time.perf_counter()
        context = Context("input", OWNER.number, "invoice", datetime(2026, 2, 3, 4, tzinfo=UTC))
        whole = reading.documents.whole() if reading.documents else []
        found = translate(whole[0].kind, (document.payload() for document in whole), context)
        translated = time.perf_counter()
        with connection.transaction(force_rollback=True):
            stage = StagedMerge(connection, found.target, MergeContext("BENCH", "etax", "input", OWNER.number))
            stage.load(found, reply_id=1)
            stage.merge()
        merged = time.perf_counter()
        tidy(connection)
    return {"reading": read - start, "translating": translated - read, "COPY and merge": merged - translated}


def bare_copy(url: str, file: Path) -> int:
    """Every cell as text into tables without an index: no import could read less; returns the number of rows."""
    count = 0
    book = CalamineWorkbook.from_path(str(file))
    for number, name in enumerate(book.sheet_names):
        sheet = book.get_sheet_by_name(name)
        target = _table(url, f"bare_{file.suffix[1:]}_{number}", sheet.width)
        with open_session(url) as connection, connection.cursor().copy(f"COPY {target} FROM STDIN".encode()) as copy:
            for row in sheet.iter_rows():
                copy.write_row([str(value) for value in row])
                count += 1
    return count


def _table(url: str, name: str, width: int) -> str:
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    columns = [sqlalchemy.Column(f"c{number}", sqlalchemy.Text) for number in range(width)]
    table = sqlalchemy.Table(name, sqlalchemy.MetaData(), *columns)
    table.drop(engine, checkfirst=True)
    table.create(engine)
    engine.dispose()
    return name


def with_pandas(url: str, file: Path, engine: str) -> int:
    """read_excel of every sheet and to_sql: nothing is checked, nothing merged."""
    database = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    frames = pandas.read_excel(file, sheet_name=None, dtype=str, engine=engine)
    for number, frame in enumerate(frames.values()):
        frame.to_sql(f"pandas_{file.suffix[1:]}_{number}", database, index=False)
    database.dispose()
    return sum(map(len, frames.values()))
