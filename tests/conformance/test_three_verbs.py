"""What every channel promises of apply, poll and fetch, 乐企 and the four gateway channels alike."""

from dataclasses import replace
from datetime import date

import pytest

from fapiao.downloads.protocol import PartCursor, Readiness
from fapiao.errors import Refused
from stands import Stand


def test_nothing_is_ready_at_first_and_the_answer_says_when_to_ask_again(stand: Stand) -> None:
    numbers = stand.seed(3)
    request = stand.asked()
    applied = stand.hook.apply(request)

    first = stand.hook.poll(request, applied.request_no, PartCursor(1, applied.parts[0]))
    page = stand.ready(request, applied)

    assert len(applied.request_no) == 32
    assert (first.stage, first.wait_seconds > 0, first.page) == (Readiness.PROCESSING, True, None)
    assert (page.row_count, page.last, page.observed_at) == (3, True, request.observed_at)
    assert sorted(stand.numbers([page])) == sorted(numbers)


def test_nothing_in_the_window_is_a_value_and_not_an_error(stand: Stand) -> None:
    request = stand.asked()
    applied = stand.hook.apply(request)
    place = PartCursor(1, applied.parts[0])
    stand.hook.poll(request, applied.request_no, place)

    progress = stand.hook.poll(request, applied.request_no, place)

    assert (progress.stage, progress.page) == (Readiness.EMPTY, None)


def test_pages_are_cut_exactly_announce_one_total_and_carry_every_row_once(stand: Stand) -> None:
    size = stand.kind.page_size
    stand.generate(round(size * 4))
    request = stand.asked()
    applied = stand.hook.apply(request)

    pages = stand.rest(request, applied, stand.ready(request, applied))

    numbers = stand.numbers(pages)
    assert len(pages) > 1
    assert {page.row_count for page in pages[:-1]} == {size}
    assert len({page.announced for page in pages}) == 1
    assert len(numbers) == len(set(numbers)) == sum(page.row_count for page in pages)


def test_a_worker_that_is_restarted_between_pages_goes_on_where_the_last_one_stopped(stand: Stand) -> None:
    stand.generate(stand.kind.page_size * 4)
    request = stand.asked()
    applied = stand.hook.apply(request)
    first = stand.ready(request, applied)
    whole = stand.rest(request, applied, first)

    pages = [first]
    while not pages[-1].last:
        hook = stand.kind.hook()
        place = PartCursor(1, dict(applied.parts[0]), first.announced, len(pages), pages[-1].cursor)
        pages.append(hook.fetch(request, applied.request_no, place))
        hook.close()

    assert stand.numbers(pages) == stand.numbers(whole)
    assert len(stand.calls(stand.kind.apply)) == 1


def test_a_number_the_bureau_does_not_know_is_refused(stand: Stand) -> None:
    with pytest.raises(Refused) as refused:
        stand.hook.poll(stand.asked(), "0" * 32, PartCursor(1))

    assert refused.value.code.endswith("_NOT_FOUND")


def test_an_application_never_crosses_a_month(stand: Stand) -> None:
    """乐企 is planned by month and refuses more; the gateway's hook asks month by month."""
    request = stand.asked(window_start=date(2026, 12, 1))

    if stand.kind.channel == "leqi":
        with pytest.raises(Refused):
            stand.hook.apply(request)
    else:
        assert len(stand.hook.apply(request).parts) == 2
        (call,) = stand.calls(stand.kind.apply)
        assert (call["request"]["startTime"], call["request"]["endTime"]) == ("2026-12-01", "2026-12-31")


def test_sales_are_asked_for_as_sales(stand: Stand) -> None:
    numbers = stand.seed(2, sjlx="2")
    stand.seed(1)
    request = stand.asked("output_full", direction="output")
    applied = stand.hook.apply(request)

    page = stand.ready(request, applied)

    assert sorted(stand.numbers([page], download_type="output_full")) == sorted(numbers)


def test_a_taxpayer_the_bureau_does_not_serve_is_refused(stand: Stand) -> None:
    with pytest.raises(Refused) as refused:
        stand.hook.apply(replace(stand.asked(), taxpayer_no="91310000MA1NOBODY1", leqi_id="SYDWNOBODY"))

    assert refused.value.text
    assert refused.value.advice


def test_a_company_that_is_seen_by_the_bureau_is_online(stand: Stand) -> None:
    assert stand.hook.login(stand.asked().taxpayer_no).state == "online"
    assert stand.hook.concurrency >= 1
