"""`--limit`: how many rows a command shows at most, read in one way by every command that has it."""

import argparse

ALL_THERE_ARE = 2**31 - 1
"""More rows than anybody is shown; what is typed beyond it means the same."""


def add_row_limit(parser: argparse.ArgumentParser, default: int, shown: str = "at most so many rows") -> None:
    """The option, for so many rows by default; `shown` is what its help says."""
    parser.add_argument(
        "--limit", type=number_of_rows, default=default, metavar="ROWS", help=f"{shown} (default {default})"
    )


def number_of_rows(text: str) -> int:
    """A whole number from 1 on. Raises argparse.ArgumentTypeError, which ends the command with 2."""
    wrong = argparse.ArgumentTypeError(f"{text!r} is no number of rows: write a whole number from 1 on")
    try:
        number = int(text)
    except ValueError:
        raise wrong from None
    if number < 1:
        raise wrong
    return min(number, ALL_THERE_ARE)
