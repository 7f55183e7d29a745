"""One clear sentence out of what Postgres wrote when it could not do something."""

import re

_KNOWN = (
    ("No space left on device", "the disk is full: free some space, or set FAPIAO_HOME to another disk"),
    ("Disk quota exceeded", "the disk quota is used up: free some space, or set FAPIAO_HOME to another disk"),
    ("Read-only file system", "the file system is read-only: set FAPIAO_HOME to a folder that can be written"),
    ("Address already in use", "the port is taken by another program: stop that one or choose another port"),
    ("incompatible with server", "the data was written by another version of Postgres: dump it there, load it here"),
    ("Cannot allocate memory", "the machine has no memory left: stop other programs"),
    ("Permission denied", "a folder or file may not be entered by the account that runs Postgres"),
)
_LOUD = re.compile(r"(?:FATAL|PANIC|ERROR|error|fatal):\s*(.+)")


def sentence(what: str, output: str) -> str:
    """`what`, then the reason: ours where we know the cause, else the last loud line of `output`."""
    for mark, reason in _KNOWN:
        if mark in output:
            return f"{what}: {reason}."
    loud = _LOUD.findall(output)
    lines = output.strip().splitlines()
    reason = loud[-1] if loud else lines[-1] if lines else "it said nothing"
    return f"{what}: {reason.rstrip('.')}."
