"""The virtual environment of the peers that the product never imports: beside the data, made at first use."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from launcher.home import home, locked
from launcher.install import say, uv_settings

LOCK = Path(__file__).with_name("peers.txt")
STAMP = "fapiao-lock"


class NoPeers(Exception):
    """Why there is no environment; one sentence."""


def peer_python(lock: Path = LOCK) -> Path:
    """The Python that has what `lock` names; installs it unless that was done. Raises NoPeers.

    The stamp is written last, so that an install that was killed is begun anew.
    """
    folder = home() / "peers"
    python, stamp = folder / "bin" / "python", folder / STAMP
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    with locked(home() / "peers.lock"):
        if not (stamp.exists() and stamp.read_text(encoding="ascii") == wanted and python.exists()):
            say(f"Installing the locked peers of the benchmark into {folder}: once, about 150 MB.")
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, lock)
            stamp.write_text(wanted, encoding="ascii")
    return python


def _install(folder: Path, lock: Path) -> None:
    made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=False, capture_output=True)
    if made.returncode:
        raise NoPeers(f"{sys.executable} can make no virtual environment in {folder}")
    python, said = folder / "bin" / "python", ""
    for command, environment in _installers(python):
        done = subprocess.run([*command, "-r", lock], env=environment, check=False, capture_output=True, text=True)
        if not done.returncode:
            return
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1].strip()
    raise NoPeers(f"the locked peers could not be installed ({said}): check the network and the package index")


def _installers(python: Path) -> Iterator[tuple[Sequence[str | Path], Mapping[str, str]]]:
    """uv, as ./fapiao installs itself, with what pip knows of indexes; then pip."""
    uv, pip = Path(sys.executable).with_name("uv"), [sys.executable, "-m", "pip"]
    if uv.exists():
        known = subprocess.run([*pip, "config", "list"], check=False, capture_output=True, text=True).stdout
        yield [uv, "pip", "install", "--python", python, "--require-hashes"], os.environ | uv_settings(known)
    yield [*pip, "--python", python, "install", "--require-hashes"], os.environ
