"""Payload rows of the bureau into pool rows: one vocabulary of names, types and codes, nothing dropped or guessed."""

from fapiao.payloads.kinds import payload_kind
from fapiao.payloads.line_filter import ERROR_GOODS, LineFilter, line_filter
from fapiao.payloads.staged import Context, Rejected, Staged
from fapiao.payloads.translation import translate

__all__ = [
    "ERROR_GOODS",
    "Context",
    "LineFilter",
    "Rejected",
    "Staged",
    "line_filter",
    "payload_kind",
    "translate",
]
