"""Writes the answer files of the calendar, straight from S1 §3.3 and the matrix 1.3 of the requirements.

It shares nothing with plugins/ and reads no rules file: its only knowledge is the sentences quoted below, and its date
arithmetic is its own. `python tests/rules/answers/make_answers.py` writes the files again, and a person reads the diff.
Hours are configuration, so the answers name days and how often a job fires on them, not hours.
"""

import csv
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = (
    "date",
    "times",
    "job",
    "direction",
    "document",
    "download_type",
    "sync_type",
    "window_start",
    "window_end",
    "window_basis",
    "suppressed",
    "only_if_missing",
)
INPUT = ("input", "invoice")
OUTPUT = ("output", "invoice")
CUSTOMS = ("input", "customs")
WITHHOLDING = ("input", "withholding")
SWITCHED_OFF = "rim_download.open_replenish_last_month"

Kind = tuple[str, str]
Line = dict[str, str]


def back(day: date, days: int) -> date:
    """The day so many days before."""
    return date.fromordinal(day.toordinal() - days)


def month(day: date, ago: int) -> tuple[date, date]:
    """First and last day of the month so many months before (M-1, M-2, …)."""
    year, number = day.year, day.month - ago
    while number < 1:
        year, number = year - 1, number + 12
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def full(
    day: date, job: str, kinds: list[Kind], window: tuple[date, date], *, suppressed: str = "", missing: bool = False
) -> Iterator[Line]:
    """全量 by issue date: the running month is 当前月进销项下载, a past one 历史月进销项下载 (A-38)."""
    running = job == "current_month"
    for direction, document in kinds:
        yield line(
            day,
            job,
            (direction, document),
            (f"{direction}_full", "current_month" if running else "history_month", "issue_date"),
            window,
            suppressed=suppressed,
            missing=missing,
        )


def line(
    day: date,
    job: str,
    kind: Kind,
    sort: tuple[str, str, str],
    window: tuple[date, date] | None,
    *,
    times: int = 1,
    suppressed: str = "",
    missing: bool = False,
) -> Line:
    """One line of an answer file."""
    download_type, sync_type, basis = sort
    start, end = (window[0].isoformat(), window[1].isoformat()) if window else ("", "")
    values = (day.isoformat(), str(times), job, *kind, download_type, sync_type, start, end, basis, suppressed)
    return dict(zip(COLUMNS, (*values, "yes" if missing else "no"), strict=True))


def running_month(day: date, kinds: list[Kind]) -> Iterator[Line]:
    """当前月份（从1号开始到T-1）开具的发票; on day 1 there is no T-1 in the month."""
    if day.day > 1:
        yield from full(day, "current_month", kinds, (date(day.year, day.month, 1), back(day, 1)))
        return
    for kind in kinds:
        sort = (f"{kind[0]}_full", "current_month", "issue_date")
        yield line(day, "current_month", kind, sort, None, suppressed="empty window")


def last_month(day: date, inputs: list[Kind]) -> Iterator[Line]:
    """每月2号全量下载上个月销项发票; 每月6号全量下载上个月进项发票."""
    if day.day == 2:
        yield from full(day, "history_output", [OUTPUT], month(day, 1))
    if day.day == 6:
        yield from full(day, "history_input", inputs, month(day, 1))


def status(day: date) -> Iterator[Line]:
    """每天下当前属期的已勾选…发票, 更新发票的状态; the bureau's tax period decides the days."""
    yield line(day, "status_update", INPUT, ("input_status", "current_period_input", "tax_period"), None)


def leqi(day: date) -> Iterator[Line]:
    """若为乐企通道 ①–④."""
    inputs = [INPUT, CUSTOMS, WITHHOLDING]
    # 每天凌晨下载前四天的发票 (归集时间): 1月5日 → 1月1日-1月4日
    for kind in inputs:
        sort = ("input_incremental", "current_day", "collection_date")
        yield line(day, "incremental", kind, sort, (back(day, 4), back(day, 1)))
    # 每天2次调用乐企发票风险信息查询接口，获取前三天…: 1月6日 → 1月3日-1月5日
    risk = ("input_status", "current_period_input", "recognition_date")
    yield line(day, "risk_status", INPUT, risk, (back(day, 3), back(day, 1)), times=2)
    # 一个月5次; the option's default is 5;10;15;20;26
    if day.day in (5, 10, 15, 20, 26):
        yield from running_month(day, [*inputs, OUTPUT])
    yield from last_month(day, inputs)
    # 每月10号全量下载上个月进销项发票（…默认不开启…）
    if day.day == 10:
        yield from full(day, "compensation", [*inputs, OUTPUT], month(day, 1), suppressed=SWITCHED_OFF)
    # 每月12日会检测上上月的全量数据是否下载，若没有下载，则生成任务申请下载
    if day.day == 12:
        yield from full(day, "back_check", [*inputs, OUTPUT], month(day, 2), missing=True)
    # 每月1日下载前3个开票月份的未勾选的发票
    if day.day == 1:
        for kind in inputs:
            sort = ("unselected_init", "history_month", "issue_date")
            yield line(day, "unselected_init", kind, sort, (month(day, 3)[0], month(day, 1)[1]))


def etax(day: date) -> Iterator[Line]:
    """若为电子税局通道 ①–②."""
    # 每3天下载一次: anchored on the day of the month, 4, 7, …, 31
    if day.day in (1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31):
        yield from running_month(day, [INPUT, CUSTOMS, OUTPUT])
    yield from last_month(day, [INPUT])
    # 下载上个月的海关缴款书的，下载范围由上个月扩展至上上个月+上个月填开的缴款书
    two_months = (month(day, 2)[0], month(day, 1)[1])
    if day.day == 6:
        yield from full(day, "history_input", [CUSTOMS], two_months)
    if day.day == 10:
        yield from full(day, "compensation", [INPUT, OUTPUT], month(day, 1), suppressed=SWITCHED_OFF)
        yield from full(day, "compensation", [CUSTOMS], two_months, suppressed=SWITCHED_OFF)
    if day.day == 12:
        yield from full(day, "back_check", [INPUT, CUSTOMS, OUTPUT], month(day, 2), missing=True)
    yield from status(day)


def soft_certificate(day: date) -> Iterator[Line]:
    """若为软证书 ①–②."""
    if day.day in (5, 10, 15, 20, 26):
        yield from running_month(day, [INPUT, OUTPUT])
    yield from last_month(day, [INPUT])
    # 每月12号全量下载前一个月进销项发票: unconditional, and M-1
    if day.day == 12:
        yield from full(day, "full_last_month", [INPUT, OUTPUT], month(day, 1))
    yield from status(day)


def tax_disk(day: date) -> Iterator[Line]:
    """若为税盘 ①–②."""
    if day.day in (1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31):
        yield from running_month(day, [INPUT, OUTPUT])
    yield from last_month(day, [INPUT])
    if day.day == 12:
        yield from full(day, "full_last_month", [INPUT, OUTPUT], month(day, 1))
    yield from status(day)


def aisino(day: date) -> Iterator[Line]:
    """航信每天下载一次全量进项发票: the month of T-1 up to T-1, and that month once more on the 6th and 12th (A-26)."""
    if day.day == 1:  # the whole month before is 历史月
        sort = ("input_full", "history_month", "issue_date")
        yield line(day, "current_month", INPUT, sort, month(day, 1))
    else:
        yield from running_month(day, [INPUT])
    if day.day == 6:
        yield from full(day, "history_input", [INPUT], month(day, 1))
    if day.day == 12:
        yield from full(day, "full_last_month", [INPUT], month(day, 1))


FIRST, LAST = date(2027, 1, 1), date(2028, 12, 31)
"""Two years, the second a leap year; days on which nothing may fire simply have no line."""

Channel = Callable[[date], Iterator[Line]]
FILES: dict[str, Channel] = {
    "leqi_2027_2028.csv": leqi,
    "etax_2027_2028.csv": etax,
    "soft_certificate_2027_2028.csv": soft_certificate,
    "tax_disk_2027_2028.csv": tax_disk,
    "aisino_2027_2028.csv": aisino,
}


def answers(channel: Channel) -> Iterator[Line]:
    """Every line of every day, in a fixed order."""
    for number in range(FIRST.toordinal(), LAST.toordinal() + 1):
        day = list(channel(date.fromordinal(number)))
        yield from sorted(day, key=lambda one: (one["job"], one["direction"], one["document"]))


def main() -> None:
    """Writes every file anew."""
    for name, channel in FILES.items():
        with (HERE / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(answers(channel))


if __name__ == "__main__":
    main()
