"""What a request to import files may ask for: one validation for the form, the command and the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fapiao.errors import BadInput
from fapiao.imports.owners import KnownOwner
from fapiao.rules.book import RuleBook

Surface = Literal["form", "command", "inbox"]

MEBIBYTE = 2**20
LIMITS: dict[Surface, int] = {"form": 10 * MEBIBYTE, "command": 100 * MEBIBYTE, "inbox": 100 * MEBIBYTE}
"""The largest file, in bytes and inclusive (R282, A-20; domain §3.7)."""

INVOICE_DATA = "发票数据"
USAGE_STATUS = "发票用途状态"
DATA_TYPES = (INVOICE_DATA, USAGE_STATUS)
DIRECTIONS = {"进项": "input", "销项": "output", "input": "input", "output": "output"}


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Checked: which files, for whom and into which download scheme where that was said, through which door."""

    files: tuple[Path, ...]
    asked: KnownOwner
    surface: Surface
    scheme: str | None = None

    @property
    def limit(self) -> int:
        """The largest file, in bytes."""
        return LIMITS[self.surface]


def import_request(
    rules: RuleBook,
    surface: Surface,
    files: Sequence[Path],
    taxpayers: Sequence[str] = (),
    direction: str | None = None,
    data_type: str = INVOICE_DATA,
    scheme: str | None = None,
) -> ImportRequest:
    """Checks everything that needs no look into the files; raises BadInput with every problem at once.

    The form takes exactly one tax number (R281); elsewhere none is needed where the files name it. 发票用途状态 is
    refused although S3 lists it (A-16).
    """
    problems = []
    if data_type == USAGE_STATUS:
        problems.append(rules.message("usage_from_file", "import"))
    elif data_type not in DATA_TYPES:
        problems.append(f"发票数据类型“{data_type}”不存在，可选：{'、'.join(DATA_TYPES)}。")
    if len(taxpayers) > 1 or (surface == "form" and len(taxpayers) != 1):
        problems.append(rules.message("one_tax_number", "import"))
    if direction is not None and direction not in DIRECTIONS:
        problems.append(f"进销项“{direction}”不存在，可选：进项（input）、销项（output）。")
    if not files:
        problems.append("没有选择文件。")
    problems += [problem for file in files for problem in _file_problems(rules, surface, file)]
    if problems:
        raise BadInput(problems)
    asked = KnownOwner(taxpayers[0] if taxpayers else None, DIRECTIONS[direction] if direction else None)
    return ImportRequest(tuple(files), asked, surface, scheme)


def _file_problems(rules: RuleBook, surface: Surface, file: Path) -> list[str]:
    if not file.is_file():
        return [f"{file}: 文件不存在或不是文件。"]
    size = file.stat().st_size
    if size == 0:
        return [f"{file.name}: 文件为空（0字节）。"]
    if size > LIMITS[surface]:
        sentence = rules.message("file_too_large", "import" if surface == "form" else "api")
        return [f"{file.name}: {sentence}（{size}字节）"]
    return []
