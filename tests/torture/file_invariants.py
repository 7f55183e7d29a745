"""Invariants of files: each that was laid into the inbox ends in one place with a sentence, and its rows in the pool."""

import hashlib
from pathlib import Path
from typing import Any

from invariants import holds
from world import World

Row = dict[str, Any]
PLACES = ("inbox", "inbox-results/done", "inbox-results/refused")
_BROKEN = ("truncated", "noise", "wrong_name", "stranger")


@holds("every file of the inbox was taken up, and lies in done or refused, once, with a sentence beside it")
def every_file_has_one_verdict(world: World) -> list[Row]:
    """A file that was imported by the form too is found again by the sweep."""
    found = []
    for name, kind in world.laid.items():
        places = [place for place in PLACES if (world.folder / place / name).exists()]
        said = [place for place in places if _sentence(world.folder / place / f"{name}.txt")]
        allowed = PLACES[2:] if kind in _BROKEN else PLACES[1:]
        if len(places) != 1 or places != said or places[0] not in allowed:
            found.append({"file": name, "kind": kind, "places": places, "with a sentence": said})
    return found


def _sentence(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


@holds("a file that is done has brought its documents")
def what_is_done_is_in_the_pool(world: World) -> list[Row]:
    """Unless a person voided its task."""
    held = {tuple(row.values()) for row in world.rows("SELECT direction, taxpayer_no, document_key FROM pool.document")}
    voided = {row["name"] for row in world.rows(_VOIDED)}
    return [
        {"file": row["file"], "missing": place}
        for place, row in world.filed.items()
        if place not in held and (world.folder / PLACES[1] / row["file"]).exists() and row["file"] not in voided
    ]


_VOIDED = """
SELECT f.name FROM sync.import_file AS f JOIN sync.task AS k USING (task_id) WHERE k.void_state IS NOT NULL
"""


_STORED = """
SELECT DISTINCT 'layout file' AS what, sha256, size FROM pool.layout_file
UNION SELECT 'imported file', sha256, size FROM sync.import_file
"""


@holds("every file that a table names lies in the store, byte for byte")
def named_files_are_stored(world: World) -> list[Row]:
    """By the hash of what lies there."""
    return [row for row in world.rows(_STORED) if _stored(world, row["sha256"]) != (row["sha256"], row["size"])]


def _stored(world: World, sha256: str) -> tuple[str, int] | None:
    file = world.folder / "files" / sha256[:2] / sha256
    return (hashlib.sha256(content := file.read_bytes()).hexdigest(), len(content)) if file.exists() else None
