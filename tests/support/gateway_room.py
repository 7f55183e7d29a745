"""Companies behind the simulated gateway for its tests: one per channel, two on one account, one small-scale."""

MAKER, SISTER, STALL = "91330100MA2000011A", "91330100MA2000012A", "92330100MA2000013A"
CERTIFIED, DISKED, AEROSPACE, LEQI = (
    "91110000MA2000014A",
    "91320100MA2000015A",
    "91420100MA2000016A",
    "91310000MA2000017A",
)
HANGZHOU = {"bureau_city_code": "330100", "bureau_city": "杭州市"}
SHARED, PERSON = "sim-shared", "sim-person"
ACCOUNT = {"account": SHARED, "account_type": "receive"}
BY_HAND = {"account": PERSON, "login": "manual"}
COMPANIES = [
    {"nsrsbh": MAKER, "name": "示例制造有限公司", "channels": ["etax"], **HANGZHOU, "accounts": [ACCOUNT]},
    {"nsrsbh": SISTER, "channels": ["etax"], **HANGZHOU, "accounts": [ACCOUNT]},
    {"nsrsbh": STALL, "channels": ["etax"], "companyType": "02", **HANGZHOU, "accounts": [BY_HAND]},
    {"nsrsbh": CERTIFIED, "channels": ["soft_certificate"]},
    {"nsrsbh": DISKED, "channels": ["tax_disk"]},
    {"nsrsbh": AEROSPACE, "channels": ["aisino"]},
    {
        "nsrsbh": LEQI,
        "sydwptbh": "SY9",
        "jrdwptbh": "JR1",
        "authorised_on": "2025-01-01",
        **HANGZHOU,
        "accounts": [{"account": "sim-files"}],
    },
]


def naming(item: dict[str, str]) -> dict[str, str]:
    """The fields that name an invoice in a selection or a layout application."""
    return {
        name: item.get(name, "") for name in ("invoiceType", "invoiceCode", "invoiceNo", "etaxInvoiceNo", "invoiceDate")
    }
