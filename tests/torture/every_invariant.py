"""Every invariant there is: each module declares its own as it is imported."""

import calendar_invariants  # noqa: F401
import change_invariants  # noqa: F401
import end_invariants  # noqa: F401
import file_invariants  # noqa: F401
import pool_invariants  # noqa: F401
import queue_invariants  # noqa: F401
import quota_invariants  # noqa: F401
import rights_invariants  # noqa: F401
import selection_invariants  # noqa: F401
import server_invariants  # noqa: F401
from invariants import INVARIANTS

__all__ = ["INVARIANTS"]
