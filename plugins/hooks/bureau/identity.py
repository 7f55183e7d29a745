"""Which kind of bureau stands behind a connection: by the connection's own word, or by what its answers carry."""

from collections.abc import Callable, Mapping

from fapiao.bureau_kind import HEADER, REAL, REHEARSAL, is_marked
from fapiao.errors import CallerRefused
from hooks.bureau.connection import BureauConnection


class BureauIdentity:
    """What is known of one bureau; `look` makes one call that brings an answer, or none. Shared by threads."""

    def __init__(self, known: BureauConnection, look: Callable[[], None]) -> None:
        self.name = f"connection {known.name}"
        self._kind = REHEARSAL if is_marked(known.extra) else None
        self._look, self._refusal = look, ""

    def kind(self) -> str | None:
        """`real` or `rehearsal`; None as long as nobody has answered."""
        if self._kind is None:
            self._look()
        return self._kind

    @property
    def is_marked(self) -> bool:
        """Whether the kind is known without asking anybody."""
        return self._kind is not None

    def only_real(self, because: str) -> None:
        """From now on an answer of a simulator is refused with this reason; a real bureau is not asked who it is."""
        self._refusal = because

    def heard(self, headers: Mapping[str, str]) -> None:
        """Learns from an answer. Raises CallerRefused where it is a simulator's and only_real was said."""
        if HEADER in headers:
            self._kind = REHEARSAL
        elif self._kind is None:
            self._kind = REAL
        if self._refusal and self._kind == REHEARSAL:
            raise CallerRefused(
                "BUREAU_IS_REHEARSAL",
                f"{self.name} leads to a simulator, and {self._refusal}",
                "correct the connection, or rehearse in a pool of its own",
                free=True,
            )
