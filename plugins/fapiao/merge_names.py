"""What every rendered statement of a merge is written with."""

from collections.abc import Iterable

MATCH = """d.direction = %(direction)s
        AND d.taxpayer_no = %(taxpayer_no)s
        AND d.document_key = s.document_key"""


def listed(parts: Iterable[str], indent: int = 4) -> str:
    """The parts one below the other, with commas."""
    return f",\n{' ' * indent}".join(parts)


def named(name: str, sentence: str, statement: str) -> str:
    """A statement as fapiao.queries finds it."""
    return f"-- name: {name}\n-- {sentence}\n{statement};\n"
