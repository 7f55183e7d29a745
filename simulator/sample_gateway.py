"""The invented companies behind the gateway: two on one 电子税局 account, a small one, one on each other channel."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from simulator.codes import CUSTOMS, INPUT
from simulator.documents.parties import uscc
from simulator.periods import DEADLINE
from simulator.sample_rows import Row, in_month, purchases, row, sales
from simulator.seeding import TOLL_TYPE

FACTORY, BRANCH, STALL = uscc("91330100MA2000011"), uscc("91330100MA2000012"), uscc("92330100MA2000013")
CERTIFIED, DISKED, AEROSPACE = uscc("91110000MA2000014"), uscc("91320100MA2000015"), uscc("91420100MA2000016")
NAMES = {
    FACTORY: "示例制造（杭州）有限公司",
    BRANCH: "示例制造（杭州）有限公司滨江分公司",
    STALL: "示例小吃（杭州）店",
    CERTIFIED: "示例咨询（北京）有限公司",
    DISKED: "示例物流（南京）有限公司",
    AEROSPACE: "示例医药（武汉）有限公司",
}
CHANNELS = {
    FACTORY: "etax",
    BRANCH: "etax",
    STALL: "etax",
    CERTIFIED: "soft_certificate",
    DISKED: "tax_disk",
    AEROSPACE: "aisino",
}
CITIES = {
    FACTORY: ("330100", "杭州市"),
    BRANCH: ("330100", "杭州市"),
    STALL: ("330100", "杭州市"),
    CERTIFIED: ("110000", "北京市"),
    DISKED: ("320100", "南京市"),
    AEROSPACE: ("420100", "武汉市"),
}
SHARED_ACCOUNT, STALL_ACCOUNT = "sim-etax-hangzhou", "sim-etax-stall"
ACCOUNTS = {FACTORY: SHARED_ACCOUNT, BRANCH: SHARED_ACCOUNT, STALL: STALL_ACCOUNT}
SMALL = frozenset({STALL})

ETAX_KINDS = ("01", "10", "51", "61", "81", "82", "85", TOLL_TYPE)
INPUT_KINDS: Mapping[str, tuple[str, ...]] = {
    FACTORY: ETAX_KINDS,
    BRANCH: ("81", "82", "51"),
    STALL: ("82", "10"),
    CERTIFIED: ("01", "08", "81", "82"),
    DISKED: ("01", "04", "14", "81", "82"),
    AEROSPACE: ("01", "81", "82"),
}
OUTPUT_KINDS: Mapping[str, tuple[str, ...]] = {
    FACTORY: ("81", "82"),
    BRANCH: ("82",),
    STALL: ("82",),
    CERTIFIED: ("81",),
    DISKED: ("01", "81"),
}
BOTH_WAYS, INPUT_ONLY = ("input_full", "output_full", "input_status"), ("input_full",)
SCHEMES = (
    ("电子税局全量", (FACTORY, BRANCH), BOTH_WAYS, (*ETAX_KINDS, CUSTOMS), True),
    ("电子税局小规模", (STALL,), ("input_full", "output_full"), ("82", "10"), False),
    ("软证书全量", (CERTIFIED,), BOTH_WAYS, INPUT_KINDS[CERTIFIED], False),
    ("税盘全量", (DISKED,), BOTH_WAYS, INPUT_KINDS[DISKED], False),
    ("航信进项全量", (AEROSPACE,), INPUT_ONLY, INPUT_KINDS[AEROSPACE], False),
)


def gateway_companies() -> list[Row]:
    """The `companies` of a seed that are behind the gateway."""
    return [
        {
            "nsrsbh": number,
            "name": name,
            "companyType": "02" if number in SMALL else "03",
            "channels": [CHANNELS[number]],
            "bureau_city_code": CITIES[number][0],
            "bureau_city": CITIES[number][1],
            "accounts": [{"account": ACCOUNTS[number]}] if number in ACCOUNTS else [],
        }
        for number, name in NAMES.items()
    ]


def gateway_documents(day: date) -> list[Row]:
    """Their documents around a day: purchases and sales, 缴款书 of three months, farm products, trouble and use."""
    return [
        *(document for owner, kinds in INPUT_KINDS.items() for document in purchases(owner, kinds, day)),
        *(document for owner, kinds in OUTPUT_KINDS.items() for document in sales(owner, kinds, day)),
        *_customs(day),
        *_special(day),
        *_changed(day),
    ]


def gateway_taxpayers() -> list[Row]:
    """Rows of a taxpayers file, after those of 乐企."""
    return [
        {
            "taxpayer_no": number,
            "name": name,
            "org_code": f"ORG{place:03d}",
            "org_name": name,
            "channel": CHANNELS[number],
            "company_type": "small_scale" if number in SMALL else "general",
            "selection_channel": CHANNELS[number],
            "country": "中国",
            "bureau_city_code": CITIES[number][0],
            "bureau_city": CITIES[number][1],
        }
        for place, (number, name) in enumerate(NAMES.items(), start=11)
    ]


def gateway_accounts() -> list[Row]:
    """Rows of an accounts file: the default account of every 电子税局 company."""
    return [
        {"taxpayer_no": number, "account": account, "account_type": "both", "is_default": True, "login": "auto"}
        for number, account in ACCOUNTS.items()
    ]


def gateway_schemes(start_date: date) -> list[Row]:
    """Rows of a schemes file: one per channel, and one for the small company."""
    return [
        {
            "name": name,
            "taxpayers": list(taxpayers),
            "download_types": list(types),
            "invoice_types": list(kinds),
            "start_date": start_date.isoformat(),
            "frequency": "5;10;15;20;26",
            "layout_files": files,
            "status_mode": "update_only",
            "enabled": True,
        }
        for name, taxpayers, types, kinds, files in SCHEMES
    ]


def _customs(day: date) -> list[Row]:
    """缴款书 filled in in the month before last, last month, and this month once it has a yesterday."""
    filled: Iterable[date] = (in_month(day, -2, 6), in_month(day, -1, 17), day - timedelta(days=1))
    return [row(owner, INPUT, CUSTOMS, on) for owner in (FACTORY, BRANCH) for on in filled]


def _special(day: date) -> list[Row]:
    """Purchases of farm products, whose parties are swapped, and a second flight."""
    issued = in_month(day, -1, 11)
    return [
        row(FACTORY, INPUT, "10", issued, tdys="16"),
        row(FACTORY, INPUT, "61", issued, seed="second flight"),
        row(DISKED, INPUT, "04", issued, tdys="16"),
    ]


def _changed(day: date) -> list[Row]:
    """What was used in the running tax period, and what the bureau found out two days ago."""
    issued, found = in_month(day, -1, 13), day - timedelta(days=2)
    period = f"{in_month(day, -1 if day.day <= DEADLINE else 0, 1):%Y%m}"
    used = {"fpyt": "1", "skssq": period}
    return [
        *(row(owner, INPUT, "81", issued, seed="used", **used) for owner in (FACTORY, CERTIFIED, DISKED)),
        *(row(owner, INPUT, "81", issued, recognised_on=found, fpzt="7") for owner in (FACTORY, CERTIFIED, DISKED)),
        row(FACTORY, INPUT, "01", issued, recognised_on=found, ycpzzt="02"),
    ]
