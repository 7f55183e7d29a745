"""The 乐企 hook against a bureau that refuses as the bureau does: three verbs, three kinds of answer."""

from collections.abc import Callable
from typing import Any

import pytest

from asked_of_leqi import GENERAL, asked, order
from fapiao.downloads.protocol import Package, PartCursor, Readiness
from fapiao.errors import AnswerLost, QuotaSpent, Refused, TryLater
from hooks.bureau.connection import BureauConnection
from hooks.leqi.hook import LeqiHook
from simulator.running import RunningSimulator

APPLY, FEEDBACK = "PLFPXZSQ", "PLFPXZSQFK"


def ready(hook: LeqiHook, number: str, **values: Any) -> Package:
    """The first page, once the bureau has stopped processing."""
    request = asked(**values)
    for _ in range(5):
        progress = hook.poll(request, number, PartCursor(1))
        if progress.stage is Readiness.READY:
            assert progress.page
            return progress.page
    raise AssertionError("never ready")


def seed(bureau: RunningSimulator, count: int = 1, **values: Any) -> None:
    """Some invoices of January."""
    documents = [{"fplx": "81", "nsrsbh": GENERAL, "kprq": "2027-01-05"} | values for _ in range(count)]
    order(bureau, "seed", companies=[], documents=documents)


def test_an_application_is_answered_by_a_number_and_first_by_still_processing(
    hook: LeqiHook, bureau: RunningSimulator
) -> None:
    seed(bureau)
    applied = hook.apply(asked())

    first = hook.poll(asked(), applied.request_no, PartCursor(1))
    page = ready(hook, applied.request_no)

    assert len(applied.request_no) == 32
    assert (first.stage, first.code) == (Readiness.PROCESSING, "LEQI_PROCESSING")
    assert (page.row_count, page.announced, page.last) == (1, 1, True)


def test_nothing_in_the_window_is_a_value_and_not_an_error(hook: LeqiHook) -> None:
    number = hook.apply(asked()).request_no
    hook.poll(asked(), number, PartCursor(1))

    assert hook.poll(asked(), number, PartCursor(1)).stage is Readiness.EMPTY


def test_packages_are_fetched_one_after_another_to_the_announced_total(
    hook: LeqiHook, bureau: RunningSimulator
) -> None:
    generate = {"nsrsbh": GENERAL, "sjlx": "1", "fplx": "81", "month": "2027-01", "count": 4100, "seed": 7}
    order(bureau, "seed", companies=[], documents=[], generate=[generate])
    number = hook.apply(asked()).request_no

    pages = [ready(hook, number)]
    while not pages[-1].last:
        pages.append(hook.fetch(asked(), number, PartCursor(1, {}, pages[0].announced, len(pages))))

    assert {page.row_count for page in pages[:-1]} <= {2000}
    assert pages[-1].announced == len(pages)


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "quota_refused"}, QuotaSpent),
        ({"kind": "http_500"}, TryLater),
        ({"kind": "platform", "code": "5001"}, TryLater),
        ({"kind": "platform", "code": "4057"}, Refused),
        ({"kind": "platform", "code": "429"}, TryLater),
        ({"kind": "unknown_returncode"}, Refused),
        ({"kind": "drop_reply"}, AnswerLost),
        ({"kind": "cut_reply"}, AnswerLost),
    ],
)
def test_an_application_that_goes_wrong_says_whether_it_was_accepted(
    hook: LeqiHook, bureau: RunningSimulator, fault: dict[str, Any], error: type[Exception]
) -> None:
    order(bureau, "fault", service=APPLY, **fault)

    with pytest.raises(error) as raised:
        hook.apply(asked())

    assert raised.value.code.startswith("LEQI_")  # type: ignore[attr-defined]
    assert raised.value.text  # type: ignore[attr-defined]
    assert raised.value.advice  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["http_500", "drop_reply", "cut_reply", "wrong_gzip"])
def test_a_question_that_goes_wrong_is_asked_again(hook: LeqiHook, bureau: RunningSimulator, kind: str) -> None:
    seed(bureau)
    number = hook.apply(asked()).request_no
    hook.poll(asked(), number, PartCursor(1))
    order(bureau, "fault", kind=kind, service=FEEDBACK)

    with pytest.raises(TryLater):
        hook.poll(asked(), number, PartCursor(1))

    assert ready(hook, number).row_count == 1


def test_a_reply_of_ten_megabytes_is_read(hook: LeqiHook, bureau: RunningSimulator) -> None:
    seed(bureau)
    number = hook.apply(asked()).request_no
    hook.poll(asked(), number, PartCursor(1))
    order(bureau, "fault", kind="huge_reply", service=FEEDBACK)

    assert len(ready(hook, number).body) > 10_000_000


def test_a_final_failure_is_a_value_with_the_bureaus_text(hook: LeqiHook, bureau: RunningSimulator) -> None:
    number = hook.apply(asked()).request_no
    order(bureau, "fault", kind="task_fails", service=FEEDBACK)
    hook.poll(asked(), number, PartCursor(1))

    progress = hook.poll(asked(), number, PartCursor(1))

    assert (progress.stage, progress.code) == (Readiness.FAILED, "LEQI_TASK_FAILED")


def test_a_wrong_key_is_refused_and_appears_nowhere(connect: Callable[..., LeqiHook], bureau: RunningSimulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:  # fmt: skip
    wrong = "f" * 32
    monkeypatch.setattr("rehearsal.KEY", wrong)
    hook = connect()

    with pytest.raises(Refused) as refused:
        hook.apply(asked())

    assert refused.value.code == "LEQI_KEY"
    assert wrong not in str(refused.value) + caplog.text


def test_a_bureau_nobody_answers_for_was_provably_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from rehearsal import leqi_connection

    monkeypatch.setenv("AIRFLOW_CONN_LEQI", leqi_connection("http://127.0.0.1:9"))

    with pytest.raises(TryLater) as unreachable:
        LeqiHook().apply(asked())

    assert unreachable.value.code == "LEQI_UNREACHABLE"


@pytest.mark.req("R054")
def test_customs_applications_carry_the_fixed_type(hook: LeqiHook, bureau: RunningSimulator) -> None:
    hook.apply(asked(document="customs", invoice_type="customs"))

    with bureau.client() as client:
        (call,) = client.get("/_sim/journal", params={"service": "PLHGJKSXZSQ"}).json()["calls"]
    assert call["request"]["hgjkslx"] == "1"


def test_risk_pages_follow_their_cursor_until_every_row_was_read(hook: LeqiHook, bureau: RunningSimulator) -> None:
    for day in ("2027-01-17", "2027-01-18"):
        seed(bureau, 2, recognised_on=day, fpzt="8")
    request = asked("input_status", window_start=asked().window_end.replace(day=17))
    applied = hook.apply(request)
    place = PartCursor(1, applied.parts[0])

    progress = hook.poll(request, applied.request_no, place)

    assert progress.page
    assert (progress.page.row_count, progress.page.announced, progress.page.last) == (4, 4, True)


@pytest.mark.parametrize(
    ("host", "scheme", "port", "url"),
    [
        ("https://lqpt.example:8443", None, None, "https://lqpt.example:8443"),
        ("lqpt.example", "https", 8443, "https://lqpt.example:8443"),
        ("lqpt.example", None, None, "https://lqpt.example"),
    ],
)
def test_the_base_url_is_the_host_with_its_scheme(host: str, scheme: str | None, port: int | None, url: str) -> None:
    assert url == BureauConnection("leqi", host, scheme, port, "", "", {}).base_url
