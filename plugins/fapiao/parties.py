"""Whether a company is the party that it must be of a document: 进项 the buyer, 销项 the seller (R063, A-51)."""

import re
import unicodedata
from collections.abc import Mapping

_OWN, _OTHER = {"input": "buyer", "output": "seller"}, {"input": "seller", "output": "buyer"}
_VEHICLES = frozenset({"03", "15", "83", "84", "87", "88"})
_PERSON = re.compile(r"\d{6}(?:\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}|(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}\d{3}[\dX])")
"""居民身份证号码 of 15 or 18 characters."""
_USCC = 18


def is_stranger(values: Mapping[str, object], taxpayer_no: str, direction: str) -> bool:
    """Whether an invoice names somebody else in the company's place; `values` are columns of the pool.

    A row that names nobody there, or hides the number, leaves it to the question, unless the company stands on the
    other side. 海关缴款书 and 代扣代缴完税凭证 have payers, not these parties. 农产品收购 may stand either way
    round; the buyer of a vehicle (机动车, 二手车) may be a person, in whose name a company registers it.
    """
    if values.get("document", "invoice") != "invoice":
        return False
    own, other = (_number(values.get(f"{side[direction]}_tax_no")) for side in (_OWN, _OTHER))
    owner = _number(taxpayer_no)
    if own == owner or is_old_number(own, owner):
        return False
    stands_opposite = other == owner or is_old_number(other, owner)
    if stands_opposite:
        return not _is_agricultural(values)
    return bool(own) and "*" not in own and not _is_a_persons(own, values)


def is_old_number(number: str, uscc: str) -> bool:
    """Whether a number of before 三证合一 is that of the company: its last nine are those of the code (GB 11714)."""
    return len(uscc) == _USCC and len(number) == _USCC - 3 and number[6:] == uscc[8:17]


def _is_agricultural(values: Mapping[str, object]) -> bool:
    """收购 is issued by the buyer; the channels differ in which side they print (protocols §6.4)."""
    return values.get("special_type") == "02" or values.get("business_code") == "16"


def _is_a_persons(number: str, values: Mapping[str, object]) -> bool:
    return values.get("invoice_type") in _VEHICLES and _PERSON.fullmatch(number) is not None


def _number(value: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value or ""))).upper()
