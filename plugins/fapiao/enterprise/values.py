"""Reads a value of a loaded file; what it cannot be is said in the language that is spoken."""

import unicodedata

from fapiao.errors import BadInput
from fapiao.identifiers import is_rounded, taxpayer_no
from fapiao.rules.book import RuleBook
from fapiao.rules.invoice_types import InvoiceType, nearest_names
from fapiao.rules.spellings import Spellings
from fapiao.shown import visible
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language

MOST_OF_A_NAME = 128
"""Characters of a name that somebody acts under: a user of Airflow has no longer one."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""What nobody sees or can type again; the blank between two words is seen."""


def tax_number(text: str) -> str:
    """A tax number in its one spelling. Raises ValueError, whose text is a complaint."""
    try:
        return taxpayer_no(text)
    except ValueError as wrong:
        if is_rounded(text):
            raise ValueError(sentence("enterprise_files.rounded_number", text=text)) from wrong
        raise ValueError(sentence("enterprise_files.not_tax_number", text=text)) from wrong


def person_name(text: str) -> str:
    """A name that somebody acts under, without blanks around it. Raises ValueError, whose text is a complaint."""
    name = text.strip()
    if not name:
        raise ValueError(sentence("enterprise_files.empty_person"))
    if len(name) > MOST_OF_A_NAME:
        raise ValueError(sentence("enterprise_files.long_person", most=MOST_OF_A_NAME, count=len(name)))
    if any(one != " " and unicodedata.category(one) in _UNSEEN for one in name):
        raise ValueError(sentence("enterprise_files.unseen_person", text=visible(name)))
    return name


def known_words(words: Spellings) -> str:
    """What may be written: the labels, in English the codes with them."""
    return listed(words.labels.values()) if language() == "zh" else words.known


def code_of(text: str, words: Spellings) -> str:
    """The code that a spelling means. Raises ValueError, whose text is a complaint."""
    found = words.find(text)
    if found is not None:
        return found
    if near := words.near(text):
        label = words.labels[near] if language() == "zh" else near
        raise ValueError(sentence("enterprise_files.near_word", text=text, known=known_words(words), near=label))
    raise ValueError(sentence("enterprise_files.unknown_word", text=text, known=known_words(words)))


def invoice_type(text: str, rules: RuleBook) -> InvoiceType:
    """The type that a name means. Raises ValueError, whose text is a complaint."""
    try:
        return rules.invoice_type(text)
    except BadInput as unknown:
        if near := nearest_names(rules.invoice_types.values(), text):
            raise ValueError(sentence("enterprise_files.near_type", text=text, near=" / ".join(near))) from unknown
        raise ValueError(sentence("enterprise_files.unknown_type", text=text)) from unknown
