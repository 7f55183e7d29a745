"""Reading the parameters of plane O; whatever is wrong is P4001 and names the parameter."""

from collections.abc import Collection
from datetime import date, datetime

from simulator.clock import SHANGHAI
from simulator.gateway.answers import wrong
from simulator.wire import Json

DAY, PERIOD = "%Y-%m-%d", "%Y%m"
LENGTH = {DAY: 10, PERIOD: 6}
PAGE_LIMIT = 200


def text(request: Json, name: str, default: str | None = None) -> str:
    """A text, or a number written as one; mandatory without a default."""
    value = request.get(name)
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        return str(value).strip()
    if default is None or value not in (None, ""):
        raise wrong(f"{name}不能为空")
    return default


def choice(request: Json, name: str, allowed: Collection[str], default: str | None = None) -> str:
    """A text out of a list."""
    value = text(request, name, default)
    if value not in allowed:
        raise wrong(f"{name}的值{value}不在代码表中")
    return value


def choices(request: Json, name: str, allowed: Collection[str]) -> list[str]:
    """A comma list; empty means all."""
    given = [value.strip() for value in text(request, name, "").split(",") if value.strip()]
    if given in ([], ["-1"]):
        return list(allowed)
    unknown = [value for value in given if value not in allowed]
    if unknown:
        raise wrong(f"{name}的值{','.join(unknown)}不在代码表中")
    return given


def objects(request: Json, name: str, limit: int) -> list[Json]:
    """A list of at least one object, at most `limit`."""
    value = request.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise wrong(f"{name}应为非空数组")
    if len(value) > limit:
        raise wrong(f"{name}不能超过{limit}条")
    return value


def inner(request: Json, name: str) -> Json:
    """An optional object inside the request."""
    value = request.get(name) or {}
    if not isinstance(value, dict):
        raise wrong(f"{name}应为对象")
    return value


def day(request: Json, name: str) -> date:
    """A mandatory YYYY-MM-DD."""
    return _date(text(request, name), name, DAY)


def period(request: Json, name: str) -> str:
    """A mandatory YYYYMM."""
    return f"{_date(text(request, name), name, PERIOD):%Y%m}"


def days(request: Json, first: str = "startTime", last: str = "endTime") -> tuple[date, date]:
    """Two days in order."""
    start, end = day(request, first), day(request, last)
    if start > end:
        raise wrong(f"{first}不能晚于{last}")
    return start, end


def days_of_one_month(request: Json) -> tuple[date, date]:
    """Two days in order within one calendar month."""
    start, end = days(request)
    if (start.year, start.month) != (end.year, end.month):
        raise wrong("startTime与endTime不能跨月")
    return start, end


def page(request: Json) -> tuple[int, int]:
    """pageNo from 1 on, and pageSize up to 200."""
    number, size = (_whole(request, name) for name in ("pageNo", "pageSize"))
    if size > PAGE_LIMIT:
        raise wrong(f"pageSize不能超过{PAGE_LIMIT}")
    return number, size


def _whole(request: Json, name: str) -> int:
    value = text(request, name)
    if not value.isdecimal() or int(value) < 1:
        raise wrong(f"{name}应为大于0的整数")
    return int(value)


def _date(value: str, name: str, form: str) -> date:
    try:
        found = datetime.strptime(value, form).replace(tzinfo=SHANGHAI)
    except ValueError:
        found = None
    if found is None or len(value) != LENGTH[form]:
        raise wrong(f"{name}应为{'YYYY-MM-DD' if form == DAY else 'YYYYMM'}格式的日期")
    return found.date()
