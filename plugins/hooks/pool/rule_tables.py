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
    book = rules or rulebook()
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
    with connection.transaction():
        connection.execute(query("migrations", "lock"))
        connection.execute(query("rules", "labels"), {"labels": Jsonb(labels)})
        connection.execute(query("rules", "quotas"), {"quotas": Jsonb(quotas)})
        connection.execute(query("rules", "modules"), {"modules": Jsonb(modules_by_job())})
        connection.execute(query("rules", "types"), {"types": Jsonb(type_rules(book))})
