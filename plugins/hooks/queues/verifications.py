"""The verification queue (查验): every read and write of it, each a named statement of include/sql/verification.sql."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from fapiao.boundary import boundary
from fapiao.errors import BureauError, Refused, error_columns
from fapiao.payloads.staged import Context
from fapiao.payloads.translation import translate
from fapiao.queries import query
from fapiao.tasks import LEASE
from fapiao.texts.said import said
from fapiao.tolerant_json import UnreadableJson, fields, text_of
from fapiao.verification import Question, Verification
from hooks.pool.merge import MergeContext, StagedMerge
from hooks.pool.verification_cache import merge_from_cache
from hooks.queues.leased_table import LeasedTable

_KEPT = "the answer is kept in sync.verification_call"
KIND = "verified"
"""The payload kind of an answer to 查验 (fields.yaml)."""


class VerificationTable(LeasedTable[Verification]):
    """The rows of sync.verification and the calls made for them; the caller owns the transactions."""

    sql_file = "verification"

    def claim(self, owner: str, day: date, limit: int, *, suspects: bool | None = None) -> list[Verification]:
        """Takes up to `limit` due verifications for `owner`, oldest first; committed by the caller.

        `suspects` are the rows that an earlier worker held and never gave back: only them, none of them, or both.
        """
        return self._records(Verification, "claim", owner=owner, day=day, limit=limit, lease=LEASE, suspects=suspects)

    def kept_answer(self, asked: Verification) -> tuple[int, bytes] | None:
        """The number and answer of a call that an earlier worker made and could not bring into the pool."""
        row = self._run("kept_answer", verification_id=asked.verification_id).fetchone()
        return (row[0], bytes(row[1])) if row else None

    def begin(self, asked: Verification, question: Question, day: date, daily: int) -> int | None:
        """Writes a call down before it leaves, and returns its number; None when the day's calls are used up."""
        self._run("lock_document", document_key=asked.document_key)
        used = self._run("calls_of_day", document_key=asked.document_key, day=day).fetchone()
        if used and used[0] >= daily:
            return None
        row = self._run(
            "begin_call",
            verification_id=asked.verification_id,
            document_key=asked.document_key,
            day=day,
            question=Jsonb(dict(question)),
        ).fetchone()
        return int(row[0]) if row else None

    def answered(
        self, reply_id: int, body: bytes | None, error: BureauError | None = None, counted: bool = True
    ) -> None:
        """What came of a call: the answer as it came, or the refusal in the bureau's words."""
        told = error_columns(error)
        self._run("answered", reply_id=reply_id, body=body, code=told["code"], message=told["message"], counted=counted)

    def settle(self, asked: Verification, state: str, why: BureauError | None = None, day: date | None = None) -> None:
        """The end of a verification; `limit` waits for `day` instead."""
        self._run("settle", verification_id=asked.verification_id, state=state, day=day, **error_columns(why))

    def anything_due(self, day: date) -> bool:
        """Whether a worker would find something to do: a verification, or a login to look at."""
        return bool(self._one("anything_due", day=day)[0])

    def login_channels(self) -> list[str]:
        """The channels on which verifications wait for a login."""
        return [channel for (channel,) in self._run("login_channels").fetchall()]

    def store(self, asked: Verification, reply_id: int, body: bytes, observed_at: datetime) -> None:
        """Brings a confirmed face into the pool as 已验 (R028), or into the cache, as the row's goal says (R129).

        What the pool holds meanwhile is updated there, whatever the goal was (A-33). With a face that enters the pool
        comes the header that waited in the cache with its statuses. Raises Refused for an answer that cannot be stored.
        """
        with boundary(lambda broken: Refused("VERIFY_UNREADABLE", f"{type(broken).__name__}: {broken}")):
            staged = translate(KIND, [answer(body)], _context(asked, observed_at))
        reasons = [rejected.reason for rejected in staged.rejected]
        if reasons or not staged.documents:
            raise Refused("VERIFY_UNREADABLE", "".join(reasons[:1]) or said("errors.no_invoice"))
        if staged.documents[0][0] != asked.document_key:
            named = {"asked": asked.document_key, "told": staged.documents[0][0]}
            raise Refused("VERIFY_OTHER_DOCUMENT", said("errors.told_about_other", **named))
        into = MergeContext(asked.batch_no, asked.channel, asked.direction, asked.taxpayer_no)
        cached = asked.goal == "cache"
        stage = StagedMerge(
            self.connection, "documents", replace(into, status_mode="verify_to_cache") if cached else into
        )
        stage.load(staged, reply_id)
        waits = bool(stage.merge().ignored)
        if not waits:
            merge_from_cache(self.connection, into, [asked.document_key])

    def mark_mismatch(self, asked: Verification, observed_at: datetime) -> None:
        """查验不一致: the pool's document becomes 不通过, unless another source has proven it already."""
        whose = {"direction": asked.direction, "taxpayer_no": asked.taxpayer_no}
        self.connection.execute(query("merge/session", "lock_owner"), whose)
        self._run(
            "mark_mismatch",
            **whose,
            document_key=asked.document_key,
            channel=asked.channel,
            batch_no=asked.batch_no,
            observed_at=observed_at,
        )


def answer(body: bytes) -> Mapping[str, Any]:
    """An answer decoded, amounts as they were written. Raises Refused where it is no JSON object."""
    try:
        return fields(text_of(body))
    except UnreadableJson as broken:
        raise Refused("VERIFY_UNREADABLE", said("errors.unreadable", why=broken)) from None


def _context(asked: Verification, observed_at: datetime) -> Context:
    return Context(
        direction=asked.direction,
        taxpayer_no=asked.taxpayer_no,
        invoice_type=asked.invoice_type,
        observed_at=observed_at,
        tax_org_code=asked.org_code,
    )
