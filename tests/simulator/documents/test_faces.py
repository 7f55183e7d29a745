"""Payloads: the specification's field names, nothing mandatory empty, and amounts that add up."""

from decimal import Decimal

import msgspec
import pytest

from rehearsal_room import OURS, US
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.documents import fields
from simulator.seed_loading import plant
from simulator.seeding import KINDS, Seed

TABLE = {
    **dict.fromkeys(("81", "82", "8208", "85", "86"), "digital"),
    **dict.fromkeys(("01", "02", "04", "08", "10"), "tax_control"),
    **dict.fromkeys(("83", "87"), "digital_motor"),
    **dict.fromkeys(("84", "88"), "digital_used_car"),
    "11": "roll",
    "14": "toll",
    "03": "motor",
    "15": "used_car",
    "51": "rail",
    "61": "air",
    "customs": "customs",
    "withholding": "withholding",
}
BLOCKS = {
    "03": {"jzfwxx", "jzfwtdys"},
    "04": {"hyystdys"},
    "05": {"bdcxstdys"},
    "06": {"bdczltdys"},
    "07": {"dsccstdys"},
    "08": {"txftdys"},
    "09": {"lkystdys"},
    "10": {"ylzytdys", "ylzyfpmx", "zysfmx"},
    "11": {"ylmztdys", "ylmzfpmx"},
    "13": {"tljtdys"},
    "15": {"escxstdys"},
}
SUMS = [
    *((kind, "fpmx", "je", "hjje") for kind in ("81", "82", "8208", "85", "86")),
    *((kind, "fpmx", "se", "hjse") for kind in ("81", "82", "8208", "85", "86")),
    *((kind, "fpmx", "je", "je") for kind in ("01", "02", "04", "08", "10", "11", "14")),
    *((kind, "fpmx", "se", "se") for kind in ("01", "02", "04", "08", "10", "11", "14")),
    *((kind, "hwxx", "je", "hjje") for kind in ("51", "61")),
    *((kind, "hwxx", "se", "hjse") for kind in ("51", "61")),
    ("customs", "hwxx", "skje", "skje"),
]
GROSS = {
    **dict.fromkeys(("81", "82", "85", "86", "51", "61", "83", "84", "87", "88"), ("hjje", "hjse", "jshj")),
    **dict.fromkeys(("01", "02", "04", "08", "10", "11", "14"), ("je", "se", "jshj")),
    "03": ("cjfy", "zzsse", "jshj"),
}


def payload(fplx: str, **more: object) -> dict[str, object]:
    bureau = Bureau(Clock(), None)
    document = {"nsrsbh": OURS, "fplx": fplx, "kprq": "2027-01-02", "lines": 3, **more}
    [key] = plant(bureau, msgspec.convert({"companies": [US], "documents": [document]}, Seed))
    [held] = bureau.store.find(key)
    return held.payload_on(held.issued_on)


@pytest.mark.parametrize("fplx", KINDS)
def test_a_face_has_exactly_the_fields_of_its_table(fplx: str):
    table, found = TABLE[fplx], payload(fplx)
    parts = {name for name in found if isinstance(found[name], list | dict)}
    assert [name for name in found if name not in parts] == list(fields.names(table))
    for part in parts:
        rows = found[part] if isinstance(found[part], list) else [found[part]]
        assert rows
        assert all(tuple(row) == fields.names(table, part) for row in rows)


@pytest.mark.parametrize("fplx", KINDS)
def test_nothing_mandatory_is_empty(fplx: str):
    table, found = TABLE[fplx], payload(fplx)
    assert [name for name in fields.required(table) if found[name] == ""] == []
    for part, rows in found.items():
        if isinstance(rows, list):
            assert [name for row in rows for name in fields.required(table, part) if row[name] == ""] == []


@pytest.mark.parametrize(("tdys", "blocks"), BLOCKS.items())
def test_a_special_element_brings_its_blocks_with_nothing_mandatory_empty(tdys: str, blocks: set[str]):
    found = payload("82", tdys=tdys)
    assert found.keys() - set(fields.names("digital")) - {"fpmx"} == blocks
    for part in blocks:
        rows = found[part] if isinstance(found[part], list) else [found[part]]
        assert rows
        assert [name for row in rows for name in fields.required("digital", part) if row[name] == ""] == []


@pytest.mark.parametrize(("fplx", "part", "column", "total"), SUMS)
def test_lines_add_up_to_the_head(fplx: str, part: str, column: str, total: str):
    found = payload(fplx)
    assert sum(Decimal(row[column]) for row in found[part]) == Decimal(found[total])


@pytest.mark.parametrize(("fplx", "names"), GROSS.items())
def test_net_and_tax_add_up_to_the_gross_amount(fplx: str, names: tuple[str, str, str]):
    net, tax, gross = (Decimal(payload(fplx)[name]) for name in names)
    assert net + tax == gross > 0


@pytest.mark.parametrize("fplx", ["81", "01", "11", "51", "61", "83"])
def test_a_red_invoice_is_negative_and_names_the_blue_one(fplx: str):
    found = payload(fplx, red_of="26312000000000000001")
    assert Decimal(found["jshj"]) < 0
    assert "26312000000000000001" in str(found.values())


def test_the_blue_and_red_marks_of_each_system():
    assert payload("81", red_of="x" * 20)["sflzfp"] == "N"
    assert payload("01", red_of="x" * 8)["fpztbz"] == "1"
    assert (payload("81")["sflzfp"], payload("01")["fpztbz"]) == ("Y", "0")


def test_the_owner_buys_or_sells_by_direction():
    assert payload("81")["gmfnsrsbh"] == OURS
    assert payload("81", sjlx="2")["xsfnsrsbh"] == OURS
    other = {"nsrsbh": "91500000MA2000009X", "name": "示例对方"}
    assert payload("81", other=other)["xsfmc"] == "示例对方"


def test_a_tax_control_purchase_of_farm_products_has_buyer_and_seller_reversed():
    found = payload("10", tdys="16")
    assert (found["tspz"], found["xsfsbh"]) == ("02", OURS)


def test_whatever_the_seed_prescribes_stands():
    found = payload("81", payload={"hjje": "1.00", "bz": "", "newField": "kept"})
    assert (found["hjje"], found["bz"], found["newField"]) == ("1.00", "", "kept")


def test_a_field_outside_the_table_is_a_mistake_of_ours():
    with pytest.raises(KeyError, match=r"rail.tdys has no field colour"):
        fields.row("rail", "tdys", {"colour": "red"})


def test_the_same_document_has_the_same_face_every_time():
    assert payload("81") == payload("81")
    assert payload("81")["hjje"] != payload("81", seed="another")["hjje"]
