"""What a request to import files may ask for: one declaration and one validation for form, command and inbox."""

import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fapiao.dag_texts.catalogue import field_texts, texts_of
from fapiao.errors import BadInput
from fapiao.forms.fields import FormField, Option, run_day_field
from fapiao.forms.items import parts
from fapiao.forms.reading import fill
from fapiao.identifiers import one_spelling
from fapiao.imports.owners import KnownOwner
from fapiao.rules.book import rulebook
from fapiao.rules.spellings import spellings
from fapiao.shown import shown, visible

Surface = Literal["form", "command", "inbox"]

MEBIBYTE = 2**20
LIMITS: dict[Surface, int] = {"form": 10 * MEBIBYTE, "command": 100 * MEBIBYTE, "inbox": 100 * MEBIBYTE}
"""The largest file, in bytes and inclusive (R282, A-20; domain §3.7)."""

INVOICE_DATA = "发票数据"
USAGE_STATUS = "发票用途状态"
WORKBOOK_PREFIX = "workbook_"
"""With what the id of a connection begins that keeps the password of files; the connections of systems never do."""
_OF_WORKBOOKS = re.compile(rf"{WORKBOOK_PREFIX}[A-Za-z0-9_]{{1,200}}")
DATA_TYPES = (INVOICE_DATA, USAGE_STATUS)


def _data_type(text: str) -> str:
    """发票用途状态 is refused although S3 lists it (A-16)."""
    found = spellings((name, name, ()) for name in DATA_TYPES).find(text)
    if found == USAGE_STATUS:
        raise BadInput([rulebook().message("usage_from_file", "import")])
    if found is None:
        raise BadInput([f"发票数据类型“{text}”不存在，可选：{'、'.join(DATA_TYPES)}。"])
    return found


def _direction(text: str) -> str:
    found = rulebook().words("direction").find(text)
    if found is None:
        raise BadInput([f"进销项“{text}”不存在，可选：进项（input）、销项（output）。"])
    return found


def _directions() -> dict[str, str]:
    return rulebook().codes_of("direction")


def _password_connection(named: Sequence[str]) -> str | None:
    """Whoever fills in a form may have the password of a file opened, and of nothing else (F81)."""
    if all(_OF_WORKBOOKS.fullmatch(one) for one in named):
        return None
    return (
        f"密码连接“{shown(named[0], 80)}”不能用于打开文件：只能填写以 {WORKBOOK_PREFIX} 开头、由字母数字和下划线组成的"
        f"连接 ID，例如 {WORKBOOK_PREFIX}zip；请管理员在 Airflow 里为压缩包密码新建这样的连接。"
    )


REQUEST = (
    FormField("taxpayer_no", "text", *texts_of("import", "taxpayer_no"), means=one_spelling,
              option=Option("--taxpayer", "form_options.import_taxpayer", "placeholders.taxpayer")),
    FormField("direction", "text", *texts_of("import", "direction"),
              choices=_directions, means=_direction, nothing=field_texts("import", "direction").nothing,
              option=Option("--direction", "form_options.import_direction", "placeholders.direction")),
    FormField("scheme", "text", *texts_of("import", "scheme"),
              option=Option("--scheme", "form_options.import_scheme", "placeholders.name")),
    FormField("data_type", "text", *texts_of("import", "data_type"),
              preset=INVOICE_DATA, choices=lambda: {name: name for name in DATA_TYPES}, means=_data_type,
              option=Option("--data-type", "form_options.import_data_type", "placeholders.data_type")),
)  # fmt: skip
REPLAY = FormField("replay", "flag", *texts_of("import", "replay"), preset=False,
                   option=Option("--replay", "form_options.import_replay"))  # fmt: skip
IMPORT = (
    FormField("path", "text", *texts_of("import", "path")),
    *REQUEST,
    FormField("password_connection", "text", *texts_of("import", "password_connection"), check=_password_connection),
    REPLAY,
    run_day_field("import"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Checked: which files, for whom and into which download scheme where that was said, through which door.

    `within` is the folder in which others may write, and out of which no link leads.
    """

    files: tuple[Path, ...]
    asked: KnownOwner
    surface: Surface
    scheme: str | None = None
    within: Path | None = None

    @property
    def limit(self) -> int:
        """The largest file, in bytes."""
        return LIMITS[self.surface]


def import_request(
    surface: Surface, files: Sequence[Path], *, within: Path | None = None, **form: object
) -> ImportRequest:
    """Checks everything that needs no look into the files; raises BadInput with every problem at once.

    The form takes exactly one tax number (R281); elsewhere none is needed where the files name it.
    """
    filled = fill(REQUEST, form)
    taxpayers = parts(filled["taxpayer_no"])
    if len(taxpayers) > 1 or (surface == "form" and len(taxpayers) != 1):
        filled.problems.append(rulebook().message("one_tax_number", "import"))
    if not files:
        filled.problems.append("没有选择文件。")
    filled.problems.extend(problem for file in files for problem in _file_problems(surface, file))
    filled.refuse()
    asked = KnownOwner(next(iter(taxpayers), None), filled["direction"])
    return ImportRequest(tuple(files), asked, surface, filled["scheme"], within)


def _file_problems(surface: Surface, file: Path) -> list[str]:
    name = visible(file.name)
    if name != file.name:
        return [f"{name}：文件名含有看不见的字符，请改名后再导入。"]
    try:
        found = file.lstat()
    except OSError:
        return [f"{file}：文件不存在或不是文件。"]
    if stat.S_ISDIR(found.st_mode):
        return [f"{file}：文件不存在或不是文件。"]
    if stat.S_ISREG(found.st_mode) and found.st_size == 0:
        return [f"{file.name}：文件为空（0 字节）。"]
    if found.st_size > LIMITS[surface]:
        sentence = rulebook().message("file_too_large", "import" if surface == "form" else "api")
        return [f"{file.name}：{sentence}（{found.st_size} 字节）"]
    return []
