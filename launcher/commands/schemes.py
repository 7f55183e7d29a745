"""`./fapiao schemes`: which downloads are planned for whom (下载方案)."""

import argparse
import json
from datetime import datetime

from fapiao.enterprise.loading import load_schemes
from fapiao.enterprise.spellings import vocabulary
from fapiao.enterprise.switching import delete_schemes, switch_schemes
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI
from fapiao.texts.catalogue import sentence
from fapiao.written_days import day
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import add_load, read_files, rows_of, save, show
from launcher.guarded_output import print_line
from launcher.options import add_json, day_of, spoken

SHOWN = (
    "name",
    "enabled",
    "taxpayers",
    "taxpayer_count",
    "download_types",
    "start_date",
    "end_date",
    "frequency",
    "status_mode",
)
DONE = {"enable": "enabled", "disable": "disabled", "delete": "deleted"}
"""What is done to a scheme, and how it is afterwards."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load and list, and what is done to one scheme."""
    actions = parser.add_subparsers(dest="action", required=True)
    load = add_load(actions, sentence("basics_command.load_schemes"), sentence("basics_command.scheme_files"))
    judged = sentence("basics_command.scheme_day")
    load.add_argument("--date", type=spoken(day), metavar=sentence("placeholders.day"), help=judged)
    listed = actions.add_parser("list", help=sentence("basics_command.list_schemes"))
    changes = [actions.add_parser(action, help=sentence(f"scheme_actions.{action}")) for action in DONE]
    for one in changes:
        names = sentence("basics_command.scheme_names")
        one.add_argument("names", nargs="+", metavar=sentence("placeholders.name"), help=names)
    for one in (listed, *changes):
        add_json(one)
        add_actor(one)


def run(arguments: argparse.Namespace) -> int:
    """Does one of the actions. Raises BadInput with every problem at once."""
    if arguments.action == "list":
        nothing = sentence("basics_command.no_schemes")
        show("list_schemes", SHOWN, actor_of(arguments), arguments.json, nothing=nothing)
    elif arguments.action == "load":
        files, words = read_files(arguments.files), vocabulary(rulebook())
        save(
            lambda before: load_schemes(before, files, words, day_of(arguments)),
            actor_of(arguments),
            arguments.dry_run,
            as_json=arguments.json,
        )
    else:
        _change(arguments.action, arguments.names, actor_of(arguments), as_json=arguments.json)
    return 0


def _change(action: str, names: list[str], actor: str, *, as_json: bool) -> None:
    seen = {str(row["name"]) for row in rows_of("list_schemes", actor)}
    if action == "delete":
        save(lambda before: delete_schemes(before, names, seen), actor)
    else:
        day = datetime.now(SHANGHAI).date()
        save(lambda before: switch_schemes(before, names, action == "enable", rulebook(), day, seen), actor)
    for name in names:
        done = {"name": name, "done": DONE[action]}
        said = sentence(f"scheme_actions.{DONE[action]}", name=name)
        print_line(json.dumps(done, ensure_ascii=False) if as_json else said)
