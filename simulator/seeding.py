"""What `/_sim/seed` and `/_sim/change` accept, checked whole before anything is taken in."""

from datetime import date, datetime
from typing import Literal

import msgspec

from simulator.codes import ABILITIES, CUSTOMS, FPLX, INPUT, REASONS, STATUS_CODES, WITHHOLDING

TOLL_TYPE = "8208"
KINDS = (*FPLX, TOLL_TYPE, CUSTOMS, WITHHOLDING)


class BadSeed(ValueError):
    """`problems` lists every sentence; nothing was changed."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class AccountSeed(msgspec.Struct, forbid_unknown_fields=True):
    """A bureau account of a company, in the city of that company."""

    account: str
    account_type: Literal["receive", "issue", "both"] = "both"
    is_default: bool = True
    login: Literal["auto", "manual"] = "auto"
    state: Literal["online", "offline", "lost"] = "online"


class CompanySeed(msgspec.Struct, forbid_unknown_fields=True):
    """A taxpayer; `companyType` "03" general, "02" small-scale."""

    nsrsbh: str
    sydwptbh: str = ""
    jrdwptbh: str = ""
    name: str = "示例企业有限公司"
    authorised_on: date | None = None
    company_type: Literal["03", "02"] = msgspec.field(name="companyType", default="03")
    abilities: tuple[str, ...] = ABILITIES
    migrated: bool = False
    quarterly: bool = False
    channels: tuple[Literal["leqi", "etax", "soft_certificate", "tax_disk", "aisino"], ...] = ("leqi",)
    bureau_city_code: str = ""
    bureau_city: str = ""
    accounts: tuple[AccountSeed, ...] = ()


class PartySeed(msgspec.Struct, forbid_unknown_fields=True):
    """The other party of a document."""

    nsrsbh: str
    name: str


class StatusSeed(msgspec.Struct, forbid_unknown_fields=True):
    """The status codes of protocols 5.3 that a seed or a change may give; absent ones stay as they are."""

    fpzt: str | None = None
    ycpzzt: str | None = None
    hzsdbs: str | None = None
    fpyt: str | None = None
    rzzt: str | None = None
    cpyycbs: str | None = None
    cktsldm: str | None = None
    zzsyhyt: str | None = None
    xfsyt: str | None = None
    jdcycbs: str | None = None
    skssq: str | None = None
    bdklx: str | None = None

    def statuses(self) -> dict[str, str]:
        """The codes that were given."""
        given = {name: getattr(self, name) for name in (*STATUS_CODES, "skssq", "bdklx")}
        return {name: value for name, value in given.items() if value is not None}

    def unknown_codes(self) -> list[str]:
        """A sentence for every code outside its list."""
        return [
            f"{name} must be one of {', '.join(repr(code) for code in codes)}, not {given!r}"
            for name, codes in {**STATUS_CODES, "bdklx": REASONS}.items()
            for given in (getattr(self, name),)
            if given is not None and given not in codes
        ]


class DocumentSeed(StatusSeed, forbid_unknown_fields=True, kw_only=True):
    """One document; `recognised_on` makes its risk codes a change of that day instead of its first state."""

    nsrsbh: str
    fplx: str
    kprq: str
    sjlx: Literal["1", "2"] = "1"
    collected_on: date | None = None
    recognised_on: date | None = None
    recollect: bool = True
    unselected: bool | None = None
    tdys: str = ""
    lines: int = 1
    red_of: str = ""
    other: PartySeed | None = None
    seed: str = ""
    payload: dict[str, object] = {}


class GenerateSeed(msgspec.Struct, forbid_unknown_fields=True):
    """A month of documents made when looked at; `lag` is days from issue to collection."""

    nsrsbh: str
    fplx: str
    month: str
    count: int
    sjlx: Literal["1", "2"] = "1"
    seed: int | str = 1
    lines: int = 1
    tdys: str = ""
    lag: int = 1
    unselected: bool | None = None


class Seed(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /_sim/seed`."""

    companies: list[CompanySeed] = []
    documents: list[DocumentSeed] = []
    generate: list[GenerateSeed] | GenerateSeed = []

    def ranges(self) -> list[GenerateSeed]:
        """`generate` as a list, whether one or several were given."""
        return self.generate if isinstance(self.generate, list) else [self.generate]


class ChangeSeed(StatusSeed, forbid_unknown_fields=True, kw_only=True):
    """The body of `POST /_sim/change`: a document's key, as the reply to the seed names it, and its new codes."""

    key: str
    nsrsbh: str | None = None
    sjlx: Literal["1", "2"] | None = None
    recognised_on: date | None = None
    recollect: bool = True


def instant(text: str) -> datetime:
    """A day or a day with a time, without zone; ValueError otherwise."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is Asia/Shanghai, set by the caller
        except ValueError:
            continue
    raise ValueError(f"{text!r} is not a date: write YYYY-MM-DD or YYYY-MM-DD HH:mm:ss")


def company_problems(place: int, seed: CompanySeed) -> list[str]:
    """Every objection to one company."""
    problems = []
    if not seed.channels:
        problems.append("channels must name at least one")
    if "leqi" in seed.channels and not (seed.sydwptbh and seed.jrdwptbh):
        problems.append("a company on leqi needs sydwptbh and jrdwptbh")
    return [f"companies[{place}]: {problem}" for problem in problems]


def document_problems(place: int, seed: DocumentSeed, owners: set[str]) -> list[str]:
    """Every objection to one document, each a sentence that says where."""
    problems = seed.unknown_codes() + _owner_problems(seed, owners)
    if seed.lines < 1:
        problems.append("lines must be at least 1")
    if seed.fplx in (CUSTOMS, WITHHOLDING) and seed.sjlx != INPUT:
        problems.append(f'a {seed.fplx} document is always sjlx "1"')
    if "kprq" in seed.payload or "tfrq" in seed.payload:
        problems.append("give the date as kprq of the document, not inside payload")
    problems += _date_problems(seed)
    return [f"documents[{place}]: {problem}" for problem in problems]


def range_problems(place: int, seed: GenerateSeed, owners: set[str]) -> list[str]:
    """Every objection to one generated range."""
    problems = _owner_problems(seed, owners)
    if seed.count < 1 or seed.lines < 1:
        problems.append("count and lines must be at least 1")
    if seed.lag < 0:
        problems.append("lag must not be negative")
    try:
        month_of(seed.month)
    except ValueError as error:
        problems.append(str(error))
    return [f"generate[{place}]: {problem}" for problem in problems]


def month_of(text: str) -> date:
    """The first day of YYYY-MM; ValueError otherwise."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError(f"{text!r} is not a month: write YYYY-MM") from None


def _owner_problems(seed: DocumentSeed | GenerateSeed, owners: set[str]) -> list[str]:
    problems = []
    if seed.nsrsbh not in owners:
        problems.append(f"{seed.nsrsbh} is no seeded company; seed it under companies first")
    if seed.fplx not in KINDS:
        problems.append(f"fplx {seed.fplx!r} is unknown; known are {', '.join(KINDS)}")
    return problems


def _date_problems(seed: DocumentSeed) -> list[str]:
    try:
        issued = instant(seed.kprq).date()
    except ValueError as error:
        return [str(error)]
    late = (("collected_on", seed.collected_on), ("recognised_on", seed.recognised_on))
    problems = [f"{name} {day} lies before its issue on {issued}" for name, day in late if day and day < issued]
    if seed.recognised_on and not any((seed.fpzt, seed.ycpzzt, seed.hzsdbs)):
        problems.append("recognised_on needs what was recognised: fpzt, ycpzzt or hzsdbs")
    return problems
