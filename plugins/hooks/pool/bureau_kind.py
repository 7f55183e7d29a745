"""The kind of bureau that fills a pool: asked wherever a bureau is opened for it; the other kind is refused."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg.rows import tuple_row

from fapiao.bureau_kind import REAL, REHEARSAL, PoolKind
from fapiao.errors import TryLater, Unusable
from fapiao.queries import query
from fapiao.texts.catalogue import sentence
from fapiao.texts.language import speaking
from fapiao.texts.said import Said, said

Connection = psycopg.Connection[Any]
Connect = Callable[[], AbstractContextManager[Connection]]


class WhoAnswers(Protocol):
    """What can be known of a bureau."""

    name: str
    connection: str

    @property
    def is_marked(self) -> bool:
        """Whether its kind is known without asking."""
        ...

    def kind(self) -> str | None:
        """`real`, `rehearsal`, or None where nobody answers."""
        ...

    def only_real(self, refusal: Said) -> None:
        """No answer of a simulator is taken from now on: it is refused with this."""
        ...


class Identified(Protocol):
    """A hook or session of a bureau."""

    @property
    def identity(self) -> WhoAnswers:
        """Who answers."""
        ...

    def close(self) -> None:
        """Gives the connections back."""
        ...


Bureau = TypeVar("Bureau", bound=Identified)


def kind_of(connection: Connection) -> PoolKind | None:
    """Which kind of bureau fills the pool; None before the first one."""
    with connection.transaction(), connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(query("bureau", "held")).fetchone()
    return PoolKind(*found) if found else None


def claim(connection: Connection, kind: str, evidence: str, *, binding: bool = False) -> None:
    """The pool is of this kind from now on. Raises Unusable where the other kind has filled it."""
    held = kind_of(connection)
    if held is None or held.kind != kind or (binding and not held.binding):
        values = {"kind": kind, "evidence": evidence, "binding": binding}
        with connection.transaction():
            connection.execute(query("bureau", "decide"), values)
        held = kind_of(connection)
    if held and held.kind != kind:
        raise Unusable(held.refusal(evidence))


def ask_anew(connection: Connection) -> int:
    """Rows of a pool of rehearsals that wait for the answer of a simulator that has ended apply once more.

    For a simulator that has just begun: it knows no number that another one gave. Returns how many there are.
    """
    with speaking("zh"):
        reason = sentence("rehearsal.another_simulator")
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(query("session", "reason"), {"reason": reason})
        return cursor.execute(query("bureau", "ask_anew")).rowcount


def admit(connection: Connection, bureau: Bureau) -> Bureau:
    """The bureau, opened for this pool. Raises Unusable where the other kind has filled it, TryLater as _unknown.

    A bureau that a real pool knows is not asked who it is: its answers are looked at instead.
    """
    identity, held = bureau.identity, kind_of(connection)
    if held and held.kind == REAL and not identity.is_marked:
        identity.only_real(said("errors.rehearsal_in_real_pool", name=identity.connection))
    elif kind := identity.kind():
        claim(connection, kind, identity.name)
    else:
        _unknown(identity, held)
    return bureau


def _unknown(identity: WhoAnswers, held: PoolKind | None) -> None:
    """One that does not answer now decides nothing, and counts as real where nothing is decided (ADR 0049).

    Raises TryLater where the pool is one of rehearsals: the real bureau must not be asked anything there.
    """
    if held and held.kind == REHEARSAL:
        raise TryLater("BUREAU_UNKNOWN", said("errors.bureau_unknown", name=identity.connection), free=True)
    identity.only_real(said("errors.rehearsal_unannounced", name=identity.connection))


def admitted(connect: Connect, open_bureau: Callable[[], Bureau]) -> Bureau:
    """As admit, over a connection of its own; a bureau that is refused is closed again."""
    bureau = open_bureau()
    try:
        with connect() as connection:
            return admit(connection, bureau)
    except BaseException:
        bureau.close()
        raise
