"""Uploads for the readers' tests: a file on disk, opened and read to its end."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fapiao.bureau_files.agreement import Content
from fapiao.bureau_files.opening import BureauFile, open_upload
from fapiao.bureau_files.records import RowFate
from fapiao.bureau_files.sheets import SheetPart
from simulator.bureau_files.catalogue import Sample, samples
from simulator.bureau_files.sheets import Cell, Sheet
from simulator.bureau_files.writing import xls_bytes, xlsx_bytes

SEED = 1
SAMPLES = {sample.stem: sample for sample in samples(SEED)}
WRITERS = {".xls": xls_bytes, ".xlsx": xlsx_bytes}
FULL = "全量发票查询导出结果-2026年1月"


@dataclass
class ReadFile:
    """Everything that one file of an upload said."""

    file: BureauFile
    parts: list[SheetPart] = field(default_factory=list)
    verdicts: list[tuple[SheetPart, RowFate]] = field(default_factory=list)
    content: Content = field(default_factory=Content)

    def of_kind(self, kind: str) -> list[RowFate]:
        """The verdicts of a kind, in order."""
        return [verdict for _, verdict in self.verdicts if verdict.kind == kind]

    def values(self, role: str) -> list[Mapping[str, str | None]]:
        """The values of the taken rows of a role."""
        return [dict(verdict.row.values) for part, verdict in self.verdicts if part.role == role and
                verdict.kind == "ok"]  # fmt: skip


def sample_of(kind: str) -> Sample:
    """The old platform's file of one type."""
    return next(one for one in SAMPLES.values() if one.stem.startswith("9") and one.documents[0].kind == kind)


def upload(
    folder: Path,
    content: bytes,
    name: str = "税局文件.xlsx",
    *,
    limit: int = 10 * 2**20,
    password: str | None = None,
) -> list[ReadFile]:
    """The files of an upload with these bytes. Raises FileRefusal."""
    found = []
    for file in open_upload(content, name=name, limit=limit, password=password):
        one = ReadFile(file)
        for part in file.read():
            one.parts.append(part)
            for verdict in part.rows():
                one.verdicts.append((part, verdict))
                one.content.add(part, verdict)
        found.append(one)
    return found


def workbook(rows: Sequence[Sequence[Cell]], suffix: str = ".xlsx", sheet: str = "发票基础信息") -> bytes:
    """A workbook of one sheet."""
    return WRITERS[suffix]([Sheet(sheet, [list(row) for row in rows])])


def full_rows(**cells: Cell) -> list[list[Cell]]:
    """Headings and one row of 发票基础信息, with some cells replaced by heading."""
    headings, first, *_ = SAMPLES[FULL].sheets[0].rows
    return [list(headings), [cells.get(str(heading), cell) for heading, cell in zip(headings, first, strict=True)]]


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP of files."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()
