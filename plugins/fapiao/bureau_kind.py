"""The two kinds of bureau that may fill a pool, and how each is known (A-54, ADR 0049)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REAL, REHEARSAL = "real", "rehearsal"
HEADER = "fapiao-rehearsal"
"""What a simulator puts on every answer."""
EXTRA = "rehearsal"
"""The extra by which a connection says that it leads to a simulator."""
_TRUE = ("1", "true", "yes", "on", "是")


@dataclass(frozen=True, slots=True)
class PoolKind:
    """Which kind of bureau fills a pool: by what it is known, whose word that is, and since when (Asia/Shanghai)."""

    kind: str
    evidence: str
    binding: bool
    decided_by: str
    decided_at: str

    def refusal(self, bureau: str) -> str:
        """Why the other kind of bureau, which stands at `bureau`, has no business here, and what to do."""
        since = f"since {self.decided_at}, by {self.evidence}"
        if self.kind == REAL:
            return (
                f"This pool is filled by the real bureau ({since}), and {bureau} is a simulator: a rehearsal never "
                "shares a pool. Rehearse with another FAPIAO_HOME, or give the connection of the real bureau."
            )
        return (
            f"This pool is one of rehearsals ({since}), and {bureau} is a real bureau: they never share a pool. Give "
            "the real bureau a pool of its own, by AIRFLOW_CONN_INVOICE_POOL or another FAPIAO_HOME; a simulator "
            f'says so by the extra {{"{EXTRA}": true}} of its connection.'
        )


def is_marked(extra: Mapping[str, Any]) -> bool:
    """Whether a connection says that it leads to a simulator."""
    return str(extra.get(EXTRA) or "").strip().lower() in _TRUE
