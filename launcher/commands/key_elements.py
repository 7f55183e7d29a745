"""`./fapiao key-elements --org CODE`: the form of 进项发票关键要素同步 (S0) as a command."""

import argparse
import json
from collections.abc import Mapping

from fapiao.forms.reading import given
from fapiao.key_elements.fields import KEY_ELEMENTS, REQUEST
from fapiao.key_elements.rules import key_element_rules
from fapiao.texts.catalogue import sentence
from launcher.actor import actor_of, add_actor
from launcher.options import add_json, add_options, command_run, day_of
from launcher.pool import pool_session
from operators.key_elements.planning import DAG_ID, create


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The organisation, the filters, and 重置."""
    add_options(parser, KEY_ELEMENTS)
    parser.add_argument("--reset", action="store_true", help=sentence("key_elements_command.reset"))
    add_json(parser)
    add_actor(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plans the collections and prints their batch numbers. Raises BadInput with every problem at once."""
    if arguments.reset:
        _show_defaults(key_element_rules().defaults(day_of(arguments)), as_json=arguments.json)
        return 0
    actor, form = actor_of(arguments), given(REQUEST, vars(arguments))
    with pool_session(actor) as connection:
        batches = create(connection, command_run(arguments, DAG_ID), form, "api", actor)
    for batch_no in batches:
        print(json.dumps({"batch_no": batch_no}) if arguments.json else batch_no)
    if not arguments.json:
        print(sentence("key_elements_command.planned"))
    return 0


def _show_defaults(defaults: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(dict(defaults), ensure_ascii=False, default=str))
        return
    for name, value in defaults.items():
        print(f"--{name.replace('_', '-'):<20} {value or sentence('key_elements_command.all')}")
