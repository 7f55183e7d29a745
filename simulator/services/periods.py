"""L9: the current 税款所属期 and whether its statistics stand, moving it, looking at it again (protocols 5.4)."""

from simulator.companies import Company
from simulator.periods import CONFIRMED, shift
from simulator.services import parameters
from simulator.services.answers import Answer
from simulator.services.visit import Visit

NOT_COUNTED, COUNTED, SIGNED = "0", "1", "2"
"""zt: 未统计, 已统计, 已确认"""
MOVED, NOT_MOVED = "01", "02"
FURTHEST_BACK = 12
QUARTERS_END = ("03", "06", "09", "12")


def query(visit: Visit) -> Answer:
    """HQDQSKSSQYDQSKSSQTJZT."""
    company = visit.general_company("gfsbh")
    periods, tax_no = visit.bureau.periods, company.nsrsbh
    current = periods.current(tax_no, visit.today)
    signed = periods.state(tax_no, current) == CONFIRMED
    counted = COUNTED if periods.locked(tax_no, current) else NOT_COUNTED
    return Answer({"skssq": current, "zt": SIGNED if signed else counted})


def change(visit: Visit) -> Answer:
    """SQSKSSQBG: a month at a time; sfbgcg 02 with the reason where that period cannot be had."""
    company = visit.general_company("gfsbh")
    wanted = parameters.period(visit.request, "bgsq")
    objection = _objection(visit, company, wanted)
    if objection:
        return Answer({"gfsbh": company.nsrsbh, "sfbgcg": NOT_MOVED, "errormsg": objection})
    visit.bureau.periods.put(company.nsrsbh, wanted)
    return Answer({"gfsbh": company.nsrsbh, "sfbgcg": MOVED, "bgsq": wanted})


def refresh(visit: Visit) -> Answer:
    """SXSKSSQ."""
    company = visit.general_company("gfsbh")
    return Answer({"gfsbh": company.nsrsbh, "skssq": visit.bureau.periods.current(company.nsrsbh, visit.today)})


def _objection(visit: Visit, company: Company, wanted: str) -> str | None:
    periods, store, tax_no = visit.bureau.periods, visit.bureau.store, company.nsrsbh
    current = periods.current(tax_no, visit.today)
    if wanted == shift(current, 1):
        if company.quarterly and current[4:] not in QUARTERS_END and wanted <= f"{visit.today:%Y%m}":
            return None
        return "只有按季申报的纳税人可以向后变更税款所属期，且不能跨季"
    if wanted != shift(current, -1) or wanted < shift(f"{visit.today:%Y%m}", -FURTHEST_BACK):
        return f"税款所属期每次只能变更一个月，最多向前{FURTHEST_BACK}个月"
    if periods.locked(tax_no, current) or store.of_period(tax_no, current, visit.today):
        return "当前属期已勾选或已统计，不能变更税款所属期"
    return "该属期已申报，不能变更" if periods.state(tax_no, wanted) == CONFIRMED else None
