"""Copies into the pool what SQL needs of include/rules: labels, limits, modules, types; the YAML is the source."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from fapiao.queries import query
from fapiao.rules.book import RuleBook, rulebook
from fapiao.rules.modules import modules_by_job
from fapiao.rules.tax_organisation import type_rules
from fapiao.selection.rules import selection_rules


def load_rules(connection: psycopg.Connection[Any], rules: RuleBook | None = None) -> None:
    """Brings the rule tables in line with the rules files, one at a time; changes nothing where they agree.

    Raises RuleError.
    """
    said = _said(rules or rulebook())
    with connection.transaction():
        connection.execute(query("migrations", "lock"))
        for name in ("labels", "quotas", "modules", "types"):
            connection.execute(query("rules", name), said)


def rules_are_loaded(connection: psycopg.Connection[Any], rules: RuleBook | None = None) -> bool:
    """Whether the rule tables say what the rules files do; only looks. Raises RuleError."""
    with connection.transaction():
        return connection.execute(query("rules", "differ"), _said(rules or rulebook())).fetchone() == (False,)


def _said(book: RuleBook) -> dict[str, Jsonb]:
    """The rows of each table, by its columns."""
    known = book.labels() + selection_rules().labels()
    labels = [{"kind": kind, "code": code, "label": label} for kind, code, label in known]
    quotas = [
        {
            "channel": channel,
            "counter": counter,
            "daily": quota.daily,
            "current_month": quota.current_month,
            "past_month": quota.past_month,
        }
        for (channel, counter), quota in book.quotas.items()
    ]
    rows = {"labels": labels, "quotas": quotas, "modules": modules_by_job(), "types": type_rules(book)}
    return {name: Jsonb(found) for name, found in rows.items()}
