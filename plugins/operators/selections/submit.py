"""What people do with selections (S2): submitting, retrying, how far it is, and the ledger's newest entry.

Every function works over a session (operators.selections.session opens one), all or nothing in a transaction of its
own. The channel is not asked here: the work is done by operators.selections.worker.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from fapiao.errors import BadInput, Refused
from fapiao.identity import spelled
from fapiao.selection.chosen import Operation, SelectionRequest
from fapiao.selection.records import LOCAL, STATISTICS, LedgerEntry, SubmissionProgress
from fapiao.selection.submission import NotSubmitted, Submitted, becomes, requests
from hooks.pool.sessions import acting
from hooks.queues.submissions import LocalMark, NewSelection, Retriable
from operators.selections.known_facts import CheckedTaxpayer, check_locally, refusal
from operators.selections.permissions import objections
from operators.selections.session import SelectionSession, SelectionTables

Accounts = Mapping[str, str]
"""换账号: the account to use, by tax number."""


def submit(
    session: SelectionSession,
    selection_request: SelectionRequest,
    actor: str,
    *,
    without: Collection[str] = (),
    accounts: Accounts | None = None,
) -> Submitted:
    """提交税局通道处理: the tasks of a request; the numbers to follow them by, and what was refused without a task.

    `without` are the tax numbers that were removed from the sheet: none of their documents is submitted (R179). A run
    that submits again finds its own submission. 预勾选 and its withdrawal are done at once, in our pool alone (R221).
    """
    kept = replace(
        selection_request,
        chosen=[one for one in selection_request.chosen if one.taxpayer_no not in without],
        taxpayers=[one for one in selection_request.taxpayers if one not in without],
    )
    with acting(session.connection, actor), session.transaction() as tables:
        if made := tables.submissions.find(session.run):
            return Submitted(*made)
        return _submitted(session, tables, kept, actor, accounts or {})


def retry(session: SelectionSession, batches: Sequence[str], actor: str) -> Submitted:
    """重试 of 处理失败: a new task for the documents that failed; every check is made again (R192, R220).

    A small-scale company gets no new task but the sentence. Raises BadInput with every problem at once where a task is
    unknown, another organisation's (R150), not 处理失败, or was retried before; then nothing is made.
    """
    with acting(session.connection, actor), session.transaction() as tables:
        if made := tables.submissions.find(session.run):
            return Submitted(*made)
        rows = tables.submissions.retriable(batches)
        forbidden = objections(session, tables, actor, "select", {row.batch_no: row.organisations for row in rows})
        if problems := list(_against_retry(session, batches, rows, forbidden)):
            raise BadInput(problems)
        return _retried(session, tables, rows, actor)


def progress(session: SelectionSession, parent_batch_no: str) -> SubmissionProgress:
    """How far a submission is, as the progress bar shows it (R152). Raises BadInput for an unknown number."""
    with session.transaction() as tables:
        rows = tables.submissions.progress(parent_batch_no)
    if not rows:
        raise BadInput([f"{parent_batch_no}: {session.says('task_unknown')}"])
    return SubmissionProgress(
        documents=sum(row.document_count for row in rows),
        succeeded=sum(row.succeeded_count for row in rows),
        failed=sum(row.failed_count for row in rows),
        statuses=Counter(row.status for row in rows),
        requests=rows,
    )


def latest(session: SelectionSession, document_key: str, taxpayer_no: str | None = None) -> LedgerEntry:
    """The newest entry of a document in 税局用票台账; 处理中 carries the hint of R218.

    Raises BadInput with 未查到该发票在星空的税局用票台账 where there is none (R217).
    """
    with session.transaction() as tables:
        found = tables.submissions.latest(spelled(document_key), taxpayer_no)
    if found is None:
        raise BadInput([session.says("no_selection_ledger")])
    return replace(found, hint=session.says("selection_go_to_log")) if found.task_status == "processing" else found


def _submitted(
    session: SelectionSession,
    tables: SelectionTables,
    selection_request: SelectionRequest,
    actor: str,
    accounts: Accounts,
) -> Submitted:
    taxpayers = sorted({one.taxpayer_no for one in selection_request.chosen} | {*selection_request.taxpayers})
    tables.submissions.lock(taxpayers)
    if selection_request.operation in LOCAL:
        tables.submissions.lock_pool(taxpayers)
    planned: list[NewSelection] = []
    refused: list[NotSubmitted] = []
    for one in check_locally(session, tables, selection_request):
        made, against = _planned(session, selection_request, one, accounts.get(one.taxpayer_no))
        planned += made
        refused += against
    return _written(session, tables, planned, refused, actor)


def _planned(
    session: SelectionSession,
    selection_request: SelectionRequest,
    one: CheckedTaxpayer,
    account: str | None,
    retry_of: int | None = None,
) -> tuple[list[NewSelection], list[NotSubmitted]]:
    """The requests of one tax number, and what of it is refused without one."""
    made = list(_requests(session, selection_request, one, account, retry_of))
    stop = one.decision.stop
    refusals = [refusal(session, selection_request.surface, one.taxpayer_no, stop)] if stop and not made else []
    return made, [*refusals, *one.refused]


def _written(
    session: SelectionSession,
    tables: SelectionTables,
    planned: Sequence[NewSelection],
    refused: Sequence[NotSubmitted],
    actor: str,
) -> Submitted:
    if not planned:
        return Submitted(None, [], refused)
    parent = tables.submissions.open(session.run, actor, len(planned))
    batches = [tables.submissions.add(replace(one, parent_batch_no=parent)) for one in planned]
    return Submitted(parent, batches, refused)


def _requests(
    session: SelectionSession,
    selection_request: SelectionRequest,
    one: CheckedTaxpayer,
    account: str | None,
    retry_of: int | None,
) -> Iterator[NewSelection]:
    """None, failed ones, such as are to be worked, or such as are done already."""
    stop, left = one.decision.stop, one.decision.documents
    if one.basics is None or (stop and becomes(stop, selection_request.surface, session.rules) == "none"):
        return
    if not left and selection_request.operation not in STATISTICS:
        return
    why = Refused(stop.code, session.says(stop.key, selection_request.surface)) if stop else None
    mark = None if why else _mark(session, selection_request.operation)
    for part_no, part in enumerate(requests(left, session.rules.request_documents) if left else [()], 1):
        yield NewSelection(
            "",
            part_no,
            selection_request.operation,
            selection_request.surface,
            one.basics,
            account,
            part,
            why,
            mark,
            retry_of,
        )


def _mark(session: SelectionSession, operation: Operation) -> LocalMark | None:
    kind = session.rules.of(operation)
    if operation not in LOCAL or kind.to_status is None:
        return None
    return LocalMark(kind.from_statuses[0], kind.to_status, session.instant())


def _against_retry(
    session: SelectionSession, batches: Sequence[str], rows: Sequence[Retriable], forbidden: Mapping[str, str]
) -> Iterator[str]:
    """What one may not touch is not explained further."""
    known = {row.batch_no for row in rows}
    yield from (f"{one}: {session.says('task_unknown')}" for one in dict.fromkeys(batches) if one not in known)
    for row in rows:
        if row.batch_no in forbidden:
            yield forbidden[row.batch_no]
        elif row.status != "failed":
            yield f"{row.batch_no}: {session.says('selection_retry_status', 'retry')}"
        elif row.retried:
            yield f"{row.batch_no}: {session.says('retry_done', 'retry')}"


def _retried(session: SelectionSession, tables: SelectionTables, rows: Sequence[Retriable], actor: str) -> Submitted:
    tables.submissions.lock([row.taxpayer_no for row in rows])
    planned: list[NewSelection] = []
    refused: list[NotSubmitted] = []
    for part_no, row in enumerate(rows, 1):
        selection_request = SelectionRequest(
            row.operation, "retry", tables.submissions.failed_documents(row.selection_id), [row.taxpayer_no]
        )
        for one in check_locally(session, tables, selection_request):
            made, against = _planned(session, selection_request, one, row.account, row.selection_id)
            planned += [replace(request, part_no=part_no) for request in made]
            refused += against
    return _written(session, tables, planned, refused, actor)
