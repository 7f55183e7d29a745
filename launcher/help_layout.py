"""How a command's help stands on a terminal: lines as wide as it is, a Chinese letter counted as two cells."""

import argparse
import re
from collections.abc import Callable
from typing import Any

from rich.cells import cell_len

from fapiao.text_table import cut
from fapiao.texts.language import language

_HEADING = re.compile(r"^(\S+):$", re.MULTILINE)
_SECOND_CELL = "\0"
"""Stands behind each letter of two cells while argparse counts characters; what is printed has none."""


class HelpLayout(argparse.HelpFormatter):
    """Wraps texts by the cells that they take; lines that begin with a blank, those of examples, are left alone."""

    def format_help(self) -> str:
        """The whole help."""
        whole = super().format_help().replace(_SECOND_CELL, "")
        return _HEADING.sub(r"\1：", whole) if language() == "zh" else whole

    def _split_lines(self, text: str, width: int) -> list[str]:
        return [line.rstrip() for line in cut(" ".join(text.split()), width)]

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = [[one] if one[:1] == " " else self._split_lines(one, width) for one in text.splitlines()]
        return "\n".join(indent + line for folded in lines for line in folded)

    def _metavar_formatter(self, action: argparse.Action, default_metavar: str) -> Callable[[int], tuple[str, ...]]:
        # argparse asks for the words of an option before it has given it any
        inner = super()._metavar_formatter(action, default_metavar or "")
        return lambda size: tuple(map(_counted, inner(size)))


class CommandParser(argparse.ArgumentParser):
    """Reads the words of a command; its help, and that of its subcommands, has this layout."""

    def __init__(self, *settings: Any, **named: Any) -> None:
        super().__init__(*settings, **{"formatter_class": HelpLayout} | named)


def _counted(text: str) -> str:
    """As many characters as the text takes cells."""
    return "".join(f"{letter}{_SECOND_CELL}" if cell_len(letter) > 1 else letter for letter in text)
