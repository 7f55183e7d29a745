"""A row of the doctor: a part, how it is, what was seen, and the next step where one is needed."""

from dataclasses import dataclass

WELL, DOUBTFUL, WRONG, ABSENT = "ok", "warning", "wrong", "absent"
"""`absent` is no fault: nothing is there to be looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row; no secret is in it."""

    part: str
    state: str
    found: str
    next_step: str = ""


def well(part: str, found: str, next_step: str = "") -> Finding:
    """A part as it should be."""
    return Finding(part, WELL, found, next_step)


def wrong(part: str, found: str, next_step: str) -> Finding:
    """A part that stops work."""
    return Finding(part, WRONG, found, next_step)


def doubtful(part: str, found: str, next_step: str) -> Finding:
    """A part that works, but perhaps not as one wants."""
    return Finding(part, DOUBTFUL, found, next_step)


def absent(part: str, found: str, next_step: str = "") -> Finding:
    """A part that is not there, or that cannot be looked at for want of another."""
    return Finding(part, ABSENT, found, next_step)
