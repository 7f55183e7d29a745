"""Writes the invariants into docs/torture.md: .venv/bin/python tests/torture/torture_page.py"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "torture.md"
_LIST = re.compile(r"(<!-- invariants -->\n).*?(<!-- end -->)", re.DOTALL)


def with_invariants(page: str) -> str:
    """The page with every invariant that there is: name, sentence, when it is looked at."""
    from every_invariant import INVARIANTS

    when = {"daily": "every evening", "end": "at the end"}
    rows = [f"| `{one.name}` | {one.sentence} | {when[one.when]} |\n" for one in INVARIANTS]
    text = "| invariant | what holds | when |\n| --- | --- | --- |\n" + "".join(rows)
    return _LIST.sub(lambda found: found[1] + text + found[2], page, count=1)


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / place) for place in ("", "plugins", "tests/support", "tests/torture")]
    PAGE.write_text(with_invariants(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
