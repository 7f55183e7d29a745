"""`./fapiao status`: what runs, how it feels, where it is."""

import argparse

from launcher.commands.up import print_address
from launcher.pool import embedded
from launcher.stack import known_stack, running_stack

NOT_RUNNING = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    """0 when the whole stack is healthy, 3 when it is not or does not run."""
    postgres = embedded()
    print(f"{'postgres':<14} {f'running on port {postgres.port}' if postgres.running else 'stopped'}")
    stack = running_stack()
    if stack is None:
        known = known_stack()
        left = [name for name, part in known.parts.items() if part.alive] if known else []
        print(f"{'airflow':<14} stopped{', but left over: ' + ', '.join(left) if left else ''}")
        return NOT_RUNNING
    for name, part in stack.parts.items():
        print(f"{name:<14} {f'running, process {part.pid}' if part.alive else 'stopped'}")
    unhealthy = stack.unhealthy()
    print(f"{'health':<14} {'not healthy: ' + ', '.join(unhealthy) if unhealthy else 'healthy'}")
    print_address(stack)
    return NOT_RUNNING if unhealthy else 0
