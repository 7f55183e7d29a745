"""The data folder of a Postgres: made once, aside and renamed, so that a killed initdb leaves nothing half-done."""

import os
import secrets
import shutil
from pathlib import Path

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence
from launcher.postgres_errors import explained
from launcher.programs import Programs, version

USER = "fapiao"
LEAST_FREE_BYTES = 300 * 2**20
CONFIGURATION = "fapiao.conf"
_UNSPEAKABLE = frozenset('"$`')


def create_cluster(data: Path, password: Path, programs: Programs) -> None:
    """Make `data` with the superuser `fapiao`, whose generated password goes into the file `password`.

    UTF-8 and the builtin C.UTF-8, so that sorting does not depend on the machine. Raises Unusable when the disk
    is full or initdb refuses.
    """
    _refuse_full_disk(data.parent)
    making = data.with_name("data.making")
    shutil.rmtree(making, ignore_errors=True)
    for left in password.parent.glob("*.password"):
        left.unlink()
    _write_password(password, programs.account.uid, programs.account.gid)
    done = programs.run(
        "initdb",
        *("-D", making, "-U", USER, "-A", "scram-sha-256", "--pwfile", password, "--no-sync"),
        *("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    )
    if done.returncode:
        raise Unusable(explained(sentence("machine.not_created", data=data), done.stdout + done.stderr))
    with (making / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(f"\ninclude '{CONFIGURATION}'\n")
    making.rename(data)


def refuse_other_major(data: Path) -> None:
    """Raises Unusable when `data` was written by a Postgres that this one cannot read."""
    if not data.exists():
        return
    found = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    here = version().partition(".")[0]
    if found != here:
        raise Unusable(sentence("machine.other_major", data=data, found=found, here=here))


def refuse_unspeakable(folder: Path) -> None:
    """Raises Unusable for a path that pg_ctl cannot hand to its shell, or that has more than one line."""
    if any(sign in _UNSPEAKABLE or sign < " " for sign in str(folder)):
        raise Unusable(sentence("machine.unspeakable", folder=folder))


def configure(data: Path, settings: dict[str, str]) -> None:
    """Write the settings that the next start reads."""
    lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    file = data / CONFIGURATION
    file.write_text(lines, encoding="utf-8")
    # root's umask may close it to the account that reads it; the folder itself is that account's alone
    file.chmod(0o644)


def _refuse_full_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        left = {"free": free // 2**20, "needed": LEAST_FREE_BYTES // 2**20}
        raise Unusable(sentence("machine.disk_full", folder=folder, **left))


def _write_password(file: Path, uid: int, gid: int) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(secrets.token_urlsafe(24), encoding="ascii")
    os.chown(file, uid, gid)
