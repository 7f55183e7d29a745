"""电子税局: accounts that log in or wait, headers by period and by choice, months one by one, layout files."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from asked_of_gateway import ACCOUNT, company
from asked_of_leqi import order
from fapiao.channels.gateway.interfaces import LAYOUT_FILES
from fapiao.channels.gateway.questions import layout_files
from fapiao.downloads.protocol import Package, PartCursor, Readiness, Request
from fapiao.errors import LoginLost, Refused, TryLater
from hooks.gateway.etax import EtaxHook
from rehearsal import GENERAL
from stands import KINDS, Stand, claimed, standing

ETAX = next(kind for kind in KINDS if kind.channel == "etax")


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    with standing(ETAX, monkeypatch) as found:
        yield found


@pytest.fixture
def etax(stand: Stand) -> EtaxHook:
    assert isinstance(stand.hook, EtaxHook)
    return stand.hook


def session(stand: Stand, state: str) -> None:
    """Somebody logs the account in or out."""
    order(stand.bureau, "session", account=ACCOUNT, state=state)


def manual(stand: Stand) -> None:
    """The account needs a person, and is out."""
    order(stand.bureau, "seed", companies=[company("etax", login="manual")], documents=[])
    session(stand, "lost")


def customs(stand: Stand, **values: Any) -> Request:
    """A request of 海关缴款书 filled in December and January."""
    days = {"window_start": date(2026, 12, 1), "window_end": date(2027, 1, 15)}
    return stand.asked(**{"document": "customs", "invoice_type": "customs"} | days | values)


def rows(page: Package, **values: Any) -> list[dict[str, Any]]:
    """The rows of a page that the claim does not ignore."""
    claim = claimed("etax", **values)
    judged = ((row, ETAX.reading.aside(claim, row)) for row in ETAX.reading.rows(claim, page.body))
    return [dict(row) for row, aside in judged if aside is None or aside.fate == "failed"]


# Accounts


@pytest.mark.parametrize(("login", "state"), [("auto", "offline"), ("auto", "lost"), ("manual", "online")])
def test_an_account_that_can_log_in_is_online_after_the_question(
    stand: Stand, etax: EtaxHook, login: str, state: str
) -> None:
    order(stand.bureau, "seed", companies=[company("etax", login=login)], documents=[])
    session(stand, state)

    found = etax.login(GENERAL)

    assert (found.state, found.account) == ("online", ACCOUNT)


def test_an_account_that_needs_a_person_names_itself_and_its_page(stand: Stand, etax: EtaxHook) -> None:
    manual(stand)

    found = etax.login(GENERAL)

    assert (found.state, found.account) == ("manual", ACCOUNT)
    assert found.url
    assert found.url.startswith(stand.bureau.url)


@pytest.mark.req("R291")
def test_a_task_without_its_login_waits_says_who_must_log_in_and_goes_on_afterwards(
    stand: Stand, etax: EtaxHook
) -> None:
    numbers = stand.seed(2)
    request = stand.asked()
    manual(stand)
    applied = etax.apply(request)
    place = PartCursor(1, applied.parts[0])

    with pytest.raises(LoginLost) as lost:
        etax.poll(request, applied.request_no, place)
    session(stand, "online")
    page = stand.ready(request, applied)

    assert lost.value.text == "任务处理中"
    assert ACCOUNT in lost.value.advice
    assert sorted(stand.numbers([page])) == sorted(numbers)
    assert len(stand.calls("ext.fullInvoiceDown")) == 1


def test_a_task_whose_account_logs_in_by_itself_is_only_still_processing(stand: Stand, etax: EtaxHook) -> None:
    stand.seed()
    request = stand.asked()
    session(stand, "lost")
    applied = etax.apply(request)

    progress = etax.poll(request, applied.request_no, PartCursor(1, applied.parts[0]))

    assert progress.stage is Readiness.PROCESSING
    assert stand.ready(request, applied).row_count == 1


@pytest.mark.parametrize("job", ["status_update", "key_element_sync"])
def test_headers_asked_for_without_login_are_login_lost_and_no_task(stand: Stand, etax: EtaxHook, job: str) -> None:
    manual(stand)

    with pytest.raises(LoginLost) as lost:
        etax.apply(stand.asked("input_status", job=job))

    assert lost.value.code == "GATEWAY_LOGIN_LOST"


# Headers


def header_request(stand: Stand, **values: Any) -> Request:
    """A status update: no window, the bureau's current tax period decides."""
    usual = {"job": "status_update", "window_start": None, "window_end": None}
    return stand.asked("input_status", **usual | values)


@pytest.mark.req("R097")
def test_a_status_update_asks_for_what_is_selected_in_the_current_period(stand: Stand, etax: EtaxHook) -> None:
    order(stand.bureau, "period", taxNo=GENERAL, skssq="202612")
    applied = etax.apply(header_request(stand))

    (call,) = stand.calls("invoiceDown")
    assert call["request"]["searchOpt"] == {
        "taxPeriod": "202612", "authenticateFlags": "1,2", "invoiceType": "27", "invoiceCode": "", "invoiceNo": "",
        "salerTaxNo": "", "invoiceStatus": "", "startTime": "", "endTime": "",
    }  # fmt: skip
    assert (
        etax.poll(header_request(stand), applied.request_no, PartCursor(1, applied.parts[0])).stage
        is Readiness.PROCESSING
    )


def test_the_period_is_asked_once_for_all_types_of_a_taxpayer(stand: Stand, etax: EtaxHook) -> None:
    for code in ("81", "82", "61"):
        etax.apply(header_request(stand, invoice_type=code))
    assert (len(stand.calls("taxperiodQuery")), len(stand.calls("invoiceDown"))) == (1, 3)


def test_headers_carry_the_selected_invoice_and_no_lines(stand: Stand, etax: EtaxHook) -> None:
    order(stand.bureau, "period", taxNo=GENERAL, skssq="202701")
    (selected,) = stand.seed(1, fpyt="1", skssq="202701")
    stand.seed(1)
    request = header_request(stand)

    page = stand.ready(request, etax.apply(request))

    (row,) = rows(page, download_type="input_status")
    assert (row["invoiceNo"], "items" in row) == (selected, False)


def test_a_key_element_sync_asks_for_what_a_person_chose(stand: Stand, etax: EtaxHook) -> None:
    chosen = {"invoiceStatus": "0,7", "authenticateFlags": "0", "invoiceType": "27,26", "unknown": "x"}
    etax.apply(stand.asked("input_status", job="key_element_sync", argument=chosen))

    (call,) = stand.calls("invoiceDown")
    asked = call["request"]["searchOpt"]
    assert {name: asked[name] for name in ("invoiceStatus", "authenticateFlags", "invoiceType")} == {
        "invoiceStatus": "0,7",
        "authenticateFlags": "0",
        "invoiceType": "27,26",
    }
    assert (asked["startTime"], asked["endTime"], "unknown" in asked) == ("2027-01-01", "2027-01-19", False)


@pytest.mark.req("R041")
def test_a_small_scale_company_gets_no_headers_and_no_task(stand: Stand, etax: EtaxHook) -> None:
    order(stand.bureau, "seed", companies=[company("etax", companyType="02")], documents=[])

    with pytest.raises(Refused) as refused:
        etax.apply(stand.asked("input_status", job="key_element_sync"))

    assert refused.value.code == "SMALL_SCALE"
    assert "小规模纳税人不支持抵扣类勾选数据下载" in refused.value.text
    with stand.bureau.client() as client:
        assert client.get("/_sim/tasks", params={"taxNo": GENERAL}).json()["tasks"] == []


@pytest.mark.req("R010")
def test_a_company_of_leqi_has_no_header_download(stand: Stand, etax: EtaxHook) -> None:
    only = {"nsrsbh": GENERAL, "sydwptbh": "SY1", "jrdwptbh": "JR1", "authorised_on": "2020-01-01"}
    order(stand.bureau, "seed", companies=[only], documents=[])

    with pytest.raises(Refused) as refused:
        etax.apply(stand.asked("input_status", job="key_element_sync"))

    assert refused.value.code == "GATEWAY_NOT_ON_CHANNEL"


# Months


@pytest.mark.req("R091")
def test_customs_documents_of_two_months_are_two_applications_and_each_number_is_kept_before_it_is_asked(
    stand: Stand, etax: EtaxHook
) -> None:
    for day in ("2026-12-05", "2027-01-05"):
        order(stand.bureau, "seed", companies=[], documents=[{"fplx": "customs", "nsrsbh": GENERAL, "kprq": day}])
    request = customs(stand)
    applied = etax.apply(request)
    first = stand.ready(request, applied)
    assert len(stand.calls("ext.fullInvoiceDown")) == 1

    late = etax.poll(request, applied.request_no, PartCursor(2, applied.parts[1]))
    assert late.argument is not None
    second = stand.ready(request, applied, PartCursor(2, late.argument))

    windows = [
        (call["request"]["startTime"], call["request"]["endTime"]) for call in stand.calls("ext.fullInvoiceDown")
    ]
    assert windows == [("2026-12-01", "2026-12-31"), ("2027-01-01", "2027-01-15")]
    assert (late.stage, late.argument["taskNo"] != applied.request_no) == (Readiness.PROCESSING, True)
    days = [row["invoiceDate"] for page in (first, second) for row in rows(page, document="customs")]
    assert days == ["2026-12-05", "2027-01-05"]


@pytest.mark.parametrize("fault", ["drop_reply", "http_500"])
def test_a_later_month_that_cannot_be_applied_for_is_tried_again_without_the_first(
    stand: Stand, etax: EtaxHook, fault: str
) -> None:
    order(stand.bureau, "settings", gateway={"repeat_seconds": 0})
    request = customs(stand)
    applied = etax.apply(request)
    stand.fault(fault, "ext.fullInvoiceDown")

    with pytest.raises(TryLater):
        etax.poll(request, applied.request_no, PartCursor(2, applied.parts[1]))
    late = etax.poll(request, applied.request_no, PartCursor(2, applied.parts[1]))

    assert late.argument
    asked = [call["request"]["startTime"] for call in stand.calls("ext.fullInvoiceDown")]
    assert asked == ["2026-12-01", "2027-01-01", "2027-01-01"]


# Types


def test_two_types_of_one_number_share_a_task_and_each_takes_its_own_rows(stand: Stand, etax: EtaxHook) -> None:
    for fplx in ("04", "86"):
        stand.seed(2, fplx=fplx)
    ordinary, digital = stand.asked(invoice_type="04"), stand.asked(invoice_type="86")
    applied = etax.apply(ordinary)

    assert etax.apply(digital).request_no == applied.request_no

    page = stand.ready(ordinary, applied)
    kinds = [{row["govInvoiceType"] for row in rows(page, invoice_type=code)} for code in ("04", "86")]
    assert (page.row_count, kinds) == (4, [{"04"}, {"86"}])


@pytest.mark.finding("F01")
def test_toll_invoices_are_asked_for_with_82_and_are_not_taken_for_it(stand: Stand, etax: EtaxHook) -> None:
    (plain,), (toll,) = stand.seed(1, fplx="82"), stand.seed(1, fplx="8208")
    request = stand.asked(invoice_type="82")

    page = stand.ready(request, etax.apply(request))

    wanted = (("82",), ("8208",), ("82", "8208"))
    found = [{row["invoiceNo"] for row in rows(page, invoice_type="82", wanted_types=types)} for types in wanted]
    assert found == [{plain}, {toll}, {plain, toll}]


@pytest.mark.parametrize(
    "values",
    [
        {"document": "withholding", "invoice_type": "withholding"},
        {"download_type": "input_incremental"},
        {"download_type": "unselected_init"},
        {"download_type": "input_status", "job": "usage_status"},
    ],
)
def test_what_the_channel_cannot_deliver_is_refused_before_any_call(
    stand: Stand, etax: EtaxHook, values: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        etax.apply(replace(stand.asked(), **values))
    assert refused.value.code == "NOT_OBTAINABLE"


# Answers that are not whole


def test_a_task_partly_done_shows_what_is_missing_with_the_bureaus_words(stand: Stand, etax: EtaxHook) -> None:
    stand.generate(1000)
    request = stand.asked()
    applied = etax.apply(request)
    stand.fault("task_ends", "ext.fullInvoiceDownQuery", code="4")

    pages = stand.rest(request, applied, stand.ready(request, applied))

    found = [row for page in pages for row in rows(page)]
    failed = [row for row in found if "errorCode" in row]
    assert failed
    assert {(row["errorCode"], row["message"]) for row in failed} == {("P6901", "下载失败，请重试")}
    assert len({row["invoiceNo"] for row in found}) == len(found)
    assert len(found) - len(failed) == pages[0].announced


@pytest.mark.parametrize(
    ("fault", "values", "check"),
    [
        ("renamed_field", {"field": "invoiceAmount", "to": "amount"}, lambda row: "invoiceAmount" not in row and row["amount"]),
        ("missing_field", {"field": "salerName"}, lambda row: "salerName" not in row),
        ("extra_field", {"field": "novelty"}, lambda row: "novelty" in row),
        ("amounts_as_numbers", {}, lambda row: isinstance(row["invoiceAmount"], (str, int)) and "." in str(row["invoiceAmount"])),
    ],
)  # fmt: skip
def test_rows_whose_layout_drifts_are_handed_over_as_they_came(
    stand: Stand, etax: EtaxHook, fault: str, values: dict[str, Any], check: Any
) -> None:
    stand.seed()
    request = stand.asked()
    applied = etax.apply(request)
    stand.fault(fault, "ext.fullInvoiceDownQuery", times="always", **values)

    (row,) = rows(stand.ready(request, applied))

    assert check(row), row


# Layout files


@pytest.mark.req("R130", "R131")
def test_a_layout_file_is_byte_identical_to_what_the_bureau_promised(stand: Stand, etax: EtaxHook) -> None:
    (number,) = stand.seed()
    asked = {"invoices": [{"invoiceType": "81", "invoiceNo": number, "invoiceDate": "2027-01-05"}]}
    request = stand.asked("input_files", argument=asked)

    page = stand.ready(request, etax.apply(request))

    files = rows(page, download_type="input_files")
    assert sorted(file["fileType"] for file in files) == ["ofd", "pdf", "xml"]
    for file in files:
        content = etax.session.download(file["url"])
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(file["size"]), file["sha256"])


def test_an_invoice_without_files_is_a_row_with_the_bureaus_words(stand: Stand, etax: EtaxHook) -> None:
    asked = {"invoices": [{"invoiceType": "27", "invoiceNo": "1" * 20, "invoiceDate": ""}]}
    request = stand.asked("input_files", argument=asked)

    (row,) = rows(stand.ready(request, etax.apply(request)), download_type="input_files")

    assert (row["errorCode"], row["message"]) == ("P2202", "开票日期不完整，请先从税局同步数据后重试")


def test_the_files_verbs_stand_alone(stand: Stand, etax: EtaxHook) -> None:
    (number,) = stand.seed()
    invoice = {"invoiceType": "27", "invoiceNo": number, "invoiceDate": "2027-01-05"}
    task_no = etax.session.apply(LAYOUT_FILES, layout_files(GENERAL, [invoice], ("xml",)))
    place, now = PartCursor(1), stand.asked().observed_at

    stages = [etax.session.poll(LAYOUT_FILES, GENERAL, task_no, place, now) for _ in range(2)]

    assert [progress.stage for progress in stages] == [Readiness.PROCESSING, Readiness.READY]
    assert stages[1].page
    assert [file["fileType"] for file in json.loads(stages[1].page.body)["files"]] == ["xml"]
