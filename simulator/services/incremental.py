"""L4: what the bureau collected on one day (归集日期), today and the seven days before it."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from simulator.codes import CUSTOMS, FPLX, INPUT, NO_ROWS, NOTHING, PACKAGE_ROWS, WITHHOLDING
from simulator.services import parameters
from simulator.services.answers import Answer, Refused
from simulator.services.full import VAT
from simulator.services.visit import Visit

REACH = timedelta(days=7)
TODAY_IS_BUILT_AT = time(8, 0)


@dataclass(frozen=True, slots=True)
class Increment:
    """One document kind; `owner` names the taxpayer parameter."""

    document: str
    owner: str

    def query(self, visit: Visit) -> Answer:
        """One package of a day's increment; 04 with the bureau's sentence where there is nothing."""
        company = visit.company(self.owner)
        kind, echo = self._kind(visit)
        day = self._day(visit)
        number = parameters.whole(visit.request, "packageno", default=1)
        covered = company.covered_from(INPUT, visit.today) or date.max
        group = (company.nsrsbh, INPUT, kind)
        found = visit.bureau.store.collected(group, day, covered, visit.today)
        count = found.packages(PACKAGE_ROWS)
        if count == 0 or (day == visit.today and visit.now.time() < TODAY_IS_BUILT_AT):
            raise Refused(NOTHING, NO_ROWS)
        if number > count:
            raise parameters.wrong(f"packageno超出总包数{count}")
        rows = [document.payload_on(visit.today) for document in found.package(number, PACKAGE_ROWS)]
        head = {"packagecount": str(count), self.owner: company.nsrsbh, "gjrq": f"{day:%Y%m%d}", **echo}
        return Answer(head, rows=rows)

    def _kind(self, visit: Visit) -> tuple[str, dict[str, str]]:
        if self.document == CUSTOMS:
            parameters.choice(visit.request, "hgjkslx", (VAT,))
        if self.document != "invoice":
            return self.document, {}
        fplx = parameters.choice(visit.request, "fplx", FPLX)
        return fplx, {"fplx": fplx, "sjlx": parameters.choice(visit.request, "sjlx", (INPUT,))}

    @staticmethod
    def _day(visit: Visit) -> date:
        day = parameters.day(visit.request, "gjrq")
        if not visit.today - REACH <= day <= visit.today:
            raise parameters.wrong("gjrq应为当前日期前7天内的某一天或当天")
        return day


INVOICES = Increment("invoice", "nsrsbh")
CUSTOMS_DOCUMENTS = Increment(CUSTOMS, "nsrsbh")
WITHHOLDING_DOCUMENTS = Increment(WITHHOLDING, "kjywrsbh")
