"""Where the bytes of layout files lie: by their hash, in a folder or an object store, written whole or not at all."""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import uuid4

from fapiao.bounds import bound
from fapiao.errors import Unusable
from hooks.files.data_folder import place_of

VARIABLE = "FAPIAO_FILES"
"""A folder, or s3://connection@bucket/prefix; absent: the folder `files` of FAPIAO_HOME."""


_LOOK_AGAIN_SECONDS = 0.05
"""Between two looks whether another writer of the same bytes is done."""


class FileStore(Protocol):
    """Bytes by their SHA-256 (hex). What is in it once never changes."""

    def has(self, sha256: str, size: int) -> bool:
        """Whether an object of that hash and size (bytes) is stored."""
        ...

    def put(self, content: bytes) -> str:
        """Stores the bytes unless they are there; returns their hash. Raises Unusable."""
        ...

    def read(self, sha256: str) -> bytes:
        """The bytes of a hash, checked. Raises Unusable when they are gone or damaged."""
        ...


def digest(content: bytes) -> str:
    """The name of some bytes."""
    return hashlib.sha256(content).hexdigest()


class FolderStore:
    """A folder: a temporary file is written, synced and renamed, so that a name always stands for whole bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether a file of that hash and size is there."""
        try:
            return self._place(sha256).stat().st_size == size
        except OSError:
            return False

    def put(self, content: bytes) -> str:
        """Writes the bytes unless they are there. Raises Unusable when the disk does not take them."""
        sha256 = digest(content)
        try:
            if not self.has(sha256, len(content)):
                self._write(self._place(sha256), content)
        except OSError as error:
            raise Unusable(
                f"the folder {self._folder} does not take layout files ({error.strerror}): free some space there, "
                f"allow writing, or set {VARIABLE} to another folder"
            ) from error
        return sha256

    def _write(self, place: Path, content: bytes) -> None:
        """Writers of the same bytes take turns on one temporary file; a killed one's is written anew by the next.

        One that is frozen holds up nobody for longer than a session is: the next one then has a file of its own.
        """
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _new(shared := place.with_suffix(".part")) as target:
            if _locked(target):
                self._fill(target, shared, place, content)
                return
        with _new(own := place.with_suffix(f".{uuid4().hex}.part")) as target:
            self._fill(target, own, place, content)

    def _fill(self, target: BinaryIO, part: Path, place: Path, content: bytes) -> None:
        if self.has(place.name, len(content)):
            part.unlink(missing_ok=True)
            return
        target.truncate(0)
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
        part.replace(place)
        self._sync(place.parent)

    @staticmethod
    def _sync(folder: Path) -> None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their name."""
        try:
            content = self._place(sha256).read_bytes()
        except OSError as error:
            raise Unusable(f"the layout file {sha256} cannot be read in {self._folder} ({error.strerror})") from error
        return checked(content, sha256, str(self._folder))


def _new(part: Path) -> BinaryIO:
    return open(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb")  # noqa: PTH123


def _locked(target: BinaryIO) -> bool:
    """Whether the file was to be had within the time that a silent session is waited for."""
    end = time.monotonic() + bound("silent_seconds").value
    while True:
        try:
            fcntl.flock(target, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return True


class ObjectStore:
    """An object store through Airflow's object storage paths; an object appears whole, as S3 promises."""

    def __init__(self, address: str) -> None:
        from airflow.sdk import ObjectStoragePath  # noqa: PLC0415 a second that a folder does not need

        self._address = address
        hint = "install the Airflow provider of this store and name its connection, s3://connection@bucket/prefix"
        with self._speaking(f"cannot be opened; {hint}"):
            self._root: Any = ObjectStoragePath(address)
            _ = self._root.fs  # the driver is loaded here

    @contextmanager
    def _speaking(self, what: str) -> Iterator[None]:
        """Every driver has errors of its own; all of them become one sentence."""
        try:
            yield
        except Exception as error:
            raise Unusable(f"the store {self._address} {what} ({type(error).__name__}: {error})") from error

    def _place(self, sha256: str) -> Any:
        return self._root / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether an object of that hash and size is there. Raises Unusable when the store does not say."""
        with self._speaking("does not answer"), suppress(FileNotFoundError):
            return bool(self._place(sha256).stat().st_size == size)
        return False

    def put(self, content: bytes) -> str:
        """Writes the bytes unless they are there. Raises Unusable when the store does not take them."""
        sha256 = digest(content)
        if not self.has(sha256, len(content)):
            place = self._place(sha256)
            with self._speaking("does not take layout files"):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes, checked against their name. Raises Unusable when they are gone or damaged."""
        with self._speaking(f"cannot be read for layout file {sha256}"):
            content = bytes(self._place(sha256).read_bytes())
        return checked(content, sha256, self._address)


def checked(content: bytes, sha256: str, where: str) -> bytes:
    """The bytes, if they are what their name says. Raises Unusable."""
    if digest(content) != sha256:
        raise Unusable(f"the layout file {sha256} in {where} is damaged: take it out of a backup, or download it again")
    return content


def file_store() -> FileStore:
    """The store that the environment names. Raises Unusable for one that cannot be used."""
    return _opened(place_of("files", VARIABLE))


@cache
def _opened(address: str) -> FileStore:
    return ObjectStore(address) if "://" in address else FolderStore(Path(address).absolute())
