"""`./fapiao taxpayers`: whose invoices are downloaded (企业信息), and by which accounts (数电账号)."""

import argparse

from fapiao.enterprise.loading import load_taxpayers
from fapiao.enterprise.spellings import vocabulary
from fapiao.rules.book import rulebook
from fapiao.texts.catalogue import sentence
from launcher.actor import actor_of, add_actor
from launcher.enterprise_files import add_load, has_leqi_default, read_files, save, show
from launcher.options import add_json

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
    add_load(actions, sentence("basics_command.load_taxpayers"), sentence("basics_command.taxpayer_files"))
    listed = actions.add_parser("list", help=sentence("basics_command.list_taxpayers"))
    add_json(listed)
    add_actor(listed)


def run(arguments: argparse.Namespace) -> int:
    """Loads or lists. Raises BadInput with every problem of the files at once."""
    if arguments.action == "list":
        nothing = sentence("basics_command.no_taxpayers")
        show("list_taxpayers", SHOWN, actor_of(arguments), arguments.json, nothing=nothing)
        return 0
    files, words, default = read_files(arguments.files), vocabulary(rulebook()), has_leqi_default()
    save(
        lambda before: load_taxpayers(before, files, words, default),
        actor_of(arguments),
        arguments.dry_run,
        as_json=arguments.json,
    )
    return 0
