"""软证书, 税盘 and 航信, and the verbs that others ask of the gateway: verification and usage."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from asked_of_gateway import company, gateway_connection
from asked_of_leqi import order
from fapiao.channels.gateway.interfaces import OPEN_API, Interface
from fapiao.downloads.protocol import PartCursor, Readiness
from fapiao.errors import QuotaSpent, Refused, TryLater
from fapiao.tasks import SHANGHAI
from hooks.gateway.etax import EtaxHook
from hooks.gateway.request_dedup import RequestDedup
from hooks.gateway.session import GatewaySession
from rehearsal import GENERAL
from simulator.gateway.credentials import AES_PASSWORD
from stands import KINDS, Kind, Stand, standing

CERTIFIED = [kind for kind in KINDS if kind.channel in ("soft_certificate", "tax_disk")]
Enter = Callable[[str], Stand]
USAGE = Interface(OPEN_API, "ext.invoiceUsageQuery")
"""O10 发票用途状态查询, which no download asks"""


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Enter]:
    """The stand of a channel by its name."""
    open_stands: list[Any] = []

    def make(channel: str) -> Stand:
        kind = next(kind for kind in KINDS if kind.channel == channel)
        open_stands.append(standing(kind, monkeypatch))
        found: Stand = open_stands[-1].__enter__()
        return found

    yield make
    for one in open_stands:
        one.__exit__(None, None, None)


@pytest.fixture(params=CERTIFIED, ids=lambda kind: kind.channel)
def certified(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """A channel with a certificate or a device."""
    kind: Kind = request.param
    with standing(kind, monkeypatch) as found:
        yield found


# What the bureau recorded


@pytest.mark.req("R117", "R120")
def test_a_status_update_asks_for_what_was_recorded_this_month_until_yesterday(certified: Stand) -> None:
    (changed,) = certified.seed(1, kprq="2026-11-05")
    order(certified.bureau, "change", key=changed, fpzt="7", recognised_on="2027-01-18")
    certified.seed(1, kprq="2026-11-06")
    request = certified.asked("input_status", job="status_update", window_start=None, window_end=None)

    page = certified.ready(request, certified.hook.apply(request))

    (call,) = certified.calls("ext.statusUpdateDown")
    asked = {name: call["request"][name] for name in ("startTime", "endTime")}
    assert asked == {"startTime": "2027-01-01", "endTime": "2027-01-19"}
    assert certified.numbers([page], download_type="input_status") == [changed]


def test_on_the_first_of_a_month_the_month_before_is_asked_for(certified: Stand) -> None:
    observed_at = datetime(2027, 1, 1, 6, 30, tzinfo=SHANGHAI)
    request = certified.asked(
        "input_status", job="status_update", window_start=None, window_end=None, observed_at=observed_at
    )
    assert dict(certified.hook.apply(request).parts[0]) == {"startTime": "2026-12-01", "endTime": "2026-12-31"}


def test_the_rows_own_days_win(certified: Stand) -> None:
    request = certified.asked("input_status", job="status_update", window_start=date(2027, 1, 19))
    assert dict(certified.hook.apply(request).parts[0]) == {"startTime": "2027-01-19", "endTime": "2027-01-19"}


def test_the_rows_of_a_taxpayer_share_the_one_question_that_knows_no_types(certified: Stand) -> None:
    special, ordinary = certified.seed(1, fplx="81"), certified.seed(2, fplx="82")
    asked = {
        code: certified.asked("input_status", job="status_update", invoice_type=code, window_start=date(2027, 1, 1))
        for code in ("81", "82")
    }
    applied = {code: certified.hook.apply(request) for code, request in asked.items()}

    page = certified.ready(asked["81"], applied["81"])

    assert len(certified.calls("ext.statusUpdateDown")) == 1
    status = {"download_type": "input_status", "job": "status_update"}
    found = {code: certified.numbers([page], invoice_type=code, **status) for code in asked}
    assert (found["81"], sorted(found["82"])) == (special, sorted(ordinary))


def test_the_same_question_by_another_worker_waits_out_the_three_minutes(certified: Stand) -> None:
    request = certified.asked("input_status", job="status_update")
    certified.hook.apply(request)
    other = certified.kind.hook()

    with pytest.raises(TryLater) as later:
        other.apply(request)

    other.close()
    assert later.value.code == "GATEWAY_REPEATED"


@pytest.mark.req("R124")
@pytest.mark.parametrize(
    ("channel", "download_type", "job"),
    [
        ("aisino", "input_status", "status_update"),
        ("aisino", "input_files", "layout_files"),
        ("aisino", "input_incremental", "incremental"),
        ("tax_disk", "input_status", "key_element_sync"),
        ("tax_disk", "input_files", "layout_files"),
    ],
)
def test_a_channel_refuses_what_it_does_not_offer_before_any_call(
    enter: Enter, channel: str, download_type: str, job: str
) -> None:
    stand = enter(channel)

    with pytest.raises(Refused) as refused:
        stand.hook.apply(stand.asked(download_type, job=job))

    assert refused.value.code == "NOT_OBTAINABLE"
    with stand.bureau.client() as client:
        assert client.get("/_sim/journal").json()["calls"] == []


# Verification and usage


@pytest.fixture
def gateway(enter: Enter) -> tuple[Stand, GatewaySession]:
    """电子税局 and its session."""
    stand = enter("etax")
    assert isinstance(stand.hook, EtaxHook)
    return stand, stand.hook.session


def verified(stand: Stand, **values: Any) -> dict[str, Any]:
    """The five fields that verify an invoice of January."""
    (number,) = stand.seed(1, payload={"jshj": "507.00"})
    asked = {
        "invoiceCode": "",
        "invoiceNo": number,
        "invoiceDate": "2027-01-05",
        "checkCode": "",
        "invoiceAmount": "507.00",
    }
    return asked | values


def test_a_verified_invoice_comes_with_its_lines(gateway: tuple[Stand, GatewaySession]) -> None:
    stand, session = gateway
    asked = verified(stand)

    found = json.loads(session.verify(asked))

    assert (found["invoiceNo"], found["checkStatus"]) == (asked["invoiceNo"], "1")
    assert found["items"]


def test_not_found_mismatch_and_too_often_are_told_apart(gateway: tuple[Stand, GatewaySession]) -> None:
    stand, session = gateway
    asked = verified(stand)

    with pytest.raises(Refused) as missing:
        session.verify(asked | {"invoiceNo": "9" * 20})
    for _ in range(5):
        with pytest.raises(Refused) as mismatch:
            session.verify(asked | {"invoiceAmount": "1.00"})
    with pytest.raises(QuotaSpent) as often:
        session.verify(asked)

    codes = [raised.value.code for raised in (missing, mismatch, often)]
    assert codes == ["VERIFY_NOT_FOUND", "VERIFY_MISMATCH", "VERIFY_DAILY_LIMIT"]


@pytest.mark.req("R290")
def test_usage_is_told_of_leqi_companies_only(gateway: tuple[Stand, GatewaySession]) -> None:
    stand, session = gateway
    (number,) = stand.seed(1, fpyt="1")
    asked = {"taxNo": GENERAL, "invoiceType": "27", "invoiceCode": "", "invoiceNo": number, "invoiceDate": "2027-01-05"}

    with pytest.raises(Refused) as refused:
        session.read(USAGE, asked)
    both = company("etax", sydwptbh="SY1", jrdwptbh="JR1", authorised_on="2020-01-01", channels=["leqi", "etax"])
    order(stand.bureau, "seed", companies=[both], documents=[])

    assert refused.value.code == "GATEWAY_NOT_ON_CHANNEL"
    assert session.read(USAGE, asked)["vatUsage"] == "1"


def test_a_sealed_connection_works_like_an_open_one(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = enter("aisino")
    numbers = stand.seed(2)
    order(stand.bureau, "settings", gateway={"encoding": "aes"})
    sealed = gateway_connection(stand.bureau.url, encoding="aes", encoding_key=AES_PASSWORD)
    monkeypatch.setenv("AIRFLOW_CONN_BUREAU_GATEWAY", sealed)
    stand.hook = stand.kind.hook()
    request = stand.asked()

    page = stand.ready(request, stand.hook.apply(request))
    stand.hook.close()

    assert sorted(stand.numbers([page])) == sorted(numbers)


def test_a_rejected_token_in_the_middle_is_renewed_and_nothing_is_lost(enter: Enter) -> None:
    stand = enter("aisino")
    stand.seed(2)
    request = stand.asked()
    applied = stand.hook.apply(request)
    stand.fault("token_revoked", "ext.fullInvoiceDownQuery")

    assert stand.ready(request, applied).row_count == 2
    assert len(stand.calls("login")) == 2


@pytest.mark.parametrize(("code", "error"), [("95001", TryLater), ("1130", Refused), ("P4001", Refused)])
def test_an_error_code_means_on_a_poll_what_it_means_on_an_application(
    enter: Enter, code: str, error: type[Exception]
) -> None:
    stand = enter("aisino")
    request = stand.asked()
    applied = stand.hook.apply(request)
    order(stand.bureau, "fault", kind="error_code", code=code, service="ext.fullInvoiceDownQuery")

    with pytest.raises(error):
        stand.ready(request, applied)


@pytest.mark.parametrize("state", ["2", "3", "5", "6"])
def test_a_task_that_ended_badly_is_final_with_the_gateways_words(enter: Enter, state: str) -> None:
    stand = enter("aisino")
    request = stand.asked()
    applied = stand.hook.apply(request)
    stand.fault("task_ends", "ext.fullInvoiceDownQuery", code=state)

    progress = stand.hook.poll(request, applied.request_no, PartCursor(1, applied.parts[0]))

    assert (progress.stage, progress.code, progress.text) == (Readiness.FAILED, "GATEWAY_TASK_FAILED", "任务处理失败")


@pytest.mark.parametrize("service", ["getAppToken", "login"])
@pytest.mark.parametrize("kind", ["http_500", "drop_reply", "cut_reply"])
def test_signing_in_that_goes_wrong_is_tried_again_and_nothing_was_applied_for(
    enter: Enter, service: str, kind: str
) -> None:
    stand = enter("aisino")
    stand.fault(kind, service)

    with pytest.raises(TryLater):
        stand.hook.apply(stand.asked())

    assert stand.calls("ext.fullInvoiceDown") == []
    assert stand.hook.apply(stand.asked()).request_no


def test_one_9301_costs_nothing(enter: Enter) -> None:
    stand = enter("aisino")
    stand.seed()
    request = stand.asked()
    order(stand.bureau, "fault", kind="error_code", code="9301", service="ext.fullInvoiceDown")
    applied = stand.hook.apply(request)
    order(stand.bureau, "fault", kind="error_code", code="9301", service="ext.fullInvoiceDownQuery")

    assert stand.ready(request, applied).row_count == 1


# The same application


def test_an_application_that_failed_is_not_remembered_and_one_of_three_minutes_ago_is_made_anew() -> None:
    clock = [datetime(2027, 1, 20, tzinfo=SHANGHAI)]
    repeats, numbers = RequestDedup(lambda: clock[0]), iter(range(9))

    def fail() -> str:
        raise TryLater("x", "x", "x")

    with pytest.raises(TryLater):
        repeats.once(b"a", fail)
    found = [repeats.once(b"a", lambda: str(next(numbers))) for _ in range(2)]
    clock[0] += timedelta(minutes=3)
    found.append(repeats.once(b"a", lambda: str(next(numbers))))
    found.append(repeats.once(b"b", lambda: str(next(numbers))))

    assert found == ["0", "0", "1", "2"]
