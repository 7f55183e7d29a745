"""What a seed came to: progress while it goes on, a file when it is over, and the table of docs/torture.md out of them."""

import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from world import World

Row = dict[str, Any]
_TABLE = re.compile(r"(<!-- figures -->\n).*?(<!-- end -->)", re.DOTALL)
_COUNTS = {
    "rows": "SELECT (SELECT count(*) FROM sync.task) + (SELECT count(*) FROM sync.selection) + (SELECT count(*) FROM sync.verification) AS n",
    "documents in the pool": "SELECT count(*) AS n FROM pool.document",
    "replies": "SELECT count(*) AS n FROM sync.reply",
    "changes": "SELECT count(*) AS n FROM pool.change",
}
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "days": ("days",),
    "rows": ("rows",),
    "documents": ("documents in the pool",),
    "workers": ("workers",),
    "killed": ("kill",),
    "frozen": ("freeze",),
    "cut off": ("cut_pool", "cut_bureau", "hold_pool", "hold_bureau", "refuse_bureau"),
    "Postgres killed": ("server_dies", "backend_dies"),
    "bureau failed": ("bureau_fails",),
    "clock jumps": ("lease_over", "hours_pass", "step_back"),
    "logins lost": ("login_lost",),
    "people": ("person",),
    "files": ("files",),
    "checks": ("invariants checked",),
    "violations": ("violations",),
    "minutes": ("minutes",),
}


def counted(world: World) -> Row:
    """How much there is at the end of a seed."""
    return {name: world.rows(statement)[0]["n"] for name, statement in _COUNTS.items()}


class Figures:
    """The figures of one seed; without a folder they are only told."""

    def __init__(self, seed: int, days: int, folder: Path | None) -> None:
        self.seed, self.days, self.folder = seed, days, folder
        self._begun = time.monotonic()

    @property
    def file(self) -> Path | None:
        """Where they are kept."""
        return self.folder / f"seed-{self.seed}.json" if self.folder else None

    @property
    def driven(self) -> bool:
        """Whether so many days of the seed were driven before, without a violation."""
        if not (self.file and self.file.exists()):
            return False
        kept = json.loads(self.file.read_text(encoding="utf-8"))
        return kept["days"] >= self.days and not kept["violations"]

    def tell(self, text: str) -> None:
        """A line of progress, past pytest's capture and into the folder."""
        line = f"{time.strftime('%H:%M:%S')} {text}\n"
        print(line, end="", file=sys.__stderr__, flush=True)
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"seed-{self.seed}.log").open("a", encoding="utf-8") as log:
                log.write(line)

    def keep(self, counts: Row, days: int, violation: str = "") -> None:
        """What it came to."""
        minutes = round((time.monotonic() - self._begun) / 60, 1)
        said = {
            "seed": self.seed,
            "days": days,
            "violations": int(bool(violation)),
            "violation": violation,
            "minutes": minutes,
        }
        self.tell(violation or f"seed {self.seed}: {days} days without a violation, {minutes} minutes")
        if self.file:
            self.file.write_text(json.dumps(counts | said, ensure_ascii=False, indent=1), encoding="utf-8")


def write_table(page: Path, folder: Path) -> None:
    """The table of figures in a page, out of what the folder keeps; the last row is the sum."""
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("seed-*.json")]
    kept.sort(key=lambda one: one["seed"])
    rows = [[one["seed"], *_cells(one)] for one in kept]
    total = ["all", *(round(sum(column), 1) for column in list(zip(*rows, strict=True))[1:])] if rows else []
    lines = [["seed", *_COLUMNS], ["---"] * (1 + len(_COLUMNS)), *rows, *([total] if rows else [])]
    text = "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)
    page.write_text(
        _TABLE.sub(lambda found: found[1] + text + found[2], page.read_text(encoding="utf-8")), encoding="utf-8"
    )


def _cells(one: Row) -> list[float]:
    return [sum(one.get(name, 0) for name in names) for names in _COLUMNS.values()]
