"""Enterprise files for tests, written as YAML or as rows, and invented companies whose check characters hold."""

from datetime import date
from pathlib import Path

from openpyxl import Workbook

from fapiao.enterprise.loading import Loaded, load_schemes, load_taxpayers
from fapiao.enterprise.records import Enterprise
from fapiao.enterprise.spellings import vocabulary
from fapiao.rules.book import rulebook
from fapiao.tables.lines import Table
from fapiao.tables.yaml_lines import read_yaml

WORDS = vocabulary(rulebook())
DAY = date(2026, 11, 21)

LEQI, ETAX, DISK = "91110000101623741K", "911101066976941872", "91330100799655058B"
GROUP = f"""
taxpayers:
  - {{taxpayer_no: {LEQI}, name: 甲公司, org_code: "0100", org_name: 北京, channel: leqi, company_type: general,
     leqi_id: LQ1, leqi_authorised_on: 2024-01-01}}
  - {{taxpayer_no: {ETAX}, name: 乙公司, org_code: "0100", channel: etax, company_type: small_scale}}
  - {{taxpayer_no: {DISK}, name: 丙公司, org_code: "0200", channel: tax_disk, company_type: general}}
accounts:
  - {{taxpayer_no: {ETAX}, account: "13800000000", account_type: receive, is_default: true, login: auto}}
"""
SCHEME = """
- name: 华北
  taxpayers: ["0100"]
  download_types: [input_full, output_full]
  invoice_types: all
  start_date: 2026-01-01
"""


def tables(text: str) -> list[list[Table]]:
    """One YAML file."""
    return [read_yaml("basics.yaml", text)]


def taxpayers(text: str, before: Enterprise | None = None, has_leqi_default: bool = False) -> Loaded:
    """What a taxpayers file comes to."""
    return load_taxpayers(before or Enterprise(), tables(text), WORDS, has_leqi_default)


def group() -> Enterprise:
    """Three companies on three channels, one of them with an account."""
    return taxpayers(GROUP).enterprise


def schemes(text: str, before: Enterprise | None = None, day: date = DAY) -> Loaded:
    """What a schemes file comes to."""
    return load_schemes(before or group(), tables(text), WORDS, day)


def scheme(changes: str, before: Enterprise | None = None, day: date = DAY) -> Loaded:
    """What one scheme comes to: the usual one, with some lines put instead of or after its own."""
    own = {line.split(":")[0].strip() for line in changes.splitlines()}
    kept = [line for line in SCHEME.splitlines() if line.strip(" -").split(":")[0] not in own]
    return schemes("\n".join([*kept, *(f"  {line}" for line in changes.splitlines())]), before, day)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    """An .xlsx file with these sheets."""
    book = Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    book.save(path)
    return path
