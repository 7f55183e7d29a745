"""Reads what the business system says of documents (入账, 转出, 凭证) from the records of a file, and objects to it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from fapiao.bureau_files.cells import BadCell, amount
from fapiao.enterprise.form import Problems, RecordReader, unique
from fapiao.enterprise.values import code_of
from fapiao.identity import spelled
from fapiao.rules.book import RuleBook
from fapiao.rules.spellings import Spellings
from fapiao.tables.lines import Line
from fapiao.tasks import SHANGHAI
from fapiao.texts.catalogue import sentence

NOT_BOOKED, BOOKED = "01", "02"
"""未入账, 已入账 of entry_status."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
Key = tuple[str, str]
"""税号 and document_key of an input document."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The business side of one document; money in yuan, `deductible` is None where the type decides."""

    deductible: bool | None = None
    entry_status: str | None = None
    entry_kind: str | None = None
    entry_period: str | None = None
    entry_at: datetime | None = None
    entry_tax_amount: Decimal | None = None
    transfer_out_amount: Decimal | None = None
    transfer_out_reason: str | None = None
    voucher_no: str | None = None
    org_code: str | None = None
    use_state: str | None = None


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """A document of the pool: its business side as it is stored, 票面税额, and what its type says (R167)."""

    entry: Entry
    tax_amount: Decimal | None
    type_deductible: bool


@dataclass(frozen=True, slots=True)
class EntryWords:
    """The words that these files may use."""

    deductible: Spellings
    entry_status: Spellings
    use_state: Spellings


def entry_words(rules: RuleBook) -> EntryWords:
    """The words of statuses.yaml."""
    kinds = ("deductible", "entry_status", "use_state")
    return EntryWords(*(rules.words(kind) for kind in kinds))


def entry_forms(lines: Iterable[Line], complaints: Problems) -> dict[Key, RecordReader]:
    """The records by document, each once; without a tax number or a document's number they are complained about."""
    forms = [RecordReader(line, complaints) for line in lines]
    keyed = [((form.number("taxpayer_no"), _document_key(form)), form) for form in forms]
    return unique(((key, form) for key, form in keyed if all(key)), "document_key")


def entry(form: RecordReader, known: KnownEntries, organisations: Collection[str], among: EntryWords) -> Entry:
    """The business side after the record; complains about what does not fit the document (R157, R167, A-21)."""
    was = known.entry
    after = Entry(
        deductible=_deductible(form, known, among.deductible),
        entry_status=form.code("entry_status", among.entry_status, was.entry_status or "") or None,
        entry_kind=was.entry_kind,
        entry_period=was.entry_period,
        entry_at=form.read("entry_at", was.entry_at, None, _instant),
        entry_tax_amount=form.read("entry_tax_amount", was.entry_tax_amount, None, read_amount),
        transfer_out_amount=form.read("transfer_out_amount", was.transfer_out_amount, None, read_amount),
        transfer_out_reason=form.text("transfer_out_reason", was.transfer_out_reason),
        voucher_no=form.text("voucher_no", was.voucher_no),
        org_code=_organisation(form, was, organisations),
        use_state=form.code("use_state", among.use_state, was.use_state or "") or None,
    )
    after = _as_the_voucher_says(form, after)
    if _needs_reason(after, known.tax_amount):
        amounts = {"entry": after.entry_tax_amount, "face": known.tax_amount}
        form.object("transfer_out_reason", sentence("enterprise_files.transfer_reason", **amounts))
    return after


def _document_key(form: RecordReader) -> str:
    return spelled(form.needed("document_key"))


def _deductible(form: RecordReader, known: KnownEntries, among: Spellings) -> bool | None:
    """是否可抵扣: a business document may change it only where the type says 可抵扣 (R167)."""
    deductible = form.read("deductible", known.entry.deductible, None, lambda text: code_of(text, among) == "true")
    if form.given("deductible") and deductible and not known.type_deductible:
        form.object("deductible", sentence("enterprise_files.not_deductible"))
    return deductible


def _organisation(form: RecordReader, was: Entry, organisations: Collection[str]) -> str | None:
    code = form.text("org_code", was.org_code)
    if code and form.given("org_code") and code not in organisations:
        form.object("org_code", sentence("enterprise_files.no_organisation", code=code))
    return code


def _as_the_voucher_says(form: RecordReader, after: Entry) -> Entry:
    """生成对应的记账凭证、删除记账凭证时回写 (R157): a voucher books the document, an empty one takes that back."""
    if not form.given("voucher_no"):
        return after
    if after.voucher_no is None:
        return replace(after, entry_status=NOT_BOOKED, entry_kind=None, entry_period=None, entry_at=None)
    if after.entry_at is None:
        form.object("entry_at", sentence("enterprise_files.no_entry_time", column=form.named("entry_at")))
    return after if form.given("entry_status") else replace(after, entry_status=BOOKED)


def _needs_reason(after: Entry, face_tax: Decimal | None) -> bool:
    """入账税额 ≠ 票面税额 requires a reason (A-21)."""
    amounts = after.entry_tax_amount, face_tax
    return None not in amounts and amounts[0] != amounts[1] and not after.transfer_out_reason


def read_amount(text: str) -> Decimal:
    """An amount in yuan as files write it: ￥ before it, commas between thousands and nowhere else (113,00 is none).

    Raises ValueError, whose text is a complaint.
    """
    try:
        found = amount(text)
    except BadCell:
        found = None
    if found is None:
        raise ValueError(sentence("enterprise_files.not_amount", text=text))
    return Decimal(found)


def _instant(text: str) -> datetime:
    """A day, or a day and a clock, in Asia/Shanghai."""
    try:
        found = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise ValueError(sentence("enterprise_files.not_time", text=text)) from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:  # a later one, once stored, can never be read again
        raise ValueError(sentence("enterprise_files.time_between", text=text, first=_FIRST_YEAR, last=_LAST_YEAR))
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def checked(
    forms: Mapping[Key, RecordReader],
    known: Mapping[Key, KnownEntries],
    organisations: Collection[str],
    among: EntryWords,
) -> dict[Key, Entry]:
    """The business side of every document of the file that the pool has; the others are complained about."""
    found = {}
    for key, form in forms.items():
        if key in known:
            found[key] = entry(form, known[key], organisations, among)
        else:
            number, document = key
            form.object("document_key", sentence("enterprise_files.not_in_pool", document=document, number=number))
    return found
