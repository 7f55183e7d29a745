"""`./fapiao select auto`: 自动抵扣勾选配置, the rules as they are, as a file says, and what they would pick (R222)."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from fapiao.closed_lists import meant
from fapiao.enterprise.spellings import vocabulary
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language
from hooks.enterprise.permissions import allowed_organisations
from hooks.selection_lists.auto_rules import auto_matches, auto_rules, load_auto_rules
from launcher.actor import actor_of
from launcher.enterprise_files import read_files, say_counts
from launcher.options import day_of
from launcher.people_table import show_rows
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows

RULES = ("name", "enabled", "priority", "action", "organisations", "reasons", "amount_from", "amount_to", "issued_from",
         "issued_to", "reason", "changed_by", "changed_at")  # fmt: skip
MATCHES = ("rule", "action", "taxpayer_no", "document_key", "issue_date", "tax_amount", "reason", "reason_text")
KINDS = {"action": "auto_selection_action", "reason": "not_deductible_type", "reasons": "not_deductible_type"}
"""Columns that hold codes, and whose."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Load, try, or look."""
    file, rule = sentence("placeholders.file"), sentence("placeholders.rule")
    parser.add_argument("--load", nargs="+", type=Path, metavar=file, help=sentence("select_command.load_rules"))
    parser.add_argument("--picks", action="store_true", help=sentence("select_command.picks"))
    tried = sentence("select_command.try_rule")
    parser.add_argument("--try", dest="tried", action="append", metavar=rule, help=tried)
    parser.add_argument("--dry-run", action="store_true", help=sentence("select_command.rules_dry_run"))


def act(arguments: argparse.Namespace) -> int:
    """Loads first, then shows. Raises BadInput with every problem of the files at once."""
    session = pool_session if arguments.load else reading_session
    with session(autocommit=True) as connection:
        if arguments.load:
            files, words, dry_run = read_files(arguments.load), vocabulary(rulebook()), arguments.dry_run
            counted = load_auto_rules(connection, files, words, actor=actor_of(arguments), dry_run=dry_run)
            say_counts([counted], dry_run=dry_run, as_json=arguments.json)
        if arguments.picks or arguments.tried:
            _check_tried(connection, arguments.tried or ())
            seen = allowed_organisations(connection, actor_of(arguments), "view")
            matches = auto_matches(connection, day_of(arguments), arguments.tried or (), seen)
            _show("auto_picks", MATCHES, [asdict(one) for one in matches], arguments)
        else:
            _show("auto_rules", RULES, auto_rules(connection), arguments)
    return 0


def _check_tried(connection: psycopg.Connection[Any], tried: Sequence[str]) -> None:
    known = [str(rule["name"]) for rule in auto_rules(connection)]
    if unknown := [name for name in tried if name not in known]:
        raise BadInput([_no_rule(name, known) for name in unknown])


def _no_rule(name: str, known: Sequence[str]) -> str:
    if not known:
        return sentence("select_command.no_rule_at_all", name=name)
    return sentence("select_command.no_rule", name=name, known=listed(known)) + meant(name, known)


def _show(table: str, columns: Sequence[str], rows: list[dict[str, object]], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print_rows(columns, rows, as_json=True)
        return
    said = [{name: _shown(name, row[name]) for name in columns} for row in rows]
    show_rows(table, columns, said, nothing=sentence(f"nothing_picked.{table}"))


def _shown(name: str, value: object) -> object:
    """Codes by their labels where Chinese is spoken."""
    labels = rulebook().codes_of(KINDS[name]) if name in KINDS and language() == "zh" else {}
    if isinstance(value, list | tuple):
        return listed(labels.get(code, code) for code in value)
    return labels.get(str(value), value)
