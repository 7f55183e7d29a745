"""The --help of a command and of everything below it, on a terminal so wide that nothing is wrapped by chance.

`python tests/support/help_texts.py` writes tests/launcher/help/*/*.txt again: people and their scripts rely on these
options, so read the difference before it is committed.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [one for one in (str(ROOT), str(ROOT / "plugins")) if one not in sys.path]

from fapiao.texts.language import LANGUAGES, Language, spoken_by_all  # noqa: E402

FOLDER = ROOT / "tests/launcher/help"
WIDE = {"COLUMNS": "400", "NO_COLOR": "1"}


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def help_text(command: str, spoken: Language) -> str:
    """All its help texts in a language, one below the other."""
    from launcher import main
    from launcher.argparse_words import translated

    with patch.dict("os.environ", WIDE), spoken_by_all(spoken), translated():
        parser = main.parser_of(command, main.module_of(command))
        return "\n".join(one.format_help() for one in _parsers(parser))


if __name__ == "__main__":
    from launcher.main import COMMANDS

    for language in LANGUAGES:
        for name in COMMANDS:
            (FOLDER / language / f"{name}.txt").write_text(help_text(name, language), encoding="utf-8")
