"""How far back the bureau still answers: a question about an older day of 归集 is not asked any more (A-43)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from fapiao.errors import Refused
from fapiao.rules.book import RuleBook

OUT_OF_REACH = "LEQI_OUT_OF_REACH"


def out_of_reach(
    book: RuleBook, channel: str, download_type: str, argument: Mapping[str, Any], today: date
) -> Refused | None:
    """The refusal of a question whose collection day (`gjrq`) lies further back than the bureau answers `today`."""
    reach = book.reach(channel, download_type)
    if reach is None:
        return None
    day = datetime.strptime(str(argument["gjrq"]), "%Y%m%d").date()  # noqa: DTZ007 a day has no zone
    if day >= today - timedelta(days=reach):
        return None
    text = f"{day}：{book.message('out_of_reach', 'scheduled')}"
    return Refused(OUT_OF_REACH, text)
