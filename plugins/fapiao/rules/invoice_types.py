"""发票类型: the 21 names however they are spelt, resolved to one code (R064)."""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from fapiao.errors import BadInput
from fapiao.rules.records import Direction, Document
from fapiao.rules.rule_file import RuleFile, RuleRow, RuleSections, Text, Texts
from fapiao.rules.spellings import folded

_BRACKETS = re.compile(r"[()\[\]【】〔〕]")
_SAME = re.compile("数电发票|全电发票|全电票")
# the titles printed on the documents; only before a bracket, for 通行费电子发票 and the like are other types
_ON_PAPER = re.compile(r"^(?:电子发票|(数电纸质发票))(?=[(\[【〔])")


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


class InvoiceTypes(RuleSections, frozen=True):
    """发票类型: the 21 names of S1 §3.1-5 as printed there, and what each is called elsewhere."""

    file = "invoice_types.yaml"
    invoice_types: tuple[InvoiceType, ...]


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
    """A spelling without what people vary: width, case, blanks, brackets, 数电发票 or 全电发票 for 数电票.

    电子发票（…） and 数电纸质发票（…） are how the documents themselves are headed: 数电票 and 纸质发票.
    """
    listed = _ON_PAPER.sub(lambda title: "纸质发票" if title[1] else "数电票", folded(name))
    return _SAME.sub("数电票", _BRACKETS.sub("", listed))


def resolve(types: Iterable[InvoiceType], text: str) -> InvoiceType:
    """The type that `text` names by code, name or alias. Raises BadInput with the nearest names."""
    known = list(types)
    spellings = {normalised(name): kind for kind in known for name in (kind.code, kind.name, *kind.aliases)}
    found = spellings.get(normalised(text))
    if found:
        return found
    near = difflib.get_close_matches(text, [kind.name for kind in known], n=3, cutoff=0.3)
    hint = f"; did you mean {' / '.join(near)}?" if near else ""
    raise BadInput([f"invoice type {text!r} is unknown{hint}"])
