"""The statistics table (统计表) of a period: made, withdrawn and confirmed by the same rules on both planes."""

from datetime import datetime

from simulator.bureau import Bureau
from simulator.documents.document import Document
from simulator.periods import CONFIRMED, FORECAST, MADE, NOT_MADE, NOTHING


def state(bureau: Bureau, tax_no: str, at: datetime) -> str:
    """createTjbbStatus of the current period."""
    return bureau.periods.state(tax_no, bureau.periods.current(tax_no, at.date()))


def selected(bureau: Bureau, tax_no: str, at: datetime) -> list[Document]:
    """What is selected in the current period."""
    return bureau.store.of_period(tax_no, bureau.periods.current(tax_no, at.date()), at.date())


def make(bureau: Bureau, tax_no: str, at: datetime) -> str:
    """02 in the month after the period, 03 before that, 22 where nothing was selected; the new state."""
    period = bureau.periods.current(tax_no, at.date())
    made = MADE if period < f"{at:%Y%m}" else FORECAST
    return _settle(bureau, tax_no, made if selected(bureau, tax_no, at) else NOTHING, at)


def withdraw(bureau: Bureau, tax_no: str, at: datetime) -> str:
    """01."""
    return _settle(bureau, tax_no, NOT_MADE, at)


def confirm(bureau: Bureau, tax_no: str, at: datetime) -> str:
    """05."""
    return _settle(bureau, tax_no, CONFIRMED, at)


def _settle(bureau: Bureau, tax_no: str, to: str, at: datetime) -> str:
    bureau.periods.settle(tax_no, bureau.periods.current(tax_no, at.date()), to)
    return to
