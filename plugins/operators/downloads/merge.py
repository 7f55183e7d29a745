"""Into the pool: stored answers are staged, merged, checked and settled, and cause what follows, all at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Any

from fapiao.channels.raw_replies import READINGS
from fapiao.channels.raw_reply import ReplyReader, Row
from fapiao.downloads.announced import Came, Owed, counted, missing, missing_days
from fapiao.downloads.protocol import Argument
from fapiao.downloads.question import foreign, objection
from fapiao.downloads.reach import out_of_reach
from fapiao.errors import MergeError, Refused
from fapiao.payloads.line_filter import ERROR_GOODS, line_filter
from fapiao.payloads.staged import Aside, Context, Staged
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import load_fields
from fapiao.rules.records import FollowUp
from fapiao.tasks import LEASE, Claim
from fapiao.texts.catalogue import sentence_in
from fapiao.texts.said import said
from hooks.files.layout_files import plan_layout_files
from hooks.pool.merge import MergeContext, MergeCounts
from hooks.pool.merge import StagedMerge as Staging
from hooks.queues.verification_intake import queue_unverified, status_mode
from operators.downloads.layout_files import collect_files
from operators.downloads.session import SessionTables, WorkerSession
from operators.leased_queue.guard import is_last_attempt

SERIES_CHANGED = "SERIES_CHANGED"
DUPLICATE_ROW = "DUPLICATE_ROW"
_LINE_SCOPE = {"input": "input_download", "output": "invoice_sync"}
"""On which of its six paths the line filter meets a download (R276)."""
_READING = Lock()
RENEW_SECONDS = LEASE.total_seconds() / 3
"""How often who waits for its turn to read says that it is there."""
_HISTORY_JOBS = ("history_sync", "history_auto_update")


class SeriesChanged(Exception):
    """The series contradicts itself; the arguments are our code, the sentence, and what came."""


def into_pool(session: WorkerSession, claim: Claim) -> None:
    """What a row in status 数据已下载 holds, into the pool; layout files into their store.

    Staging, merge, checks, follow-ups and settlement are one transaction: all of the reply set or nothing. Raises
    SeriesChanged where the series must be asked for again, Refused where a check fails, or as collect_files does.
    """
    if claim.download_type == "input_files":
        collect_files(session, claim)
    else:
        _merge(session, claim)


def _merge(session: WorkerSession, claim: Claim) -> None:
    try:
        with reading_alone(session, claim) as over, session.locked(claim) as tables:
            staging = Staging(tables.connection, _target(claim), _merge_context(tables, claim))
            came = _load(session, tables, claim, staging)
            over()
            owed = _owed(session, tables, claim, came)
            _agree(claim, staging, owed)
            counts = staging.merge()
            _settle(session, tables, claim, counts, staging, owed)
    except MergeError as broken:
        raise Refused("MERGE_CHECK", str(broken)) from broken


@contextmanager
def reading_alone(session: WorkerSession, claim: Claim) -> Iterator[Callable[[], None]]:
    """One thread reads answers into rows, several times their size: until it calls what it gets, or to its end.

    The others wait outside of a transaction, so that they hold no locks, and renew their lease. Raises LeaseLost.
    """
    while not _READING.acquire(timeout=RENEW_SECONDS):
        with session.locked(claim):
            pass  # which extends the lease
    with ExitStack() as held:
        held.callback(_READING.release)
        yield held.close


def _load(session: WorkerSession, tables: SessionTables, claim: Claim, staging: Staging) -> dict[int, Came]:
    came: dict[int, Came] = {}
    for part_no, reply_id, staged in _staged(session, tables, claim):
        came.setdefault(part_no, Came()).add(reply_id, staged)
        staging.load(staged, reply_id)
    return came


def out_of_reach_today(session: WorkerSession, claim: Claim, argument: Argument) -> Refused | None:
    """The refusal of a question for a day that the bureau does not answer for any more (A-43)."""
    return out_of_reach(session.rules, claim.channel, claim.download_type, argument, session.quota_day())


def _owed(session: WorkerSession, tables: SessionTables, claim: Claim, came: Mapping[int, Came]) -> Owed:
    series = tables.queue.series(claim)
    late = [part for part in series if not part.done and out_of_reach_today(session, claim, part.argument)]
    asked = [part for part in series if part not in late]
    announced, received = counted(claim, asked, came)
    return Owed(announced, received, [*missing(claim, asked, came), *missing_days(claim, late)])


def _agree(claim: Claim, staging: Staging, owed: Owed) -> None:
    """Raises SeriesChanged where the series is worth another attempt; after the last one what came is merged (A-08)."""
    duplicates, last = staging.duplicates(), is_last_attempt(claim)
    if duplicates.differing or (duplicates.identical and not last):
        twice = "、".join(duplicates.sample)
        raise SeriesChanged(DUPLICATE_ROW, said("errors.came_twice", documents=twice))
    why = owed.why()
    if why and owed.may_come and not last:
        raise SeriesChanged(why.code, why.said)


def _settle(
    session: WorkerSession, tables: SessionTables, claim: Claim, counts: MergeCounts, staging: Staging, owed: Owed
) -> None:
    if len(claim.wanted_types) > 1 and _target(claim) == "documents":
        tables.queue.count_types(claim)
    # what was captured first: in the pool as a header, or on its way there through 查验
    waiting = [*staging.captured_first, *staging.to_pool] if _collects_headers(claim) else []
    whole = replace(owed, without_lines=waiting, warnings=staging.doubts)
    tables.queue.settle(claim, counts, whole, asked_again_in(session, tables, claim) if owed.may_come else None)
    queue_unverified(tables.connection, claim, staging.to_verify)
    if owed.missing:
        return
    for rule in session.rules.follow_ups_of(claim.channel, claim.download_type, claim.document):
        FOLLOW_UPS[rule.job](session, tables, claim, rule)


def asked_again_in(session: WorkerSession, tables: SessionTables, claim: Claim) -> float | None:
    """Seconds until a series that stays contradictory is asked for once more; None where that brings nothing.

    An increment is not: its days leave the bureau's reach, and the increments of the days after ask for them too.
    """
    if session.rules.reach(claim.channel, claim.download_type) is not None:
        return None
    _, age = tables.queue.waited(claim)
    return session.rules.patience(claim.channel).incomplete_wait(age)


def _collects_headers(claim: Claim) -> bool:
    """4.02: what a person chose, and the status update of 电子税局."""
    return claim.job == "key_element_sync" or (claim.job, claim.channel) == ("status_update", "etax")


def _follow_up_usage(session: WorkerSession, tables: SessionTables, claim: Claim, rule: FollowUp) -> None:
    text = session.rules.message("small_scale_download", "scheduled")
    tables.queue.follow_up_usage(claim, rule.id, text, sentence_in("zh", "advice.SMALL_SCALE"))


def _follow_up_files(session: WorkerSession, tables: SessionTables, claim: Claim, rule: FollowUp) -> None:
    plan_layout_files(tables.connection, claim, session.rules, rule.id)


FOLLOW_UPS: Mapping[str, Callable[[WorkerSession, SessionTables, Claim, FollowUp], None]] = {
    "usage_status": _follow_up_usage,
    "layout_files": _follow_up_files,
}
"""What plans each job of include/rules/follow_ups.yaml, in the transaction that settled the cause."""


def _target(claim: Claim) -> str:
    return load_fields().kinds[READINGS[claim.channel].kind(claim)].target


def _merge_context(tables: SessionTables, claim: Claim) -> MergeContext:
    """Risk and usage touch only what the pool holds; a status update does what the scheme's mode says (R126–R129)."""
    return MergeContext(
        batch_no=claim.batch_no,
        channel=claim.channel,
        direction=claim.direction,
        taxpayer_no=claim.taxpayer_no,
        insert_missing=_target(claim) != "status",
        status_mode=status_mode(tables.connection, claim),
        generation=claim.generation,
    )


def _staged(session: WorkerSession, tables: SessionTables, claim: Claim) -> Iterator[tuple[int, int, Staged]]:
    """The stored answers as staged rows, one package in memory at a time."""
    reading = READINGS[claim.channel]
    path = "history_sync" if claim.job in _HISTORY_JOBS else _LINE_SCOPE[claim.direction]
    left_out = line_filter(session.parameter(*ERROR_GOODS), path)
    object_to = objection(claim)
    with tables.queue.replies(claim) as replies:
        for reply in replies:
            context = Context(
                direction=claim.direction,
                taxpayer_no=claim.taxpayer_no,
                invoice_type=claim.invoice_type,
                observed_at=reply["observed_at"],
                aggregated_on=reading.collected_on(reply["argument"]),
                tax_org_code=claim.org_code,
                line_filter=left_out,
                objection=object_to,
            )
            body = bytes(reply["body"])
            checked = replace(context, aside=_aside(claim, reading, reply))
            rows = reading.rows(claim, body)
            yield reply["part_no"], reply["reply_id"], translate(reading.kind(claim), rows, checked)


def _aside(claim: Claim, reading: ReplyReader, reply: Mapping[str, Any]) -> Callable[[Row], Aside | None]:
    """Judges the rows of a reply: all alike where the whole reply is about something else (A-51)."""
    whole = foreign(claim, reply["argument"], reading.named(bytes(reply["body"])))
    return (lambda _: whole) if whole else partial(reading.aside, claim)
