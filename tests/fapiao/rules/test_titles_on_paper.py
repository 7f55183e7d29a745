"""The title that stands on a paper, a PDF or an OFD is a name of its type, wherever a type is read."""

from collections.abc import Callable, Sequence

import pytest

from enterprise_files import DAY, LEQI, WORDS, scheme
from fapiao.bureau_files.file_names import parse_name
from fapiao.bureau_files.layouts import file_rules
from fapiao.bureau_files.readers import type_code
from fapiao.enterprise.receipts import receipts
from fapiao.errors import BadInput
from fapiao.forms.fields import FormField
from fapiao.forms.reading import fill
from fapiao.history.form import REQUEST as HISTORY
from fapiao.key_elements.fields import REQUEST as KEY_ELEMENTS
from fapiao.rules.book import rulebook
from fapiao.selection.auto_rules import auto_words, read_auto_rules
from fapiao.tables.reading import tables_of
from fapiao.verification import verification_rules
from launcher.commands.export import POOL
from launcher.log_filter import FILTERS

pytestmark = [pytest.mark.req("R064", "A-37"), pytest.mark.finding("F62")]
TITLES = {
    "电子发票（增值税专用发票）": "81", "电子发票(普通发票)": "82", "电子发票 （ 普通发票 ）": "82", "全电发票（普通发票）": "82",
    "电子发票（铁路电子客票）": "51", "电子发票（航空运输电子客票行程单）": "61", "电子发票（航空运输客票电子行程单）": "61",
    "电子发票（机动车销售统一发票）": "83", "电子发票（二手车销售统一发票）": "84", "机动车销售电子统一发票": "83",
    "电子发票（通行费发票）": "8208", "数电发票（通行费发票）": "8208",
    "数电纸质发票（增值税专用发票）": "85", "数电纸质发票 (普通发票)": "86", "数电纸票（普通发票）": "86",
    "数电纸质发票（机动车销售统一发票）": "87", "数电纸质发票(二手车销售统一发票)": "88",
    "增值税专用发票": "01", "上海增值税专用发票": "01", "深圳市增值税普通发票": "04", "增值税普通发票（折叠票）": "04",
    "增值税普通发票（卷票）": "11", "增值税普通发票(卷式)": "11", "增值税普通发票（ 卷式 ）": "11", "广东增值税普通发票（卷票）": "11",
    "增值税电子专用发票": "08", "内蒙古增值税电子专用发票": "08", "增值税电子普通发票": "10", "北京增值税电子普通发票": "10",
    "收费公路通行费增值税电子普通发票": "14", "机动车销售统一发票": "03", "二手车销售统一发票": "15",
    "海关进口增值税专用缴款书": "customs", "海关 进口增值税 专用缴款书": "customs",
    "税收缴款书（代扣代收专用）": "withholding", "中华人民共和国税收缴款书(代扣代收专用)": "withholding",
}  # fmt: skip
"""As the manuals, the bureau's files (domain §2.1, §3) and the papers themselves have them."""
FILE = "91310000MA2000001E-20210126210675991-202009-进项票-{}.xls"


def _filled(fields: Sequence[FormField], name: str, code: Callable[[object], object] = str) -> Callable[[str], object]:
    """What a field makes of a title, in a form as in the option of its command."""
    field = next(one for one in fields if one.name == name)

    def read(title: str) -> object:
        filled = fill([field], {name: [title] if field.kind == "words" else title})
        filled.refuse()
        return code(filled[name])

    return read


def _first(found: object) -> object:
    assert isinstance(found, Sequence) and len(found) == 1
    return found[0]


def _received(title: str) -> object:
    row = f"taxpayer_no,invoice_type,etax_invoice_no\n{LEQI},{title},26322000006465433531\n"
    (receipt,) = receipts([tables_of("received.csv", row.encode())], rulebook(), DAY)
    return receipt.received.invoice_type if receipt.received else receipt.problems


def _automatic(title: str) -> object:
    row = f"name,action,invoice_types\n甲,preselect,{title}\n"
    (rule,) = read_auto_rules([tables_of("rules.csv", row.encode())], auto_words(WORDS, ()))
    return _first(rule.invoice_types)


def _named(title: str) -> object:
    claim = parse_name(FILE.format(title), file_rules())
    assert claim is not None
    return claim.invoice_types


EVERYWHERE: dict[str, Callable[[str], object]] = {
    "rules": lambda title: rulebook().invoice_type(title).code,
    "log --invoice-type": _filled(FILTERS, "invoice_type"),
    "export pool --type": _filled(POOL, "invoice_types", _first),
    "key elements": _filled(KEY_ELEMENTS, "invoice_types", _first),
    "schemes load": lambda title: _first(next(iter(scheme(f"invoice_types: {title}").enterprise.schemes.values())).invoice_types),
    "column of a bureau file": type_code,
}  # fmt: skip


@pytest.mark.parametrize("entrance", EVERYWHERE)
@pytest.mark.parametrize(("title", "code"), TITLES.items())
def test_a_title_is_a_name_of_its_type_wherever_a_type_is_read(entrance: str, title: str, code: str) -> None:
    assert EVERYWHERE[entrance](title) == code


@pytest.mark.parametrize(("title", "code"), TITLES.items())
def test_a_file_is_named_by_the_title_of_what_it_holds(title: str, code: str) -> None:
    found = _named(title)
    assert isinstance(found, tuple) and code in found


def _of(codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(title, code) for title, code in TITLES.items() if code in codes]


@pytest.mark.parametrize(("title", "code"), _of([one.code for one in rulebook().invoice_types.values() if one.history]))
def test_history_and_backfill_know_the_titles_of_their_six_types(title: str, code: str) -> None:
    assert _filled(HISTORY, "invoice_types", _first)(title) == code


DIGITAL = ("51", "61", "81", "82", "83", "84", "8208")


@pytest.mark.parametrize(("title", "code"), _of([code for code in DIGITAL if code in verification_rules().keys]))
def test_the_business_system_may_write_the_title_of_what_it_received(title: str, code: str) -> None:
    assert _received(title) == code


@pytest.mark.parametrize(("title", "code"), _of(["customs"]))
def test_a_rule_of_automatic_selection_may_write_the_title(title: str, code: str) -> None:
    assert _automatic(title) == code


@pytest.mark.parametrize("text", ["电子发票", "数电纸质发票", "数电纸票", "上海", "上海数电票", "火星增值税专用发票"])
def test_what_is_no_title_of_one_type_names_none(text: str) -> None:
    with pytest.raises(BadInput, match=f"^{text}$"):
        rulebook().invoice_type(text)
