"""The data folder as the launcher uses it: made when missing, with logs, secrets and locks in it."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from hooks.files.data_folder import VARIABLE, data_folder

ROOT = Path(__file__).resolve().parents[1]


def home() -> Path:
    """The data folder, created when missing. Others may enter it: the account that runs Postgres for root must.

    Raises Unusable where nothing can be written there: a checkout may be read-only.
    """
    folder = data_folder()
    try:
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
    except OSError as refused:
        raise _not_writable(folder, refused.strerror) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _not_writable(folder, sentence("machine.read_only"))
    return folder


def _not_writable(folder: Path, reason: str | None) -> Unusable:
    return Unusable(sentence("machine.not_writable", folder=folder, reason=reason, variable=VARIABLE))


def logs() -> Path:
    """Where the parts of the stack write what they do."""
    folder = home() / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def secret(name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(18)) -> str:
    """A secret of this installation, made at the first call and kept in a file that only its owner reads."""
    folder = home() / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / name
    with locked(folder / f"{name}.lock"):
        if not file.exists():
            keep_secret(file, make())
        return file.read_text(encoding="ascii")


def keep_secret(file: Path, text: str) -> None:
    """Only its owner reads the file, and it is there whole or not at all, whenever this process is killed."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="ascii") as target:  # noqa: PTH123
        target.write(text)
    fresh.replace(file)


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """One process at a time inside; the system frees the lock of a killed one."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
