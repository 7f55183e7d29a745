"""Reads download schemes (下载方案) from the records of a file."""

from collections.abc import Callable
from datetime import date

from fapiao.calendar.frequency import Frequency
from fapiao.enterprise.form import RecordReader
from fapiao.enterprise.records import DEFAULT_FREQUENCY, Enterprise, Scheme
from fapiao.enterprise.spellings import Vocabulary
from fapiao.enterprise.values import code_of, invoice_type
from fapiao.errors import BadInput
from fapiao.identifiers import taxpayer_no
from fapiao.rules.spellings import folded
from fapiao.texts.catalogue import sentence
from fapiao.windows import one_year_before


def scheme(form: RecordReader, name: str, enterprise: Enterprise, words: Vocabulary, day: date) -> Scheme:
    """The scheme as it is after the record, judged on `day` (Asia/Shanghai); complains about what is missing (R078)."""
    was = enterprise.schemes.get(name) or Scheme(name)
    start = _start_date(form, was, day)
    return Scheme(
        name=name,
        scopes=_scopes(form, was, enterprise, words),
        download_types=form.needed_each("download_types", _download_type(words), was.download_types),
        invoice_types=_invoice_types(form, was, words),
        start_date=start,
        end_date=_end_date(form, was, start, day),
        frequency=_frequency(form, was),
        layout_files=form.flag("layout_files", words.flag, was.layout_files, empty=False),
        status_mode=form.code("status_mode", words.status_mode, was.status_mode, "update_only"),
        enabled=form.flag("enabled", words.flag, was.enabled, empty=True),
    )


def _download_type(words: Vocabulary) -> Callable[[str], str]:
    return lambda item: code_of(item, words.download_type)


def _scopes(form: RecordReader, was: Scheme, enterprise: Enterprise, words: Vocabulary) -> frozenset[tuple[str, str]]:
    """适用组织: tax numbers, organisations, or all."""
    found: dict[str, tuple[str, str]] = {}

    def read(item: str) -> str:
        found[item] = _scope(item, enterprise, words)
        return item

    written = form.needed_each("taxpayers", read, tuple(code for _, code in was.scopes))
    return frozenset(found[item] for item in written) if form.given("taxpayers") else was.scopes


def _scope(item: str, enterprise: Enterprise, words: Vocabulary) -> tuple[str, str]:
    if folded(item) in words.scope.spellings:
        return "all", ""
    if item in enterprise.organisations:
        return "organisation", item
    try:
        number = taxpayer_no(item)
    except ValueError:
        number = item
    if number in enterprise.taxpayers:
        return "taxpayer", number
    raise ValueError(sentence("enterprise_files.unknown_scope", text=item))


def _invoice_types(form: RecordReader, was: Scheme, words: Vocabulary) -> tuple[str, ...]:
    """Codes in the order of invoice_types.yaml; `all` is every one of them (R064)."""
    known = tuple(words.rules.invoice_types)

    def read(item: str) -> str:
        return "all" if folded(item) in words.every_type.spellings else invoice_type(item, words.rules).code

    written = form.needed_each("invoice_types", read, was.invoice_types)
    return known if "all" in written else tuple(code for code in known if code in written)


def _start_date(form: RecordReader, was: Scheme, day: date) -> date | None:
    """下载开始日期; a scheme keeps the one it was saved with, a new one lies in the last year (R061)."""
    start = form.day("start_date", was.start_date)
    earliest = one_year_before(day)
    if start is None and not form.text("start_date"):
        form.object("start_date", sentence("enterprise_files.no_start", column=form.named("start_date")))
    elif start and start != was.start_date and start < earliest:
        form.object("start_date", _too_long_ago(start, day))
    elif start and start > day:
        form.object("start_date", sentence("enterprise_files.not_here_yet", start=start, day=day))
    return start


def _end_date(form: RecordReader, was: Scheme, start: date | None, day: date) -> date | None:
    """下载结束日期, or none: a scheme without one goes on (R060, A-52)."""
    end = form.day("end_date", was.end_date)
    if start and end and end < start:
        form.object("end_date", sentence("enterprise_files.ends_before", end=end, start=start))
    elif end and end != was.end_date and end < one_year_before(day):
        form.object("end_date", _too_long_ago(end, day))
    return end


def _too_long_ago(written: date, day: date) -> str:
    return sentence("enterprise_files.too_long_ago", written=written, day=day, earliest=one_year_before(day))


def _frequency(form: RecordReader, was: Scheme) -> tuple[int, ...]:
    """乐企当月进销项全量发票下载频率 in the order of the month, −1 last (A-06)."""
    if not form.given("frequency"):
        return was.frequency
    written = ";".join(folded(item) for item in form.items("frequency"))
    if not written:
        return DEFAULT_FREQUENCY
    try:
        days = Frequency.parse(written).days
    except BadInput as wrong:
        form.object("frequency", str(wrong))
        return was.frequency
    return tuple(sorted(days, key=lambda number: (number < 0, number)))
