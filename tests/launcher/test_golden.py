"""What commands print is what people have read and found good: it changes on purpose only."""

from pathlib import Path

import pytest

from fapiao.texts.language import LANGUAGES, Language
from golden_texts import EMPTY, FILLED, FOLDER, WIDTHS, file_of, golden


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_command_prints_what_is_committed(
    spoken: Language, width: int | None, pool_url: str, tmp_path: Path
) -> None:
    for command, said in golden(pool_url, tmp_path, spoken, width).items():
        assert said == file_of(command, spoken, width).read_text(encoding="utf-8"), command


def test_each_command_has_an_empty_answer_and_others_and_nothing_else_is_kept() -> None:
    assert EMPTY.keys() == FILLED.keys()
    every = {file_of(command, spoken, width) for command in EMPTY for spoken in LANGUAGES for width in WIDTHS}
    assert {*FOLDER.glob("*/*/*.txt")} == every
