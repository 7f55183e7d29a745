"""The watched folder: files laid in it are taken in turn, and end up in `done` or `refused` with a sentence."""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from fapiao.bureau_files.file_names import NameClaim, parse_name
from fapiao.bureau_files.layouts import file_rules
from fapiao.bureau_files.records import FileRefusal
from fapiao.errors import BadInput, Unusable
from hooks.files.data_folder import place_of
from hooks.files.store import digest

VARIABLE = "FAPIAO_INBOX"
"""A folder; absent: `inbox` of FAPIAO_HOME."""
DONE, REFUSED = "done", "refused"
QUIET_SECONDS = 5.0
"""A file that was written to more recently may not be whole yet."""
_UNFINISHED = (".part", ".tmp", ".crdownload")


def inbox() -> Path:
    """The folder, made when missing. Raises Unusable when it cannot be made."""
    folder = Path(place_of("inbox", VARIABLE)).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"the inbox {folder} cannot be made ({error.strerror}): set {VARIABLE}") from error
    return folder


def inside(folder: Path, name: str) -> Path:
    """A file of the inbox by its relative name; raises BadInput for one that lies elsewhere."""
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise BadInput([f"{name}: 文件必须放在收件夹 {folder} 里。"])
    return place


def waiting(folder: Path, now: datetime) -> list[list[Path]]:
    """The files that lie there whole, oldest first; the parts of one name together (R145)."""
    quiet = [file for file in folder.iterdir() if _is_whole(file, now)]
    sets: dict[object, list[Path]] = {}
    for file in sorted(quiet, key=lambda one: (one.stat().st_mtime, one.name)):
        sets.setdefault(_set_of(file), []).append(file)
    return list(sets.values())


def _is_whole(file: Path, now: datetime) -> bool:
    hidden = file.name.startswith((".", "~$")) or file.suffix.lower() in _UNFINISHED
    return not hidden and file.is_file() and now.timestamp() - file.stat().st_mtime >= QUIET_SECONDS


def _set_of(file: Path) -> object:
    """What the parts of one name share; a name of another form, or a wrong one, stands alone."""
    try:
        claim: NameClaim | None = parse_name(file.name, file_rules())
    except FileRefusal:
        return file
    if claim is None or claim.part is None:
        return file
    return claim.taxpayer_no, claim.stamp, claim.month, claim.direction, claim.type_word


def begin(files: Sequence[Path]) -> int:
    """Notes that a reading of these files begins, before any is opened; returns how many began and never ended.

    What ends a process leaves no other trace: without it the same file ended every sweep. Raises Unusable.
    """
    marks = [_mark(file) for file in files]
    before = max(map(_count, marks))
    try:
        for mark in marks:
            opened = os.open(mark, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with open(opened, "w", encoding="ascii") as target:  # noqa: PTH123 a path would follow links
                target.write(str(before + 1))
                target.flush()
                os.fsync(target.fileno())
    except OSError as error:
        raise Unusable(f"the inbox {files[0].parent} does not take notes ({error.strerror})") from error
    return before


def ended(files: Sequence[Path]) -> None:
    """The reading came to an end, whatever it was."""
    for file in files:
        _mark(file).unlink(missing_ok=True)


def _mark(file: Path) -> Path:
    """The note beside a file, of these bytes only: one that replaces it begins anew."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return file.with_name(f".{file.name}.reading")
    return file.with_name(f".{digest(f'{file.name} {found.st_size} {found.st_mtime_ns}'.encode())[:32]}.reading")


def _count(mark: Path) -> int:
    try:
        return int(mark.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def file_away(files: Sequence[Path], state: str, sentence: str) -> None:
    """Moves the files to `done` or `refused`, each with the sentence beside it. Raises Unusable."""
    ended(files)
    try:
        for file in files:
            target = _free(file.parent / state, file)
            target.with_name(f"{target.name}.txt").write_text(f"{sentence}\n", encoding="utf-8")
            shutil.move(file, target)
    except OSError as error:
        raise Unusable(f"the inbox {files[0].parent} does not let files move ({error.strerror})") from error


def _free(folder: Path, file: Path) -> Path:
    """A name that no earlier file of the same name has; it carries the hash where one does."""
    folder.mkdir(exist_ok=True)
    return next(place for place in _names(folder, file) if not place.exists())


def _names(folder: Path, file: Path) -> Iterator[Path]:
    yield folder / file.name
    sha256 = digest(file.read_bytes())[:12]
    yield folder / f"{file.stem}_{sha256}{file.suffix}"
    for number in range(2, 10_000):
        yield folder / f"{file.stem}_{sha256}_{number}{file.suffix}"
