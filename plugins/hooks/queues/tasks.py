"""The task table: every read and write of it, each a named statement of include/sql/tasks.sql."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from fapiao.bounds import bound
from fapiao.downloads.announced import NOTHING_OWED, Owed, Series, as_rows
from fapiao.downloads.protocol import Applied, Argument, Package, PartCursor
from fapiao.errors import BureauError, error_columns
from fapiao.queries import query
from fapiao.tasks import LEASE, Claim
from hooks.pool.merge import MergeCounts
from hooks.queues.leased_table import LeasedTable


class TaskTable(LeasedTable[Claim]):
    """The rows of sync.task over one connection; the caller owns the transactions."""

    sql_file = "tasks"

    def claim(
        self,
        channel: str,
        statuses: Sequence[str],
        owner: str,
        day: date,
        limit: int,
        dag_id: str | None = None,
        *,
        suspects: bool | None = None,
    ) -> list[Claim]:
        """Takes up to `limit` due rows for `owner`, highest priority first; committed by the caller.

        `suspects` are the rows that an earlier worker held and never gave back: only them, none of them, or both.
        """
        which = {"channel": channel, "statuses": list(statuses), "dag_id": dag_id, "suspects": suspects}
        return self._records(Claim, "claim", owner=owner, day=day, limit=limit, lease=LEASE, **which)

    def claim_asked(self, batches: Sequence[str], owner: str, channels: Sequence[str]) -> list[Claim]:
        """The tasks that a person asks for in the hands of `owner`, due or not, in a transaction of its own."""
        which = {"batches": list(batches), "channels": list(channels)}
        with self.connection.transaction():
            return self._records(Claim, "claim_asked", owner=owner, lease=LEASE, **which)

    def accepted(self, claim: Claim, applied: Applied, observed_at: datetime) -> bool:
        """未处理 → 下载处理中, with the bureau's number and the questions; False where another row has that number."""
        values = {"request_no": applied.request_no, "wait": timedelta(seconds=applied.first_poll_seconds)}
        try:
            with self.connection.transaction():
                self._run("accepted", task_id=claim.task_id, observed_at=observed_at, **values)
        except psycopg.errors.UniqueViolation as taken:
            if taken.diag.constraint_name != "task_request_no":
                raise
            return False
        for part_no, argument in enumerate(applied.parts, start=1):
            self._run("add_part", task_id=claim.task_id, part_no=part_no, argument=Jsonb(dict(argument)))
        return True

    def postpone(
        self,
        claim: Claim,
        seconds: float = 0.0,
        why: BureauError | None = None,
        *,
        cost: int = 0,
        polls: int = 0,
        broke: int = 0,
        day: date | None = None,
    ) -> None:
        """As every queue's, or to a `day`; what came and could not be used is kept whole.

        `broke` workers are still held against the row: this one never came so far as they did.
        """
        self._keep_answer(claim, why)
        self._postpone(claim, seconds, why, broke=broke, cost=cost, polls=polls, day=day)

    def _postpone(self, row: Claim, seconds: float, why: BureauError | None, **counted: Any) -> None:
        super()._postpone(row, seconds, why, **({"day": None} | counted))

    def wait_out(self, claim: Claim, seconds: float, why: BureauError) -> None:
        """As every queue's; what came and could not be used is kept whole."""
        self._keep_answer(claim, why)
        super().wait_out(claim, seconds, why)

    def merge_what_came(self, claim: Claim, most_attempts: int) -> bool:
        """Whether answers are there to be merged although the series will not be whole: then that comes next."""
        values = {"task_id": claim.task_id, "most_attempts": most_attempts}
        return self._run("merge_what_came", **values).fetchone() is not None

    def fail(self, claim: Claim, status: str, why: BureauError, *, cost: int = 0) -> None:
        """Ends the row as 进销项下载申请失败 or 下载失败, in the bureau's words."""
        self._keep_answer(claim, why)
        self._run("fail", task_id=claim.task_id, status=status, cost=cost, **error_columns(why))

    def _keep_answer(self, claim: Claim, why: BureauError | None) -> None:
        """What came and could not be used, whole, with the sentence that the row carries."""
        if why is not None and why.answer:
            reason = error_columns(why)["message"]
            values = {"generation": claim.generation, "code": why.code, "reason": reason, "body": why.answer}
            values["most"] = bound("kept_answers").value
            self._run("keep_answer", task_id=claim.task_id, **values)

    def places(self, claim: Claim) -> list[PartCursor]:
        """The questions still open, in order."""
        return self._records(PartCursor, "parts", task_id=claim.task_id)

    def store(self, claim: Claim, place: PartCursor, page: Package | None) -> None:
        """Keeps an answer raw and moves its question on; None is the answer that there is nothing."""
        if page is not None:
            self._run(
                "store_reply",
                task_id=claim.task_id,
                generation=claim.generation,
                part_no=place.part_no,
                package_no=place.stored + 1,
                row_count=page.row_count,
                observed_at=page.observed_at,
                body=page.body,
            )
        self._run(
            "advance_part",
            task_id=claim.task_id,
            part_no=place.part_no,
            stored=place.stored + (page is not None),
            announced=page.announced if page else 0,
            cursor=page.cursor if page else None,
            done=page is None or page.last,
        )

    def remember(self, claim: Claim, place: PartCursor, argument: Argument) -> None:
        """What a question has learnt before its first answer, for whoever asks it next."""
        self._run("remember", task_id=claim.task_id, part_no=place.part_no, argument=Jsonb(dict(argument)))

    def start_again(self, claim: Claim, seconds: float, why: BureauError) -> None:
        """Asks the whole series anew under the next generation; costs an attempt, no quota."""
        self._run("start_again", task_id=claim.task_id, wait=timedelta(seconds=seconds), **error_columns(why))

    def downloaded(self, claim: Claim) -> None:
        """下载处理中 → 数据已下载: the bureau is not needed any more."""
        self._run("downloaded", task_id=claim.task_id)

    def replies(self, claim: Claim) -> psycopg.Cursor[dict[str, Any]]:
        """The raw answers of the current generation, in order, fetched as they are read."""
        cursor = self.connection.cursor(name="replies", row_factory=dict_row)
        cursor.itersize = 1
        return cursor.execute(query("tasks", "replies"), {"task_id": claim.task_id, "generation": claim.generation})

    def series(self, claim: Claim) -> list[Series]:
        """Each question with its kept answers."""
        return self._records(Series, "series", task_id=claim.task_id, generation=claim.generation)

    def settle(self, claim: Claim, counts: MergeCounts, owed: Owed = NOTHING_OWED, again: float | None = None) -> None:
        """成功, 没有数据, 进销项数据不全 or 已下载表头, with the counts that balance.

        What is incomplete is asked for again by itself in `again` seconds, with None never.
        """
        if owed.without_lines:
            self._run("await_lines", task_id=claim.task_id, document_keys=list(owed.without_lines))
        self._run(
            "settle",
            task_id=claim.task_id,
            announced=owed.announced,
            received=owed.received,
            missing=Jsonb(as_rows(owed.missing)),
            warnings=list(owed.warnings),
            again=None if again is None else timedelta(seconds=again),
            **asdict(counts),
            **error_columns(owed.why()),
        )

    def ask_incomplete_again(self, most_attempts: int) -> int:
        """Makes incomplete rows due whose next time has come, each for its last attempt; how many were judged."""
        return self._run("ask_incomplete_again", most_attempts=most_attempts).rowcount

    def nothing_to_ask(self, claim: Claim, message: str) -> None:
        """成功 without a call: 没有数据 is the bureau's word alone."""
        self._run("nothing_to_ask", task_id=claim.task_id, message=message)

    def count_types(self, claim: Claim) -> None:
        """What came of each type, where one question answers several that are wanted; of the staged documents."""
        self._run("count_types", task_id=claim.task_id)

    def follow_up_usage(self, claim: Claim, rule: str, message: str, advice: str) -> None:
        """Plans the usage query that a full input download causes (R051); born failed for small-scale taxpayers."""
        self._run("follow_up_usage", task_id=claim.task_id, rule=rule, message=message, advice=advice)

    def usage_questions(self, claim: Claim, batch_size: int = 100) -> list[Argument]:
        """The positive invoices of the parent download, or of the row's own days, in batches, each one question."""
        file = "history" if claim.parent_task_id is None else "tasks"
        values = {"task_id": claim.task_id, "batch_size": batch_size}
        rows = self.connection.execute(query(file, "usage_questions"), values).fetchall()
        return [argument for (argument,) in rows]

    def has_open(self, channel: str, dag_id: str | None) -> bool:
        """Whether any row of the channel, and of the DAG where one is named, is not at its end."""
        return bool(self._one("has_open", channel=channel, dag_id=dag_id)[0])

    def next_due(self, channel: str, day: date, dag_id: str | None) -> tuple[int, float | None]:
        """How many rows are open on the day, and the seconds until the earliest is due or its login is looked at."""
        return self._next_due(channel=channel, day=day, dag_id=dag_id)
