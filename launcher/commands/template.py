"""`./fapiao template`: an empty table for everything that a command asks people to fill in."""

import argparse
from pathlib import Path

from fapiao.errors import BadInput
from fapiao.exports.pages import packages
from fapiao.exports.templates import templates
from hooks.exports.workbooks import Sheet, write_workbook
from launcher.screen import print_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name and the file."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="left out: lists them")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: fapiao_NAME.xlsx here")


def run(arguments: argparse.Namespace) -> int:
    """Writes the file, or lists. Raises BadInput for an unknown name or a file that is there, Unusable by the disk."""
    known = templates()
    if arguments.name is None:
        print_table(("name", "label", "load it with"), [(n, t.label, t.command) for n, t in known.items()])
        return 0
    if arguments.name not in known:
        raise BadInput([f"there is no template {arguments.name}; there are {', '.join(known)}"])
    template, file = known[arguments.name], arguments.out or Path(f"fapiao_{arguments.name}.xlsx")
    if file.exists():
        raise BadInput([f"{file} is there already, maybe filled in: name another file with --out"])
    write_workbook(
        file,
        [
            Sheet(template.sheets[name], template.columns(name), packages([template.remark(name)]), 1)
            for name in template.tables
        ],
    )
    print(f"{file}: fill it in, then {template.command.replace('FILE', str(file))}")
    return 0
