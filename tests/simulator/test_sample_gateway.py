"""The sample companies behind the gateway: valid, on every channel, and with documents that each of them shows."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest
from stdnum.cn import uscc

from gateway_caller import GatewayCaller
from rehearsal_room import Room
from simulator import sample, sample_gateway
from simulator.gateway.codes import CHANNELS
from simulator.running import RunningSimulator

DAY = date(2027, 3, 10)
LAST = ("2027-02-01", "2027-02-28")


@pytest.fixture(scope="module")
def gateway(served: RunningSimulator, http: httpx.Client, control: httpx.Client) -> Iterator[GatewayCaller]:
    """An application in front of the sample group of 2027-03-10."""
    served.bureau.reset()
    room = Room(control)
    room.day(DAY.isoformat())
    room.seed(**sample.sample_enterprise(DAY))
    yield GatewayCaller(served.url, http)
    served.bureau.reset()


def test_every_tax_number_passes_its_check_and_every_channel_has_a_company():
    assert all(uscc.is_valid(number) for number in sample_gateway.NAMES)
    assert {*sample_gateway.CHANNELS.values(), "leqi"} == set(CHANNELS)
    assert not set(sample_gateway.NAMES) & set(sample.NAMES)


def test_the_files_name_the_same_taxpayers_channels_cities_and_accounts_as_the_bureau():
    companies = {company["nsrsbh"]: company for company in sample_gateway.gateway_companies()}
    taxpayers = sample_gateway.gateway_taxpayers()
    assert [
        (row["taxpayer_no"], [row["channel"]], row["bureau_city_code"], row["company_type"]) for row in taxpayers
    ] == [
        (number, c["channels"], c["bureau_city_code"], {"02": "small_scale", "03": "general"}[c["companyType"]])
        for number, c in companies.items()
    ]
    accounts = {row["taxpayer_no"]: [{"account": row["account"]}] for row in sample_gateway.gateway_accounts()}
    assert accounts == {number: company["accounts"] for number, company in companies.items() if company["accounts"]}
    schemes = sample_gateway.gateway_schemes(date(2026, 3, 10))
    assert sorted(number for scheme in schemes for number in scheme["taxpayers"]) == sorted(companies)
    orgs = [row["org_code"] for row in (*sample.sample_taxpayers(), *taxpayers)]
    assert len(set(orgs)) == len(orgs)


def test_two_companies_share_one_account_and_the_small_one_is_refused_headers(gateway: GatewayCaller):
    logins = [
        gateway.call("ext.etaxLoginCheck", taxNo=owner).data["etaxAccount"]
        for owner in (sample_gateway.FACTORY, sample_gateway.BRANCH, sample_gateway.STALL)
    ]
    assert logins[0] == logins[1] != logins[2]
    reply = gateway.call("invoiceDown", taxNo=sample_gateway.STALL, asyncFlag="1", searchOpt={})
    assert reply.code == "P1201"


@pytest.mark.parametrize("owner", sample_gateway.NAMES)
def test_every_company_bought_something_last_month(gateway: GatewayCaller, owner: str):
    assert gateway.full(owner, "", *LAST)


def test_the_factory_has_every_kind_that_needs_care(gateway: GatewayCaller):
    items = gateway.full(sample_gateway.FACTORY, "26,27,28,29,4,1", *LAST)
    kinds = {(item["govInvoiceType"], item["businessType"]) for item in items}
    assert {("61", ""), ("51", ""), ("82", "08"), ("10", "16"), ("85", ""), ("81", "")} <= kinds


def test_customs_documents_were_filled_in_in_three_months(gateway: GatewayCaller):
    rows = gateway.headers(sample_gateway.FACTORY, invoiceType="21")
    assert [row["invoiceDate"] for row in rows] == ["2027-01-06", "2027-02-17", "2027-03-09"]
    assert all(Decimal(row["taxAmount"]) > 0 for row in rows)


def test_the_running_tax_period_has_selected_invoices(gateway: GatewayCaller):
    for owner in (sample_gateway.FACTORY, sample_gateway.CERTIFIED, sample_gateway.DISKED):
        [row] = gateway.headers(owner, taxPeriod="202702", authenticateFlags="1,2")
        assert (row["taxPeriod"], row["deductionPurpose"]) == ("202702", "1")


def test_the_certificates_see_what_the_bureau_found_out_two_days_ago(gateway: GatewayCaller):
    day = (DAY - timedelta(days=2)).isoformat()
    task = gateway.apply("ext.statusUpdateDown", taxNo=sample_gateway.CERTIFIED, startTime=day, endTime=day)
    rows = gateway.fetch("ext.statusUpdateDownQuery", sample_gateway.CERTIFIED, task).data["invoices"]
    assert "7" in [row["invoiceStatus"] for row in rows]


@pytest.mark.parametrize("owner", sample.NAMES)
def test_companies_on_leqi_have_a_login_for_their_files(gateway: GatewayCaller, owner: str):
    assert gateway.call("taxLogin", taxNo=owner).data["loginType"] == "1"
