"""`./fapiao params`: parameters by type and key (invsm_param_configuration)."""

import argparse
import json

from fapiao.enterprise.parameters import INBOX_OWNER, known_default, parameter_key, parameter_value, with_parameter
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence
from hooks.enterprise.basics import read_enterprise
from hooks.enterprise.permissions import permissions_of
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import has_leqi_default, save, show
from launcher.options import add_json
from launcher.pool import reading_session

SHOWN = ("type", "key", "value", "changed_at", "changed_by")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """list, get, set and unset."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help=sentence("basics_command.list_parameters"))
    given = {"get": ("type", "key"), "set": ("type", "key", "value"), "unset": ("type", "key")}
    for action, places in given.items():
        one = actions.add_parser(action, help=sentence(f"parameter_options.{action}"))
        for place in places:
            metavar, told = sentence(f"placeholders.{place}"), sentence(f"parameter_options.{place}")
            one.add_argument(place, metavar=metavar, help=told)
    for one in actions.choices.values():
        add_json(one)
        add_actor(one)


def run(arguments: argparse.Namespace) -> int:
    """Does one of the actions. Raises BadInput when it may not be done."""
    if arguments.action == "list":
        nothing = sentence("basics_command.no_parameters")
        show("list_parameters", SHOWN, actor_of(arguments), arguments.json, nothing=nothing)
        return 0
    key = parameter_key(arguments.type, arguments.key)
    if arguments.action == "get":
        found = _value(key)
        print(_as_json(key, found) if arguments.json else found)
        return 0
    value, rules, default = getattr(arguments, "value", None), rulebook(), has_leqi_default()
    if value is not None and key == INBOX_OWNER:
        _refuse_stranger(parameter_value(key, value, rules))
    save(lambda before: with_parameter(before, key, value, rules, default), actor_of(arguments))
    print(_as_json(key, value) if arguments.json else _saved(key, value))
    return 0


def _refuse_stranger(owner: str) -> None:
    """Whoever owns the inbox is asked for the right of every file in it. Raises BadInput where he has none."""
    with reading_session() as connection:
        if permissions_of(connection, owner).entrance_objection("import"):
            raise BadInput([sentence("enterprise_files.no_importer", name=owner)])


def _as_json(key: tuple[str, str], value: str | None) -> str:
    return json.dumps({"type": key[0], "key": key[1], "value": value and value.strip()}, ensure_ascii=False)


def _saved(key: tuple[str, str], value: str | None) -> str:
    if value is None:
        return sentence("basics_command.parameter_unset", type=key[0], key=key[1])
    return sentence("basics_command.parameter_set", type=key[0], key=key[1], value=value.strip())


def _value(key: tuple[str, str]) -> str:
    with reading_session() as connection:
        value = read_enterprise(connection).parameters.get(key)
    default = known_default(key, rulebook())
    if value is None and default is None:
        raise BadInput([sentence("basics_command.parameter_unread", type=key[0], key=key[1])])
    return default or "" if value is None else value
