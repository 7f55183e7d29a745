"""Who acts by a command: `--as NAME`, else FAPIAO_ACTOR, else the account of the operating system."""

import argparse
import getpass
import os

ACTOR_VARIABLE = "FAPIAO_ACTOR"


def add_actor(parser: argparse.ArgumentParser) -> None:
    """The option --as."""
    parser.add_argument(
        "--as", dest="actor", metavar="NAME", help=f"who acts; default: {ACTOR_VARIABLE}, else your account"
    )


def actor_of(arguments: argparse.Namespace) -> str:
    """The name that rights are looked up under, and that the event carries."""
    named = (arguments.actor or "").strip() or os.environ.get(ACTOR_VARIABLE, "").strip()
    return named or getpass.getuser()
