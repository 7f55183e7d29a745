"""What commands print against a small pool: a success, a refusal, an empty answer, in both languages and three widths.

`python tests/support/golden_texts.py` writes tests/launcher/golden again: read the difference before it is committed.
"""

import contextlib
import io
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [one for one in (str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)) if one not in sys.path]

from customs_rows import customs_document, customs_documents, number  # noqa: E402
from fapiao.texts.language import LANGUAGES, Language  # noqa: E402
from group_rows import A, B, scheme, taxpayer  # noqa: E402
from launcher.connections import POOL_VARIABLE  # noqa: E402
from pool_rows import KEY, OWNER, digital, merge  # noqa: E402
from task_rows import put  # noqa: E402

FOLDER = ROOT / "tests/launcher/golden"
WIDTHS = (80, 200, None)
"""Cells of a terminal; None is a pipe."""
DAY = "--date 2027-06-10"
OF_THE_FILE = "91310000MA2000001E"
EMPTY: Mapping[str, Sequence[str]] = {
    "taxpayers": ["taxpayers list"],
    "schemes": ["schemes list"],
    "entries": ["entries load nothing.csv"],
    "receive": [f"receive nothing.csv {DAY}"],
    "params": ["params list"],
    "key-elements": ["key-elements --org NONE"],
    "import": ["import --quarantine"],
    "backfill": ["backfill list", "backfill missing"],
    "select": ["select list", "select log", "select auto"],
    "log": ["log", "log --skipped", "log --quota"],
    "export": ["export log --out none.xlsx"],
    "files": ["files 26312000000000000001"],
    "fetch": ["fetch NONE --later"],
    "retry": ["retry NONE"],
    "void": ["void NONE --reason 重复"],
    "template": ["template"],
    "rights": ["rights list"],
}
"""Against a pool with nothing in it."""
FILLED: Mapping[str, Sequence[str]] = {
    "taxpayers": ["taxpayers list", "taxpayers load companies.yaml --dry-run", "taxpayers load missing.csv"],
    "schemes": ["schemes list", "schemes disable 全量", "schemes disable 全两"],
    "entries": ["entries load entries.csv", "entries load missing.csv"],
    "receive": [f"receive received.yaml --dry-run {DAY}", f"receive missing.csv {DAY}"],
    "params": ["params set rim_download open_replenish_last_month 1", "params set rim_download open_replenish_last 1"],
    "key-elements": [f"key-elements --reset {DAY}", f"key-elements --org 0100 --document 海关缴款证 {DAY}"],
    "import": [f"import 海关缴款书.xlsx --dry-run {DAY}", "import missing.xlsx"],
    "backfill": [f"backfill --taxpayers {A} --months 2027-04 --types 81 --dry-run {DAY}", "backfill show NONE"],
    "select": ["select list --everything", "select list --why 用于免税", "select show 1"],
    "log": [
        "log",
        "log --counts",
        "log --batch FAILED --events",
        "log --status 下载失",
        "log --events",
        "log --quota --status 成功",
        "log --quota --channel 航信",
        "log --from 10.3.",
        "log --administration --limit 3",
    ],
    "export": ["export log --out log.xlsx", "export pool --month 2027-13 --out pool.xlsx"],
    "files": [
        f"files {KEY} --add 发票.pdf",
        f"files {KEY}",
        f"files {KEY} --out taken",
        f"files {KEY} --add rights.yaml",
        f"files {number(1)}",
        "files 1 --add 发票.pdf",
    ],
    "fetch": ["fetch OPEN --later", "fetch DONE --later"],
    "retry": ["retry FAILED", "retry FAILED", "retry DONE NONE"],
    "void": ["void OPEN --reason 重复下载", "void DONE --reason 重复下载"],
    "template": ["template rights", "template rights", "template right"],
    "rights": ["rights load rights.yaml", "rights list", "rights load missing.yaml"],
}
"""Against one with three companies, three tasks and two customs documents; rights come last, for they close doors."""
FILES = {
    "nothing.csv": "taxpayer_no,document_key,voucher_no\n",
    "companies.yaml": f"- {{taxpayer_no: {OWNER[:-1]}K, name: 新公司, channel: 电子税局, company_type: general}}\n",
    "entries.csv": f"taxpayer_no,document_key,voucher_no,entry_at\n{OWNER},{number(1)},记-1,2026-11-20\n",
    "received.yaml": f"- {{taxpayer_no: {A}, invoice_type: '81', invoice_no: '27442000000000000001',"
    " issue_date: 2027-06-03, total_amount: '113.00'}\n",
    "发票.pdf": "%PDF-1.7 example\n",
    "rights.yaml": "- {actor: ming, org_code: '*', role: manager}\n- {actor: li, org_code: '*', role: 经办}\n",
}
MADE_ANEW = (
    (re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\b"), "2027-06-10 12:00:00"),
    (re.compile(r"\b20\d{15}[0-9A-Z]{6}\b"), "20270610120000000000000"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "0" * 64),
)
"""Instants, batch numbers and hashes of this run, and what stands for them."""
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class Screen(io.StringIO):
    """A terminal, or a pipe."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """As it was made."""
        return self._terminal


class Complaints(Screen):
    """What is told beside, on the same screen; no progress is drawn where no terminal looks."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(terminal=False)
        self._screen = screen

    def write(self, text: str) -> int:
        """Onto the screen, in its turn."""
        return self._screen.write(text)


def fill(pool: psycopg.Connection[Any]) -> None:
    """Companies with a scheme, a task in each way to end or to wait, two customs documents."""
    pool.execute("INSERT INTO enterprise.organisation (org_code, org_name) VALUES ('0100', '总部')")
    taxpayer(pool, A)
    taxpayer(pool, B, channel="etax")
    taxpayer(pool, OF_THE_FILE)
    scheme(pool, "81")
    put(pool, "succeeded", batch_no="DONE", taxpayer_no=A, taxpayer_name="公司A", downloaded_count=3, inserted_count=3)
    put(pool, "downloading", batch_no="OPEN", taxpayer_no=A, taxpayer_name="公司A", invoice_type="82")
    put(pool, "download_failed", batch_no="FAILED", taxpayer_no=B, taxpayer_name="公司B", channel="etax", direction="input",
        download_type="input_full", counter=None)  # fmt: skip
    customs_documents(pool, customs_document(), customs_document(2))
    merge(pool, "digital", [digital()], batch_no="DONE")
    pool.commit()


def golden(url: str, folder: Path, spoken: Language, width: int | None) -> dict[str, str]:
    """What every command prints, by command; `url` is that of a pool with nothing in it, `folder` is empty too."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (sample,) = list((ROOT / "tests/samples/bureau_files").glob("*进项票-海关缴款书.xlsx"))[:1]
    shutil.copy(sample, folder / "海关缴款书.xlsx")
    variables = {POOL_VARIABLE: url, "FAPIAO_HOME": str(folder / "home"), "FAPIAO_LANG": spoken, "FAPIAO_ACTOR": "ming"}
    with patch.dict("os.environ", variables | {"COLUMNS": str(width or 80)}), contextlib.chdir(folder):
        empty = {command: _all_said(lines, width) for command, lines in EMPTY.items()}
        with psycopg.connect(url) as pool:
            fill(pool)
        return {command: empty[command] + _all_said(lines, width) for command, lines in FILLED.items()}


def _all_said(lines: Sequence[str], width: int | None) -> str:
    return "".join(_said(line, width) for line in lines)


def _said(line: str, width: int | None) -> str:
    from launcher.main import main

    screen = Screen(terminal=width is not None)
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(Complaints(screen)):
        try:
            code: object = main(line.split())
        except SystemExit as ended:
            code = ended.code
    text = _COLOURS.sub("", screen.getvalue())
    for pattern, instead in MADE_ANEW:
        text = pattern.sub(instead, text)
    shown = "".join(f"{one.rstrip()}\n" for one in text.splitlines())
    return f"$ ./fapiao {line}\n{shown}= {code}\n\n"


def file_of(command: str, spoken: Language, width: int | None) -> Path:
    """Where it is kept."""
    return FOLDER / spoken / str(width or "piped") / f"{command}.txt"


@contextlib.contextmanager
def _pools() -> Iterator[Any]:
    """Makes the URL of a fresh pool each time it is called."""
    from hooks.pool import migrations
    from hooks.pool.roles import APPLICATION, READER, give_rights
    from hooks.pool.rule_tables import load_rules
    from temporary_postgres import temporary_postgres

    with temporary_postgres() as server:
        server.ensure_database("template")
        server.ensure_logins(APPLICATION, READER)
        with psycopg.connect(server.url("template"), autocommit=True) as owner:
            migrations.migrate(owner)
            load_rules(owner)
            give_rights(owner)

        def fresh(name: str) -> str:
            with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
                owner.execute(f"CREATE DATABASE {name} TEMPLATE template STRATEGY FILE_COPY".encode())
            return server.url(name, APPLICATION)

        yield fresh


def write() -> None:
    """Writes every file again."""
    from temporary_postgres import temporary_folder

    with _pools() as fresh:
        for spoken in LANGUAGES:
            for width in WIDTHS:
                with temporary_folder() as folder:
                    said = golden(fresh(f"golden_{spoken}_{width or 0}"), folder, spoken, width)
                for command, text in said.items():
                    file = file_of(command, spoken, width)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    write()
