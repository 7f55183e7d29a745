"""A small group, and the form of 历史发票数据同步 filled in for it."""

from datetime import date

import pytest

from enterprise_files import taxpayers
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.history.form import HistoryRequest, checked
from fapiao.permissions.rules import Permissions
from fapiao.rules.book import rulebook

LEQI, ETAX, DISK, POOR, BOTH = (
    "91110000101623741K",
    "911101066976941872",
    "91310000MA1EXAMP07",
    "91310000MA1EXAMPBB",
    "91330100799655058B",
)
DAY = date(2026, 11, 21)
GROUP = f"""
taxpayers:
  - {{taxpayer_no: {LEQI}, name: 甲公司, org_code: "L", org_name: 华北, channel: leqi, company_type: general,
     leqi_id: LQ1, leqi_authorised_on: 2024-03-15}}
  - {{taxpayer_no: {ETAX}, name: 乙公司, org_code: "E", channel: etax, company_type: general}}
  - {{taxpayer_no: {DISK}, name: 丙公司, org_code: "D", channel: tax_disk, company_type: general}}
  - {{taxpayer_no: {POOR}, name: 丁公司, org_code: "P", channel: etax, company_type: small_scale}}
  - {{taxpayer_no: {BOTH}, name: 戊公司, org_code: "B", channel: leqi, company_type: general, leqi_id: LQ2,
     leqi_authorised_on: 2020-01-01}}
accounts:
  - {{taxpayer_no: {ETAX}, account: "13800000000", account_type: issue, is_default: true, login: auto}}
  - {{taxpayer_no: {BOTH}, account: "13800000001", account_type: receive, is_default: true, login: auto}}
  - {{taxpayer_no: {POOR}, account: "13800000002", account_type: issue, is_default: false, login: auto}}
"""
EVERYTHING = Permissions(None)


def group() -> Enterprise:
    """The group."""
    return taxpayers(GROUP).enterprise


def request(day: date = DAY, rights: Permissions = EVERYTHING, **form: object) -> HistoryRequest:
    """What a form comes to; it names the 乐企 company and October 2026 unless it says otherwise."""
    usual: dict[str, object] = {"taxpayers": LEQI, "months": "2026-10"}
    return checked(usual | form, group(), rulebook(), rights, day, 60)


def refusals(**form: object) -> list[str]:
    """Every sentence a form is refused with."""
    with pytest.raises(BadInput) as refused:
        request(**form)  # type: ignore[arg-type]
    return refused.value.problems
