"""Every field of every payload arrives: in its column, or under its own name in details; a bad row says why."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from fapiao.errors import RuleError
from fapiao.payloads.kinds import payload_kind
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import load_fields, staged_columns
from fapiao.pool_columns.records import LINE_COLUMNS
from payload_rows import HEADS, LINES, NUMBERS, TYPES, full_line, full_row
from pool_rows import DIGITAL, KEY, OWNER, SELLER, context, digital, line

KINDS = sorted(HEADS)


def one(kind: str, row: Mapping[str, object], **changed: Any) -> dict[str, Any]:
    """The staged columns of a single row."""
    staged = translate(kind, [row], context(**{"invoice_type": TYPES.get(kind, "81")} | changed))
    assert staged.rejected == []
    return dict(zip(staged_columns(kind), staged.documents[0], strict=True))


def lines(kind: str, row: Mapping[str, object]) -> list[dict[str, Any]]:
    staged = translate(kind, [row], context(invoice_type=TYPES[kind]))
    return [dict(zip(LINE_COLUMNS, found, strict=True)) for found in staged.lines]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_of_a_head_is_dropped(kind):
    row = full_row(kind)
    values = one(kind, row)
    found = {str(value) for value in values.values()} | {str(v) for v in json.loads(values["details"] or "{}").values()}
    numbers = " ".join(str(values.get(name)) for name in ("document_key", "invoice_code", "invoice_no"))
    for name, value in row.items():
        received = value if isinstance(value, str) else None
        if received is None or name in NUMBERS or name in load_fields().kinds[kind].repeats:
            continue
        arrived = any(received[:10] in one_found for one_found in found)
        assert arrived or received in numbers, f"{name} of {kind} is lost"


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_field_is_kept_in_details_under_its_own_name(kind):
    values = one(kind, full_row(kind) | {"newField": {"a": [1]}})
    assert json.loads(values["details"])["newField"] == {"a": [1]}


@pytest.mark.parametrize("kind", sorted(LINES))
def test_nothing_of_a_line_is_dropped(kind):
    found = lines(kind, full_row(kind))
    assert [one_line["line_no"] for one_line in found] == [1, 2]
    for number, one_line in enumerate(found, start=1):
        details = json.loads(one_line["details"] or "{}")
        arrived = {str(value) for value in [*one_line.values(), *details.values()]}
        assert {str(value) for value in full_line(kind, number).values()} <= arrived


@pytest.mark.parametrize("name", ["fpmx", "hwxx", "mxList", "whatever"])
def test_lines_are_found_under_any_name_beside_a_block_that_looks_like_them(name):
    block = {"xh": 1, "jzfwfsd": "深圳", "jzxmmc": "大厦", "xmmc": "工程", "je": "1", "sl1": "0.09", "se": "1"}
    row = digital(jzfwtdys=[block, block | {"xh": 2}], **{name: [line(7)]})
    assert [(found["line_no"], found["goods_name"]) for found in lines("digital", row)] == [(7, "软件服务")]
    assert json.loads(one("digital", row)["details"]) == {"jzfwtdys": [block, block | {"xh": 2}]}


def test_a_block_alone_is_no_line():
    toll = {"xh": 1, "xmmc": "通行费", "cphm": "粤B12345", "txrqq": "x", "je": "1", "sl1": "0.03", "se": "0"}
    assert lines("digital", digital(txftdys=[toll])) == []


def test_lines_without_usable_numbers_are_numbered_from_one():
    row = digital(fpmx=[line(1), line(1), line(0)])
    assert [found["line_no"] for found in lines("digital", row)] == [1, 2, 3]


def test_a_toll_line_of_old_keeps_its_dates_where_quantity_and_price_stand():
    row = full_row("toll")
    row["fpmx"] = [{"mxxh": 1, "mc": "通行费", "ggxh": "粤B12345", "jldw": "客车", "sl": "20270101", "dj": "20270131",
                    "se": "1.00", "je": "30.00"}]  # fmt: skip
    (found,) = lines("toll", row)
    assert (found["specification"], found["unit"], found["quantity"]) == ("粤B12345", "客车", None)
    assert json.loads(found["details"]) == {"sl": "20270101", "dj": "20270131"}


def test_a_quantity_that_is_a_word_stays_in_details():
    (found,) = lines("digital", digital(fpmx=[line(1, fpjysl="一批")]))
    assert (found["quantity"], json.loads(found["details"])) == (None, {"fpjysl": "一批"})


@pytest.mark.req("R056")
def test_an_ordinary_digital_invoice_with_the_toll_element_is_a_toll_invoice():
    assert one("digital", digital(tdyslxDm="08"), invoice_type="82")["invoice_type"] == "8208"
    assert one("digital", digital(), invoice_type="8208")["invoice_type"] == "82"
    assert one("digital", digital(tdyslxDm="08"), invoice_type="8208")["bureau_invoice_type"] == "82"


def test_farm_produce_purchases_arrive_with_the_parties_reversed():
    row = full_row("tax_control") | {
        "tspz": "02",
        "xsfsbh": OWNER,
        "gmfsbh": SELLER,
        "xsfmc": "收购企业",
        "gmfmc": "农户",
    }
    values = one("tax_control", row)
    assert (values["seller_tax_no"], values["seller_name"]) == (SELLER, "农户")
    assert (values["buyer_tax_no"], values["buyer_name"]) == (OWNER, "收购企业")
    assert (values["seller_address_phone"], values["buyer_address_phone"]) == ("gmfdzdh!", "xsfdzdh!")


@pytest.mark.parametrize(
    ("flag", "status", "default", "blue"),
    [
        ("0", None, "0", "Y"),
        ("1", None, "0", "N"),
        ("2", "2", None, None),
        ("3", "2", None, "Y"),
        ("4", "2", None, "N"),
        ("9", None, None, None),
    ],
)
def test_the_voiding_flag_tells_voided_from_not_and_blue_from_red(flag, status, default, blue):
    values = one("tax_control", full_row("tax_control") | {"fpztbz": flag})
    assert (values["status"], values["status_default"], values["blue_invoice"]) == (status, default, blue)
    assert values["voiding_flag"] == flag


@pytest.mark.req("R022")
def test_a_digital_face_says_nothing_of_the_status_and_none_is_guessed():
    values = one("digital", DIGITAL)
    assert (values["status"], values["status_default"]) == (None, None)


@pytest.mark.req("A-47")
def test_a_full_face_of_leqi_counts_as_verified_and_says_by_what():
    values = one("digital", DIGITAL)
    assert (values["verification_status"], values["verify_source"], values["detail_level"]) == (
        "1",
        "LEQI_FULL",
        "full",
    )


def test_the_unselected_list_is_headers_that_are_not_selected():
    row = {"fphm": KEY, "kprq": "20270103", "gfsbh": OWNER, "fplx": "81", "fpzt": "0", "yxdkse": "13.00"}
    values = one("unselected_invoice", row)
    assert (values["detail_level"], values["selection_status"], values["verification_status"]) == ("header", "0", "3")
    assert (values["issue_date"], values["effective_tax_amount"]) == ("2027-01-03", "13.00")


def test_unknown_codes_are_kept_as_they_came():
    values = one("usage", {"fphm": KEY, "fpzt": "5X", "ycpzzt": "77", "fpyt": "99", "rzzt": "08"})
    assert [values[name] for name in ("status", "risk_status", "vat_usage", "entry_status")] == ["5X", "77", "99", "08"]


@pytest.mark.req("R055", "G15")
@pytest.mark.parametrize(
    ("issued", "total", "names", "expected"),
    [
        ("2025-07-27 23:59:59", "610.00", ("票价", "燃油附加费", "民航发展基金", "其他税费"), None),
        ("2025-07-28 00:00:00", "610.00", ("票价", "燃油附加费", "民航发展基金", "其他税费"), "445.00"),
        ("2025-07-28 00:00:00", "345.00", ("票价", "燃油附加费", "民航发展基金"), "345.00"),
        ("2025-07-28 00:00:00", "610.00", ("票价", "民航发展基金"), None),
    ],
)
def test_a_flight_ticket_has_the_bureaus_total_from_its_day_on_and_only_if_no_part_is_missing(
    issued, total, names, expected
):
    parts = [line(number, xmmc=name, je="100.00", se="15.00") for number, name in enumerate(names, start=1)]
    row = {"fphm": KEY, "kprq": issued, "hjje": "400.00", "hjse": "45.00", "jshj": total, "hwxx": parts}
    assert one("air", row)["total_tax_incl_amount"] == expected


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"kprq": "2027-01-03"}, "发票号码 (fphm) is missing"),
        (digital(hjje="壹佰"), "金额 (hjje) is '壹佰': a number is expected."),
        (digital(kprq="03/01/2027"), "(kprq) is '03/01/2027': a date"),
        ("no row at all", "not an object"),
        (None, "not an object"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_with_a_sentence_and_the_others_go_on(row, sentence):
    staged = translate("digital", [digital(), row], context())
    assert (len(staged.documents), len(staged.rejected)) == (1, 1)
    assert staged.rejected[0].row_no == 2
    assert sentence in staged.rejected[0].reason


def test_a_date_of_lesser_weight_that_cannot_be_read_costs_only_its_column():
    values = one("tax_control", full_row("tax_control") | {"zfrq": "0000-00-00"})
    assert values["voided_at"] is None
    assert json.loads(values["details"])["zfrq"] == "0000-00-00"


def test_an_observation_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        translate("digital", [], context(datetime(2027, 1, 5)))  # noqa: DTZ001


def test_every_bureau_type_has_a_payload_kind():
    covered = {code for kind in load_fields().kinds.values() for code in kind.invoice_types}
    assert covered >= {"01", "02", "03", "04", "08", "10", "11", "14", "15", "51", "61", "81", "82", "8208"}
    assert covered >= {"83", "84", "85", "86", "87", "88", "customs", "withholding"}


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (("invoice", "8208", "input_full"), "digital"),
        (("invoice", "08", "output_full"), "tax_control"),
        (("invoice", "87", "input_incremental"), "motor_digital"),
        (("customs", "customs", "input_incremental"), "customs"),
        (("withholding", "withholding", "input_full"), "withholding"),
        (("invoice", "81", "input_status"), "risk"),
        (("invoice", "81", "usage"), "usage"),
        (("invoice", "81", "unselected_init"), "unselected_invoice"),
        (("customs", "customs", "unselected_init"), "unselected_customs"),
        (("withholding", "withholding", "unselected_init"), "unselected_withholding"),
    ],
)
def test_the_shape_of_an_answer_follows_from_what_was_asked(asked, kind):
    assert payload_kind(*asked) == kind


def test_a_type_without_payload_is_refused():
    with pytest.raises(RuleError, match="no payload kind"):
        payload_kind("invoice", "99", "input_full")
