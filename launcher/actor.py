"""Who acts by a command: `--as NAME`, else FAPIAO_ACTOR, else the account of the operating system."""

import argparse

from fapiao.texts.catalogue import sentence
from operators.run_context import ACTOR_VARIABLE, account


def add_actor(parser: argparse.ArgumentParser) -> None:
    """The option --as."""
    parser.add_argument(
        "--as",
        dest="actor",
        metavar=sentence("placeholders.person"),
        help=sentence("options.actor", variable=ACTOR_VARIABLE),
    )


def actor_of(arguments: argparse.Namespace) -> str:
    """The name that rights are looked up under, and that the event carries."""
    return (getattr(arguments, "actor", None) or "").strip() or account()
