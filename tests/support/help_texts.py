"""The --help of a command and of everything below it, on a terminal so wide that nothing is wrapped by chance.

`python tests/support/help_texts.py` writes tests/launcher/help/*.txt again: people and their scripts rely on these
options, so read the difference before it is committed.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/launcher/help"
WIDE = {"COLUMNS": "400", "NO_COLOR": "1"}


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def help_text(command: str) -> str:
    """All its help texts, one below the other."""
    from launcher import main

    with patch.dict("os.environ", WIDE):
        parser = main.parser_of(command, main.module_of(command))
        return "\n".join(one.format_help() for one in _parsers(parser))


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
    from launcher.main import COMMANDS

    FOLDER.mkdir(exist_ok=True)
    for name in COMMANDS:
        (FOLDER / f"{name}.txt").write_text(help_text(name), encoding="utf-8")
