"""The catalogue: sentences by area and key, each in both languages with the same places for values."""

from collections.abc import Iterable

from fapiao.rules.sentence_file import TEXTS, Sentence, areas, places, sentences
from fapiao.texts.language import Language, language

__all__ = ["TEXTS", "Sentence", "areas", "listed", "places", "sentence", "sentence_in", "sentences"]


def sentence(name: str, /, **values: object) -> str:
    """The sentence `area.key` in the language that is spoken, with its values. Raises KeyError for an unknown one."""
    return sentence_in(language(), name, **values)


def listed(items: Iterable[object]) -> str:
    """Items one after another, as the language that is spoken parts them."""
    return ("、" if language() == "zh" else ", ").join(map(str, items))


def sentence_in(spoken: Language, name: str, /, **values: object) -> str:
    """The same in one language."""
    area, _, key = name.partition(".")
    row = sentences(area)[key]
    return (row.zh if spoken == "zh" else row.en).format(**values)
