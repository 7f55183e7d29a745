"""An invented group to rehearse with: three companies on 乐企, six behind the gateway, documents around a chosen day.

On that day the increment, the risk query, last month, the running month and the unselected list all find something.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from simulator.codes import CUSTOMS, FPLX, INPUT, OUTPUT, WITHHOLDING
from simulator.documents.parties import uscc
from simulator.sample_gateway import gateway_companies, gateway_documents
from simulator.sample_rows import Row, in_month, purchases, row, sales
from simulator.seeding import TOLL_TYPE

JRDWPTBH = "SIM0JRDW0PTBH"
GROUP, TRADER, SHOP = uscc("91310000MA2000001"), uscc("91440300MA2000002"), uscc("92510100MA2000003")
NAMES = {
    GROUP: "示例集团（上海）股份有限公司",
    TRADER: "示例贸易（深圳）有限公司",
    SHOP: "示例便利店（成都）有限公司",
}
UNITS = {GROUP: "SIM0SYDW00001", TRADER: "SIM0SYDW00002", SHOP: "SIM0SYDW00003"}
AUTHORISED = {GROUP: "2023-01-01", TRADER: "2023-07-01", SHOP: "2024-01-01"}
CITIES = {GROUP: ("310000", "上海市"), TRADER: ("440300", "深圳市"), SHOP: ("510100", "成都市")}
FILE_ACCOUNTS = {GROUP: "sim-etax-shanghai", TRADER: "sim-etax-shenzhen", SHOP: "sim-etax-chengdu"}
"""The 电子税局 logins that fetch layout files for companies on 乐企."""
SMALL = frozenset({SHOP})
EARLIEST = date(2024, 6, 1)
ERRAND_SECONDS = 10.0
"""How long the sample bureau works on a selection or a table: a person who tries it waits seconds, not ten minutes."""

CARGO = "02"
"""货物运输业专用发票: 乐企 has it, the schemes' 21 names do not."""
EVERY_KIND = (*FPLX, TOLL_TYPE, CUSTOMS, WITHHOLDING)
FULL_SET = ("input_full", "output_full", "input_incremental", "input_status", "unselected_init")
SMALL_SET = ("input_full", "output_full", "input_incremental", "input_status")
TRADER_INPUT = ("51", "61", "81", "82", TOLL_TYPE, CUSTOMS)
SHOP_INPUT = ("04", "10", "51", "82")
BLOCKS = ("03", "04", "05", "06", "07", "09", "10", "11", "13", "15")
SALES = {GROUP: ("01", "04", "10", "81", "82", "83", "86"), TRADER: ("81", "82"), SHOP: ("82",)}


def sample_companies() -> list[Row]:
    """The `companies` of a seed that are on 乐企."""
    return [
        {
            "nsrsbh": number,
            "name": name,
            "jrdwptbh": JRDWPTBH,
            "sydwptbh": UNITS[number],
            "authorised_on": AUTHORISED[number],
            "companyType": "02" if number in SMALL else "03",
            "bureau_city_code": CITIES[number][0],
            "bureau_city": CITIES[number][1],
            "accounts": [{"account": FILE_ACCOUNTS[number]}],
        }
        for number, name in NAMES.items()
    ]


def sample_enterprise(day: date) -> Row:
    """The whole seed for `POST /_sim/seed`, relative to the day that is rehearsed; ValueError before June 2024."""
    if day < EARLIEST:
        raise ValueError(f"The sample group exists from {EARLIEST} on; choose that day or a later one.")
    documents = [
        *purchases(GROUP, EVERY_KIND, day),
        *purchases(TRADER, TRADER_INPUT, day),
        *purchases(SHOP, SHOP_INPUT, day),
        *(sale for owner, kinds in SALES.items() for sale in sales(owner, kinds, day)),
        *_blocks(day),
        *_between_them(day),
        *_risks(day),
        *_used(day),
        *_unselected(day),
        *_latecomer(day),
    ]
    companies = [*sample_companies(), *gateway_companies()]
    return {"companies": companies, "documents": [*documents, *gateway_documents(day)]}


def sample_taxpayers() -> list[Row]:
    """Rows of a taxpayers file (design: enterprise files)."""
    return [
        {
            "taxpayer_no": number,
            "name": name,
            "org_code": f"ORG{place:03d}",
            "org_name": name,
            "channel": "leqi",
            "company_type": "small_scale" if number in SMALL else "general",
            "leqi_id": UNITS[number],
            "leqi_authorised_on": AUTHORISED[number],
            "selection_channel": "leqi",
            "country": "中国",
            "bureau_city_code": CITIES[number][0],
            "bureau_city": CITIES[number][1],
        }
        for place, (number, name) in enumerate(NAMES.items(), start=1)
    ]


def sample_schemes(start_date: date = EARLIEST) -> list[Row]:
    """Rows of a schemes file: one for the general taxpayers, one for the small-scale shop."""
    general = [number for number in NAMES if number not in SMALL]
    return [
        _scheme("一般纳税人全量", general, FULL_SET, [kind for kind in EVERY_KIND if kind != CARGO], start_date),
        _scheme("小规模纳税人", sorted(SMALL), SMALL_SET, (*SHOP_INPUT, "81"), start_date),
    ]


def _scheme(name: str, taxpayers: list[str], types: Iterable[str], kinds: Iterable[str], start_date: date) -> Row:
    return {
        "name": name,
        "taxpayers": taxpayers,
        "download_types": list(types),
        "invoice_types": list(kinds),
        "start_date": start_date.isoformat(),
        "frequency": "5;10;15;20;26",
        "layout_files": False,
        "status_mode": "update_only",
        "enabled": True,
    }


def _blocks(day: date) -> list[Row]:
    """Digital invoices with each specific-business block, a fuel invoice and two farm-product ones."""
    issued = in_month(day, -1, 18)
    rows = [row(GROUP, INPUT, "82", issued, tdys=tdys) for tdys in BLOCKS]
    fuel = row(GROUP, INPUT, "81", issued, tdys="01", xfsyt="01")
    return [*rows, fuel, *(row(GROUP, INPUT, kind, issued, tdys="12") for kind in ("82", "10"))]


def _between_them(day: date) -> list[Row]:
    """One document in two hands, and a red invoice that reverses part of it."""
    issued = f"{in_month(day, -1, 20)} 10:00:00"
    number, red = _digits(day, 1), _digits(day, 2)
    seller, buyer = {"nsrsbh": TRADER, "name": NAMES[TRADER]}, {"nsrsbh": GROUP, "name": NAMES[GROUP]}
    rows: list[Row] = []
    for document, reverses in ((number, ""), (red, number)):
        same: Row = {"fplx": "81", "kprq": issued, "red_of": reverses, "seed": document, "payload": {"fphm": document}}
        rows += [
            {"nsrsbh": GROUP, "sjlx": INPUT, "other": seller, **same},
            {"nsrsbh": TRADER, "sjlx": OUTPUT, "other": buyer, **same},
        ]
    return rows


def _risks(day: date) -> list[Row]:
    """Last month's purchases whose trouble was established two days ago."""
    found = day - timedelta(days=2)
    issued = in_month(day, -1, 10)
    troubles: list[tuple[str, Row]] = [
        ("81", {"fpzt": "7", "hzsdbs": "Y"}),
        ("81", {"fpzt": "8"}),
        ("85", {"ycpzzt": "02"}),
        ("01", {"fpzt": "2"}),
        ("08", {"ycpzzt": "03"}),
    ]
    return [row(GROUP, INPUT, kind, issued, recognised_on=found, **codes) for kind, codes in troubles]


def _used(day: date) -> list[Row]:
    """Last month's purchases that were used or entered already."""
    period = f"{in_month(day, -1, 1):%Y%m}"
    uses: list[Row] = [
        {"fpyt": "1", "skssq": period, "rzzt": "02"},
        {"fpyt": "6", "skssq": period, "rzzt": "01"},
        {"fpyt": "1", "skssq": period, "rzzt": "03"},
    ]
    return [row(GROUP, INPUT, "81", in_month(day, -1, 14), **use) for use in uses]


def _unselected(day: date) -> list[Row]:
    """Documents of three months ago that nobody deducted, and one that the list leaves out."""
    issued = in_month(day, -3, 16)
    kinds = ("01", "81", "14", TOLL_TYPE, CUSTOMS, WITHHOLDING)
    return [
        *(row(GROUP, INPUT, kind, issued, unselected=True) for kind in kinds),
        row(GROUP, INPUT, "81", issued, unselected=False),
    ]


def _latecomer(day: date) -> list[Row]:
    """Issued nine days before the day, collected only two days before it."""
    return [row(GROUP, INPUT, "81", day - timedelta(days=9), collected_on=day - timedelta(days=2))]


def _digits(day: date, place: int) -> str:
    return f"{in_month(day, -1, 20):%y}952{place:015d}"
