"""自动抵扣勾选配置 in the pool: rules replace those before; which documents they pick, and the requests for these."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row, dict_row, tuple_row
from psycopg.types.json import Jsonb

from fapiao.enterprise.loading import LoadCounts
from fapiao.enterprise.spellings import Vocabulary
from fapiao.permissions.rules import ADMINISTER, EVERY_ORGANISATION
from fapiao.queries import query
from fapiao.selection.auto_rules import auto_words, read_auto_rules
from fapiao.selection.chosen import Operation, RequestedDocument, SelectionRequest
from fapiao.tables.lines import Table
from hooks.enterprise.permissions import demand, organisations
from hooks.pool.sessions import acting

Connection = psycopg.Connection[Any]
_OPERATIONS: dict[str, Operation] = {"preselect": "preselect", "select": "not_deduct"}


@dataclass(frozen=True, slots=True)
class PickedDocument:
    """A document and the rule it goes to; 税款金额 in yuan, `reason` is 不抵扣原因 1 to 5."""

    rule: str
    action: str
    taxpayer_no: str
    document_key: str
    issue_date: date
    tax_amount: Decimal | None
    reason: str | None
    reason_text: str | None


def load_auto_rules(
    connection: Connection, files: Sequence[list[Table]], words: Vocabulary, *, actor: str, dry_run: bool = False
) -> LoadCounts:
    """Makes the rules what the files say: one that they do not name is gone, and counts as changed.

    Raises BadInput with every problem at once, also where the actor may not administer every organisation, and then
    nothing is saved; `dry_run` saves nothing.
    """
    rules = read_auto_rules(files, auto_words(words, organisations(connection)))
    document = Jsonb(rules, dumps=msgspec.json.encode)
    with (
        acting(connection, actor),
        connection.transaction(force_rollback=dry_run),
        connection.cursor(row_factory=tuple_row) as cursor,
    ):
        cursor.execute(query("enterprise", "lock"))
        demand(connection, actor, ADMINISTER, [(EVERY_ORGANISATION, None)])
        cursor.execute(query("auto_selection", "replace"), {"rules": document, "actor": actor})
        done = Counter(action for (action,) in cursor.fetchall())
    changed = done["UPDATE"] + done["DELETE"]
    return LoadCounts("auto_rules", done["INSERT"], changed, len(rules) - done["INSERT"] - done["UPDATE"])


def auto_rules(connection: Connection) -> list[dict[str, Any]]:
    """Every rule with who changed it last and when, in the order in which they are asked."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query("auto_selection", "list")).fetchall()


def auto_matches(
    connection: Connection, day: date, tried: Iterable[str] = (), organisations: Sequence[str] | None = None
) -> list[PickedDocument]:
    """What the enabled rules pick on `day` (Asia/Shanghai), by rule; `tried` are rules to ask as if they were enabled.

    `organisations` are those whose documents are looked at, None for all. Nothing is changed: this is the dry run.
    """
    values = {"day": day, "tried": list(tried), "organisations": organisations}
    with connection.cursor(row_factory=class_row(PickedDocument)) as cursor:
        return cursor.execute(query("auto_selection", "matches"), values).fetchall()


def auto_requests(connection: Connection, day: date) -> list[SelectionRequest]:
    """One per enabled rule that picks documents on `day`, in the order of the rules; none while every rule is off."""
    by_rule = groupby(auto_matches(connection, day), key=lambda match: (match.rule, match.action))
    return [
        SelectionRequest(_OPERATIONS[action], "scheduled", tuple(map(_chosen, found))) for (_, action), found in by_rule
    ]


def _chosen(match: PickedDocument) -> RequestedDocument:
    return RequestedDocument(match.taxpayer_no, match.document_key, match.reason, match.reason_text)
