"""The edge to what reads strangers' bytes: whatever it raises, listed or not, becomes one refusal of ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fapiao.errors import FapiaoError

_PANIC = "PanicException"
"""How a panic of a Rust library arrives: it is no Exception."""


@contextmanager
def boundary(refused: Callable[[BaseException], Exception], *ours: type[Exception]) -> Iterator[None]:
    """Raises `refused` of whatever comes; what is a sentence already (FapiaoError, `ours`) passes as it is."""
    try:
        yield
    except Exception as broken:
        if isinstance(broken, (FapiaoError, *ours)):
            raise
        raise refused(broken) from broken
    except BaseException as panic:
        if type(panic).__name__ != _PANIC:
            raise
        raise refused(panic) from panic
