"""The edge to what reads strangers' bytes: whatever it raises, listed or not, becomes one refusal of ours."""

from collections.abc import Callable
from contextlib import ContextDecorator
from types import TracebackType

from fapiao.errors import FapiaoError

_PANIC = "PanicException"
"""How a panic of a Rust library arrives: it is no Exception."""


class boundary(ContextDecorator):  # noqa: N801 it is used as a function is
    """Raises `refused` of whatever comes; what is a sentence already (FapiaoError, `ours`) passes as it is.

    No generator: since Python 3.12 what is thrown into one is kept, with all that its frames hold, until the collector
    of cycles comes, and eight large answers at once add up.
    """

    def __init__(self, refused: Callable[[BaseException], Exception], *ours: type[Exception]) -> None:
        self._refused = refused
        self._ours: tuple[type[Exception], ...] = (FapiaoError, *ours)

    def __enter__(self) -> None:
        """Nothing is kept of a use: one may serve many calls at once."""

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if raised is None or isinstance(raised, self._ours):
            return
        if isinstance(raised, Exception) or type(raised).__name__ == _PANIC:
            raise self._refused(raised) from raised
