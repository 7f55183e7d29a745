"""One call of one using unit: the request, and the part of the bureau a service may touch."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from simulator.bureau import Bureau
from simulator.codes import NOT_ENTITLED, NOTHING
from simulator.companies import Company
from simulator.errands import DeferredJob, Job
from simulator.services import parameters
from simulator.services.answers import Answer, Refused, processing
from simulator.tasks import Task
from simulator.wire import Json


@dataclass(frozen=True, slots=True)
class Visit:
    """`unit` is the sydwptbh of the header; the request is decrypted."""

    bureau: Bureau
    unit: str
    request: Json

    @property
    def now(self) -> datetime:
        """The simulator's instant, Asia/Shanghai."""
        return self.bureau.clock.now()

    @property
    def today(self) -> date:
        """The simulator's day."""
        return self.now.date()

    def company(self, name: str) -> Company:
        """The taxpayer a parameter names; 11 for one that does not stand behind this using unit."""
        company = self.bureau.registry.get(parameters.text(self.request, name))
        if company is None or company.sydwptbh != self.unit:
            raise Refused(NOT_ENTITLED)
        return company

    def general_company(self, name: str) -> Company:
        """The same, refused with 11 for 小规模纳税人, who have no deduction lists."""
        company = self.company(name)
        if company.small_scale:
            raise Refused(NOT_ENTITLED)
        return company

    def accept(self, family: str, job: Job) -> Answer:
        """Take an errand on, which `family` may ask for: its pclsh."""
        number = self.bureau.desk.new_number()
        due = self.now + timedelta(seconds=self.bureau.readiness.errand_seconds)
        self.bureau.errands.open(DeferredJob(number, family, self.unit, due, job))
        self.bureau.work()
        return Answer({"pclsh": number})

    def errand(self, family: str) -> Answer:
        """What became of the errand that pclsh names; 10 before its time, 04 for one this unit did not ask for."""
        number = parameters.text(self.request, "pclsh")
        errand = self.bureau.errands.find(number)
        if errand is None or (errand.family, errand.unit) != (family, self.unit):
            raise Refused(NOTHING)
        if errand.answer is None:
            return processing()
        found = errand.answer
        rows = None if found.rows is None else list(found.rows)
        return Answer({"pclsh": number, **found.fields}, rows=rows, rows_name=found.rows_name)

    def task(self, name: str, family: str) -> Task:
        """The application a 流水号 names; 04 for one this unit did not make."""
        task = self.bureau.desk.find(parameters.text(self.request, name), family, self.unit)
        if task is None:
            raise Refused(NOTHING)
        return task
