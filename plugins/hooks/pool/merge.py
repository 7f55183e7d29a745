"""Merges staged documents into the pool by one set-based statement per target, inside the caller's transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple
from typing import Any

import psycopg
from psycopg.rows import TupleRow, tuple_row

from fapiao.errors import MergeError
from fapiao.payloads.staged import Staged
from fapiao.payloads.values import json_text
from fapiao.pool_columns.reading import load_fields, observed_groups
from fapiao.queries import queries
from fapiao.rules.book import rulebook
from hooks.pool.merge_records import Duplicates, MergeContext, MergeCounts, StatusMode, ToVerify

__all__ = ["Duplicates", "MergeContext", "MergeCounts", "StagedMerge", "StatusMode", "ToVerify"]

_ADDING_NOTHING = ("update_only", "verify_to_cache")
_CACHING = ("verify_and_store", "verify_to_cache")


class StagedMerge:
    """One reply set on its way into the pool: load every package, look at the duplicates, merge once.

    One stage at a time per connection; its temporary tables are emptied by the next one and by the commit. The caller's
    transaction must be READ COMMITTED and decides: after any exception it is to be rolled back. `warnings` holds the
    sentences of checks that did not hold but do not stop a merge, `doubts` the same for the log; `to_verify` headers
    that were not merged because they are verified first; `captured_first` the invoices that came into the pool without
    lines; `dropped_lines` how many lines the line filter left out.
    """

    def __init__(self, connection: psycopg.Connection[Any], target: str, context: MergeContext) -> None:
        self.warnings: list[str] = []
        self.doubts: list[str] = []
        self.to_verify: list[ToVerify] = []
        self.captured_first: list[str] = []
        self.dropped_lines = 0
        self._mode = context.status_mode
        self._connection = connection
        self._target = target
        self._queries = queries(f"merge/{target}")
        self._parameters: dict[str, Any] = {
            "batch_no": context.batch_no,
            "channel": context.channel,
            "direction": context.direction,
            "taxpayer_no": context.taxpayer_no,
            "generation": context.generation,
            "insert_missing": context.insert_missing and context.status_mode != "update_only",
        }
        self._loaded = 0
        self._left_out = {"failed": 0, "ignored": 0}
        self._with_lines = False
        self._observed: list[str] = []
        self._replies: list[int] = []
        self._totals: TupleRow | None = None
        connection.execute(self._queries["stage"])
        connection.execute(queries("merge/lines")["stage"])

    def load(self, staged: Staged, reply_id: int) -> None:
        """Copy the rows of one package into the staging tables; `reply_id` names the raw reply they came from.

        Raises ValueError when the rows were translated for another target.
        """
        if staged.target != self._target:
            raise ValueError(f"rows for {staged.target} cannot be merged as {self._target}")
        self._totals = None
        self._copy(self._queries[f"copy_{staged.kind}"], staged.documents)
        self._copy(queries("merge/lines")["copy"], staged.lines)
        self._loaded += len(staged.documents)
        self._with_lines = self._with_lines or bool(staged.lines)
        for row in staged.rejected:
            self._left_out[row.fate] += 1
        self._log(staged, reply_id)

    def load_cached(self, document_keys: Sequence[str]) -> int:
        """Stage what the verification cache holds of these documents and take it out there; how many they are."""
        self._totals = None
        statement = self._queries["take_from_cache"]
        found, observed, lines = self._row(statement, document_keys=list(document_keys))
        self._observed += observed
        self._with_lines = self._with_lines or bool(lines)
        self._loaded += found
        return int(found)

    def duplicates(self) -> Duplicates:
        """Documents that came more than once under the same 归集日期 (or 变更日期); later ones are no contradiction."""
        if not self._has_repeats():
            return Duplicates(0, 0, ())
        identical, differing, sample = self._row(self._queries["duplicates"])
        return Duplicates(identical, differing, tuple(sample))

    def merge(self) -> MergeCounts:
        """Bring what is staged into the pool, log every changed column, check the result.

        Identical rows merge once, of differing ones the newest; the others count as ignored. Raises MergeError when a
        `fail` check of include/sql/checks.sql does not hold.
        """
        session = queries("merge/session")
        self._run(session["lock_owner"])
        self._call_by_key()
        repeats = self._forget_repeats()
        _, _, _, amount_sum, tax_sum = self._counted()
        aside = self._set_aside()
        _, distinct, stated, *_ = self._counted()
        self._run(self._queries["confirmed_later"], observed=self._observed)
        with self._index_joins():
            missing = self._missing()
            if stated:
                self._run(self._queries["held"])
            inserted, updated, lines_changed = self._row(
                self._queries["merge"], with_lines=self._with_lines, by_key=self._mostly_new()
            )
        self._run(session["analyse"])
        self._merge_lines(inserted, lines_changed, distinct)
        counts = MergeCounts(
            downloaded=self._loaded + sum(self._left_out.values()),
            inserted=inserted,
            updated=updated,
            unchanged=distinct - missing - inserted - updated,
            ignored=repeats + aside + missing + self._left_out["ignored"],
            failed=self._left_out["failed"],
            amount_sum=amount_sum,
            tax_sum=tax_sum,
        )
        self._check(counts)
        self._follow_lines(inserted)
        if self._target == "status":
            self._run(session["keep_orphans"])
        else:
            self._settle_orphans()
        return counts

    def _call_by_key(self) -> None:
        """A document that came under its other name is merged into the row that the pool has of it."""
        renamed = self._run(self._queries["one_name"]).fetchall()
        if not renamed:
            return
        self._totals = None
        stated, kept = map(list, zip(*renamed, strict=True))
        self._run(self._queries["rename"], said=stated, kept=kept)
        self._run(queries("merge/session")["rename_lines"], said=stated, kept=kept)
        self._run(queries("merge/session")["rename_sightings"], said=stated, kept=kept, reply_ids=self._replies)

    def _set_aside(self) -> int:
        """How many rows the status mode keeps out of the pool; they wait in the cache."""
        if self._target == "headers":
            with self._index_joins():
                self._run(self._queries["forget_known_faces"], only_statuses=self._mode in _ADDING_NOTHING)
        if self._mode not in _CACHING or self._target not in ("documents", "headers"):
            return 0
        first = list(load_fields().verified_first) if self._target == "headers" else []
        modes = {"everything": self._mode == "verify_to_cache", "verified_first": first, "reason": _reason("IN_CACHE")}
        with self._index_joins():
            aside = self._run(self._queries["set_aside"], **modes).fetchall()
        if self._target == "headers":
            self.to_verify = [ToVerify(*row) for row in aside]
        if aside:
            self._totals = None
        return len(aside)

    def _copy(self, statement: Any, rows: list[tuple[object, ...]]) -> None:
        if not rows:
            return
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def _log(self, staged: Staged, reply_id: int) -> None:
        session = queries("merge/session")
        if staged.documents:
            observed_at = str(staged.documents[0][1])
            self._observed.append(observed_at)
            self._replies.append(reply_id)
            keys = "\n".join(str(row[0]) for row in staged.documents)
            seen = {"kind": staged.kind, "observed_groups": list(observed_groups(staged.kind)), "keys": keys}
            self._run(session["log_sighting"], reply_id=reply_id, observed_at=observed_at, **seen)
        if staged.dropped:
            self.dropped_lines += len(staged.dropped)
            whose = [self._parameters[name] for name in ("batch_no", "direction", "taxpayer_no")]
            self._copy(session["copy_dropped"], [(*whose, reply_id, *astuple(line)) for line in staged.dropped])
        origin = self._parameters["batch_no"], self._parameters["generation"], reply_id
        totals = (
            (*origin, row.row_no, row.document_key, row.reason, json_text(row.payload), row.fate, row.code)
            for row in staged.rejected
        )
        self._copy(session["copy_rejected"], list(totals))

    def _counted(self) -> TupleRow:
        """Rows, distinct documents, stated statuses and sums of what is staged; counted once."""
        if self._totals is None:
            self._totals = self._row(self._queries["totals"])
        return self._totals

    def _has_repeats(self) -> bool:
        rows, distinct, *_ = self._counted()
        return bool(rows > distinct)

    def _forget_repeats(self) -> int:
        """How many rows went because their document came more than once."""
        if not self._has_repeats():
            return 0
        if self._target == "documents":
            self._run(queries("merge/lines")["forget_repeats"])
        self._totals = None
        return self._run(self._queries["forget_repeats"], reason=_reason("REPEATED")).rowcount

    def _missing(self) -> int:
        counted = self._target == "status" or not self._parameters["insert_missing"]
        return self._run(self._queries["missing"], reason=_reason("NOT_IN_POOL")).rowcount if counted else 0

    def _mostly_new(self) -> bool:
        inserting = "mostly_new" in self._queries and self._parameters["insert_missing"]
        return inserting and bool(self._row(self._queries["mostly_new"])[0])

    def _merge_lines(self, inserted: int, lines_changed: int, distinct: int) -> None:
        if not self._with_lines:
            return
        lines = queries("merge/lines")
        if inserted:
            self._run(lines["insert_all" if inserted == distinct else "insert"])
        if lines_changed:
            self._run(lines["merge"])
            self._run(lines["remove_surplus"])

    @property
    def to_pool(self) -> list[str]:
        """Documents that enter the pool once they are verified."""
        return [one.document_key for one in self.to_verify if self._mode == "verify_and_store"]

    def _follow_lines(self, inserted: int) -> None:
        """Notes which headers wait for their lines, and whose lines are there now (A-08)."""
        session = queries("merge/session")
        if self._target == "headers" and inserted:
            self.captured_first = [row[0] for row in self._run(session["captured_first"]).fetchall()]
        if self._target == "documents" and self._run(session["lines_arrived"]).rowcount:
            self._run(session["headers_complete"])

    def _settle_orphans(self) -> None:
        session, status = queries("merge/session"), queries("merge/status")
        if not self._row(session["has_orphans"])[0]:
            return
        for has_usage in (False, True):
            self._connection.execute(status["stage"])
            self._run(session["take_orphans"], has_usage=has_usage)
            with self._index_joins():
                self._run(status["held"])
                self._run(status["merge"], with_lines=False)

    def _check(self, counts: MergeCounts) -> None:
        counted = asdict(counts)
        for name, statement in queries("checks").items():
            found = [row[0] for row in self._run(statement, **counted).fetchall()]
            severity, _, claim = name.partition("_")
            sentence = f"{claim.replace('_', ' ')}: not so for {', '.join(found)}"
            if found and severity == "fail":
                raise MergeError(f"A check after the merge failed, nothing is stored. {sentence}")
            if found:
                self.warnings.append(sentence)
                self.doubts.append(f"{rulebook().message(name, 'scheduled')}：{'、'.join(found)}")

    @contextmanager
    def _index_joins(self) -> Iterator[None]:
        session = queries("merge/session")
        hash_join, merge_join, scan = self._row(session["planner"])
        self._run(session["join"], hash="off", merge="off", scan="off")
        yield
        self._run(session["join"], hash=hash_join, merge=merge_join, scan=scan)

    def _row(self, statement: Any, **more: object) -> TupleRow:
        row = self._run(statement, **more).fetchone()
        if row is None:
            raise MergeError("a statement of the merge returned no row")
        return row

    def _run(self, statement: Any, **more: object) -> psycopg.Cursor[TupleRow]:
        parameters: Mapping[str, Any] = self._parameters | more
        return self._connection.cursor(row_factory=tuple_row).execute(statement, parameters)


def _reason(code: str) -> str:
    return rulebook().message(f"aside_{code}", "scheduled")
