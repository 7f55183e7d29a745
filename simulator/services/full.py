"""L1 to L3: full downloads of invoices, 海关缴款书 and 代扣代缴完税凭证, applied for by month, fetched by package."""

from dataclasses import dataclass

from simulator.codes import CUSTOMS, FPLX, INPUT, OUTPUT, PACKAGE_ROWS, REFUSED, WITHHOLDING
from simulator.documents.selection import Selection
from simulator.quotas import Key
from simulator.services import feedback, parameters
from simulator.services.answers import Answer, Refused
from simulator.services.visit import Visit
from simulator.tasks import Task

VAT = "1"


@dataclass(frozen=True, slots=True)
class Flow:
    """The names one document kind uses for the same conversation."""

    family: str
    document: str
    owner: str
    number: str
    first_day: str
    last_day: str

    def apply(self, visit: Visit) -> Answer:
        """Accept an application and name its number; refuse what the quota does not allow."""
        company = visit.company(self.owner)
        fplx, sjlx = self._kind(visit)
        start, end = parameters.days_of_one_month(visit.request, self.first_day, self.last_day)
        if start > visit.today:
            raise parameters.wrong(f"{self.first_day}不能晚于当前日期")
        key = Key(company.nsrsbh, self.document, sjlx, fplx, f"{start:%Y%m}")
        objection = visit.bureau.ledger.objection(key, visit.today)
        if objection:
            raise Refused(REFUSED, objection)
        covered = max(start, company.covered_from(sjlx, visit.today) or start)
        kind = fplx or self.document
        found = visit.bureau.store.issued((company.nsrsbh, sjlx, kind), covered, end, visit.today)
        task = self._task(visit, found, company.nsrsbh)
        visit.bureau.ledger.accept([key], visit.today)
        visit.bureau.desk.open(task)
        return Answer({self.number: task.number})

    def feedback(self, visit: Visit) -> Answer:
        """One package of an application, or 10 while it is worked on."""
        return feedback.package(visit, visit.task(self.number, self.family), lambda d, day: d.payload_on(day))

    def _kind(self, visit: Visit) -> tuple[str, str]:
        if self.document == CUSTOMS:
            parameters.choice(visit.request, "hgjkslx", (VAT,))
        if self.document != "invoice":
            return "", INPUT
        fplx = parameters.choice(visit.request, "fplx", FPLX)
        return fplx, parameters.choice(visit.request, "sjlx", (INPUT, OUTPUT))

    def _task(self, visit: Visit, found: Selection, owner: str) -> Task:
        echo = {name: str(visit.request[name]) for name in ("fplx", "sjlx") if self.document == "invoice"}
        number = visit.bureau.desk.new_number()
        return Task(number, self.family, visit.unit, {self.owner: owner, **echo}, found, visit.now, PACKAGE_ROWS)


INVOICES = Flow("PLFPXZSQ", "invoice", "nsrsbh", "lsh", "kprqq", "kprqz")
CUSTOMS_DOCUMENTS = Flow("PLHGJKSXZSQ", CUSTOMS, "nsrsbh", "pclsh", "tfrqq", "tfrqz")
WITHHOLDING_DOCUMENTS = Flow("PLZZSDKDJWSPZXZSQ", WITHHOLDING, "kjywrsbh", "pclsh", "tfrqq", "tfrqz")
