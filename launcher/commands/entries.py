"""`./fapiao entries`: what the business system writes beside a document: 入账, 转出, 凭证, 核算组织 (S2)."""

import argparse
from datetime import UTC, datetime

from fapiao.enterprise.entries import entry_words
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence
from hooks.enterprise.entries import load_entries
from launcher.actor import actor_of
from launcher.enterprise_files import add_load, read_files, say_counts
from launcher.pool import pool_session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load."""
    actions = parser.add_subparsers(dest="action", required=True)
    add_load(actions, sentence("basics_command.load_entries"), sentence("basics_command.entry_files"))


def run(arguments: argparse.Namespace) -> int:
    """Loads. Raises BadInput with every problem of the files at once."""
    files, among = read_files(arguments.files), entry_words(rulebook())
    with pool_session(autocommit=True) as connection:
        actor, now = actor_of(arguments), datetime.now(UTC)
        counted = load_entries(connection, files, among, actor=actor, at=now, dry_run=arguments.dry_run)
    say_counts([counted], dry_run=arguments.dry_run, as_json=arguments.json)
    return 0
