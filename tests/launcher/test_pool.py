"""A command gets a migrated pool, shares it with others, and the last one turns off the light."""

import subprocess
import sys

import psycopg
import pytest

from fapiao.errors import Unusable
from hooks.pool import migrations
from launcher.connections import POOL_VARIABLE
from launcher.pool import embedded, forget_keeping, pool_url, running_postgres
from temporary_postgres import ROOT

USER = """
import sys
from launcher.pool import running_postgres
with running_postgres() as server:
    print(server.port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_command(fapiao_home):
    """Starts another process that uses the server until its standard input ends."""

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'plugins')]}\n{USER}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stdout.readline().strip().isdigit()
        return process

    return start


def test_the_embedded_pool_is_migrated_and_stops_with_its_only_user(fapiao_home):
    with pool_url() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM fapiao_migration").fetchone() == (len(migrations.migrations()),)
    assert not embedded().running


def test_a_block_inside_a_block_leaves_the_server_to_the_outer_one(fapiao_home):
    with running_postgres() as outer:
        with running_postgres() as inner:
            assert inner.url() == outer.url()
        assert outer.running
    assert not outer.running


def test_two_commands_share_the_server_and_the_last_one_stops_it(other_command):
    first = other_command()
    with running_postgres() as server:
        first.communicate()
        assert server.running
    assert not server.running


def test_a_command_that_was_killed_holds_the_server_no_longer(other_command):
    killed = other_command()
    killed.kill()
    killed.communicate()
    assert embedded().running
    with running_postgres() as server:
        pass
    assert not server.running


def test_keeping_it_running_lasts_until_it_is_forgotten(fapiao_home):
    with running_postgres(keep_running=True) as server:
        pass
    with running_postgres():
        pass
    assert server.running
    assert forget_keeping()
    assert not server.running


def test_forgetting_does_not_stop_it_under_another_command(other_command):
    user = other_command()
    assert not forget_keeping()
    assert embedded().running
    user.communicate()
    assert not embedded().running


def test_a_given_pool_is_migrated_and_no_server_is_started(fapiao_home, empty_url, monkeypatch):
    monkeypatch.setenv(POOL_VARIABLE, empty_url)
    with pool_url() as url, psycopg.connect(url) as connection:
        assert url == empty_url
        assert connection.execute("SELECT count(*) > 0 FROM fapiao_migration").fetchone() == (True,)
    assert not (fapiao_home / "postgres").exists()


def test_a_pool_that_does_not_answer_is_one_sentence_without_its_password(fapiao_home, monkeypatch):
    monkeypatch.setenv(POOL_VARIABLE, "postgresql://u:hush@127.0.0.1:9/pool")
    with pytest.raises(
        Unusable, match=rf"^The pool at 127\.0\.0\.1:9/pool does not answer .+ {POOL_VARIABLE}"
    ) as refused:
        pool_url().__enter__()
    assert "hush" not in str(refused.value)
