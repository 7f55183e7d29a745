"""What --help prints is what people and their scripts rely on: it changes on purpose only."""

import pytest

from fapiao.texts.language import LANGUAGES, Language
from help_texts import FOLDER, help_text
from launcher.main import COMMANDS


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_the_one_that_is_committed(command: str, spoken: Language) -> None:
    assert help_text(command, spoken) == (FOLDER / spoken / f"{command}.txt").read_text(encoding="utf-8")


def test_no_help_is_kept_of_a_command_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.glob("*/*")} == set(COMMANDS)
