"""`./fapiao select auto`: 自动抵扣勾选配置, the rules as they are, as a file says, and what they would pick (R222)."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg

from fapiao.enterprise.spellings import vocabulary
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from hooks.enterprise.permissions import allowed_organisations
from hooks.selection_lists.auto_rules import auto_matches, auto_rules, load_auto_rules
from launcher.actor import actor_of
from launcher.enterprise_files import read_files
from launcher.options import day_of
from launcher.pool import pool_session, reading_session
from launcher.screen import print_rows

RULES = {
    "name": "规则", "enabled": "启用", "priority": "优先级", "action": "操作", "organisations": "核算组织",
    "reasons": "不抵扣原因", "amount_from": "税额从", "amount_to": "税额到", "issued_from": "填发日期从",
    "issued_to": "填发日期到", "reason": "勾选所用不抵扣原因", "changed_by": "修改人", "changed_at": "修改时间",
}  # fmt: skip
MATCHES = {
    "rule": "规则", "action": "操作", "taxpayer_no": "税号", "document_key": "缴款书号码", "issue_date": "填发日期",
    "tax_amount": "票面税额", "reason": "不抵扣原因", "reason_text": "其他原因说明",
}  # fmt: skip
KINDS = {"action": "auto_selection_action", "reason": "not_deductible_type", "reasons": "not_deductible_type"}
"""Columns that hold codes, and whose."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Load, try, or look."""
    parser.add_argument("--load", nargs="+", type=Path, metavar="FILE", help="the rules, in place of those before")
    parser.add_argument("--picks", action="store_true", help="what the enabled rules pick on the day; changes nothing")
    parser.add_argument("--try", dest="tried", action="append", metavar="RULE", help="as if this rule were enabled too")
    parser.add_argument("--dry-run", action="store_true", help="--load: check and count, save nothing")


def act(arguments: argparse.Namespace) -> int:
    """Loads first, then shows. Raises BadInput with every problem of the files at once."""
    session = pool_session if arguments.load else reading_session
    with session(autocommit=True) as connection:
        if arguments.load:
            files, actor = read_files(arguments.load), actor_of(arguments)
            print(load_auto_rules(connection, files, vocabulary(rulebook()), actor=actor, dry_run=arguments.dry_run))
        if arguments.picks or arguments.tried:
            _check_tried(connection, arguments.tried or ())
            seen = allowed_organisations(connection, actor_of(arguments), "view")
            matches = auto_matches(connection, day_of(arguments), arguments.tried or (), seen)
            _show(MATCHES, [asdict(one) for one in matches], arguments)
        else:
            _show(RULES, auto_rules(connection), arguments)
    return 0


def _check_tried(connection: psycopg.Connection[Any], tried: Sequence[str]) -> None:
    known = [str(rule["name"]) for rule in auto_rules(connection)]
    if unknown := [name for name in tried if name not in known]:
        raise BadInput([f"没有规则“{name}”；已有：{'、'.join(known) or '无'}" for name in unknown])


def _show(columns: dict[str, str], rows: list[dict[str, object]], arguments: argparse.Namespace) -> None:
    said = rows if arguments.json else [{name: _shown(name, row[name]) for name in columns} for row in rows]
    print_rows(columns, said, as_json=arguments.json)


def _shown(name: str, value: object) -> object:
    """Codes by their labels."""
    book = rulebook()
    if name in KINDS and isinstance(value, list | tuple):
        return "、".join(book.codes_of(KINDS[name]).get(code, code) for code in value)
    if name in KINDS:
        return book.codes_of(KINDS[name]).get(str(value), value)
    return value
