"""The bureaus: each connection asked for real, its kind held against the pool's, its clock, the accounts behind it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from fapiao.bureau_kind import HEADER, REAL, REHEARSAL, PoolKind, is_marked
from fapiao.errors import BureauError, FapiaoError
from fapiao.texts.catalogue import listed, sentence
from hooks.bureau.connection import BureauConnection
from hooks.gateway.check import check_gateway
from hooks.gateway.etax_login import is_online
from hooks.gateway.session import GatewaySession
from hooks.leqi.check import check_leqi
from launcher.connections import GATEWAY_VARIABLE, LEQI_VARIABLE, bureau_connection, name_of
from launcher.doctor.findings import WELL, Finding, doubtful, well, wrong
from launcher.doctor.pool import apart

PATIENCE_SECONDS = 10.0
MOST_APART_SECONDS = 60.0
MOST_COMPANIES = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """Companies of 电子税局, each with how many there are, and whether they may be named to who looks."""

    companies: Sequence[tuple[str, int]]
    named: bool


def bureaus(given: Mapping[str, str], pool: PoolKind | None, unit: str | None, etax: Asked) -> Iterator[Finding]:
    """What there is to say of the given connections, by variable; `unit` asks 乐企."""
    for variable, text in given.items():
        part = f"connection {name_of(variable)}"
        try:
            known = bureau_connection(variable, text)
            asked = _asked(part, variable, known, unit)
            yield asked
            yield from _looked_at(part, known, pool)
        except FapiaoError as refused:
            yield wrong(part, str(refused), sentence("doctor.correct", variable=variable))
            continue
        if asked.state == WELL and variable == GATEWAY_VARIABLE and etax.companies:
            yield accounts(known, etax)


def _asked(part: str, variable: str, known: BureauConnection, unit: str | None) -> Finding:
    """The bureau's answer to one cheap question."""
    checked = check_leqi(known, unit) if variable == LEQI_VARIABLE else check_gateway(known)
    said = " ".join(checked.sentence.split())
    if checked.works:
        return well(part, said)
    return wrong(part, said, sentence("doctor.correct_or_ask", variable=variable))


def _looked_at(part: str, known: BureauConnection, pool: PoolKind | None) -> Iterator[Finding]:
    """Which kind of bureau it is, and its clock, by the head of one answer."""
    before, headers = datetime.now(UTC), _head(known)
    after = datetime.now(UTC)
    if headers is None:
        return
    kind = REHEARSAL if HEADER in headers or is_marked(known.extra) else REAL
    if pool and pool.kind != kind:
        yield wrong(part, pool.refusal(part), sentence("doctor.own_pools"))
    try:
        said = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return
    yield apart(f"clock: {known.name}", said.astimezone(UTC), before, after, MOST_APART_SECONDS)


def _head(known: BureauConnection) -> httpx.Headers | None:
    url = f"{known.base_url.rstrip('/')}/"
    try:
        with (
            httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as client,
            client.stream("GET", url) as answer,
        ):
            return answer.headers
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return None


def accounts(known: BureauConnection, etax: Asked) -> Finding:
    """Whether the accounts of the first companies on 电子税局 are logged in; nobody is logged in by asking."""
    shown = etax.companies[:MOST_COMPANIES]
    try:
        with closing(GatewaySession(known)) as session:
            out = [number for number, _ in shown if not is_online(session, number)]
    except BureauError as refused:
        return doubtful("logins", _unasked(refused, etax), sentence("doctor.try_later"))
    said = _logged_in(len(shown), len(out), shown[0][1])
    if not out:
        return well("logins", said)
    if not etax.named:
        return doubtful("logins", said, sentence("doctor.who_may_see"))
    named = sentence("doctor.not_logged_in", said=said, names=listed(out))
    return doubtful("logins", named, f"./fapiao select login {out[0]}")


def _unasked(refused: BureauError, etax: Asked) -> str:
    if not etax.named:
        return sentence("doctor.accounts_unasked")
    return sentence("doctor.accounts_unasked_why", reason=refused)


def _logged_in(asked: int, out: int, every: int) -> str:
    if every > asked:
        return sentence("doctor.logged_in_first", online=asked - out, asked=asked, every=every)
    return sentence("doctor.logged_in", online=asked - out, asked=asked)
