"""`./fapiao receive FILE…`: what the business system received (业务系统收入): from the cache, else verified."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from fapiao.bounds import bound
from fapiao.enterprise.receipts import receipts
from fapiao.rules.book import rulebook
from fapiao.tables.lines import Table
from fapiao.tables.reading import tables_of
from hooks.enterprise.receipts import ReceiptVerdict, receive_documents
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import read_files
from launcher.guarded_output import print_line
from launcher.options import add_day, day_of
from launcher.pool import pool_session

STDIN = Path("-")
WORDS = {"known": "已验", "cache": "缓存", "queued": "排队", "refused": "退回", "repeated": "跳过"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files, and whether to save."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a table received: YAML, JSON, CSV, Excel; - reads stdin"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would become of every record, save nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_day(parser)
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """One verdict a record; 1 when one was refused. Raises BadInput where a file cannot be read, and saves nothing."""
    found, counted = receipts(_tables(arguments.files), rulebook(), day_of(arguments)), Counter[str]()
    with pool_session(autocommit=True) as connection:
        actor, dry_run = actor_of(arguments), arguments.dry_run
        for verdict in receive_documents(connection, found, actor=actor, dry_run=dry_run):
            print_line(json.dumps(asdict(verdict), ensure_ascii=False) if arguments.json else _line(verdict))
            counted[verdict.outcome] += 1
    if not arguments.json:
        _sum_up(counted, dry_run=dry_run)
    return 1 if counted["refused"] else 0


def _tables(paths: Sequence[Path]) -> list[list[Table]]:
    named = [path for path in paths if path != STDIN]
    piped = [tables_of("stdin", sys.stdin.buffer.read(bound("table_bytes").value + 1))] if STDIN in paths else []
    return [*read_files(named), *piped]


def _line(verdict: ReceiptVerdict) -> str:
    if verdict.outcome == "refused":
        return f"退回 {verdict.sentence}"
    return f"{WORDS[verdict.outcome]} {verdict.taxpayer_no} {verdict.document_key}: {verdict.sentence}"


def _sum_up(counted: Counter[str], *, dry_run: bool) -> None:
    repeated = counted["repeated"]
    counts = "，".join(f"{word} {counted[name]}" for name, word in WORDS.items() if name != "repeated")
    more = f"；{WORDS['repeated']} {repeated} 条" if repeated else ""
    print(f"{counted.total() - repeated} 份：{counts}{more}")
    if dry_run:
        print("dry run: nothing was saved")
    elif counted["queued"]:
        print("verify_invoices asks the bureau; ./fapiao run verify_invoices at once")
