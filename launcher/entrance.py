"""By which command somebody came in: kept from the reading of the command line until the pool is opened."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A command with its subcommands, and its arguments."""

    words: str
    arguments: argparse.Namespace


_entered: ContextVar[CommandLine | None] = ContextVar("entered", default=None)


@contextmanager
def entering(command: str, parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> Iterator[None]:
    """Inside the block whatever opens the pool is asked for the rights of this command."""
    token = _entered.set(CommandLine(" ".join([command, *subcommands(parser, arguments)]), arguments))
    try:
        yield
    finally:
        _entered.reset(token)


def entered() -> CommandLine | None:
    """The command that runs now; None where a program calls these functions itself."""
    return _entered.get()


def subcommands(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> Iterator[str]:
    """The words that choose what a command does: of subparsers, or of a place with a closed list."""
    for action in parser._actions:
        word = getattr(arguments, action.dest, None)
        if action.option_strings or action.choices is None or word is None:
            continue
        yield word
        if isinstance(action, argparse._SubParsersAction):
            yield from subcommands(action.choices[word], arguments)
