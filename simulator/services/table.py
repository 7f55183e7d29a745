"""The services plane L offers: ability and code to the function that answers; whatever is missing here is 4049."""

from collections.abc import Callable

from simulator.codes import COLLECTION, DEDUCTION
from simulator.services import full, incremental, periods, risk, selection, statistics, unselected, usage
from simulator.services.answers import Answer
from simulator.services.visit import Visit

Service = Callable[[Visit], Answer]

SERVICES: dict[tuple[str, str], Service] = {
    (COLLECTION, "PLFPXZSQ"): full.INVOICES.apply,
    (COLLECTION, "PLFPXZSQFK"): full.INVOICES.feedback,
    (COLLECTION, "PLHGJKSXZSQ"): full.CUSTOMS_DOCUMENTS.apply,
    (COLLECTION, "PLHGJKSXZSQFK"): full.CUSTOMS_DOCUMENTS.feedback,
    (COLLECTION, "PLZZSDKDJWSPZXZSQ"): full.WITHHOLDING_DOCUMENTS.apply,
    (COLLECTION, "PLZZSDKDJWSPZXZSQFK"): full.WITHHOLDING_DOCUMENTS.feedback,
    (COLLECTION, "CXZLXZFPXX"): incremental.INVOICES.query,
    (COLLECTION, "CXZLXZHGJKSXX"): incremental.CUSTOMS_DOCUMENTS.query,
    (COLLECTION, "CXZLXZZZSDKDJWSPZXX"): incremental.WITHHOLDING_DOCUMENTS.query,
    (COLLECTION, "FPTSTXXXCX"): risk.query,
    (COLLECTION, "FPZTXXCX"): usage.query,
    (DEDUCTION, "WGXSJCSHQDXZSQDKGX"): unselected.apply,
    (DEDUCTION, "WGXSJCSHQDXZSQFKDKGX"): unselected.result,
    (DEDUCTION, "HQDQSKSSQYDQSKSSQTJZT"): periods.query,
    (DEDUCTION, "SQSKSSQBG"): periods.change,
    (DEDUCTION, "SXSKSSQ"): periods.refresh,
    (DEDUCTION, "PLFPDKGX"): selection.INVOICES.upload,
    (DEDUCTION, "CXFPDKGXCLJG"): selection.INVOICES.result,
    (DEDUCTION, "HQDQSKSSQFPDKGXCLJG"): selection.INVOICES.held,
    (DEDUCTION, "PLHGJKSDKGX"): selection.CUSTOMS_DOCUMENTS.upload,
    (DEDUCTION, "CXHGJKSDKGXCLJG"): selection.CUSTOMS_DOCUMENTS.result,
    (DEDUCTION, "HQDQSKSSQHGJKSDKGXCLJG"): selection.CUSTOMS_DOCUMENTS.held,
    (DEDUCTION, "SQCXDKTJ"): statistics.MAKING.apply,
    (DEDUCTION, "CXTJCLJG"): statistics.MAKING.result,
    (DEDUCTION, "SQQRDKTJ"): statistics.CONFIRMING.apply,
    (DEDUCTION, "CXQRTJCLJG"): statistics.CONFIRMING.result,
}
