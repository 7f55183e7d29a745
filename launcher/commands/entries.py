"""`./fapiao entries`: what the business system writes beside a document: 入账, 转出, 凭证, 核算组织 (S2)."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from fapiao.enterprise.entries import entry_words
from fapiao.rules.book import rulebook
from hooks.enterprise.entries import load_entries
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import read_files
from launcher.pool import pool_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load."""
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser("load", help="write back what business documents and vouchers say; all or nothing")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a table entries")
    load.add_argument("--dry-run", action="store_true", help="check and count, save nothing")
    add_actor(load)


def run(arguments: argparse.Namespace) -> int:
    """Loads. Raises BadInput with every problem of the files at once."""
    files, among = read_files(arguments.files), entry_words(rulebook())
    with pool_session(autocommit=True) as connection:
        actor, now = actor_of(arguments), datetime.now(UTC)
        print(load_entries(connection, files, among, actor=actor, at=now, dry_run=arguments.dry_run))
    if arguments.dry_run:
        print("dry run: nothing was saved")
    return 0
