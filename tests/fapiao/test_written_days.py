"""A day or a month that is none is refused in the language that is spoken, with how it is written."""

from collections.abc import Callable
from datetime import date

import pytest

from fapiao.texts.language import Language, speaking
from fapiao.written_days import day, month


@pytest.mark.finding("F58")
@pytest.mark.parametrize(
    ("reader", "spoken", "said"),
    [
        (day, "zh", "“2027-13-01”不是日期；请写成 2026-01-05"),
        (day, "en", "'2027-13-01' is not a day: write it like 2026-01-05"),
        (month, "zh", "“2027-13-01”不是月份；请写成 2027-01"),
        (month, "en", "'2027-13-01' is not a month: write it like 2027-01"),
    ],
)
def test_what_is_none_is_said_with_how_it_is_written(
    reader: Callable[[str], date], spoken: Language, said: str
) -> None:
    with speaking(spoken), pytest.raises(ValueError, match="2027-13-01") as refused:
        reader("2027-13-01")
    assert str(refused.value) == said
