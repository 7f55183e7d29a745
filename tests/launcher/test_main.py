"""The command line: its table, its errors and its exit codes."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from fapiao.bounds import bound
from fapiao.errors import BadInput
from fapiao.texts.catalogue import sentences
from launcher import main as line
from temporary_postgres import ROOT


def fapiao(*words: str, **popen: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "launcher", *words], check=False, capture_output=True, text=True, **popen
    )


def command(monkeypatch: pytest.MonkeyPatch, run: object) -> None:
    """Puts a command of the test's own behind the name `demo`."""
    module = SimpleNamespace(add_arguments=lambda _: None, run=run)
    monkeypatch.setattr(line, "module_of", lambda _: module)


def raising(failure: BaseException) -> object:
    def run(_: object) -> int:
        raise failure

    return run


def test_alone_and_with_help_it_prints_every_command_with_a_sentence(fapiao_home):
    alone, helped = fapiao(), fapiao("--help")
    assert (alone.returncode, alone.stdout) == (0, helped.stdout)
    rows = dict(row.strip().split(maxsplit=1) for row in alone.stdout.splitlines() if row.startswith("  "))
    assert tuple(rows) == line.COMMANDS


def test_every_command_has_its_sentence_and_no_other_has_one():
    assert {*sentences("help")} == {*line.COMMANDS, *line.HIDDEN}


@pytest.mark.parametrize("name", line.COMMANDS + line.HIDDEN)
def test_every_command_has_its_own_help(name, fapiao_home):
    helped = fapiao(name, "--help")
    assert helped.returncode == 0, helped.stderr
    assert f"./fapiao {name}" in helped.stdout


def test_the_table_of_commands_needs_no_airflow(fapiao_home):
    script = "import sys; from launcher.main import main; main([]); print([n for n in sys.modules if n == 'airflow'])"
    paths = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_2_and_names_the_known_ones(fapiao_home):
    told = fapiao("dmeo")
    assert told.returncode == 2
    assert "no command dmeo; it has demo, test, up" in told.stderr


def test_a_refusal_is_its_sentence_and_1(monkeypatch, capsys, fapiao_home):
    command(monkeypatch, raising(BadInput(["row 3: no name", "row 5: no tax number"])))
    assert line.main(["demo"]) == 1
    assert capsys.readouterr().err == "row 3: no name\nrow 5: no tax number\n"


def test_a_surprise_is_a_short_sentence_and_a_file_with_the_details(monkeypatch, capsys, fapiao_home):
    command(monkeypatch, raising(ZeroDivisionError("deep inside")))
    assert line.main(["demo"]) == 1
    (file,) = (fapiao_home / "logs").iterdir()
    assert str(file) in capsys.readouterr().err
    assert "deep inside" in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_a_sentence_of_its_own(monkeypatch, capsys, fapiao_home):
    command(monkeypatch, raising(OSError(28, "No space left on device")))
    assert line.main(["demo"]) == 1
    assert capsys.readouterr().err.startswith("The disk is full:")


@pytest.mark.parametrize("words", [(), ("log", "--help"), ("template",)])
def test_output_that_its_disk_does_not_take_is_told_as_that_once(words, fapiao_home):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, ROOT / "launcher", *words]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "The output cannot be written (No space left on device): check the file that it goes to, and its disk."
    ]


@pytest.mark.parametrize("words", [("log", "--batch", "\udcff"), ("\udcff",), ("import", "/tmp/\udcb9.xlsx")])
def test_bytes_of_a_command_that_are_no_utf8_are_named_before_anything_is_done(words, capsys, fapiao_home):
    assert line.main([*words]) == 2
    assert capsys.readouterr().err.startswith("There are bytes in the command that are not UTF-8: ")
    assert not fapiao_home.exists() or list(fapiao_home.iterdir()) == []


@pytest.mark.finding("F92")
def test_a_bound_that_ended_a_command_is_its_own_sentence(monkeypatch, capsys, fapiao_home, pool_url):
    def run(_: object) -> int:
        with psycopg.connect(pool_url) as connection:
            connection.execute("SET statement_timeout = 50")
            connection.execute("SELECT pg_sleep(30)")
        return 0

    command(monkeypatch, run)
    assert line.main(["demo"]) == 1
    assert capsys.readouterr().err == f"./fapiao demo: {bound('statement_minutes').said()}; run it again.\n"
    assert not (fapiao_home / "logs").exists()


def test_control_c_is_130_without_a_traceback(monkeypatch, capsys, fapiao_home):
    command(monkeypatch, raising(KeyboardInterrupt()))
    assert line.main(["demo"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


@pytest.mark.finding("F59")
@pytest.mark.parametrize(
    ("cleaning", "said"),
    [
        (0, "nothing that this command started runs any more, and the next start goes on from here."),
        (60, "what this command started is still ending, on a busy machine, and the next start goes on from here."),
    ],
    ids=["in time", "too slowly"],
)
def test_sigterm_unwinds_so_that_what_was_started_is_stopped_and_is_answered_in_any_case(cleaning, said, fapiao_home):
    script = f"""
import os, signal, time, types
from launcher import main as line
def run(_):
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        print("stopped", flush=True)
        time.sleep({cleaning})
line.module_of = lambda _: types.SimpleNamespace(add_arguments=lambda parser: None, run=run)
line.main(["demo"])
"""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": paths},
        check=False,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (told.returncode, told.stdout) == (143, "stopped\n")
    assert told.stderr == f"Ended by SIGTERM: {said}\n"


def test_a_reader_that_has_seen_enough_is_no_error(fapiao_home):
    with subprocess.Popen([sys.executable, ROOT / "launcher", "db", "--help"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.close()
    assert process.returncode in (0, -signal.SIGPIPE)


@pytest.mark.finding("F92")
def test_a_pool_that_ends_the_work_or_goes_away_is_told_from_a_failure_of_our_own(
    fapiao_home, pool_url, monkeypatch, capsys
):
    def ended(_: object) -> int:
        with psycopg.connect(pool_url) as session:
            session.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return 0

    def gone(_: object) -> int:
        with psycopg.connect(pool_url) as session, psycopg.connect(pool_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])
            with pytest.raises(psycopg.OperationalError):
                session.execute("SELECT 1")
            session.execute("SELECT 1")
        return 0

    for run in (ended, gone):
        command(monkeypatch, run)
        assert line.main(["demo"]) == 1
        said = capsys.readouterr().err
        assert said.startswith("./fapiao demo: Postgres stopped, restarted or could not go on (")
        assert said.endswith("); what was not finished is undone; run it again.\n")
    command(monkeypatch, raising(psycopg.errors.UndefinedTable("no such table")))
    assert line.main(["demo"]) == 1
    assert "failed unexpectedly (UndefinedTable)" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["calendar", "--from", "2027-03-01", "--to", "2027-03-01"]])
def test_a_command_whose_output_was_closed_does_its_work(words, fapiao_home):
    command = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", sys.executable, str(ROOT / "launcher"), *words]
    told = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    assert (told.returncode, told.stderr) == (0, "")
