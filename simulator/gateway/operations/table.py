"""The operations plane O offers: path and code to the function that answers; whatever is missing here is P4001."""

from collections.abc import Callable

from simulator.gateway.operations import (
    full,
    headers,
    layout,
    login,
    periods,
    selection,
    statistics,
    updates,
    usage,
    verification,
)
from simulator.gateway.visit import Visit
from simulator.services.answers import Answer

Operation = Callable[[Visit], Answer]

DEDUCTION, OPEN_API, MESSAGE = "rim/deduction", "sim/openApi", "rim/message"

OPERATIONS: dict[tuple[str, str], Operation] = {
    (DEDUCTION, "taxLogin"): login.tax_login,
    (OPEN_API, "ext.etaxLoginCheck"): login.login_check,
    (OPEN_API, "ALLE.ACCOUNT.CHECK"): login.accounts,
    (DEDUCTION, "invoiceDown"): headers.apply,
    (DEDUCTION, headers.HEADERS.query): headers.HEADERS.result,
    (DEDUCTION, "ext.fullInvoiceDown"): full.apply,
    (DEDUCTION, full.FULL.query): full.FULL.result,
    (DEDUCTION, "ext.statusUpdateDown"): updates.apply,
    (DEDUCTION, updates.UPDATES.query): updates.UPDATES.result,
    (OPEN_API, "ext.invoiceUsageQuery"): usage.query,
    (DEDUCTION, "ext.layoutFileDown"): layout.apply,
    (DEDUCTION, layout.LAYOUT.query): layout.LAYOUT.result,
    (MESSAGE, "invoiceCheck"): verification.check,
    (DEDUCTION, "taxperiodQuery"): periods.query,
    (DEDUCTION, "taxperiodChange"): periods.change,
    (DEDUCTION, "invoiceSelect"): selection.apply,
    (DEDUCTION, selection.SELECTION.query): selection.SELECTION.result,
    (DEDUCTION, "statisticQuery"): statistics.query,
    (DEDUCTION, "statisticCreate"): statistics.create,
    (DEDUCTION, statistics.MAKING.query): statistics.MAKING.result,
    (DEDUCTION, "statisticConfirm"): statistics.confirm,
    (DEDUCTION, statistics.CONFIRMING.query): statistics.CONFIRMING.result,
}
