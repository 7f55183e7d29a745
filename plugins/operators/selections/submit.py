"""What people do with selections (S2): submitting, retrying, how far it is, and the ledger's newest entry.

Every function works over a desk (operators.selection_office opens one), all or nothing in a transaction of its own.
The channel is not asked here: the work is done by operators.selection.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from fapiao.errors import BadInput, Refused
from fapiao.identity import spelled
from fapiao.selection.chosen import Operation, Wish
from fapiao.selection.records import LOCAL, STATISTICS, LedgerEntry, Progress
from fapiao.selection.submission import Refusal, Submitted, becomes, requests
from hooks.enterprise.permissions import name_actor
from hooks.queues.submissions import LocalMark, Request, Retriable
from operators.selections.known_facts import Judged, judged, refusal
from operators.selections.permissions import objections
from operators.selections.session import SelectionDesk, SelectionWork

Accounts = Mapping[str, str]
"""换账号: the account to use, by tax number."""


def submit(
    desk: SelectionDesk,
    wish: Wish,
    actor: str,
    *,
    without: Collection[str] = (),
    accounts: Accounts | None = None,
) -> Submitted:
    """提交税局通道处理: makes the tasks of a wish; the numbers to follow them by, and what was refused without a task.

    `without` are the tax numbers that were removed from the sheet: none of their documents is submitted (R179). A run
    that submits again finds its own submission. 预勾选 and its withdrawal are done at once, in our pool alone (R221).
    """
    kept = replace(
        wish,
        chosen=[one for one in wish.chosen if one.taxpayer_no not in without],
        taxpayers=[one for one in wish.taxpayers if one not in without],
    )
    with desk.transaction() as work:
        name_actor(work.connection, actor)
        if made := work.submissions.find(desk.run):
            return Submitted(*made)
        return _submitted(desk, work, kept, actor, accounts or {})


def retry(desk: SelectionDesk, batches: Sequence[str], actor: str) -> Submitted:
    """重试 of 处理失败: a new task for the documents that failed; every check is made again (R192, R220).

    A small-scale company gets no new task but the sentence. Raises BadInput with every problem at once where a task is
    unknown, another organisation's (R150), not 处理失败, or was retried before; then nothing is made.
    """
    with desk.transaction() as work:
        name_actor(work.connection, actor)
        if made := work.submissions.find(desk.run):
            return Submitted(*made)
        rows = work.submissions.retriable(batches)
        forbidden = objections(desk, work, actor, "select", {row.batch_no: row.org_code for row in rows})
        if problems := list(_against_retry(desk, batches, rows, forbidden)):
            raise BadInput(problems)
        return _retried(desk, work, rows, actor)


def progress(desk: SelectionDesk, parent_batch_no: str) -> Progress:
    """How far a submission is, as the progress bar shows it (R152). Raises BadInput for an unknown number."""
    with desk.transaction() as work:
        rows = work.submissions.progress(parent_batch_no)
    if not rows:
        raise BadInput([f"{parent_batch_no}: {desk.says('task_unknown')}"])
    return Progress(
        documents=sum(row.document_count for row in rows),
        succeeded=sum(row.succeeded_count for row in rows),
        failed=sum(row.failed_count for row in rows),
        statuses=Counter(row.status for row in rows),
        requests=rows,
    )


def latest(desk: SelectionDesk, document_key: str, taxpayer_no: str | None = None) -> LedgerEntry:
    """The newest entry of a document in 税局用票台账; 处理中 carries the hint of R218.

    Raises BadInput with 未查到该发票在星空的税局用票台账 where there is none (R217).
    """
    with desk.transaction() as work:
        found = work.submissions.latest(spelled(document_key), taxpayer_no)
    if found is None:
        raise BadInput([desk.says("no_selection_ledger")])
    return replace(found, hint=desk.says("selection_go_to_log")) if found.task_status == "processing" else found


def _submitted(desk: SelectionDesk, work: SelectionWork, wish: Wish, actor: str, accounts: Accounts) -> Submitted:
    taxpayers = sorted({one.taxpayer_no for one in wish.chosen} | {*wish.taxpayers})
    work.submissions.lock(taxpayers)
    if wish.operation in LOCAL:
        work.submissions.lock_pool(taxpayers)
    planned: list[Request] = []
    refused: list[Refusal] = []
    for one in judged(desk, work, wish):
        made, against = _planned(desk, wish, one, accounts.get(one.taxpayer_no))
        planned += made
        refused += against
    return _written(desk, work, planned, refused, actor)


def _planned(
    desk: SelectionDesk, wish: Wish, one: Judged, account: str | None, retry_of: int | None = None
) -> tuple[list[Request], list[Refusal]]:
    """The requests of one tax number, and what of it is refused without one."""
    made = list(_requests(desk, wish, one, account, retry_of))
    stop = one.decision.stop
    told = [refusal(desk, wish.surface, one.taxpayer_no, stop)] if stop and not made else []
    return made, [*told, *one.refused]


def _written(
    desk: SelectionDesk, work: SelectionWork, planned: Sequence[Request], refused: Sequence[Refusal], actor: str
) -> Submitted:
    if not planned:
        return Submitted(None, [], refused)
    parent = work.submissions.open(desk.run, actor, len(planned))
    batches = [work.submissions.add(replace(one, parent_batch_no=parent)) for one in planned]
    return Submitted(parent, batches, refused)


def _requests(
    desk: SelectionDesk, wish: Wish, one: Judged, account: str | None, retry_of: int | None
) -> Iterator[Request]:
    """None, failed ones, such as are to be worked, or such as are done already."""
    stop, left = one.decision.stop, one.decision.papers
    if one.basics is None or (stop and becomes(stop, wish.surface, desk.rules) == "none"):
        return
    if not left and wish.operation not in STATISTICS:
        return
    why = Refused(stop.code, desk.says(stop.key, wish.surface), _ADVICE.get(stop.code, "")) if stop else None
    mark = None if why else _mark(desk, wish.operation)
    for part_no, part in enumerate(requests(left, desk.rules.request_documents) if left else [()], 1):
        yield Request("", part_no, wish.operation, wish.surface, one.basics, account, part, why, mark, retry_of)


_ADVICE = {
    "SMALL_SCALE": "correct 企业性质 in the basics if the bureau knows the company otherwise, then retry",
    "SELECTION_TYPE": "take what is no 海关进口增值税海关缴款书 out, then submit again",
    "STATISTICS_GENERATED": "withdraw the statistics table or query it, then retry",
    "SELECTION_CHANNEL": "give the tax number 乐企 or 电子税局 as its selection channel, then retry",
}


def _mark(desk: SelectionDesk, operation: Operation) -> LocalMark | None:
    kind = desk.rules.of(operation)
    if operation not in LOCAL or kind.to_status is None:
        return None
    return LocalMark(kind.from_statuses[0], kind.to_status, desk.instant())


def _against_retry(
    desk: SelectionDesk, batches: Sequence[str], rows: Sequence[Retriable], forbidden: Mapping[str, str]
) -> Iterator[str]:
    """What one may not touch is not explained further."""
    known = {row.batch_no for row in rows}
    yield from (f"{one}: {desk.says('task_unknown')}" for one in dict.fromkeys(batches) if one not in known)
    for row in rows:
        if row.batch_no in forbidden:
            yield forbidden[row.batch_no]
        elif row.status != "failed":
            yield f"{row.batch_no}: {desk.says('selection_retry_status', 'retry')}"
        elif row.retried:
            yield f"{row.batch_no}: {desk.says('retry_done', 'retry')}"


def _retried(desk: SelectionDesk, work: SelectionWork, rows: Sequence[Retriable], actor: str) -> Submitted:
    work.submissions.lock([row.taxpayer_no for row in rows])
    planned: list[Request] = []
    refused: list[Refusal] = []
    for part_no, row in enumerate(rows, 1):
        wish = Wish(row.operation, "retry", work.submissions.failed_papers(row.selection_id), [row.taxpayer_no])
        for one in judged(desk, work, wish):
            made, against = _planned(desk, wish, one, row.account, row.selection_id)
            planned += [replace(request, part_no=part_no) for request in made]
            refused += against
    return _written(desk, work, planned, refused, actor)
