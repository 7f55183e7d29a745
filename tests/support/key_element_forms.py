"""A small group with an organisation tree, and the form of 进项发票关键要素同步 filled in for it."""

from datetime import date

import pytest

from enterprise_files import taxpayers
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.key_elements.form import KeyElements, checked
from fapiao.key_elements.rules import key_element_rules
from fapiao.rules.book import rulebook

ETAX, LEQI, SOFT, DISK, SMALL, POOR = (
    "911101066976941872",
    "91110000101623741K",
    "91330100799655058B",
    "91310000MA1EXAMP07",
    "91310000MA1EXAMPAA",
    "91310000MA1EXAMPBB",
)
DAY = date(2027, 3, 20)
GROUP = f"""
taxpayers:
  - {{taxpayer_no: {ETAX}, name: 甲公司, org_code: "E", org_name: 华东, channel: etax, company_type: general}}
  - {{taxpayer_no: {LEQI}, name: 乙公司, org_code: "L", channel: leqi, company_type: general, leqi_id: LQ1,
     leqi_authorised_on: 2024-01-01}}
  - {{taxpayer_no: {SOFT}, name: 丙公司, org_code: "S", org_parent: "E", channel: soft_certificate, company_type: general}}
  - {{taxpayer_no: {DISK}, name: 丁公司, org_code: "D", channel: tax_disk, company_type: general}}
  - {{taxpayer_no: {SMALL}, name: 戊公司, org_code: "K", channel: etax, company_type: small_scale}}
  - {{taxpayer_no: {POOR}, name: 己公司, org_code: "P", channel: etax, company_type: general}}
accounts:
  - {{taxpayer_no: {ETAX}, account: "13800000000", account_type: receive, is_default: true, login: auto}}
  - {{taxpayer_no: {SMALL}, account: "13800000001", account_type: both, is_default: true, login: auto}}
  - {{taxpayer_no: {POOR}, account: "13800000002", account_type: issue, is_default: true, login: auto}}
"""


def group(more: str = "") -> Enterprise:
    """The group, and taxpayers of a test's own."""
    return taxpayers(GROUP if not more else GROUP.replace("accounts:", f"{more}\naccounts:")).enterprise


def request(
    enterprise: Enterprise | None = None, day: date = DAY, surface: str = "interactive", **form: object
) -> KeyElements:
    """What a form comes to; it names organisation E unless it says otherwise."""
    return checked({"org": "E"} | form, enterprise or group(), rulebook(), key_element_rules(), day, surface)


def refusals(enterprise: Enterprise | None = None, **form: object) -> list[str]:
    """Every sentence a form is refused with."""
    with pytest.raises(BadInput) as refused:
        request(enterprise, **form)
    return refused.value.problems
