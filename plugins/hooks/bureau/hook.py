"""What the hooks of both bureaus are to Airflow: they hold a connection, and answer its Test."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from airflow.sdk import BaseHook

from hooks.bureau.check import Checked
from hooks.bureau.connection import BureauConnection, connection_of


class BureauHook(BaseHook):
    """A hook over one Airflow connection to a bureau."""

    check: ClassVar[Callable[[BureauConnection], Checked]]
    """The cheap question of its bureau."""

    def __init__(self, connection_id: str) -> None:
        """Reads the connection once. Raises what Airflow raises where there is none."""
        super().__init__()
        self._known = connection_of(connection_id)

    def test_connection(self) -> tuple[bool, str]:
        """What Airflow's Test asks: whether it works, and a sentence. The form tests under a name of its own."""
        return type(self).check(replace(self._known, name=self.conn_type))
