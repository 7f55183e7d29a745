"""`./fapiao template`: an empty table for everything that a command asks people to fill in."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from fapiao.closed_lists import meant
from fapiao.errors import BadInput
from fapiao.exports.pages import packages
from fapiao.exports.templates import Template, templates
from fapiao.texts.catalogue import listed, sentence
from fapiao.texts.language import language
from hooks.exports.workbooks import Sheet, write_workbook
from launcher.options import add_json
from launcher.people_table import headings
from launcher.screen import print_rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name and the file."""
    name, file = sentence("placeholders.name"), sentence("placeholders.file")
    parser.add_argument("name", nargs="?", metavar=name, help=sentence("template_command.name"))
    parser.add_argument("--out", type=Path, metavar=file, help=sentence("template_command.out"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Writes the file, or lists. Raises BadInput for an unknown name or a file that is there, Unusable by the disk."""
    known = templates()
    if arguments.name is None:
        _list(known, as_json=arguments.json)
        return 0
    if arguments.name not in known:
        said = sentence("template_command.unknown", name=arguments.name, known=listed(known))
        raise BadInput([said + meant(arguments.name, known)])
    template, file = known[arguments.name], arguments.out or Path(f"fapiao_{arguments.name}.xlsx")
    if file.exists():
        raise BadInput([sentence("template_command.is_there", file=file)])
    write_workbook(
        file,
        [
            Sheet(template.sheets[name], template.columns(name), packages([template.remark(name)]), 1)
            for name in template.tables
        ],
    )
    command = template.command.replace("FILE", str(file))
    if arguments.json:
        print(json.dumps({"file": str(file), "command": command}, ensure_ascii=False))
    else:
        print(sentence("template_command.written", file=file, command=command))
    return 0


def _list(known: Mapping[str, Template], *, as_json: bool) -> None:
    rows = [{"name": name, "label": one.label, "command": one.command} for name, one in known.items()]
    columns = ("name", "label", "command") if language() == "zh" or as_json else ("name", "command")
    print_rows(headings("templates", columns), rows, as_json=as_json)
