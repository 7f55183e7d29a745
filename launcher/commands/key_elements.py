"""`./fapiao key-elements --org CODE`: the form of 进项发票关键要素同步 (S0) as a command."""

import argparse

from fapiao.forms.reading import given
from fapiao.key_elements.fields import KEY_ELEMENTS, REQUEST
from fapiao.key_elements.rules import key_element_rules
from launcher.actor import actor_of, add_actor
from launcher.options import add_options, command_run, day_of
from launcher.pool import pool_session
from operators.key_elements.planning import DAG_ID, create


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The organisation, the filters, and 重置."""
    add_options(parser, KEY_ELEMENTS)
    parser.add_argument("--reset", action="store_true", help="重置: show the default conditions and ask for nothing")
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans the collections and prints their batch numbers. Raises BadInput with every problem at once."""
    if arguments.reset:
        for name, value in key_element_rules().defaults(day_of(arguments)).items():
            print(f"--{name.replace('_', '-'):<20} {value or 'all'}")
        return 0
    actor, form = actor_of(arguments), given(REQUEST, vars(arguments))
    with pool_session(actor) as connection:
        batches = create(connection, command_run(arguments, DAG_ID), form, "api", actor)
    print("\n".join(batches))
    print("planned; sweep_results works them within ten minutes, ./fapiao run sweep_results at once")
    return 0
