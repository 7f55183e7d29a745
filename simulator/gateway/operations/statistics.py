"""O18 to O20: the statistics table (统计表) of the current period: look, make, withdraw, confirm (4.07–4.11)."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from simulator import tables
from simulator.documents.document import Document
from simulator.documents.facts import STAMP
from simulator.gateway import parameters
from simulator.gateway.answers import Denied
from simulator.gateway.codes import BY_GATEWAY, FAILED, SELECTING, TYPE_OF_KIND, UNSUPPORTED
from simulator.gateway.operations.pairs import AsyncOperation
from simulator.gateway.operations.periods import described
from simulator.gateway.rows.face import Face
from simulator.gateway.rows.states import PURPOSE
from simulator.gateway.tasks import Plain
from simulator.gateway.visit import Visit
from simulator.periods import CONFIRMED, FORECAST, MADE, NOT_MADE, NOTHING
from simulator.services.answers import Answer
from simulator.wire import Json

MAKING = AsyncOperation("statisticCreateQuery", SELECTING, guarded=False, unknown=UNSUPPORTED)
CONFIRMING = AsyncOperation("ext.statisticConfirmQuery", SELECTING, guarded=False, unknown=UNSUPPORTED)
MAKE, WITHDRAW = "1", "2"
TOTAL = "99"
COLUMNS = (
    "deductibleNum",
    "deductibleAmount",
    "deductibleTax",
    "unDeductibleNum",
    "unDeductibleAmount",
    "unDeductibleTax",
)
DEDUCTED, NOT_DEDUCTED = "1", "2"
UNCONFIRMED = (NOT_MADE, NOTHING, MADE, FORECAST)


def query(visit: Visit) -> Answer:
    """statisticQuery."""
    company, channel = visit.general_company_on(BY_GATEWAY)
    visit.logged_in(company, channel)
    return Answer(_table(visit, company.nsrsbh, visit.now))


def create(visit: Visit) -> Answer:
    """statisticCreate: operateType 1 makes the table, 2 withdraws it."""
    company, channel = visit.general_company_on(BY_GATEWAY)
    make = parameters.choice(visit.request, "operateType", (MAKE, WITHDRAW)) == MAKE

    def work(at: datetime) -> Plain:
        _objection(visit, company.nsrsbh, at, UNCONFIRMED, "统计表已确认签名")
        (tables.make if make else tables.withdraw)(visit.bureau, company.nsrsbh, at)
        return Plain(_table(visit, company.nsrsbh, at))

    _objection(visit, company.nsrsbh, visit.now, UNCONFIRMED, "统计表已确认签名")
    return MAKING.apply(visit, company, channel, work)


def confirm(visit: Visit) -> Answer:
    """statisticConfirm: only a table that may be confirmed."""
    company, channel = visit.general_company_on(BY_GATEWAY)
    _objection(visit, company.nsrsbh, visit.now, (MADE, CONFIRMED), "统计表未生成或不可确认")

    def work(at: datetime) -> Plain:
        _objection(visit, company.nsrsbh, at, (MADE, CONFIRMED), "统计表未生成或不可确认")
        tables.confirm(visit.bureau, company.nsrsbh, at)
        return Plain(_table(visit, company.nsrsbh, at))

    return CONFIRMING.apply(visit, company, channel, work)


def _objection(visit: Visit, tax_no: str, at: datetime, allowed: tuple[str, ...], text: str) -> None:
    if tables.state(visit.bureau, tax_no, at) not in allowed:
        raise Denied(FAILED, text)


def _table(visit: Visit, tax_no: str, at: datetime) -> Json:
    head = described(visit, tax_no)
    state, rows = head["createTjbbStatus"], _rows(visit, tax_no, at)
    return head | {
        "updateTime": at.strftime(STAMP),
        "isAllowQxTj": state in (MADE, FORECAST),
        "isAllowQrtj": state == MADE,
        "allowChangeSsqBySeason": False,
        "tjInfo": "".join(f"{'='.join(str(value) for value in row.values())};" for row in rows),
        "tjInfoArr": rows,
    }


def _rows(visit: Visit, tax_no: str, at: datetime) -> list[Json]:
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(COLUMNS))
    for document in tables.selected(visit.bureau, tax_no, at):
        for group in (TYPE_OF_KIND.get(document.facts.kind, ""), TOTAL):
            sums[group] = [a + b for a, b in zip(sums[group], _share(document, at), strict=True)]
    return [{"invoiceType": group, **_shown(sums[group])} for group in sorted(sums, key=lambda g: (g == TOTAL, g))]


def _share(document: Document, at: datetime) -> list[Decimal]:
    """What one document adds: number, amount and tax, deductible or not."""
    amount = Decimal(Face.of(document, at.date()).amounts()["invoiceAmount"])
    values = [Decimal(1), amount, Decimal(document.effective_tax())]
    nothing = [Decimal(0)] * len(values)
    purpose = PURPOSE.get(document.status_on(at.date())["fpyt"])
    return [*(values if purpose == DEDUCTED else nothing), *(values if purpose == NOT_DEDUCTED else nothing)]


def _shown(sums: list[Decimal]) -> Json:
    return {
        name: int(value) if name.endswith("Num") else f"{value:.2f}" for name, value in zip(COLUMNS, sums, strict=True)
    }
