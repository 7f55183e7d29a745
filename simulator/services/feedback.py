"""The second half of every application: poll a number, take its packages one by one."""

from collections.abc import Callable
from datetime import date

from simulator.documents.document import Document
from simulator.services import parameters
from simulator.services.answers import Answer, processing
from simulator.services.visit import Visit
from simulator.tasks import Task
from simulator.wire import Json

DONE, EMPTY, FAILED = "1", "2", "3"

Row = Callable[[Document, date], Json]


def package(visit: Visit, task: Task, row: Row) -> Answer:
    """cljg 1 with rows, 2 without any, 3 for a task that failed for good; 10 before it is ready; 01 past the end."""
    number = parameters.whole(visit.request, "packageno")
    if not task.poll(visit.now, visit.bureau.readiness):
        return processing()
    count = task.selection.packages(task.package_rows)
    if task.failed or count == 0:
        return Answer({**task.echo, "packagecount": "0", "cljg": FAILED if task.failed else EMPTY})
    if number > count:
        raise parameters.wrong(f"packageno超出总包数{count}")
    rows = [row(document, task.selection.as_of) for document in task.selection.package(number, task.package_rows)]
    return Answer({**task.echo, "packagecount": str(count), "cljg": DONE}, rows=rows)
