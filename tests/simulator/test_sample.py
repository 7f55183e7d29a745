"""The sample group: valid, whole, and findable on any day it is rehearsed for."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import pytest
from stdnum.cn import uscc

from simulator import sample, sample_gateway
from simulator.bureau import Bureau
from simulator.clock import Clock, morning
from simulator.codes import CUSTOMS, INPUT, OUTPUT
from simulator.sample_selections import NOT_DEDUCTED, Verdict, Wanted, judge
from simulator.seed_loading import plant
from simulator.seeding import KINDS, Seed

DAYS = [date(2027, 1, 5), date(2027, 3, 1), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 2)]
ONE = timedelta(days=1)


@pytest.fixture(params=DAYS, ids=str)
def planted(request: pytest.FixtureRequest) -> Iterator[tuple[Bureau, date]]:
    """A bureau that holds the sample of a day."""
    day: date = request.param
    bureau = Bureau(Clock(morning(day)), None)
    plant(bureau, msgspec.convert(sample.sample_enterprise(day), Seed))
    return bureau, day


def test_every_tax_number_passes_its_check():
    assert all(uscc.is_valid(number) for number in sample.NAMES)


def test_every_kind_of_document_is_found_in_last_month_and_in_the_increment(planted: tuple[Bureau, date]):
    bureau, day = planted
    last = day.replace(day=1) - ONE
    for kind in KINDS:
        group = (sample.GROUP, INPUT, kind[:2] if kind == "8208" else kind)
        assert len(bureau.store.issued(group, last.replace(day=1), last, day)) > 0
        window = [day - n * ONE for n in range(1, 5)]
        assert sum(len(bureau.store.collected(group, gjrq, date(2023, 1, 1), day)) for gjrq in window) > 0


def test_the_risk_window_finds_five_changes_in_four_types(planted: tuple[Bureau, date]):
    bureau, day = planted
    found = {
        kind: bureau.store.at_risk(sample.GROUP, kind, day - 3 * ONE, day - ONE) for kind in ("01", "08", "81", "85")
    }
    assert {kind: len(rows) for kind, rows in found.items()} == {"01": 1, "08": 1, "81": 2, "85": 1}


def test_the_running_month_has_purchases_once_it_has_a_yesterday(planted: tuple[Bureau, date]):
    bureau, day = planted
    issued = bureau.store.issued((sample.GROUP, INPUT, "82"), day.replace(day=1), day - ONE, day)
    assert (len(issued) > 0) is (day.day > 1)


def test_every_company_sold_something_last_month(planted: tuple[Bureau, date]):
    bureau, day = planted
    last = day.replace(day=1) - ONE
    assert all(
        len(bureau.store.issued((owner, OUTPUT, "82"), last.replace(day=1), last, day)) for owner in sample.NAMES
    )


def test_the_unselected_list_has_invoices_customs_and_withholding_documents(planted: tuple[Bureau, date]):
    bureau, day = planted
    for kinds in (KINDS[:-2], ("customs",), ("withholding",)):
        assert len(bureau.store.unselected(sample.GROUP, kinds, day - 130 * ONE, day, day)) > 0


@pytest.mark.parametrize("owner", [sample.GROUP, sample.TRADER, sample_gateway.FACTORY, sample_gateway.BRANCH])
def test_the_general_companies_of_both_channels_have_customs_documents_that_may_be_selected(
    planted: tuple[Bureau, date], owner: str
):
    bureau, day = planted
    held = bureau.store.issued((owner, INPUT, CUSTOMS), day - 100 * ONE, day - ONE, day)
    wanted = Wanted(owner, select=True, use=NOT_DEDUCTED)
    verdicts = [judge(bureau, wanted, document, bureau.clock.now()) for document in held.between(0, len(held))]
    assert verdicts.count(Verdict.DONE) > 1


def test_one_document_stands_in_two_hands_with_one_face(planted: tuple[Bureau, date]):
    bureau, day = planted
    held = bureau.store.find(sample._digits(day, 1))
    assert {(d.facts.owner.number, d.facts.sjlx) for d in held} == {(sample.GROUP, INPUT), (sample.TRADER, OUTPUT)}
    bought, sold = (document.payload_on(day) for document in held)
    assert [bought[name] for name in ("jshj", "xsfnsrsbh", "gmfnsrsbh")] == [
        sold[name] for name in ("jshj", "xsfnsrsbh", "gmfnsrsbh")
    ]


def test_the_files_name_the_same_taxpayers_as_the_bureau():
    companies = {company["nsrsbh"]: company for company in sample.sample_companies()}
    taxpayers = sample.sample_taxpayers()
    assert [(t["taxpayer_no"], t["leqi_id"], t["leqi_authorised_on"]) for t in taxpayers] == [
        (number, company["sydwptbh"], company["authorised_on"]) for number, company in companies.items()
    ]
    assert [t["company_type"] for t in taxpayers] == ["general", "general", "small_scale"]
    schemes = sample.sample_schemes(date(2026, 10, 1))
    assert sorted(number for scheme in schemes for number in scheme["taxpayers"]) == sorted(companies)
    assert {scheme["start_date"] for scheme in schemes} == {"2026-10-01"}


def test_a_day_before_the_group_existed_is_refused():
    with pytest.raises(ValueError, match="exists from 2024-06-01 on"):
        sample.sample_enterprise(date(2024, 5, 31))
