"""Makes the environment that ./fapiao runs in; run by the system's Python, so the standard library must do."""

import ast
import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

UV = "uv==0.13.9"
LARGEST_SCRIPT_BYTES = 100_000
STAMP = "requirements.cksum"
PYTHON = (sys.executable, "-P")
"""A program that takes nothing from the folder in which the user stands."""
NO_NEWS = "--disable-pip-version-check"
LOCKS = ("requirements.txt", "requirements-dev.txt")
"""What production needs, and what one machine needs beside it."""
VARIABLE = "FAPIAO_VENV"
TELL_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
SENTENCES = {
    "begin": (
        "正在将锁定的依赖安装到 {venv}：仅此一次，约 900 MB，需要半分钟到几分钟。",
        "Installing the locked requirements into {venv}: once, about 900 MB, half a minute to a few minutes.",
    ),
    "done": ("安装完成。", "Installed."),
    "other_folder": (
        "{venv} 中有 ./fapiao 所安装之外的内容：请用 {variable} 指定一个新文件夹。",
        "{venv} holds other things than what ./fapiao installs: let {variable} name a new folder.",
    ),
    "not_writable": (
        "{folder} 不可写（{reason}）：请先由其所有者运行一次 ./fapiao，或用 {variable} 指定您自己的文件夹用于安装。",
        "{folder} cannot be written ({reason}): run ./fapiao once as its owner, "
        "or set {variable} to a folder of your own in which to install the requirements.",
    ),
    "waiting": ("另一个 ./fapiao 正在安装，请稍候。", "Another ./fapiao is installing: waiting for it."),
    "installer": ("1/2 安装程序（{uv}）", "1/2 the installer ({uv})"),
    "rest": (
        "2/2 Airflow、Postgres 及其他；编译需要的时间最长",
        "2/2 Airflow, Postgres and the rest; compiling it takes longest",
    ),
    "with_pip": (
        "uv 未能完成，改用 pip 重试，需要更长时间。",
        "uv could not; trying again with pip, which takes longer.",
    ),
    "failed": (
        "锁定的依赖未能安装，原因见上。请检查网络、pip 的软件源和剩余磁盘空间，然后重新运行 ./fapiao。",
        "The locked requirements could not be installed; the lines above say why. "
        "Check the network, the package index of pip and the free disk space, then run ./fapiao again.",
    ),
    "no_environment": (
        "{python} 无法建立虚拟环境：请安装其 venv 和 pip。",
        "{python} can make no virtual environment: install its venv and pip.",
    ),
    "no_place": (
        "依赖未能安装到 {venv}：{reason}。请将 {variable} 设为其他文件夹。",
        "The requirements could not be installed into {venv}: {reason}. Set {variable} to another folder.",
    ),
    "interrupted": ("已中断；下次运行 ./fapiao 会重新安装。", "Interrupted; ./fapiao begins anew next time."),
    "ended": (
        "收到 SIGTERM，已结束；下次运行 ./fapiao 会重新安装。",
        "Ended by SIGTERM; ./fapiao begins anew next time.",
    ),
}
"""In Chinese and in English: the catalogue cannot be read before there is an environment."""
LANGUAGE_VARIABLES = ("FAPIAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""As in fapiao.texts.language."""
_SETTING = re.compile(r"^(?::env:|global|install)\.(?P<key>[a-z-]+)=(?P<value>.+)$", re.MULTILINE)


KEEPER = """
import os, signal, subprocess, sys, threading
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
def end_with_the_pipe():
    os.read(0, 1)
    os.killpg(child.pid, signal.SIGKILL)
threading.Thread(target=end_with_the_pipe, daemon=True).start()
code = child.wait()
os._exit(code if code >= 0 else 1)
"""
"""In words of the standard library what launcher.guard does once there is an environment."""


class ToldToEnd(BaseException):
    """Told to end by a signal."""


class NotInstalled(Exception):
    """Why there is no environment; one sentence."""


def install(root: Path, lock: str, venv: Path) -> None:
    """Build `venv` aside and rename it into place; `lock` is the checksum it is stamped with.

    Starters at the same time wait for the first; what a killed install left behind is removed.
    Raises NotInstalled and leaves an older environment as it was, and a folder that is none.
    """
    with _alone(venv):
        making, old = _beside(venv, "making"), _beside(venv, "old")
        if _stamp(venv) == lock and (venv / "bin" / "python").exists():
            return
        _refuse_other_folder(venv, root)
        for leftover in (making, old):
            shutil.rmtree(leftover, ignore_errors=True)
        say(sentence("begin", venv=_called(venv, root)))
        _fill(making, [root / name for name in LOCKS])
        rewrite_paths(making, venv)
        (making / STAMP).write_text(f"{lock}\n", encoding="ascii")
        with contextlib.suppress(FileNotFoundError):
            venv.rename(old)
        making.rename(venv)
        shutil.rmtree(old, ignore_errors=True)
        say(sentence("done"))


def _beside(venv: Path, what: str) -> Path:
    """A name that nobody else gives: beside a folder of the user lie other things of his."""
    return venv.with_name(f"{venv.name}.fapiao-{what}")


def _called(venv: Path, root: Path) -> str:
    return venv.name if venv.parent == root else str(venv)


def _refuse_other_folder(venv: Path, root: Path) -> None:
    """It will be replaced: outside of the project only what an installation of ours made, or nothing yet."""
    ours = (venv / ("pyvenv.cfg" if venv.parent == root else STAMP)).exists()
    nothing = not venv.exists() or (venv.is_dir() and not any(venv.iterdir()))
    if not (ours or nothing):
        raise NotInstalled(sentence("other_folder", venv=venv, variable=VARIABLE))


def _stamp(venv: Path) -> str:
    try:
        return (venv / STAMP).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def sentence(key: str, **values: object) -> str:
    """One of ours in the language of the command line."""
    said = next(filter(None, (os.environ.get(name) for name in LANGUAGE_VARIABLES)), "")
    chinese, english = SENTENCES[key]
    return (chinese if said.lower().startswith("zh") else english).format(**values)


def say(told: str) -> None:
    """Progress, for people."""
    print(told, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone(venv: Path) -> Iterator[None]:
    """One install at a time; the system frees the lock of a killed one."""
    try:
        venv.parent.mkdir(parents=True, exist_ok=True)
        lock = _beside(venv, "lock").open("a")
    except OSError as refused:
        values = {"folder": venv.parent, "reason": refused.strerror, "variable": VARIABLE}
        raise NotInstalled(sentence("not_writable", **values)) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(sentence("waiting"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fill(venv: Path, locks: Sequence[Path]) -> None:
    python = venv / "bin" / "python"
    wanted = [word for lock in locks for word in ("-r", lock)]
    pip = _new_environment(venv)
    say(sentence("installer", uv=UV))
    has_uv = _run([*pip, "install", "--quiet", UV])
    say(sentence("rest"))
    configured = subprocess.run([*pip, "config", "list"], check=False, capture_output=True, text=True).stdout
    environment = {**os.environ, **uv_settings(configured)}
    uv = [venv / "bin" / "uv", "pip", "install", "--python", python, "--compile-bytecode", *wanted]
    if has_uv and _run_without_list(uv, environment):
        return
    say(sentence("with_pip"))
    # an older pip chooses a version for what has extras before it sees the pin, unless that is a constraint too
    pins = [word for lock in locks for word in ("-c", lock)]
    if not _run([*pip, "install", "--quiet", "--require-hashes", *wanted, *pins]):
        raise NotInstalled(sentence("failed"))


def _new_environment(venv: Path) -> list[str | Path]:
    """An empty environment; returns the pip command for it. Debian's Python may have pip but no ensurepip."""
    if _run([*PYTHON, "-m", "venv", venv], quiet=True):
        return [venv / "bin" / "python", "-P", "-m", "pip", NO_NEWS]
    shutil.rmtree(venv, ignore_errors=True)
    if _run([*PYTHON, "-m", "venv", "--without-pip", venv]) and _run([*PYTHON, "-m", "pip", "-q", "list"]):
        return [*PYTHON, "-m", "pip", NO_NEWS, "--python", venv / "bin" / "python"]
    raise NotInstalled(sentence("no_environment", python=sys.executable))


def uv_settings(pip_configuration: str) -> dict[str, str]:
    """What `pip config list` says about indexes and certificates, in the variables of uv.

    Several indexes are searched as pip does, for the best match: the lock's hashes make that safe.
    """
    known: dict[str, str] = {}
    for setting in _SETTING.finditer(pip_configuration):
        if variable := TELL_UV.get(setting["key"]):
            value = " ".join(str(ast.literal_eval(setting["value"])).split())
            known[variable] = value.replace(" ", ",") if variable == "UV_FIND_LINKS" else value
    return known | ({"UV_INDEX_STRATEGY": "unsafe-best-match"} if "UV_INDEX" in known else {})


def rewrite_paths(made_at: Path, used_at: Path) -> None:
    """Point the scripts of an environment to the place it is about to be renamed to."""
    before, after = os.fsencode(made_at), os.fsencode(used_at)
    for script in [*(made_at / "bin").iterdir(), made_at / "pyvenv.cfg"]:
        if script.is_symlink() or not script.is_file() or script.stat().st_size > LARGEST_SCRIPT_BYTES:
            continue
        text = script.read_bytes()
        if before in text:
            script.write_bytes(text.replace(before, after))


def _run(command: list[str | Path], *, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else sys.stderr
    with _kept(command, stdout=output, stderr=output) as process:
        return process.wait() == 0


def _run_without_list(command: list[str | Path], environment: Mapping[str, str]) -> bool:
    """What uv says while it works, without its list of all packages at the end."""
    with _kept(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr or ():
            if not line.startswith((" + ", " Downloaded")):
                say(f"    {line.rstrip()}")
        return process.wait() == 0


def _kept(command: list[str | Path], **options: Any) -> "subprocess.Popen[Any]":
    """Begin it below a keeper that ends it when this process ends, however that comes: it closes the keeper's stdin."""
    return subprocess.Popen([*PYTHON, "-c", KEEPER, *command], stdin=subprocess.PIPE, start_new_session=True, **options)


def _terminate(*_: object) -> NoReturn:
    """SIGTERM unwinds, so that what was started ends."""
    raise ToldToEnd


def main(root: str, lock: str, venv: str) -> int:
    """Exit code of the installation."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        install(Path(root), lock, Path(venv))
    except NotInstalled as reason:
        say(str(reason))
        return 1
    except OSError as failed:
        say(sentence("no_place", venv=venv, reason=failed, variable=VARIABLE))
        return 1
    except KeyboardInterrupt:
        say(sentence("interrupted"))
        return 130
    except ToldToEnd:
        say(sentence("ended"))
        return 143
    return 0


def become_launcher(root: str, venv: str, words: list[str]) -> NoReturn:
    """The shell that began the installation has waited for nothing: what is killed is always the one program."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    python = f"{venv}/bin/python"
    os.execv(python, [python, f"{root}/launcher", *words])  # noqa: S606 it is the program that was asked for


if __name__ == "__main__":
    place, checksum, environment_folder, *words_of_the_user = sys.argv[1:]
    if failed_with := main(place, checksum, environment_folder):
        sys.exit(failed_with)
    become_launcher(place, environment_folder, words_of_the_user)
