"""Each fault of protocols §10.5(9) on every channel: an answer that says what to do, and the truth the next time."""

import pytest

from fapiao.downloads.protocol import Package, PartCursor, Readiness, Request
from fapiao.errors import AnswerLost, BureauError, NotUnderstood, QuotaSpent, Refused, TryLater
from rehearsal import KEY
from simulator.gateway.credentials import APP_SECRET
from stands import Stand

TRANSPORT = ("http_500", "drop_reply", "cut_reply")


@pytest.mark.req("A-03")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("http_500", TryLater),
        ("flow_control", TryLater),
        ("unknown_code", NotUnderstood),
        ("drop_reply", AnswerLost),
        ("cut_reply", AnswerLost),
    ],
)
def test_an_application_that_goes_wrong_says_whether_it_was_accepted(
    stand: Stand, fault: str, error: type[BureauError]
) -> None:
    stand.fault(fault, stand.kind.apply)

    with pytest.raises(error) as raised:
        stand.hook.apply(stand.asked())

    assert type(raised.value) is error
    assert raised.value.code
    assert raised.value.text
    assert raised.value.advice


def test_a_code_nobody_documented_stays_visible(stand: Stand) -> None:
    stand.fault("unknown_code", stand.kind.apply)

    with pytest.raises(Refused) as refused:
        stand.hook.apply(stand.asked())

    assert refused.value.code.endswith("_UNKNOWN_77")
    assert "77" in refused.value.text


@pytest.mark.parametrize("fault", [*TRANSPORT, "unreadable", "flow_control"])
def test_a_question_that_goes_wrong_is_asked_again_and_answered(stand: Stand, fault: str) -> None:
    stand.seed(2)
    request = stand.asked()
    applied = stand.hook.apply(request)
    stand.hook.poll(request, applied.request_no, PartCursor(1, applied.parts[0]))
    stand.fault(fault, stand.kind.result)

    with pytest.raises(TryLater) as later:
        stand.hook.poll(request, applied.request_no, PartCursor(1, applied.parts[0]))

    assert later.value.wait_seconds > 0
    assert stand.ready(request, applied).row_count == 2
    assert len(stand.calls(stand.kind.apply)) == 1


@pytest.mark.parametrize("fault", [*TRANSPORT, "unreadable"])
def test_a_later_page_that_goes_wrong_is_asked_again_and_answered(stand: Stand, fault: str) -> None:
    stand.generate(stand.kind.page_size * 4)
    request = stand.asked()
    applied = stand.hook.apply(request)
    first = stand.ready(request, applied)
    place = PartCursor(1, applied.parts[0], first.announced, 1, first.cursor)
    stand.fault(fault, stand.kind.result)

    with pytest.raises(TryLater):
        stand.hook.fetch(request, applied.request_no, place)

    assert stand.hook.fetch(request, applied.request_no, place).announced == first.announced


def test_a_task_that_failed_is_a_value_with_the_bureaus_text(stand: Stand) -> None:
    stand.seed()
    request = stand.asked()
    applied = stand.hook.apply(request)
    place = PartCursor(1, applied.parts[0])
    stand.fault("task_fails", stand.kind.result)

    stages = [stand.hook.poll(request, applied.request_no, place) for _ in range(2)]

    assert stages[-1].stage is Readiness.FAILED
    assert stages[-1].code.endswith("_TASK_FAILED")
    assert stages[-1].text


def test_a_row_that_came_twice_is_handed_over_as_it_came(stand: Stand) -> None:
    stand.seed(2)
    request = stand.asked()
    applied = stand.hook.apply(request)
    stand.fault("duplicate_row", stand.kind.result)

    page = stand.ready(request, applied)

    assert (page.row_count, len(set(stand.numbers([page])))) == (3, 2)


@pytest.mark.parametrize("fault", ["total_changes", "rows_missing"])
def test_a_series_that_contradicts_itself_is_never_taken_for_whole(stand: Stand, fault: str) -> None:
    """A changed total is another `announced`; a page with a hole is refused, or smaller than its neighbours."""
    stand.generate(stand.kind.page_size * 4)
    request = stand.asked()
    applied = stand.hook.apply(request)
    first = stand.ready(request, applied)
    place = PartCursor(1, applied.parts[0], first.announced, 1, first.cursor)
    stand.fault(fault, stand.kind.result)

    seen = _fetched(stand, request, applied.request_no, place)

    if isinstance(seen, TryLater):
        assert seen.code == "GATEWAY_PAGE"
    else:
        assert seen.announced != first.announced or seen.row_count < stand.kind.page_size


def _fetched(stand: Stand, request: Request, number: str, place: PartCursor) -> Package | TryLater:
    try:
        return stand.hook.fetch(request, number, place)
    except TryLater as later:
        return later


def test_only_leqi_knows_a_quota(stand: Stand) -> None:
    if stand.kind.channel == "leqi":
        stand.hook.apply(stand.asked())
        with pytest.raises(QuotaSpent):
            stand.hook.apply(stand.asked())
    else:
        numbers = {_after_minutes(stand) for _ in range(7)}
        assert len(numbers) == 7


def _after_minutes(stand: Stand) -> str:
    """An application by a new worker, four minutes after the last."""
    with stand.bureau.client() as client:
        client.post("/_sim/clock", json={"advance_seconds": 240})
    hook = stand.kind.hook()
    try:
        return hook.apply(stand.asked()).request_no
    finally:
        hook.close()


def test_a_bureau_nobody_answers_for_was_provably_not_asked(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(stand.kind.variable, stand.kind.connection("http://127.0.0.1:9"))
    hook = stand.kind.hook()

    with pytest.raises(TryLater) as unreachable:
        hook.apply(stand.asked())

    hook.close()
    assert unreachable.value.code.endswith("_UNREACHABLE")


def test_wrong_credentials_are_refused_and_appear_nowhere(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    right, wrong = (KEY, "f" * 32) if stand.kind.channel == "leqi" else (APP_SECRET, "wrong-secret-of-ours")
    settings = stand.kind.connection(stand.bureau.url)
    assert right in settings
    monkeypatch.setenv(stand.kind.variable, settings.replace(right, wrong))
    hook = stand.kind.hook()

    with caplog.at_level("DEBUG"), pytest.raises(Refused) as refused:
        hook.apply(stand.asked())

    hook.close()
    assert wrong not in str(refused.value) + repr(refused.value) + caplog.text
