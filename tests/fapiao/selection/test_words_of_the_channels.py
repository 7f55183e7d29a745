"""What each channel is sent and how its answers are read, without a network."""

from datetime import date
from decimal import Decimal

import pytest

from fapiao.channels.gateway import selection as gateway
from fapiao.channels.leqi import selection as leqi
from fapiao.selection.answers import Document, UnreadableAnswer
from fapiao.selection.each import once_each
from fapiao.selection.result_codes import result_codes

TAXPAYER = "91310000MA1EXAMP07"
NUMBER = "123420261000000001-L01"
DOCUMENT = Document(NUMBER, date(2026, 12, 5), "3", None, Decimal("13.5"), Decimal("13.00"))


def test_leqi_is_told_the_reason_of_a_selection_and_of_no_withdrawal() -> None:
    named = {"jkshm": NUMBER, "tfrq": "20261205"}
    assert leqi.upload(TAXPAYER, "select", [DOCUMENT]) == {
        "gfsbh": TAXPAYER,
        "gxlxDm": "03",
        "hgjksmx": [named | {"bdklx": "3"}],
    }
    assert leqi.upload(TAXPAYER, "withdraw", [DOCUMENT]) == {"gfsbh": TAXPAYER, "gxlxDm": "04", "hgjksmx": [named]}


def test_the_gateway_is_told_numbers_amounts_and_reason() -> None:
    asked = gateway.upload(TAXPAYER, "select", [DOCUMENT])
    fixed = [asked[name] for name in ("taxNo", "authenticateFlag", "deductionPurpose", "billType", "asyncFlag")]
    assert fixed == [TAXPAYER, 1, 2, 1, "1"]
    assert asked["invoices"] == [
        {
            "invoiceType": "21",
            "invoiceCode": "",
            "invoiceNo": NUMBER,
            "etaxInvoiceNo": "",
            "invoiceDate": "2026-12-05",
            "invoiceAmount": "",
            "effectiveTaxAmount": "13.00",
            "totalTaxAmount": "13.50",
            "notDeductibleType": "3",
            "salerName": "",
            "salerTaxNo": "",
        }
    ]
    assert gateway.upload(TAXPAYER, "withdraw", [DOCUMENT])["authenticateFlag"] == 0


def test_the_gateway_is_asked_what_is_selected_or_confirmed_in_a_period() -> None:
    search = gateway.holdings_search(TAXPAYER, "202612")["searchOpt"]
    assert {name: value for name, value in search.items() if value} == {
        "taxPeriod": "202612",
        "authenticateFlags": "1,2",
        "invoiceType": "21",
    }


@pytest.mark.parametrize(("zt", "state"), [("0", "01"), ("1", "02"), ("2", "05")])
def test_the_states_of_leqi_are_told_in_the_gateways_words(zt: str, state: str) -> None:
    assert leqi.tax_period({"skssq": "202612", "zt": zt}, TAXPAYER).statistics == state


@pytest.mark.parametrize("data", [{}, {"skssq": "202612"}, {"skssq": "202612", "zt": "7"}, {"zt": "0"}])
def test_an_answer_without_period_or_known_state_is_not_read(data: dict[str, str]) -> None:
    with pytest.raises(UnreadableAnswer):
        leqi.tax_period(data, TAXPAYER)


@pytest.mark.req("R224")
def test_the_gateway_names_the_deadline_of_the_period() -> None:
    known = gateway.tax_period({"skssq": "202612;20270115;202701", "createTjbbStatus": "22"}, TAXPAYER)
    assert (known.period, known.deadline, known.statistics) == ("202612", date(2027, 1, 15), "22")
    assert gateway.tax_period({"taxPeriod": "202612", "createTjbbStatus": "01"}, TAXPAYER).deadline is None
    with pytest.raises(UnreadableAnswer):
        gateway.tax_period({"skssq": "202612;20270115;202701"}, TAXPAYER)


def test_leqi_holds_for_deduction_for_nothing_or_for_a_refund() -> None:
    rows = [{"jkshm": f"KEY{use}", "hxyt": use, "skssq": "202612"} for use in ("1", "4", "6", "2", "", "0")]
    held, _ = once_each(leqi.held_on_page({"hgjksmx": rows}, TAXPAYER, "202612"))
    found = {one.document_key: one.purpose for one in held}
    assert found == {"KEY1": "1", "KEY4": "2", "KEY6": "2", "KEY2": "3", "KEY": "", "KEY0": ""}


def test_a_header_says_purpose_period_and_reason() -> None:
    row = {"customDeclarationNo": NUMBER, "deductionPurpose": "2", "taxPeriod": "202612", "notDeductibleType": "3"}
    (held,) = gateway.holdings([row, {"invoiceNo": "1"}], "202612").values()
    assert (held.document_key, held.purpose, held.period, held.reason) == (NUMBER, "2", "202612", "3")


def test_a_row_that_the_gateway_could_not_do_at_all_is_refused_in_its_words() -> None:
    row = {"invoiceNo": NUMBER, "errorCode": "P6901", "message": "处理失败"}
    (result,) = gateway.results([row], result_codes()).documents
    assert (result.outcome, result.code, result.text) == ("refused", "P6901", "处理失败")


@pytest.mark.finding("F73")
def test_a_result_without_a_number_is_unusable_and_its_neighbour_is_read() -> None:
    found = gateway.results([{"selectResult": "1"}, {"invoiceNo": NUMBER, "selectResult": "1"}], result_codes())
    assert ([one.document_key for one in found.documents], len(found.unusable)) == ([NUMBER], 1)
    rows = [{"cljg": "01"}, {"jkshm": NUMBER, "cljg": "01"}]
    found = leqi.results({"hgjksmx": rows}, TAXPAYER, result_codes())
    assert ([one.document_key for one in found.documents], len(found.unusable)) == ([NUMBER], 1)


def test_what_a_table_counts_is_told_as_text() -> None:
    data = {"gxtjjg": [{"tjjg": [{"fplx": "6", "hjfs": 2, "hjyxdkse": "1.00"}]}]}
    assert leqi.counted(data) == [{"fplx": "6", "hjfs": "2", "hjyxdkse": "1.00"}]
    assert leqi.counted({}) == []


def test_a_document_with_two_different_results_has_none_that_can_be_used() -> None:
    rows = [{"invoiceNo": NUMBER, "selectResult": "1"}, {"invoiceNo": NUMBER, "errorCode": "P6901"}]
    assert len(gateway.results([rows[0], rows[0]], result_codes()).documents) == 1
    found = gateway.results(rows, result_codes())
    assert (list(found.documents), [one.document_key for one in found.unusable]) == ([], [NUMBER])
