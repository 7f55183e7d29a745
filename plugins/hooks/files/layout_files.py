"""Layout files in the pool: planning their tasks, and the rows that say which bytes belong to which invoice."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from fapiao.identifiers import one_spelling
from fapiao.layout.delivery import Failure
from fapiao.layout.rows import LayoutFile
from fapiao.layout.rules import layout_rule
from fapiao.queries import query
from fapiao.rules.book import RuleBook
from fapiao.tasks import Claim

PRIORITY = 80
"""下载版式文件 comes last (R215)."""
_REASONS = {"no_country": "layout_no_country", "no_city": "layout_no_city"}


class PlannedFiles(NamedTuple):
    """File tasks that a download caused, and reasons (0 or 1) why it caused none."""

    tasks: int
    left_out: int


def plan_layout_files(connection: psycopg.Connection[Any], claim: Claim, rules: RuleBook, rule_id: str) -> PlannedFiles:
    """Plans the file tasks (进项-数电发票文件下载) that a settled download causes; to be called after its settlement.

    Only where rules, scheme and taxpayer allow it (R079, R130–R135, A-42); invoices whose files are stored or asked for
    already are left alone. A missing country or city leaves one reason and no task. `rule_id` is what the rows name as
    their rule.
    """
    rule = layout_rule(claim.channel, claim.download_type, claim.invoice_type)
    if rule is None or claim.document != "invoice":
        return PlannedFiles(0, 0)
    reasons = [{"code": code, "message": rules.message(key, "scheduled")} for code, key in _REASONS.items()]
    values = {
        "task_id": claim.task_id,
        "asked_type": rules.invoice_types[claim.invoice_type].piaozone,
        "countries": [*map(one_spelling, rule.countries)],
        "needs_city": rule.needs_city,
        "per_task": rule.invoices_per_task,
        "rule": rule_id,
        "priority": PRIORITY,
        "reasons": Jsonb(reasons),
    }
    connection.execute(query("files", "walk_indexes"))
    (counts,) = connection.execute(query("files", "plan"), values).fetchall()
    return PlannedFiles(*counts)


class LayoutFiles:
    """The rows of pool.layout_file of one company and direction; the caller owns the transaction."""

    def __init__(self, connection: psycopg.Connection[Any], direction: str, taxpayer_no: str) -> None:
        self._connection = connection
        self._owner = {"direction": direction, "taxpayer_no": taxpayer_no}

    def lock(self) -> None:
        """Waits until no merge or other writer is at work on this company's documents."""
        self._run("lock_owner")

    def store(self, files: Sequence[LayoutFile], batch_no: str | None) -> set[str]:
        """Writes what is new or different; what it replaces keeps its row. Returns the documents that got a row."""
        values = {"files": Jsonb([asdict(file) for file in files]), "batch_no": batch_no}
        self._run("supersede", **values)
        self._run("forget_snapshots", **values)
        return {document_key for document_key, _ in self._run("store", **values).fetchall()}

    def sign(self, document_keys: Collection[str], claim: Claim, observed_at: datetime) -> None:
        """自动签收 (R137): marks the documents as signed; a change row tells by which task."""
        values = {"batch_no": claim.batch_no, "channel": claim.channel, "observed_at": observed_at}
        self._run("sign", document_keys=list(document_keys), **values)

    def reject(self, failures: Sequence[Failure], batch_no: str) -> None:
        """Makes visible which invoices have no files, and why."""
        self._run("reject", failures=Jsonb([asdict(failure) for failure in failures]), batch_no=batch_no)

    def without_lines(self, document_keys: Collection[str]) -> set[str]:
        """Those documents that the pool holds without lines."""
        return {key for (key,) in self._run("without_lines", document_keys=list(document_keys)).fetchall()}

    def standing(self, document_key: str, file_type: str) -> tuple[bool, str | None, str | None] | None:
        """Signed, source and hash of the present file; None where the pool has no such document."""
        return self._run("standing", document_key=document_key, file_type=file_type).fetchone()

    def _run(self, name: str, **values: Any) -> psycopg.Cursor[Any]:
        return self._connection.execute(query("files", name), self._owner | values)
