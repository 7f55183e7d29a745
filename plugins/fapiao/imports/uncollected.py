"""Stops Python's search for cycles while rows are built by the hundred thousand, none of which is in one."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Usable as a decorator too; memory is still freed by its last reference.

    What was built counts as old afterwards, or the first search to come would walk all of it at once.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
