"""The system account that Postgres runs as: oneself, or an unprivileged one when the launcher runs as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fapiao.errors import Unusable
from fapiao.texts.catalogue import sentence

SHARED = Path("/var/lib/fapiao")
"""Where root keeps what an unprivileged account cannot read at its own place."""


@dataclass(frozen=True)
class SystemAccount:
    """One entry of the system's user table."""

    uid: int
    gid: int
    name: str

    @property
    def process_options(self) -> dict[str, Any]:
        """Arguments of subprocess.run that make the child this account; none when it already is."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter and read `path`; asked of the system by a child of that account."""
        script = 'test -r "$1" && test -x "$1"'
        asked = subprocess.run(["/bin/sh", "-c", script, "sh", path], cwd="/", check=False, **self.process_options)
        return asked.returncode == 0


def account_of(uid: int) -> SystemAccount:
    """The account with this number; a number without an entry gets itself as name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return SystemAccount(uid, uid, str(uid))
    return SystemAccount(entry.pw_uid, entry.pw_gid, entry.pw_name)


def account_for(data: Path) -> SystemAccount:
    """Who shall run Postgres on `data`; raises Unusable when the folder belongs to somebody else.

    Root drops to the owner of existing data, else to `postgres`, else to `nobody`: Postgres refuses to be root.
    """
    owner = account_of(data.stat().st_uid) if data.exists() else None
    if os.geteuid() != 0:
        me = account_of(os.geteuid())
        if owner and owner != me:
            raise Unusable(sentence("machine.of_another_user", data=data, owner=owner.name, user=me.name))
        return me
    if owner and owner.uid == 0:
        raise Unusable(sentence("machine.of_root", data=data, account=_unprivileged().name))
    return owner or _unprivileged()


def _unprivileged() -> SystemAccount:
    for name in ("postgres", "nobody"):
        try:
            return account_of(pwd.getpwnam(name).pw_uid)
        except KeyError:
            continue
    raise Unusable(sentence("machine.no_account"))


def own_folder(folder: Path, account: SystemAccount) -> None:
    """Make `folder` exist, owned by `account` and reachable for it.

    Below a folder that the account may not enter (a 0700 home), `folder` becomes a link into SHARED.
    """
    if os.geteuid() == account.uid:
        folder.mkdir(mode=0o700, exist_ok=True)
        return
    if not folder.exists():
        _place(folder, account)
    if not account.reaches(folder.resolve()):
        raise Unusable(sentence("machine.cannot_enter", account=account.name, folder=folder))


def _place(folder: Path, account: SystemAccount) -> None:
    if account.reaches(folder.parent):
        target = folder
        target.mkdir(mode=0o700)
    else:
        target = Path(tempfile.mkdtemp(prefix="data-", dir=_shared()))
        folder.unlink(missing_ok=True)
        folder.symlink_to(target)
    os.chown(target, account.uid, account.gid)


def readable_copy(folders: Sequence[Path], name: str, account: SystemAccount) -> Path:
    """The folder in which `folders` lie, or SHARED/`name` with a copy of them when `account` cannot read one.

    The copies lie side by side as the originals do, because programs find their libraries by the way between them.
    """
    if all(account.reaches(folder) for folder in folders):
        return folders[0].parent
    target = _shared() / name
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=SHARED))
        for folder in folders:
            shutil.copytree(folder, fresh / folder.name)
        _let_everybody_read(fresh)
        _publish(fresh, target)
    return target


def _shared() -> Path:
    SHARED.mkdir(exist_ok=True)
    # mkdir heeds the umask, and root's may close the folder to everybody else
    SHARED.chmod(0o755)
    return SHARED


def _let_everybody_read(folder: Path) -> None:
    """Whatever root's umask was when the originals were installed."""
    for path in [folder, *folder.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def _publish(fresh: Path, target: Path) -> None:
    """Rename into place; whoever comes second throws the own copy away."""
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh)
        if not target.exists():
            raise
