"""The asynchronous pair (protocols 10.1): apply and get a taskNo, ask until it is there, take its pages."""

from dataclasses import dataclass, replace

import msgspec

from simulator.companies import Company
from simulator.gateway import parameters
from simulator.gateway.accounts import ONLINE
from simulator.gateway.answers import Denied, wrong
from simulator.gateway.codes import FAILED, REPEATED, RUNNING, TEXTS, UNKNOWN_TASK, WAITING_TEXT
from simulator.gateway.tasks import ENDED_BADLY, Job, Listing, State, Task
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer
from simulator.wire import Json

NAMING = ("invoiceType", "invoiceCode", "invoiceNo", "etaxInvoiceNo", "customDeclarationNo", "fileType")
PART_KEPT = 3
"""A task that ends partly keeps all but one row in this many."""


@dataclass(frozen=True, slots=True)
class AsyncOperation:
    """`query` is the interfaceCode that asks for the result; `guarded` refuses the same task within three minutes.

    A result that is not `divisible` says what was done to every row, so it never ends partly.
    """

    query: str
    priority: int
    guarded: bool = True
    unknown: str = UNKNOWN_TASK
    divisible: bool = True

    def apply(self, visit: Visit, company: Company, channel: str, job: Job) -> Answer:
        """Accept a task."""
        parameters.choice(visit.request, "asyncFlag", ("1",), "1")
        mark = f"{self.query}|{msgspec.json.encode(visit.request, order='sorted').decode()}" if self.guarded else ""
        if mark and visit.gateway.repeated(mark, visit.now):
            raise Denied(REPEATED)
        account = visit.account(company, channel)
        number = visit.gateway.new_number()
        task = Task(number, self.query, company.nsrsbh, self.priority, visit.now, job, account)
        visit.gateway.open(task, mark)
        visit.gateway.work(visit.now)
        return Answer({"asyncFlag": "1", "taskNo": number})

    def result(self, visit: Visit) -> Answer:
        """What became of a task: 6910 while it runs or waits, P6901 where it failed, else its page or object."""
        task = self._task(visit)
        task.polls += 1
        if task.state in ENDED_BADLY:
            raise Denied(FAILED, task.text)
        if task.result is None and _waits(visit, task):
            raise Denied(RUNNING, WAITING_TEXT)
        if task.result is None or task.polls < visit.gateway.settings.ready_after_polls:
            raise Denied(RUNNING, f"{TEXTS[RUNNING]}[{task.number}]")
        if isinstance(task.result, Listing):
            return _page(visit, task, task.result, self.divisible)
        return Answer(dict(task.result.fields))

    def _task(self, visit: Visit) -> Task:
        tax_no = parameters.text(visit.request, "taxNo")
        task = visit.gateway.tasks.get(parameters.text(visit.request, "taskNo"))
        if task is None or (task.family, task.tax_no) != (self.query, tax_no):
            raise Denied(self.unknown)
        return task


def _waits(visit: Visit, task: Task) -> bool:
    """Whether a task stands still because nobody is logged in."""
    if task.account is None:
        return False
    return visit.login(task.account).state_at(visit.now, visit.gateway.settings) != ONLINE


def _page(visit: Visit, task: Task, listing: Listing, divisible: bool) -> Answer:
    number, size = parameters.page(visit.request)
    if divisible and task.state is State.PARTLY:
        listing = _partly(listing)
    pages = -(-listing.length // size)
    if number > max(pages, 1):
        raise wrong(f"pageNo超出总页数{pages}")
    rows = listing.rows((number - 1) * size, min(number * size, listing.length))
    head: Json = {
        "taxNo": task.tax_no,
        "taskNo": task.number,
        "pageNo": number,
        "pageSize": size,
        "totalElement": listing.length,
        "totalPage": pages,
    }
    return Answer(head | listing.more, rows=rows, rows_name=listing.name)


def _partly(listing: Listing) -> Listing:
    kept = listing.length - -(-listing.length // PART_KEPT)
    missing = [
        {name: row[name] for name in NAMING if name in row} | {"errorCode": FAILED, "message": "下载失败，请重试"}
        for row in listing.rows(kept, listing.length)
    ]
    fail = [*listing.more.get("fail", []), *missing]
    return replace(listing, length=kept, more=listing.more | {"fail": fail})
