"""统计表 and 税款所属期: queried, made, withdrawn, confirmed, changed; the cache of thirty minutes (4.04 to 4.12)."""

from fapiao.errors import BadInput, Refused
from fapiao.selection.answers import Party, Statistics, StatisticsAction, TaxPeriod, Uploaded, Waiting
from fapiao.selection.checks import StatisticsState
from fapiao.selection.chosen import Operation, Surface
from fapiao.selection.records import Selection, TaxpayerProfile
from fapiao.selection.rules import CHANNELS
from hooks.channels.selection_channel import SelectionChannel
from operators.selections.results import party, still_waiting
from operators.selections.session import SelectionSession

_ACTIONS: dict[str, StatisticsAction] = {
    "make_statistics": "make",
    "undo_statistics": "withdraw",
    "confirm_statistics": "confirm",
}


def statistics(session: SelectionSession, taxpayer_no: str, surface: Surface = "interactive") -> Statistics:
    """【当期抵扣勾选统计】: asks the bureau now and makes the cache (4.07). Raises BadInput, BureauError."""
    whose = _whose(session, taxpayer_no, surface)
    reply = session.bureaus[whose.channel].statistics(Party(taxpayer_no, whose.leqi_id))
    with session.transaction() as tables:
        tables.queue.save_statistics(taxpayer_no, StatisticsState(reply.state, reply.period, session.instant()))
    return reply


def tax_period(session: SelectionSession, taxpayer_no: str, surface: Surface = "interactive") -> TaxPeriod:
    """获取税款所属期信息 (4.04, R224): period and deadline; the statistics state comes along and makes the cache.

    Raises BadInput for a small-scale company, in the surface's words, and no task is made; BureauError.
    """
    whose = _whose(session, taxpayer_no, surface)
    reply = session.bureaus[whose.channel].period(Party(taxpayer_no, whose.leqi_id))
    with session.transaction() as tables:
        heard = StatisticsState(reply.statistics, reply.period, session.instant())
        tables.queue.save_statistics(taxpayer_no, heard, reply.deadline)
    return reply


def change_period(
    session: SelectionSession, taxpayer_no: str, period: str, surface: Surface = "interactive"
) -> TaxPeriod:
    """变更税款所属期 (4.12, R228) to YYYYMM, one month a call; the cached state is cleared, whatever the bureau says.

    Raises BadInput, BureauError: a refusal in the bureau's own words.
    """
    whose = _whose(session, taxpayer_no, surface)
    with session.transaction() as tables:
        tables.queue.clear_statistics(taxpayer_no)
    return session.bureaus[whose.channel].change_period(Party(taxpayer_no, whose.leqi_id), period)


def upload_statistics(bureau: SelectionChannel, whose: Party, operation: Operation) -> Uploaded:
    """Step 9 of 生成, 撤销, 确认. Raises BureauError."""
    return bureau.apply_statistics(whose, _ACTIONS[operation])


def collect_statistics(session: SelectionSession, row: Selection) -> None:
    """One poll; the state that comes back makes the cache. Raises BureauError, the bureau's refusal among them."""
    bureau = session.bureaus[row.channel]
    reply = bureau.statistics_result(party(session, row), _ACTIONS[row.operation], row.request_no or "")
    if isinstance(reply, Waiting):
        still_waiting(session, row, reply)
    else:
        _settle(session, row, reply)


def find_out_statistics(session: SelectionSession, row: Selection) -> bool:
    """A call without an answer: a table that is as wished is not asked for again. Raises BureauError."""
    reply = session.bureaus[row.channel].statistics(party(session, row))
    if reply.state in session.rules.of(row.operation).reached:
        _settle(session, row, reply)
        return False
    with session.locked(row) as tables:
        tables.queue.not_sent(row)
    return True


def _settle(session: SelectionSession, row: Selection, reply: Statistics) -> None:
    """处理成功 only where the table is in a state that the operation leads to."""
    why = None
    if reply.state not in session.rules.of(row.operation).reached:
        text = f"{reply.period} {session.rules.states.get(reply.state, reply.state)}"
        why = Refused("STATISTICS_STATE", text)
    with session.locked(row) as tables:
        heard = StatisticsState(reply.state, reply.period, session.instant())
        tables.queue.save_statistics(row.taxpayer_no, heard)
        tables.queue.finish(row, why, session.instant(), reply.period)


def _whose(session: SelectionSession, taxpayer_no: str, surface: Surface) -> TaxpayerProfile:
    with session.transaction() as tables:
        whose = tables.queue.basics([taxpayer_no]).get(taxpayer_no)
    if whose is None:
        raise BadInput([session.says("selection_unknown_taxpayer")])
    if whose.channel not in CHANNELS:
        raise BadInput([session.says("selection_channel")])
    if whose.small_scale:
        raise BadInput([session.says("small_scale_selection", surface)])
    return whose
