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
from fapiao.texts.catalogue import sentence
from hooks.enterprise.receipts import ReceiptVerdict, receive_documents
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import read_files
from launcher.guarded_output import print_line
from launcher.options import add_day, add_json, day_of
from launcher.pool import pool_session

STDIN = Path("-")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The files, and whether to save."""
    told = sentence("receive_command.files")
    parser.add_argument("files", nargs="+", type=Path, metavar=sentence("placeholders.file"), help=told)
    parser.add_argument("--dry-run", action="store_true", help=sentence("receive_command.dry_run"))
    add_json(parser)
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
        return sentence("receipt_outcomes.refused", sentence=verdict.sentence)
    values = {"taxpayer": verdict.taxpayer_no, "document": verdict.document_key, "sentence": verdict.sentence}
    return sentence(f"receipt_outcomes.{verdict.outcome}", **values)


def _sum_up(counted: Counter[str], *, dry_run: bool) -> None:
    repeated = counted["repeated"]
    values = {name: counted[name] for name in ("known", "cache", "queued", "refused")}
    values |= {"documents": counted.total() - repeated}
    if repeated:
        print(sentence("receive_command.total_repeated", repeated=repeated, **values))
    else:
        print(sentence("receive_command.total", **values))
    if dry_run:
        print(sentence("loading.dry_run"))
    elif counted["queued"]:
        print(sentence("receive_command.next"))
