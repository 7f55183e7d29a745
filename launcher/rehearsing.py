"""One rehearsal at a time in a home: two would share Airflow's rows, and each would ask the other's simulator."""

import contextlib
import fcntl
from collections.abc import Iterator

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.home import home


@contextlib.contextmanager
def rehearsing() -> Iterator[None]:
    """This process alone rehearses, or starts a stack, in its home; a killed one does so no longer.

    Raises Unusable at once where another one does.
    """
    with (home() / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(sentence("rehearsal.at_work", folder=home())) from None
        yield
