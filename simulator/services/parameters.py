"""Reading a request's parameters; whatever is wrong is 01 参数校验异常 and names the parameter."""

from collections.abc import Collection
from datetime import date, datetime

from simulator.clock import SHANGHAI
from simulator.codes import BAD_PARAMETER
from simulator.services.answers import Refused
from simulator.wire import Json

DAY, MONTH = "%Y%m%d", "%Y%m"
LENGTH = {DAY: 8, MONTH: 6}


def wrong(sentence: str) -> Refused:
    """The refusal for a parameter that cannot be used."""
    return Refused(BAD_PARAMETER, f"参数校验异常：{sentence}")


def text(request: Json, name: str) -> str:
    """A mandatory text."""
    value = request.get(name)
    if not isinstance(value, str) or not value.strip():
        raise wrong(f"{name}不能为空")
    return value


def choice(request: Json, name: str, allowed: Collection[str]) -> str:
    """A mandatory text out of a list."""
    value = text(request, name)
    if value not in allowed:
        raise wrong(f"{name}的值{value}不在代码表中")
    return value


def day(request: Json, name: str) -> date:
    """A mandatory YYYYMMDD."""
    return _date(text(request, name), name, DAY)


def month(request: Json, name: str) -> date | None:
    """An optional YYYYMM, as the first day of that month."""
    value = request.get(name)
    return None if value in (None, "") else _date(str(value), name, MONTH)


def period(request: Json, name: str) -> str:
    """A mandatory YYYYMM, as it is written."""
    return f"{_date(text(request, name), name, MONTH):%Y%m}"


def objects(request: Json, name: str, limit: int) -> list[Json]:
    """A list of at least one object, at most `limit`."""
    value = request.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise wrong(f"{name}应为非空数组")
    if len(value) > limit:
        raise wrong(f"{name}不能超过{limit}条")
    return value


def whole(request: Json, name: str, default: int | None = None) -> int:
    """A whole number from 1 on; the bureau writes it as text."""
    value = request.get(name)
    if value in (None, "") and default is not None:
        return default
    if not str(value).isdecimal() or int(str(value)) < 1:
        raise wrong(f"{name}应为大于0的整数")
    return int(str(value))


def days_of_one_month(request: Json, first: str, last: str) -> tuple[date, date]:
    """Two days in order within one calendar month."""
    start, end = day(request, first), day(request, last)
    if start > end:
        raise wrong(f"{first}不能晚于{last}")
    if (start.year, start.month) != (end.year, end.month):
        raise wrong(f"{first}与{last}不能跨月")
    return start, end


def _date(value: str, name: str, form: str) -> date:
    try:
        found = datetime.strptime(value, form).replace(tzinfo=SHANGHAI)
    except ValueError:
        found = None
    if found is None or len(value) != LENGTH[form]:
        raise wrong(f"{name}应为{'YYYYMMDD' if form == DAY else 'YYYYMM'}格式的日期")
    return found.date()
