"""`./fapiao params`: parameters by type and key (invsm_param_configuration)."""

import argparse

from fapiao.enterprise.parameters import known_default, parameter_key, with_parameter
from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from hooks.enterprise.basics import read_enterprise
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import has_leqi_default, save, show
from launcher.pool import reading_session

SHOWN = ("type", "key", "value", "changed_at", "changed_by")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """list, get, set and unset."""
    actions = parser.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="show what is set")
    listed.add_argument("--json", action="store_true", help="one object a line")
    add_actor(listed)
    for action, sentence in {"get": "print a value", "set": "save a value", "unset": "back to the default"}.items():
        one = actions.add_parser(action, help=sentence)
        one.add_argument("type", metavar="TYPE", help="配置项类型")
        one.add_argument("key", metavar="KEY", help="配置项key")
        if action == "set":
            one.add_argument("value", metavar="VALUE", help="配置项值")
        add_actor(one)


def run(arguments: argparse.Namespace) -> int:
    """Does one of the actions. Raises BadInput when it may not be done."""
    if arguments.action == "list":
        show("list_parameters", SHOWN, actor_of(arguments), arguments.json)
        return 0
    key = parameter_key(arguments.type, arguments.key)
    if arguments.action == "get":
        print(_value(key))
        return 0
    value, rules, default = getattr(arguments, "value", None), rulebook(), has_leqi_default()
    save(lambda before: with_parameter(before, key, value, rules, default), actor_of(arguments))
    print(f"{key[0]} {key[1]}: {'not set' if value is None else value.strip()}")
    return 0


def _value(key: tuple[str, str]) -> str:
    with reading_session() as connection:
        value = read_enterprise(connection).parameters.get(key)
    default = known_default(key, rulebook())
    if value is None and default is None:
        raise BadInput([f"{key[0]} {key[1]} is not set, and fapiao does not read it"])
    return default or "" if value is None else value
