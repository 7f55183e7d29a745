"""O14 and O15: the current 税款所属期, and moving it."""

from simulator.gateway import parameters
from simulator.gateway.answers import Denied, wrong
from simulator.gateway.codes import BY_GATEWAY, ETAX, LEQI, UNKNOWN_TASK
from simulator.gateway.visit import Visit
from simulator.periods import NOT_MADE, gxrqfw, shift, skssq
from simulator.services.answers import Answer
from simulator.wire import Json

UNCHANGEABLE = "非新电子平台或者乐企通道，不支持变更属期。"
FURTHEST_BACK = 12


def query(visit: Visit) -> Answer:
    """taxperiodQuery."""
    company, channel = visit.general_company_on(BY_GATEWAY)
    visit.logged_in(company, channel)
    return Answer(described(visit, company.nsrsbh))


def change(visit: Visit) -> Answer:
    """taxperiodChange: one month back or forth, at most twelve back, only while no statistics stand."""
    company, channel = visit.general_company_on((*BY_GATEWAY, LEQI))
    if channel not in (ETAX, LEQI):
        raise Denied(UNKNOWN_TASK, UNCHANGEABLE)
    if channel == ETAX:
        visit.logged_in(company, channel)
    wanted = parameters.period(visit.request, "taxPeriod")
    periods, tax_no = visit.bureau.periods, company.nsrsbh
    current, natural = periods.current(tax_no, visit.today), f"{visit.today:%Y%m}"
    if wanted not in (shift(current, -1), shift(current, 1)) or not shift(natural, -FURTHEST_BACK) <= wanted <= natural:
        raise wrong("taxPeriod每次只能变更一个月，最多向前12个月，且不能晚于当前月份")
    if periods.state(tax_no, current) != NOT_MADE:
        raise wrong("当前属期已统计，不能变更税款所属期")
    periods.put(tax_no, wanted)
    return Answer({"taxPeriod": wanted})


def described(visit: Visit, tax_no: str) -> Json:
    """taxPeriod, skssq, gxrqfw and the state of the statistics table."""
    period = visit.bureau.periods.current(tax_no, visit.today)
    return {
        "taxPeriod": period,
        "skssq": skssq(period),
        "gxrqfw": gxrqfw(period),
        "createTjbbStatus": visit.bureau.periods.state(tax_no, period),
    }
