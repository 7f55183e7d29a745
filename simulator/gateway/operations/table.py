"""The operations plane O offers: path and code to the function that answers; whatever is missing here is P4001."""

from collections.abc import Callable

from simulator.gateway.operations import full, headers, login
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
}
