"""The watched folder: files laid in it are taken in turn, and end up in `done` or `refused` with a sentence.

Others write into the folder, so nothing in it is followed; the results lie beside it, where only workers write.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

from fapiao.bureau_files.file_names import NameClaim, parse_name
from fapiao.bureau_files.layouts import file_rules
from fapiao.bureau_files.records import FileRefusal
from fapiao.errors import BadInput, Unusable
from hooks.files.data_folder import place_of
from hooks.files.result_folder import ResultFolder

VARIABLE, RESULTS = "FAPIAO_INBOX", "FAPIAO_INBOX_RESULTS"
"""Folders; absent: `inbox` of FAPIAO_HOME, and the one beside the inbox that has its name and `-results`."""
State = Literal["done", "refused"]
DONE: State = "done"
REFUSED: State = "refused"
QUIET_SECONDS = 5.0
"""A file that was written to more recently may not be whole yet."""
_UNFINISHED = (".part", ".tmp", ".crdownload")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Laid(NamedTuple):
    """A file of the inbox, and the bytes that it had when it was seen: device, number, size and time of change."""

    path: Path
    mark: tuple[int, int, int, int]


def inbox() -> Path:
    """The folder, made when missing. Raises Unusable when it cannot be made."""
    folder = Path(place_of("inbox", VARIABLE)).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"the inbox {folder} cannot be made ({error.strerror}): set {VARIABLE}") from error
    return folder


def results(folder: Path) -> Path:
    """Where the files of an inbox end up, and what workers note of them."""
    return Path(os.environ.get(RESULTS, "").strip() or folder.with_name(f"{folder.name}-results")).absolute()


def inside(folder: Path, name: str) -> Path:
    """A file of the inbox by its relative name; raises BadInput for one that lies elsewhere."""
    asked = PurePosixPath(name)
    if asked.is_absolute() or ".." in asked.parts or "\0" in name or not asked.parts:
        raise BadInput([f"{name}：文件必须放在收件夹 {folder} 里。"])
    return folder.joinpath(*asked.parts)


def waiting(folder: Path, now: datetime) -> list[list[Laid]]:
    """The files that lie there whole, oldest first; the parts of one name together (R145)."""
    sets: dict[object, list[Laid]] = {}
    for file in sorted(_found(folder, now, stat.S_ISREG), key=lambda one: (one.mark[3], one.path.name)):
        sets.setdefault(_set_of(file.path), []).append(file)
    return list(sets.values())


def strangers(folder: Path, now: datetime) -> list[Laid]:
    """Links, pipes and devices that lie there among the files; nobody opens them."""
    return list(_found(folder, now, lambda mode: not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)))


def _found(folder: Path, now: datetime, wanted: Callable[[int], bool]) -> Iterator[Laid]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith((".", "~$")) or entry.suffix.lower() in _UNFINISHED:
            continue
        try:
            found = entry.lstat()
        except OSError:  # gone meanwhile
            continue
        if wanted(found.st_mode) and now.timestamp() - found.st_mtime >= QUIET_SECONDS:
            yield Laid(entry, _mark(found))


def _mark(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _set_of(file: Path) -> object:
    """What the parts of one name share; a name of another form, or a wrong one, stands alone."""
    try:
        claim: NameClaim | None = parse_name(file.name, file_rules())
    except FileRefusal:
        return file
    if claim is None or claim.part is None:
        return file
    return claim.taxpayer_no, claim.stamp, claim.month, claim.direction, claim.type_word


def file_away(folder: Path, files: Sequence[Laid], state: State, sentence: str) -> list[str]:
    """Moves files to `done` or `refused`, each with the sentence beside it; returns why some stay where they are.

    One that was replaced since it was seen stays: what is said is of other bytes. Raises Unusable where the results
    have no place.
    """
    with _held(folder) as source, ResultFolder(results(folder), state) as target:
        return [why for file in files if (why := _moved(file, source, target, sentence))]


def _moved(file: Laid, source: int, target: ResultFolder, sentence: str) -> str | None:
    try:
        now = os.stat(file.path.name, dir_fd=source, follow_symlinks=False)
        if _mark(now) != file.mark:
            return f"{file.path.name}: replaced while it was taken in, and left for the next time"
        target.take(file.path.name, source, sentence)
    except FileNotFoundError:  # another run has taken it in and away meanwhile
        return None
    except OSError as error:
        return f"{file.path.name}: taken in, but cannot be moved ({error.strerror})"
    return None


def lay_beside(folder: Path, file: Path, content: bytes) -> None:
    """Writes a file of our own into a folder of the inbox, in place of one of that name. Raises Unusable.

    What stands there under the name goes, and nothing is written through it.
    """
    *folders, name = file.relative_to(folder).parts
    with _held(folder, *folders) as held:
        try:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=held)
            with open(os.open(name, _NEW, 0o640, dir_fd=held), "wb") as target:  # noqa: PTH123 no path: no links
                target.write(content)
        except OSError as error:
            raise Unusable(f"{file} cannot be written ({error.strerror})") from error


@contextmanager
def _held(folder: Path, *folders: str) -> Iterator[int]:
    """The inbox, or a folder in it, opened through no link but that of the inbox itself."""
    held: list[int] = []
    try:
        held.append(os.open(folder, _FOLDER))
        for one in folders:
            held.append(os.open(one, _FOLDER | os.O_NOFOLLOW, dir_fd=held[-1]))
    except OSError as error:
        for descriptor in held:
            os.close(descriptor)
        raise Unusable(f"{folder.joinpath(*folders)} cannot be opened ({error.strerror})") from error
    try:
        yield held[-1]
    finally:
        for descriptor in held:
            os.close(descriptor)
