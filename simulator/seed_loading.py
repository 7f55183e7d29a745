"""From a seed to documents and ranges in the bureau: numbers, parties and dates filled in, always the same way."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec

from simulator.bureau import Bureau
from simulator.clock import SHANGHAI, morning
from simulator.codes import CUSTOMS, PAPER_NUMBERED, RISK_FIELDS, TOLL, WITHHOLDING
from simulator.companies import AccountLink, Company
from simulator.documents.dice import Dice
from simulator.documents.document import Change, Document
from simulator.documents.faces import FACES
from simulator.documents.facts import Facts
from simulator.documents.numbers import INDEX_LIMIT, PAPER_DIGITAL, TAG_LIMIT, Number, key, number
from simulator.documents.parties import ROAD, Party
from simulator.documents.ranges import GeneratedRange
from simulator.seeding import (
    TOLL_TYPE,
    BadSeed,
    ChangeSeed,
    CompanySeed,
    DocumentSeed,
    GenerateSeed,
    Seed,
    company_problems,
    document_problems,
    instant,
    month_of,
    range_problems,
)

OFFICE_OPENS = timedelta(hours=9)
OFFICE_SECONDS = 28_800


def plant(bureau: Bureau, seed: Seed) -> list[str]:
    """Take a whole seed in and give the documents' keys in order; BadSeed with every problem, nothing done."""
    owners = {company.nsrsbh: _company(company) for company in seed.companies}
    known = {number: bureau.registry.get(number) or owners.get(number) for number in _owners(seed)} | owners
    names = {number for number, company in known.items() if company}
    problems = [p for place, item in enumerate(seed.companies) for p in company_problems(place, item)]
    problems += [p for place, item in enumerate(seed.documents) for p in document_problems(place, item, names)]
    problems += [p for place, item in enumerate(seed.ranges()) for p in range_problems(place, item, names)]
    if problems:
        raise BadSeed(problems)
    parties = {number: party(company) for number, company in known.items() if company}
    repeated: Counter[bytes] = Counter()
    documents = [_document(item, parties[item.nsrsbh], repeated) for item in seed.documents]
    bureau.registry.add(owners.values())
    _accounts(bureau, seed.companies)
    bureau.store.add(documents, [_range(item, parties[item.nsrsbh]) for item in seed.ranges()])
    return [document.key for document in documents]


def change(bureau: Bureau, seed: ChangeSeed) -> int:
    """Record a change on every document with that key; how many there were. BadSeed where there is none."""
    problems = seed.unknown_codes()
    if not seed.statuses():
        problems.append("a change needs at least one code: fpzt, ycpzzt, hzsdbs, fpyt, rzzt, xfsyt, skssq or bdklx")
    found = [
        document
        for document in bureau.store.find(seed.key)
        if seed.nsrsbh in (None, document.facts.owner.number) and seed.sjlx in (None, document.facts.sjlx)
    ]
    if not found:
        problems.append(f"no document has the key {seed.key}; the reply to the seed lists the keys")
    if problems:
        raise BadSeed(problems)
    at = morning(seed.recognised_on) if seed.recognised_on else bureau.clock.now()
    bureau.store.change(found, Change(at, seed.statuses(), seed.recollect))
    return len(found)


def party(company: Company) -> Party:
    """How a company prints on the faces it is on."""
    return Party(company.nsrsbh, company.name)


def _owners(seed: Seed) -> list[str]:
    return [document.nsrsbh for document in seed.documents] + [generated.nsrsbh for generated in seed.ranges()]


def _company(seed: CompanySeed) -> Company:
    return Company(
        nsrsbh=seed.nsrsbh,
        sydwptbh=seed.sydwptbh,
        jrdwptbh=seed.jrdwptbh,
        name=seed.name,
        authorised_on=seed.authorised_on,
        company_type=seed.company_type,
        abilities=seed.abilities,
        migrated=seed.migrated,
        quarterly=seed.quarterly,
        channels=tuple(seed.channels),
        city_code=seed.bureau_city_code,
        city=seed.bureau_city,
        accounts=tuple(AccountLink(link.account, link.account_type, link.is_default) for link in seed.accounts),
    )


def _accounts(bureau: Bureau, companies: list[CompanySeed]) -> None:
    for company in companies:
        for given in company.accounts:
            key = (given.account, company.bureau_city_code)
            bureau.gateway.accounts.seed(key, given.login, given.state, bureau.clock.now())


def _document(seed: DocumentSeed, owner: Party, repeated: Counter[bytes]) -> Document:
    spec = msgspec.json.encode(seed, order="deterministic")
    repeated[spec] += 1
    dice = Dice(spec.decode(), repeated[spec])
    kind, tdys = _kind(seed)
    issued = _issued(seed.kprq, dice)
    given = _number(seed, kind, issued, dice)
    facts = Facts(
        kind=kind,
        sjlx=seed.sjlx,
        owner=owner,
        other=_other(seed, kind, tdys, dice),
        issued=issued,
        number=given,
        seed=f"{seed.seed}|{given.code}|{given.no}",
        tdys=tdys,
        lines=seed.lines,
        red_of=seed.red_of,
    )
    initial, changes = _statuses(seed)
    return Document(
        facts=facts,
        key=key(kind, given),
        collected_on=seed.collected_on or issued.date() + timedelta(days=1),
        overrides=seed.payload,
        initial=initial,
        changes=changes,
        unselected=seed.unselected,
    )


def _kind(seed: DocumentSeed | GenerateSeed) -> tuple[str, str]:
    return ("82", TOLL) if seed.fplx == TOLL_TYPE else (seed.fplx, seed.tdys)


def _issued(kprq: str, dice: Dice) -> datetime:
    """A date without a time is some moment of the office day."""
    given = instant(kprq).replace(tzinfo=SHANGHAI)
    with_time = ":" in kprq
    return given if with_time else given + OFFICE_OPENS + timedelta(seconds=dice.number(0, OFFICE_SECONDS))


def _other(seed: DocumentSeed, kind: str, tdys: str, dice: Dice) -> Party:
    if seed.other:
        return Party(seed.other.nsrsbh, seed.other.name)
    return ROAD if tdys == TOLL else dice.pick(FACES[kind].others)


def _number(seed: DocumentSeed, kind: str, issued: date, dice: Dice) -> Number:
    """The number that the payload prescribes, else one drawn from the seed."""
    drawn = number(kind, issued, dice.number(0, TAG_LIMIT - 1), dice.number(0, INDEX_LIMIT - 1))

    def told(name: str, default: str) -> str:
        return str(seed.payload.get(name) or default)

    if kind in PAPER_NUMBERED:
        return Number(told("zzfphm" if kind in ("03", "15") else "fphm", drawn.no), told("fpdm", drawn.code))
    name = {CUSTOMS: "hgjkshm", WITHHOLDING: "dkdjwspzh"}.get(kind, "fphm")
    if kind in PAPER_DIGITAL:
        return Number(told(name, drawn.no), told("zzfpDm", drawn.code), told("zzfphm", drawn.paper_no))
    return Number(told(name, drawn.no))


def _statuses(seed: DocumentSeed) -> tuple[Mapping[str, str], tuple[Change, ...]]:
    given = seed.statuses()
    if seed.recognised_on is None:
        return given, ()
    risks = {name: value for name, value in given.items() if name in RISK_FIELDS}
    first = {name: value for name, value in given.items() if name not in RISK_FIELDS}
    return first, (Change(morning(seed.recognised_on), risks, seed.recollect),)


def _range(seed: GenerateSeed, owner: Party) -> GeneratedRange:
    kind, tdys = _kind(seed)
    return GeneratedRange(
        owner=owner,
        sjlx=seed.sjlx,
        kind=kind,
        month=month_of(seed.month),
        count=seed.count,
        seed=str(seed.seed),
        lines=seed.lines,
        tdys=tdys,
        lag=seed.lag,
        unselected=seed.unselected,
        last=seed.count,
    )
