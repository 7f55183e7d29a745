"""发票类型: the 21 names however they are spelt, resolved to one code (R064)."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from fapiao.base_errors import BadInput
from fapiao.nearest import nearest
from fapiao.rules.records import Direction, Document
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, SomeTexts, Text, Texts
from fapiao.rules.spellings import folded

_BRACKETS = re.compile(r"[()\[\]【】〔〕]")
_SAME = re.compile("数电发票|全电发票|全电票|^电子发票(?=.)")
_PAPER = re.compile("^数电纸质?(?:发票|票)(?=.)")


class InvoiceType(RuleRow, frozen=True):
    """One type: our code, the manual's name byte for byte, and what the bureau and the product call it."""

    unique = ("code",)
    code: Text
    name: Text
    asked_of_leqi: Text = field(name="leqi")
    document: Document
    directions: Annotated[tuple[Direction, ...], Meta(min_length=1)]
    deductible: bool = field(name="selectable")
    history: bool
    piaozone: Text | None = None
    aliases: Texts = ()


class TitleRegions(RuleRow, frozen=True):
    """The regions of the tax bureaus, as the title on a paper begins with them."""

    unique = ("names",)
    names: SomeTexts


class InvoiceTypes(RuleSections, frozen=True):
    """发票类型: the 21 names of S1 §3.1-5 as printed there, and what each is called elsewhere."""

    file = "invoice_types.yaml"
    invoice_types: tuple[InvoiceType, ...]
    title_regions: Annotated[tuple[TitleRegions, ...], Meta(min_length=1, max_length=1)]


def read_types(folder: Path) -> dict[str, InvoiceType]:
    """invoice_types.yaml by code. Raises RuleError with file and line, for a spelling that two types share too."""
    file = RuleFile(InvoiceTypes, folder)
    spellings: dict[str, str] = {}
    for kind in file.content.invoice_types:
        for name in {normalised(name) for name in (kind.code, kind.name, *kind.aliases)}:
            if name in spellings:
                raise file.refuse(kind, f"spelling {name!r} belongs to type {spellings[name]} already")
            spellings[name] = kind.code
    return {kind.code: kind for kind in file.content.invoice_types}


def normalised(name: str) -> str:
    """A spelling without what people vary: width, case, blanks, brackets, and the words for digital.

    数电发票, 全电发票 and 电子发票（…） are 数电票; 数电纸质发票（…） is 纸质发票.
    """
    return _PAPER.sub("纸质发票", _SAME.sub("数电票", _BRACKETS.sub("", folded(name))))


def resolve(types: Iterable[InvoiceType], text: str) -> InvoiceType:
    """The type that `text` names by code, name or alias. Raises BadInput with the text alone: who asks says more."""
    known = list(types)
    spellings = {normalised(name): kind for kind in known for name in (kind.code, kind.name, *kind.aliases)}
    written = normalised(text)
    found = spellings.get(written) or spellings.get(_region().sub("", written))
    if found:
        return found
    raise BadInput([text])


def nearest_names(types: Iterable[InvoiceType], text: str) -> Sequence[str]:
    """The names of types that come near, at most three."""
    return nearest(text, [kind.name for kind in types], most=3)


@cache
def _region() -> re.Pattern[str]:
    """The region before 增值税, as papers have it: 上海增值税专用发票, 深圳市增值税电子普通发票."""
    (regions,) = RuleFile(InvoiceTypes, RULES).content.title_regions
    return re.compile(f"^(?:{'|'.join(regions.names)})[省市]?(?=增值税)")
