"""Payload rows of the bureau into pool rows: names, types and codes of one vocabulary, nothing dropped, nothing guessed."""

from fapiao.payloads.kinds import payload_kind
from fapiao.payloads.staged import Context, Rejected, Staged
from fapiao.payloads.translation import translate

__all__ = ["Context", "Rejected", "Staged", "payload_kind", "translate"]
