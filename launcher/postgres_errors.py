"""One clear sentence out of what Postgres wrote when it could not do something."""

import re

from fapiao.texts.catalogue import sentence

_KNOWN = (
    ("No space left on device", "machine.no_space"),
    ("Disk quota exceeded", "machine.no_quota"),
    ("Read-only file system", "machine.read_only_system"),
    ("Address already in use", "machine.address_in_use"),
    ("incompatible with server", "machine.incompatible"),
    ("Cannot allocate memory", "machine.no_memory"),
    ("Permission denied", "machine.no_permission"),
)
"""What Postgres or the system writes, and our sentence for it."""
_LOUD = re.compile(r"(?:FATAL|PANIC|ERROR|error|fatal):\s*(.+)")


def explained(what: str, output: str) -> str:
    """`what`, then the reason: ours where we know the cause, else the last loud line of `output`."""
    known = next((ours for mark, ours in _KNOWN if mark in output), None)
    reason = sentence(known) if known else _last_loud_line(output)
    return sentence("machine.because", what=what, reason=reason.rstrip("."))


def _last_loud_line(output: str) -> str:
    loud, lines = _LOUD.findall(output), output.strip().splitlines()
    return str(loud[-1]) if loud else lines[-1] if lines else sentence("machine.said_nothing")
