"""Which company a document belongs to: buyer of 进项, seller of 销项, with the exceptions that the manuals state."""

import pytest

from fapiao.parties import is_stranger

US, THEM, THIRD = "91310000MA1EXAMP07", "91440300MA2000002A", "91110000MA3000003B"


@pytest.mark.finding("F04")
@pytest.mark.req("R063", "A-51")
@pytest.mark.parametrize(
    ("direction", "values", "stranger"),
    [
        ("input", {"buyer_tax_no": US, "seller_tax_no": THEM}, False),
        ("output", {"buyer_tax_no": THEM, "seller_tax_no": US}, False),
        ("input", {"buyer_tax_no": THEM, "seller_tax_no": US}, True),
        ("output", {"buyer_tax_no": US, "seller_tax_no": THEM}, True),
        ("input", {"buyer_tax_no": THIRD, "seller_tax_no": THEM}, True),
        ("input", {"seller_tax_no": THEM}, False),
        ("input", {}, False),
        ("input", {"seller_tax_no": US}, True),
        ("input", {"buyer_tax_no": f" {US.lower()} ", "seller_tax_no": THEM}, False),
        ("input", {"buyer_tax_no": "310115MA1EXAMP0", "seller_tax_no": THEM}, False),
        ("input", {"buyer_tax_no": "9131**********MP07", "seller_tax_no": THEM}, False),
        ("input", {"buyer_tax_no": THEM, "seller_tax_no": US, "special_type": "02"}, False),
        ("input", {"buyer_tax_no": THEM, "seller_tax_no": US, "business_code": "16"}, False),
        ("input", {"buyer_tax_no": THIRD, "seller_tax_no": THEM, "special_type": "02"}, True),
        ("input", {"invoice_type": "03", "buyer_tax_no": "110101199003077717"}, False),
        ("input", {"invoice_type": "81", "buyer_tax_no": "110101199003077717"}, True),
        ("input", {"document": "customs", "buyer_tax_no": THIRD}, False),
        ("input", {"document": "withholding", "seller_tax_no": US}, False),
    ],
)
def test_a_stranger_is_told(direction: str, values: dict[str, str], stranger: bool) -> None:
    assert is_stranger(values, US, direction) is stranger
