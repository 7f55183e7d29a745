"""How a command's help stands on a terminal: lines as wide as it is, a Chinese letter counted as two cells."""

import argparse
from collections.abc import Callable
from typing import Any

from rich.cells import cell_len

_SECOND_CELL = "\0"
"""Stands behind each letter of two cells while argparse counts characters; what is printed has none."""


class HelpLayout(argparse.HelpFormatter):
    """Wraps texts by the cells that they take; lines that begin with a blank, those of examples, are left alone."""

    def format_help(self) -> str:
        """The whole help."""
        return super().format_help().replace(_SECOND_CELL, "")

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(_counted(text), width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.splitlines()
        return "\n".join(one if one[:1] == " " else super(HelpLayout, self)._fill_text(_counted(one), width, indent)
                         for one in lines)  # fmt: skip

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
