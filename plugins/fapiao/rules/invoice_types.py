"""发票类型: the 21 names however they are spelt, resolved to one code (R064)."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from fapiao.errors import BadInput


@dataclass(frozen=True, slots=True)
class InvoiceType:
    """One type: our code, the manual's name byte for byte, and what the bureau and the product call it."""

    code: str
    name: str
    asked_of_leqi: str
    piaozone: str | None
    document: str
    directions: tuple[str, ...]
    deductible: bool
    history: bool
    aliases: tuple[str, ...]


def normalised(name: str) -> str:
    """A spelling without what the manuals vary: width of brackets, blanks, 数电票 for 数电发票."""
    narrow = unicodedata.normalize("NFKC", name)
    return re.sub(r"\s+", "", narrow).replace("数电发票", "数电票").replace("全电发票", "数电票")


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
