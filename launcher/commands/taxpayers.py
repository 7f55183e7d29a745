"""`./fapiao taxpayers`: whose invoices are downloaded (企业信息), and by which accounts (数电账号)."""

import argparse
from pathlib import Path

from fapiao.enterprise.loading import load_taxpayers
from fapiao.enterprise.spellings import vocabulary
from fapiao.rules.book import rulebook
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import has_leqi_default, read_files, save, show

SHOWN = (
    "taxpayer_no",
    "name",
    "org_code",
    "download_channel",
    "selection_channel",
    "company_type",
    "accounts",
    "schemes",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """load and list."""
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser("load", help="save new and changed taxpayers and accounts; all or nothing")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help="tables taxpayers and accounts")
    load.add_argument("--dry-run", action="store_true", help="check and count, save nothing")
    add_actor(load)
    listed = actions.add_parser("list", help="show every taxpayer")
    listed.add_argument("--json", action="store_true", help="one JSON object a line")
    add_actor(listed)


def run(arguments: argparse.Namespace) -> int:
    """Loads or lists. Raises BadInput with every problem of the files at once."""
    if arguments.action == "list":
        show("list_taxpayers", SHOWN, actor_of(arguments), arguments.json)
        return 0
    files, words, default = read_files(arguments.files), vocabulary(rulebook()), has_leqi_default()
    save(lambda before: load_taxpayers(before, files, words, default), actor_of(arguments), arguments.dry_run)
    return 0
