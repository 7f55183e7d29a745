"""L10: what is uploaded for 抵扣 or 不抵扣, what became of each, and what the current period holds (protocols 5.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from simulator import sample_selections as selecting
from simulator.codes import CUSTOMS, INPUT, REFUSED
from simulator.companies import Company
from simulator.documents.document import Document
from simulator.sample_selections import DEDUCTED, NOT_DEDUCTED, OTHER_REASON, Verdict, Wanted
from simulator.services import namings, parameters
from simulator.services.answers import Answer, Refused
from simulator.services.namings import DocumentNaming
from simulator.services.visit import Visit
from simulator.wire import Json

PAGE_ROWS = 200
KINDS = {
    "01": (True, DEDUCTED),
    "02": (False, DEDUCTED),
    "03": (True, NOT_DEDUCTED),
    "04": (False, NOT_DEDUCTED),
}
"""gxlxDm: 申请抵扣, 撤销抵扣, 申请不抵扣, 撤销不抵扣"""
TAKEN, NOT_TAKEN = "00", "01"
"""sczt"""
OTHER = "99"
RESULTS = {
    Verdict.DONE: "01",
    Verdict.UNKNOWN: "02",
    Verdict.ABNORMAL: "03",
    Verdict.VOID: "03",
    Verdict.REVERSED: "03",
    Verdict.OVERDUE: "04",
    Verdict.LOCKED: "05",
    Verdict.HOLDS: "06",
    Verdict.NOT_DUE: "07",
    Verdict.VEHICLE: "12",
    Verdict.DUPLICATE: "13",
    Verdict.TWIN: "34",
}
"""cljg; whatever is missing here is 99 其它"""


@dataclass(frozen=True, slots=True)
class Service:
    """The names one document kind uses for the same conversation."""

    naming: DocumentNaming
    result_code: str

    def upload(self, visit: Visit) -> Answer:
        """Each row is taken (sczt 00) or not; 03 where the period is locked or no row can be taken."""
        company = visit.general_company("gfsbh")
        kind = parameters.choice(visit.request, "gxlxDm", KINDS)
        rows = parameters.objects(visit.request, self.naming.rows, selecting.LIMIT)
        if visit.bureau.periods.locked(company.nsrsbh, visit.bureau.periods.current(company.nsrsbh, visit.today)):
            raise Refused(REFUSED, "拒绝处理：当期已锁定（已申请统计）")
        shown = self._checked(rows, kind)
        taken = [row for row, seen in zip(rows, shown, strict=True) if seen["sczt"] == TAKEN]
        if not taken:
            text = "拒绝处理：上传的数据均未通过校验"
            return Answer({"returnmsg": text}, REFUSED, rows=shown, rows_name=self.naming.rows)
        job = self._job(visit, Wanted(company.nsrsbh, *KINDS[kind]), taken)
        answer = visit.accept(self.result_code, job)
        return Answer(answer.fields, rows=shown, rows_name=self.naming.rows)

    def result(self, visit: Visit) -> Answer:
        """Every row that was taken, once the bureau has done them."""
        return visit.errand(self.result_code)

    def held(self, visit: Visit) -> Answer:
        """What is selected in the current period, 200 rows a page."""
        company = visit.general_company("gfsbh")
        number = parameters.whole(visit.request, "cxym", default=1)
        found = self._held(visit, company)
        pages = -(-len(found) // PAGE_ROWS)
        if number > max(pages, 1):
            raise parameters.wrong(f"cxym超出总页数{pages}")
        page = found[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
        rows = [self.naming.held(document, visit.today) for document in page]
        return Answer({"zys": pages, "dqym": number}, rows=rows, rows_name=self.naming.rows)

    def _checked(self, rows: list[Json], kind: str) -> list[Json]:
        seen: set[str] = set()
        return [self._seen(row, kind, seen) for row in rows]

    def _seen(self, row: Json, kind: str, seen: set[str]) -> Json:
        name = self.naming.name_of(row)
        problem = self.naming.problem(row) or namings.reason_problem(row, kind)
        if not problem and name in seen:
            problem = "同一批次内重复上传"
        seen.add(name)
        shown: Json = {**self.naming.named(row), "sczt": NOT_TAKEN if problem else TAKEN}
        return shown | ({"errormsg": problem} if problem else {})

    def _held(self, visit: Visit, company: Company) -> list[Document]:
        period = visit.bureau.periods.current(company.nsrsbh, visit.today)
        used = visit.bureau.store.of_period(company.nsrsbh, period, visit.today)
        mine = [d for d in used if (d.facts.kind == CUSTOMS) is self.naming.customs]
        return sorted(mine, key=lambda document: (document.facts.issued, document.key))

    def _job(self, visit: Visit, wanted: Wanted, rows: list[Json]) -> Callable[[datetime, bool], Answer]:
        def work(at: datetime, failed: bool) -> Answer:
            done = [self._failed(row) if failed else self._done(visit, wanted, row, at) for row in rows]
            return Answer({"gfsbh": wanted.owner}, rows=done, rows_name=self.naming.rows)

        return work

    def _failed(self, row: Json) -> Json:
        return {**self.naming.named(row), "skssq": "", "cljg": OTHER, "gxsj": "", "hxyt": ""}

    def _done(self, visit: Visit, wanted: Wanted, row: Json, at: datetime) -> Json:
        document = self._mine(visit, wanted.owner, row, at)
        verdict = selecting.judge(visit.bureau, wanted, document, at)
        if document and verdict is Verdict.DONE:
            selecting.record(visit.bureau, document, wanted, str(row.get("bdklx") or OTHER_REASON), at)
        holds = verdict is Verdict.DONE and wanted.select
        used = verdict in (Verdict.HOLDS, Verdict.OTHER_USE, Verdict.OTHER_PERIOD) and wanted.select
        return {
            **self.naming.named(row),
            "skssq": visit.bureau.periods.current(wanted.owner, at.date()) if holds else "",
            "cljg": RESULTS[Verdict.HOLDS] if used else RESULTS.get(verdict, OTHER),
            "gxsj": at.strftime("%Y%m%d") if holds else "",
            "hxyt": document.status_on(at.date())["fpyt"] if document and used else "",
            **(self.naming.states(document, at.date()) if document else {}),
        }

    def _mine(self, visit: Visit, owner: str, row: Json, at: datetime) -> Document | None:
        for document in visit.bureau.store.find(self.naming.name_of(row)):
            facts = document.facts
            mine = (facts.owner.number, facts.sjlx) == (owner, INPUT) and document.visible(at.date())
            if mine and self.naming.fits(document, row):
                return document
        return None


INVOICES = Service(namings.INVOICE, "CXFPDKGXCLJG")
CUSTOMS_DOCUMENTS = Service(namings.CUSTOMS_DOCUMENT, "CXHGJKSDKGXCLJG")
