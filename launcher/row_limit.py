"""`--limit`: how many rows a command shows at most, read in one way by every command that has it."""

import argparse

from fapiao.texts.catalogue import sentence

ALL_THERE_ARE = 2**31 - 1
"""More rows than anybody is shown; what is typed beyond it means the same."""


def add_row_limit(parser: argparse.ArgumentParser, default: int, shown: str | None = None) -> None:
    """The option, for so many rows by default; `shown` is what its help says."""
    parser.add_argument(
        "--limit",
        type=number_of_rows,
        default=default,
        metavar=sentence("placeholders.rows"),
        help=sentence("options.by_default", what=shown or sentence("options.at_most_rows"), default=default),
    )


def number_of_rows(text: str) -> int:
    """A whole number from 1 on. Raises argparse.ArgumentTypeError, which ends the command with 2."""
    wrong = argparse.ArgumentTypeError(sentence("options.no_number_of_rows", text=repr(text)))
    try:
        number = int(text)
    except ValueError:
        raise wrong from None
    if number < 1:
        raise wrong
    return min(number, ALL_THERE_ARE)
