"""Words of closed lists as people type them; one that nobody knows is refused with the nearest known one."""

from collections.abc import Iterable

from fapiao.base_errors import BadInput
from fapiao.nearest import nearest
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language


def code_of(kind: str, text: str) -> str:
    """The code of a kind by itself, its label or an alias of it. Raises BadInput with those that there are."""
    words = rulebook().words(kind)
    found = words.find(text)
    if found is None:
        labels = words.labels
        known = listed(f"{code} {label}" if language() == "zh" else code for code, label in labels.items())
        values = {"kind": sentence(f"code_kinds.{kind}"), "word": text, "known": known}
        raise BadInput([sentence("nearest.unknown_code", **values) + meant(text, [*labels, *labels.values()])])
    return found


def flag_of(name: str, text: str) -> bool:
    """Yes or no, in any of their words. Raises BadInput, which says of what by its name."""
    found = rulebook().words("flag").find(text)
    if found is None:
        raise BadInput([sentence("nearest.not_flag", name=name, word=text)])
    return found == "true"


def type_of(text: str) -> str:
    """The code of an invoice type by its code or any spelling. Raises BadInput with what comes near."""
    try:
        return rulebook().invoice_type(text).code
    except BadInput:
        names = [kind.name for kind in rulebook().invoice_types.values()]
        said = sentence("nearest.unknown_type", word=text)
        raise BadInput([said + meant(text, names, most=3)]) from None


def meant(word: str, known: Iterable[str], most: int = 1) -> str:
    """What stands behind a refusal: a question after the nearest words, or nothing where none comes near."""
    near = nearest(word, known, most)
    return sentence("nearest.meant", name=" / ".join(near)) if near else ""
