"""统计表 and 税款所属期: queried, made, withdrawn, confirmed, changed; the cache of thirty minutes (4.04 to 4.12)."""

from fapiao.errors import BadInput, Refused
from fapiao.selection.answers import Party, Statistics, StatisticsAction, TaxPeriod, Uploaded, Waiting
from fapiao.selection.chosen import Operation, Surface
from fapiao.selection.records import Basics, Selection
from fapiao.selection.rules import CHANNELS
from fapiao.selection.steps import StatisticsState
from hooks.channels.selection_channel import SelectionBureau
from operators.selections.results import party, still_waiting
from operators.selections.session import SelectionDesk

_ACTIONS: dict[str, StatisticsAction] = {
    "make_statistics": "make",
    "undo_statistics": "withdraw",
    "confirm_statistics": "confirm",
}


def statistics(desk: SelectionDesk, taxpayer_no: str, surface: Surface = "interactive") -> Statistics:
    """【当期抵扣勾选统计】: asks the bureau now and makes the cache (4.07). Raises BadInput, BureauError."""
    whose = _whose(desk, taxpayer_no, surface)
    told = desk.bureaus[whose.channel].statistics(Party(taxpayer_no, whose.leqi_id))
    _keep(desk, taxpayer_no, told)
    return told


def tax_period(desk: SelectionDesk, taxpayer_no: str, surface: Surface = "interactive") -> TaxPeriod:
    """获取税款所属期信息 (4.04, R224): period and deadline; the statistics state comes along and makes the cache.

    Raises BadInput for a small-scale company, in the surface's words, and no task is made; BureauError.
    """
    whose = _whose(desk, taxpayer_no, surface)
    told = desk.bureaus[whose.channel].period(Party(taxpayer_no, whose.leqi_id))
    with desk.transaction() as work:
        heard = StatisticsState(told.statistics, told.period, desk.instant())
        work.table.save_statistics(taxpayer_no, heard, told.deadline)
    return told


def change_period(desk: SelectionDesk, taxpayer_no: str, period: str, surface: Surface = "interactive") -> TaxPeriod:
    """变更税款所属期 (4.12, R228) to YYYYMM, one month a call; the cached state is cleared, whatever the bureau says.

    Raises BadInput, BureauError: a refusal in the bureau's own words.
    """
    whose = _whose(desk, taxpayer_no, surface)
    with desk.transaction() as work:
        work.table.clear_statistics(taxpayer_no)
    return desk.bureaus[whose.channel].change_period(Party(taxpayer_no, whose.leqi_id), period)


def upload_statistics(bureau: SelectionBureau, whose: Party, operation: Operation) -> Uploaded:
    """Step 9 of 生成, 撤销, 确认. Raises BureauError."""
    return bureau.apply_statistics(whose, _ACTIONS[operation])


def collect_statistics(desk: SelectionDesk, row: Selection) -> None:
    """One poll; the state that comes back makes the cache. Raises BureauError, the bureau's refusal among them."""
    bureau = desk.bureaus[row.channel]
    told = bureau.statistics_result(party(desk, row), _ACTIONS[row.operation], row.request_no or "")
    if isinstance(told, Waiting):
        still_waiting(desk, row, told)
    else:
        _settle(desk, row, told)


def find_out_statistics(desk: SelectionDesk, row: Selection) -> bool:
    """A call without an answer: a table that is as wished is not asked for again. Raises BureauError."""
    if row.unanswered_seconds:
        with desk.transaction() as work:
            work.table.hold(row)
            work.table.postpone(row, row.unanswered_seconds)
        return False
    told = desk.bureaus[row.channel].statistics(party(desk, row))
    if told.state in desk.rules.of(row.operation).reached:
        _settle(desk, row, told)
        return False
    with desk.transaction() as work:
        work.table.hold(row)
        work.table.not_sent(row)
    return True


def _settle(desk: SelectionDesk, row: Selection, told: Statistics) -> None:
    """处理成功 only where the table is in a state that the operation leads to."""
    reached = told.state in desk.rules.of(row.operation).reached
    why = None if reached else Refused("STATISTICS_STATE", _state_text(desk, told), "query the statistics, then retry")
    with desk.transaction() as work:
        work.table.hold(row)
        heard = StatisticsState(told.state, told.period, desk.instant())
        work.table.save_statistics(row.taxpayer_no, heard)
        work.table.finish(row, why, desk.instant(), told.period)


def _state_text(desk: SelectionDesk, told: Statistics) -> str:
    return f"{told.period} {desk.rules.states.get(told.state, told.state)}"


def _keep(desk: SelectionDesk, taxpayer_no: str, told: Statistics) -> None:
    with desk.transaction() as work:
        work.table.save_statistics(taxpayer_no, StatisticsState(told.state, told.period, desk.instant()))


def _whose(desk: SelectionDesk, taxpayer_no: str, surface: Surface) -> Basics:
    with desk.transaction() as work:
        whose = work.table.basics([taxpayer_no]).get(taxpayer_no)
    if whose is None:
        raise BadInput([desk.says("selection_unknown_taxpayer")])
    if whose.channel not in CHANNELS:
        raise BadInput([desk.says("selection_channel")])
    if whose.small_scale:
        raise BadInput([desk.says("small_scale_selection", surface)])
    return whose
