"""deploy/migrate.sh: what is wrong is said before anything is made, and what is made is made in order."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from temporary_postgres import ROOT

BUREAUS = ("AIRFLOW_CONN_LEQI", "AIRFLOW_CONN_BUREAU_GATEWAY")
CALL = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in "connections get"*) [ -n "$STORED" ] && [ "$3" = "$STORED" ]; exit ;; esac
"""
MADE = ["launcher db migrate", "metadata_owner.py", "airflow db migrate", "airflow_accounts.py"]


@pytest.fixture
def migrated(tmp_path: Path):
    """Runs the script with python and airflow that only note how they are called."""
    for name in ("python", "airflow"):
        (tmp_path / name).write_text(CALL)
        (tmp_path / name).chmod(0o755)

    def run(**variables: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
        given = {"PATH": f"{tmp_path}:{os.defpath}", "CALLS": str(tmp_path / "calls"), "STORED": "", **variables}
        script = ["/bin/bash", str(ROOT / "deploy" / "migrate.sh")]
        done = subprocess.run(script, env=given, check=False, capture_output=True, text=True)
        calls = (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []
        return done, calls

    return run


@pytest.mark.parametrize("given", [(), BUREAUS[:1], BUREAUS[1:], BUREAUS])
def test_it_ends_well_with_one_bureau_at_least(migrated, given):
    done, _ = migrated(**dict.fromkeys(given, "{}"))
    assert done.returncode == (0 if given else 1)
    assert all(name in done.stderr for name in BUREAUS) is not bool(given)


@pytest.mark.finding("F54")
@pytest.mark.parametrize("stored", ["leqi", "bureau_gateway"])
def test_a_connection_that_airflow_finds_elsewhere_is_as_good(migrated, stored):
    done, _ = migrated(STORED=stored)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.finding("F54")
def test_connections_may_come_later_by_airflows_form(migrated):
    done, calls = migrated(BUREAU="later")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(calls) == len(MADE)


def test_the_pool_is_made_before_what_waits_for_airflows_migrations_may_use_it(migrated):
    _, calls = migrated(BUREAU="later")
    assert [call.endswith(wanted) for call, wanted in zip(calls, MADE, strict=True)] == [True] * len(MADE)


@pytest.mark.finding("F78")
@pytest.mark.parametrize(
    ("owner", "given"), [("postgresql://owner@db/pool", True), ("postgresql://one@db/pool", False)]
)
def test_roles_are_given_their_rights_where_the_owner_is_another_than_the_application(migrated, owner, given):
    one = {"AIRFLOW_CONN_INVOICE_POOL": "postgresql://one@db/pool", "AIRFLOW_CONN_INVOICE_POOL_OWNER": owner}
    _, calls = migrated(BUREAU="later", **one)
    assert any(call.endswith("launcher db roles") for call in calls) is given


@pytest.mark.finding("F81")
@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "METADATA_PASSWORD", "POOL_PASSWORD", "REDIS_PASSWORD"])
@pytest.mark.parametrize("character", list("\"'/@#:?% $\\中"))
def test_a_password_that_would_break_an_address_is_refused_before_anything_is_made(migrated, name, character):
    done, calls = migrated(BUREAU="later", **{name: f"a{character}b"})
    assert (done.returncode, calls) == (1, [])
    assert name in done.stderr
    assert f"a{character}b" not in done.stderr
    assert re.search(
        r"where .* nothing is in the volumes yet, remove them by docker compose down --volumes", done.stderr
    )


@pytest.mark.finding("F81")
def test_the_first_users_password_may_hold_anything_and_stands_in_no_argument(migrated):
    done, calls = migrated(BUREAU="later", ADMIN_PASSWORD="a\"b'c $d\\")
    assert (done.returncode, done.stderr) == (0, "")
    assert [call for call in calls if 'a"b' in call] == []


def test_the_folders_of_the_inbox_are_there_for_whoever_puts_a_file_in(migrated, tmp_path):
    folders = {"FAPIAO_FILES": "s3://store@bucket/files", "FAPIAO_INBOX": f"{tmp_path}/in", "FAPIAO_INBOX_RESULTS": ""}
    done, _ = migrated(BUREAU="later", **folders)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in" / "selection").is_dir()
