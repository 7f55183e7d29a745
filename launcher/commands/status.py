"""`./fapiao status`: what runs, how it feels, where it is."""

import argparse

from rich.cells import cell_len

from fapiao.texts.catalogue import listed, sentence
from launcher.commands.up import print_address
from launcher.pool import embedded
from launcher.stack import known_stack, running_stack

NOT_RUNNING = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    """0 when the whole stack is healthy, 3 when it is not or does not run."""
    postgres = embedded()
    _tell("postgres", _at_port(postgres.port) if postgres.running else _stopped())
    stack = running_stack()
    if stack is None:
        known = known_stack()
        left = [name for name, part in known.parts.items() if part.alive] if known else []
        _tell("airflow", sentence("services.left_over", names=listed(left)) if left else _stopped())
        return NOT_RUNNING
    for name, part in stack.parts.items():
        _tell(name, sentence("services.as_process", pid=part.pid) if part.alive else _stopped())
    unhealthy = stack.troubled()
    well = sentence("services.healthy")
    _tell(sentence("services.health"), sentence("services.unhealthy", names=listed(unhealthy)) if unhealthy else well)
    print_address(stack)
    return NOT_RUNNING if unhealthy else 0


def _tell(part: str, said: str) -> None:
    print(f"{part}{' ' * (14 - cell_len(part))} {said}")


def _stopped() -> str:
    return sentence("services.stands_still")


def _at_port(port: int) -> str:
    return sentence("services.at_port", port=port)
