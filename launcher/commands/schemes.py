"""`./fapiao schemes`: which downloads are planned for whom (下载方案)."""

import argparse
from datetime import datetime
from pathlib import Path

from fapiao.enterprise.loading import load_schemes
from fapiao.enterprise.spellings import vocabulary
from fapiao.enterprise.switching import delete_schemes, switch_schemes
from fapiao.rules.book import rulebook
from fapiao.tasks import SHANGHAI
from fapiao.written_days import day
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import read_files, save, show
from launcher.options import day_of

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load and list, and what is done to one scheme."""
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser("load", help="save new and changed schemes; all or nothing")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a table schemes")
    load.add_argument("--dry-run", action="store_true", help="check and count, save nothing")
    load.add_argument("--date", type=day, help="the day to judge start dates by; default: today in Asia/Shanghai")
    add_actor(load)
    listed = actions.add_parser("list", help="show every scheme")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    add_actor(listed)
    for action in DONE:
        one = actions.add_parser(action, help=f"{action} schemes")
        one.add_argument("names", nargs="+", metavar="NAME")
        add_actor(one)


def run(arguments: argparse.Namespace) -> int:
    """Does one of the actions. Raises BadInput with every problem at once."""
    if arguments.action == "list":
        show("list_schemes", SHOWN, actor_of(arguments), arguments.json)
    elif arguments.action == "load":
        files, words = read_files(arguments.files), vocabulary(rulebook())
        save(
            lambda before: load_schemes(before, files, words, day_of(arguments)), actor_of(arguments), arguments.dry_run
        )
    else:
        _change(arguments.action, arguments.names, actor_of(arguments))
    return 0


def _change(action: str, names: list[str], actor: str) -> None:
    if action == "delete":
        save(lambda before: delete_schemes(before, names), actor)
    else:
        day = datetime.now(SHANGHAI).date()
        save(lambda before: switch_schemes(before, names, action == "enable", rulebook(), day), actor)
    for name in names:
        print(f"{name}: {DONE[action]}")
