"""What --help prints is what people and their scripts rely on: it changes on purpose only."""

import shlex

import pytest

from fapiao.texts.catalogue import sentences
from fapiao.texts.language import LANGUAGES, Language, spoken_by_all
from help_texts import FOLDER, help_text
from launcher.main import COMMANDS, module_of, parser_of


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_the_one_that_is_committed(command: str, spoken: Language) -> None:
    assert help_text(command, spoken) == (FOLDER / spoken / f"{command}.txt").read_text(encoding="utf-8")


def test_no_help_is_kept_of_a_command_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.glob("*/*")} == set(COMMANDS)


def _examples() -> list[tuple[Language, str, str]]:
    """Every line of the examples, by language and command."""
    every = [(spoken, row.key, row.zh if spoken == "zh" else row.en) for row in sentences("examples").values()
             for spoken in LANGUAGES]  # fmt: skip
    return [(spoken, command, line) for spoken, command, lines in every for line in lines.splitlines()]


@pytest.mark.parametrize(("spoken", "command", "line"), _examples())
def test_an_example_of_the_help_is_understood(spoken: Language, command: str, line: str) -> None:
    program, name, *words = shlex.split(line, comments=True)
    assert program == "./fapiao"
    with spoken_by_all(spoken):
        module = module_of(name)
        _, handed_on = parser_of(name, module).parse_known_args(words)
        assert not handed_on or module.PASSES_ON
