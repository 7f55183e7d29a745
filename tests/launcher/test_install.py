"""./fapiao makes its environment by itself, once, whole or not at all."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fapiao.texts.catalogue import places
from fapiao.texts.language import language_of
from launcher import install
from launcher.processes import wait_until
from temporary_postgres import ROOT

pytestmark = pytest.mark.slow
NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "UV_OFFLINE": "1"}
SAYS_ITS_WORDS = "import sys; print(sys.prefix, *sys.argv[1:])"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that needs nothing, so that its environment can be made without an index."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "fapiao", root / "fapiao")
    (root / "launcher").mkdir()
    shutil.copy(ROOT / "launcher" / "install.py", root / "launcher" / "install.py")
    (root / "launcher" / "__main__.py").write_text(SAYS_ITS_WORDS)
    for name in install.LOCKS:
        (root / name).write_text("# nothing\n")
    return root


def start(command: Path, *words: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs ./fapiao with this Python first on the PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    environment = os.environ | NO_INDEX | {"PATH": path} | variables
    return subprocess.run([command, *words], cwd=cwd, env=environment, check=False, capture_output=True, text=True)


def files_of(root: Path) -> list[Path]:
    """All but what Python keeps of a module where it may."""
    return sorted(file for file in root.rglob("*") if "__pycache__" not in file.parts)


def stamp(root: Path) -> str:
    return (root / ".venv" / install.STAMP).read_text()


def test_the_first_start_installs_and_the_second_only_runs(project):
    first = start(project / "fapiao", "a", "b c")
    assert first.stdout == f"{project}/.venv a b c\n", first.stderr
    assert "Installing the locked requirements into .venv" in first.stderr
    second = start(project / "fapiao", "a")
    assert (second.stdout, second.stderr) == (f"{project}/.venv a\n", "")


def test_it_runs_from_any_folder_and_through_links(project, tmp_path):
    start(project / "fapiao")
    (tmp_path / "absolute").symlink_to(project / "fapiao")
    (tmp_path / "relative").symlink_to("absolute")
    for command in ("absolute", "relative"):
        assert start(tmp_path / command, "x", cwd=tmp_path).stdout == f"{project}/.venv x\n"


@pytest.mark.parametrize("lock", install.LOCKS)
def test_changed_requirements_make_a_new_environment_whose_scripts_point_to_its_place(project, lock):
    start(project / "fapiao")
    before = stamp(project)
    (project / lock).write_text("# nothing, but written otherwise\n")
    assert "Installed." in start(project / "fapiao").stderr
    assert stamp(project) != before
    pip = (project / ".venv" / "bin" / "pip").read_text()
    assert f"{project}/.venv/bin/python" in pip
    assert ".venv.fapiao-making" not in pip


def test_starters_at_the_same_time_replace_what_a_killed_install_left_once(project):
    start(project / "fapiao")
    (project / ".venv").rename(project / ".venv.fapiao-making")
    (project / ".venv.fapiao-making" / "leftover").touch()
    environment = os.environ | NO_INDEX
    processes = [
        subprocess.Popen([project / "fapiao", str(n)], env=environment, stdout=-1, stderr=-1, text=True)
        for n in range(3)
    ]
    told = [process.communicate() for process in processes]
    assert sorted(out for out, _ in told) == [f"{project}/.venv {n}\n" for n in range(3)]
    assert sum("Installed." in err for _, err in told) == 1
    assert not (project / ".venv.fapiao-making").exists()
    assert not (project / ".venv" / "leftover").exists()


def test_a_failed_install_is_a_sentence_and_leaves_the_old_environment(project):
    start(project / "fapiao")
    before = (project / "requirements.txt").read_text()
    (project / "requirements.txt").write_text(f"nowhere==1 --hash=sha256:{'0' * 64}\n")
    failed = start(project / "fapiao")
    (project / "requirements.txt").write_text(before)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.strip().endswith("then run ./fapiao again.")
    assert start(project / "fapiao", "x").stdout == f"{project}/.venv x\n"


@pytest.mark.finding("F59")
def test_on_a_checkout_that_nobody_may_write_the_environment_lies_where_it_is_told(project, tmp_path):
    copy, place = tmp_path / "nur lesen 只读", tmp_path / "别处" / "environment of mine"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns(".venv*"))
    before = files_of(copy)
    first = start(copy / "fapiao", "a", FAPIAO_VENV=str(place))
    assert first.stdout == f"{place} a\n", first.stderr
    assert f"Installing the locked requirements into {place}" in first.stderr
    again = start(copy / "fapiao", "b", cwd=tmp_path, FAPIAO_VENV="别处/environment of mine")
    assert (again.stdout, again.stderr) == (f"{place} b\n", "")
    assert files_of(copy) == before
    assert f"{place}/bin/python" in (place / "bin" / "pip").read_text()


@pytest.mark.finding("F59")
def test_a_folder_of_something_else_is_never_replaced_by_an_environment(project, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    refused = start(project / "fapiao", FAPIAO_VENV=str(tmp_path / "mine"))
    assert (refused.returncode, refused.stderr) == (
        1, f"{tmp_path}/mine holds other things than what ./fapiao installs: let FAPIAO_VENV name a new folder.\n"
    )  # fmt: skip
    assert (tmp_path / "mine" / "thesis.txt").exists()


@pytest.mark.finding("F59")
def test_what_lies_beside_the_environment_stays_as_it_is(project, tmp_path):
    for name in ("mine.old", "mine.making"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("words")
    (tmp_path / "mine.lock").write_text("words")
    (tmp_path / "subprocess.py").write_text("raise SystemExit('a file of the user is no part of Python')")
    for _ in range(2):
        assert (
            start(project / "fapiao", "x", cwd=tmp_path, FAPIAO_VENV=str(tmp_path / "mine")).stdout
            == f"{tmp_path}/mine x\n"
        )
        (tmp_path / "mine" / install.STAMP).write_text("of other requirements")
    kept = [tmp_path / "mine.old" / "thesis.txt", tmp_path / "mine.making" / "thesis.txt", tmp_path / "mine.lock"]
    assert [file.read_text() for file in kept] == ["words"] * 3


@pytest.mark.finding("F59")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_install_that_is_killed_leaves_no_process_and_the_next_start_installs(how, project, tmp_path):
    copy, bin_folder = tmp_path / "copy", tmp_path / "bin"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns(".venv*"))
    bin_folder.mkdir()
    slow = bin_folder / "python3.13"
    slow.write_text(
        f'#!/bin/sh\ncase "$*" in *venv*) exec sleep 600.{os.getpid()};; esac\nexec {sys.executable} "$@"\n'
    )
    slow.chmod(0o755)
    (copy / "launcher" / "install.py").write_text(
        (copy / "launcher" / "install.py").read_text().replace('[*PYTHON, "-m", "venv"', f'["{slow}", "-m", "venv"', 1)
    )
    with subprocess.Popen([copy / "fapiao"], env=os.environ | NO_INDEX, stderr=subprocess.PIPE, text=True) as one:
        assert wait_until(lambda: sleepers(f"600.{os.getpid()}"), 30)
        one.send_signal(how)
        said = one.communicate(timeout=5)[1]
    assert one.returncode == {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143}[how]
    assert ("Ended by SIGTERM" in said) == (how == signal.SIGTERM)
    assert wait_until(lambda: not sleepers(f"600.{os.getpid()}"), 10)
    shutil.copy(project / "launcher" / "install.py", copy / "launcher" / "install.py")
    assert start(copy / "fapiao", "x").stdout == f"{copy}/.venv x\n"


def sleepers(seconds: str) -> list[int]:
    return [one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", seconds]]


def test_python_variables_of_the_user_do_not_reach_it(project):
    start(project / "fapiao")
    (project / "launcher" / "__main__.py").write_text(
        "import os; print([name for name in ('PYTHONPATH', 'PYTHONDONTWRITEBYTECODE') if name in os.environ])"
    )
    hostile = {"PYTHONPATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
    assert start(project / "fapiao", **hostile).stdout == "[]\n"
    (project / "launcher" / "__main__.py").write_text(SAYS_ITS_WORDS)


@pytest.fixture
def bare_path(tmp_path: Path) -> Iterator[Path]:
    """A PATH with the shell's own programs and a python3 that is too old."""
    for program in ("sh", "cat", "cksum", "dirname", "readlink"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    return tmp_path


def test_without_a_python_in_range_it_says_which_are(project, bare_path):
    start(project / "fapiao")
    (project / ".venv").rename(project / ".venv.aside")
    failed = start(project / "fapiao", PATH=str(bare_path))
    (project / ".venv.aside").rename(project / ".venv")
    assert failed.returncode == 1
    assert failed.stderr == (
        "fapiao needs Python 3.11, 3.12 or 3.13 and found none on the PATH: install one of them.\n"
    )


def test_before_there_is_an_environment_it_speaks_the_language_of_the_command_line_too(project, bare_path, monkeypatch):
    start(project / "fapiao")
    (project / ".venv").rename(project / ".venv.aside")
    failed = start(project / "fapiao", PATH=str(bare_path), FAPIAO_LANG="", LC_ALL="zh_CN.UTF-8")
    (project / ".venv.aside").rename(project / ".venv")
    assert failed.stderr.startswith("fapiao 需要 Python 3.11、3.12 或 3.13")
    for variables in ({"FAPIAO_LANG": "zh"}, {"LANG": "zh_CN.UTF-8"}, {"FAPIAO_LANG": "en", "LANG": "zh_CN.UTF-8"}, {}):
        for name in install.LANGUAGE_VARIABLES:
            monkeypatch.setenv(name, variables.get(name, ""))
        assert (install.sentence("done") == "安装完成。") is (language_of(os.environ) == "zh")


@pytest.mark.parametrize("key", install.SENTENCES)
def test_both_languages_of_the_installation_name_the_same_values(key):
    chinese, english = map(places, install.SENTENCES[key])
    assert chinese == english


def test_uv_learns_from_pip_where_to_look():
    told = install.uv_settings(
        "global.index-url='https://mirror.example/simple'\n"
        ":env:.find-links='/wheels /more'\n"
        "install.extra-index-url='\\nhttps://a.example/simple\\nhttps://b.example/simple'\n"
        "global.timeout='60'\nglobal.cert='/ca.pem'\n"
    )
    assert told == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_FIND_LINKS": "/wheels,/more",
        "UV_INDEX": "https://a.example/simple https://b.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "SSL_CERT_FILE": "/ca.pem",
    }
    assert install.uv_settings("") == {}


def test_a_folder_that_cannot_be_written_is_a_sentence_that_names_another():
    with pytest.raises(install.NotInstalled, match=r"^/proc/nowhere cannot be written .*set FAPIAO_VENV to a folder"):
        install.install(ROOT, "1", Path("/proc/nowhere/venv"))
