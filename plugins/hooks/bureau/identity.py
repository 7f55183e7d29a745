"""Which kind of bureau stands behind a connection: by the connection's own word, or by what its answers carry."""

from collections.abc import Callable, Mapping

from fapiao.bureau_kind import HEADER, REAL, REHEARSAL, is_marked
from fapiao.errors import CallerRefused
from fapiao.texts.said import Said
from hooks.bureau.connection import BureauConnection


class BureauIdentity:
    """What is known of one bureau; `look` makes one call that brings an answer, or none. Shared by threads."""

    def __init__(self, known: BureauConnection, look: Callable[[], None]) -> None:
        self.connection = known.name
        self.name = f"connection {known.name}"
        self._kind = REHEARSAL if is_marked(known.extra) else None
        self._look = look
        self._refusal: Said | None = None

    def kind(self) -> str | None:
        """`real` or `rehearsal`; None as long as nobody has answered."""
        if self._kind is None:
            self._look()
        return self._kind

    @property
    def is_marked(self) -> bool:
        """Whether the kind is known without asking anybody."""
        return self._kind is not None

    def only_real(self, refusal: Said) -> None:
        """From now on an answer of a simulator is refused with this; a real bureau is not asked who it is."""
        self._refusal = refusal

    def heard(self, headers: Mapping[str, str]) -> None:
        """Learns from an answer. Raises CallerRefused where it is a simulator's and only_real was said."""
        if HEADER in headers:
            self._kind = REHEARSAL
        elif self._kind is None:
            self._kind = REAL
        if self._refusal and self._kind == REHEARSAL:
            raise CallerRefused("BUREAU_IS_REHEARSAL", self._refusal, free=True)
