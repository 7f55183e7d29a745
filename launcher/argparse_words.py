"""What argparse says by itself, in the language of the command line."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from fapiao.texts.catalogue import sentences
from fapiao.texts.language import language


@contextmanager
def translated() -> Iterator[None]:
    """Inside the block argparse asks us; it offers no other place than the function it calls `_`."""
    before = vars(argparse)["_"]
    vars(argparse)["_"] = _said
    try:
        yield
    finally:
        vars(argparse)["_"] = before


def _said(sentence: str) -> str:
    if language() == "en":
        return sentence
    ours = {row.en: row.zh for row in sentences("argparse").values()}
    return ours.get(sentence, sentence)
