"""The embedded Postgres: what it survives, and the one sentence when it cannot go on."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from fapiao.errors import Unusable
from launcher import accounts, cluster, programs
from launcher.ports import free_port
from launcher.postgres import EmbeddedPostgres
from launcher.postmaster import living, read_pid_file
from launcher.programs import wheel_folders
from temporary_postgres import CARELESS, temporary_folder

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for other accounts")


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder() as place:
        yield place / "postgres"


@pytest.fixture
def server(folder: Path) -> EmbeddedPostgres:
    made = EmbeddedPostgres(folder, settings=CARELESS | {"synchronous_commit": "on"})
    made.start()
    return made


def pid(server: EmbeddedPostgres) -> int:
    postmaster = living(server.data)
    assert postmaster
    return postmaster.pid


def ask(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def write_pid(server: EmbeddedPostgres, number: int) -> None:
    file = server.data / "postmaster.pid"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(number), *lines[1:], ""]))


def test_it_is_postgres_18_in_utf8_that_sorts_the_same_on_every_machine(server):
    assert ask(server, "SHOW server_version_num") >= "180000"
    assert ask(server, "SHOW server_encoding") == "UTF8"
    assert (
        ask(server, "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'postgres'")
        == "bC.UTF-8"
    )


def test_only_this_machine_reaches_it_and_only_with_the_password(server):
    assert ask(server, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(server, "SHOW unix_socket_directories") == ""
    password = server.folder / "password"
    assert password.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("postgres").replace(password.read_text(), "guess"))


def test_committed_rows_survive_kill_9_of_the_postmaster(server):
    ask(server, "CREATE TABLE kept AS SELECT 42 AS n")
    os.kill(pid(server), signal.SIGKILL)
    server.start()
    assert ask(server, "SELECT n FROM kept") == 42


def test_starting_a_running_server_changes_nothing(server):
    before = pid(server), server.port
    server.start()
    assert (pid(server), server.port) == before


def test_two_starters_at_once_get_one_server(folder):
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda _: EmbeddedPostgres(folder, settings=CARELESS).start(), range(2)))
    assert ask(EmbeddedPostgres(folder), "SELECT 1") == 1


def test_a_pid_file_whose_number_another_program_has_now_is_no_obstacle(server):
    os.kill(pid(server), signal.SIGKILL)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        write_pid(server, other.pid)
        assert not server.running
        server.start()
        assert ask(server, "SELECT 1") == 1


def test_a_pid_file_whose_process_is_a_zombie_is_no_obstacle(server):
    os.kill(pid(server), signal.SIGKILL)
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    write_pid(server, zombie.pid)
    server.start()
    assert ask(server, "SELECT 1") == 1
    zombie.wait()


def test_a_half_made_data_folder_of_a_killed_initdb_is_made_anew(folder):
    server = EmbeddedPostgres(folder, settings=CARELESS)
    server.start()
    server.stop()
    server.data.rename(folder / "data.making")
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_a_wanted_port_that_is_taken_is_one_sentence(folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Unusable, match=rf"^Port {port} of 127\.0\.0\.1 is taken by another program: .+\.$"):
            EmbeddedPostgres(folder, port=port, settings=CARELESS).start()


def test_a_wanted_port_that_is_free_is_used(folder):
    port = free_port()
    server = EmbeddedPostgres(folder, port=port, settings=CARELESS)
    server.start()
    assert server.port == port
    assert ask(server, "SELECT 1") == 1


def test_the_port_of_the_last_start_is_kept_unless_somebody_took_it(server):
    before = server.port
    server.stop()
    server.start()
    assert server.port == before
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", before))
        other.listen()
        server.start()
        assert server.port != before
        assert ask(server, "SELECT 1") == 1


def test_data_of_another_major_version_is_refused_and_left_alone(server):
    server.stop()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Unusable, match=r"was written by Postgres 17, this is Postgres 18"):
        server.start()
    (server.data / "PG_VERSION").write_text("18\n")
    server.start()


def test_a_full_disk_is_one_sentence_and_leaves_nothing(folder, monkeypatch):
    monkeypatch.setattr(cluster.shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 2**20))
    with pytest.raises(Unusable, match=r"is full \(5 MiB left, Postgres needs 300 MiB"):
        EmbeddedPostgres(folder).start()
    assert not (folder / "data").exists()


def test_a_server_that_was_never_started_has_no_url(folder):
    with pytest.raises(Unusable, match="was never started"):
        _ = EmbeddedPostgres(folder).port


def test_stopping_what_does_not_run_is_no_error(folder):
    EmbeddedPostgres(folder).stop()


@ROOT_ONLY
def test_for_root_it_runs_as_an_unprivileged_account(server):
    assert Path(f"/proc/{pid(server)}").stat().st_uid == accounts.account_for(server.data).uid != 0


@ROOT_ONLY
def test_for_root_it_runs_as_the_account_that_owns_the_data(server):
    server.stop()
    owner = accounts.account_of(65534)
    for path in [server.folder, *server.folder.rglob("*")]:
        os.chown(path, owner.uid, owner.gid)
    server.start()
    assert Path(f"/proc/{pid(server)}").stat().st_uid == owner.uid


@ROOT_ONLY
def test_for_root_a_folder_below_a_closed_one_becomes_a_link_that_the_account_can_follow(folder, monkeypatch):
    monkeypatch.setattr(accounts, "SHARED", folder.parent / "shared")
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "postgres", settings=CARELESS)
    server.start()
    assert (closed / "postgres").is_symlink()
    assert ask(server, "SELECT 1") == 1
    server.stop()


@pytest.fixture
def closed_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel as root gets it below a 0700 home and with a umask that closes everything."""
    site = folder.parent / "root" / "site-packages"
    for part in wheel_folders():
        shutil.copytree(part, site / part.name)
    for path in [site.parent, *site.parent.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o700)
    copy = site / programs.wheel().name
    monkeypatch.setattr(programs, "wheel", lambda: copy)
    monkeypatch.setattr(accounts, "SHARED", folder.parent / "shared")
    return site


@ROOT_ONLY
@pytest.mark.finding("F50")
def test_for_root_a_wheel_that_the_account_cannot_enter_is_copied_with_its_libraries_and_runs(
    folder, closed_wheel, monkeypatch
):
    monkeypatch.chdir(closed_wheel)
    before = os.umask(0o077)
    try:
        server = EmbeddedPostgres(folder, settings=CARELESS)
        server.start()
    finally:
        os.umask(before)
    process = Path(f"/proc/{pid(server)}")
    assert process.stat().st_uid != 0
    assert (process / "exe").readlink().is_relative_to(accounts.SHARED)
    assert ask(server, "SELECT 1") == 1
    server.stop()


@ROOT_ONLY
@pytest.mark.finding("F50")
def test_for_root_a_wheel_is_copied_once(closed_wheel):
    account = accounts.account_of(65534)
    first = programs.Programs(account)
    shutil.rmtree(closed_wheel)
    second = programs.Programs(account)
    assert first.folder == second.folder
    assert second.run("initdb", "--version").returncode == 0


@pytest.mark.finding("F61")
def test_an_installation_without_the_wheel_like_the_image_says_where_the_pool_is_to_be_given(folder, monkeypatch):
    monkeypatch.setattr(programs, "NAME", "no-such-wheel")
    with pytest.raises(Unusable, match=r"no Postgres of its own .*AIRFLOW_CONN_INVOICE_POOL"):
        EmbeddedPostgres(folder, settings=CARELESS).start()
    assert not (folder / "data").exists()


def test_data_of_another_user_is_refused_in_one_sentence(server, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(Unusable, match=r"belongs to the user \w+, you are 12345: run this as"):
        server.start()


def test_no_pid_file_is_no_server(tmp_path):
    assert read_pid_file(tmp_path) is None
    (tmp_path / "postmaster.pid").write_text("17\n/half/written\n")
    assert read_pid_file(tmp_path) is None


@pytest.mark.finding("F93")
def test_a_database_that_several_make_at_once_is_made_once(server: EmbeddedPostgres) -> None:
    with ThreadPoolExecutor(8) as crew:
        for number in range(5):
            list(crew.map(server.ensure_database, [f"made_{number}"] * 8))
    with psycopg.connect(server.url("postgres")) as connection:
        found = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'made_%'").fetchone()
    server.stop()
    assert found == (5,)


@pytest.mark.parametrize("name", ['a"b', "a$b", "a`b", "a\nb"])
def test_a_path_that_pg_ctl_cannot_hand_to_its_shell_is_refused_before_anything_is_made(folder: Path, name: str):
    with pytest.raises(Unusable, match=r"(?s)stands in the path .*set FAPIAO_HOME to another folder"):
        EmbeddedPostgres(folder / name).start()
    assert not folder.exists()
