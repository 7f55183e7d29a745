"""The command `bench` runs every section to its end, and says why one did not."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench import sections
from bench.parsing import parsing
from bench.peers import airflow_environment
from bench.setting import Row, Setting
from fapiao.errors import Unusable
from launcher.commands import bench
from launcher.connections import OWNER_VARIABLE, POOL_VARIABLE
from temporary_postgres import ROOT

SMALL = ("--rows", "500", "--pool", "2000", "--rounds", "1")
# what dlt needs is 150 MB that a test must not fetch; the section says so and measures the others
OFFLINE = {"UV_OFFLINE": "1", "PIP_NO_INDEX": "1"}


@pytest.mark.slow
@pytest.mark.finding("F51")
def test_a_small_bench_runs_every_section_to_its_end(owner_url, tmp_path):
    here = os.environ | OFFLINE | {"FAPIAO_HOME": str(tmp_path), POOL_VARIABLE: owner_url}
    done = subprocess.run(
        [sys.executable, ROOT / "launcher", "bench", *SMALL], check=False, capture_output=True, text=True, env=here
    )
    assert done.returncode == 0, done.stderr
    blocks = {block.partition(":")[0]: block.splitlines()[1:] for block in done.stdout.strip().split("\n\n")}
    assert tuple(blocks) == bench.NAMES
    assert all(blocks.values()), blocks
    assert "parse channel_calendar.py" in done.stdout
    assert "failed" not in done.stderr


def _broken(_: Setting) -> Iterator[Row]:
    """A section that breaks."""
    yield "first", "1 s"
    raise ValueError("no\nroom")


@pytest.mark.finding("F51")
@pytest.mark.usefixtures("english")
def test_a_section_that_fails_says_why_and_the_others_run(owner_url, monkeypatch, capsys):
    monkeypatch.setenv(POOL_VARIABLE, owner_url)
    monkeypatch.setattr(sections, "SECTIONS", {"merge": _broken, "decoding": sections.SECTIONS["decoding"]})
    asked = argparse.Namespace(only=["merge", "decoding"], rows=40, pool=120, rounds=1)
    assert bench.run(asked) == 1
    printed = capsys.readouterr()
    assert "decode it (msgspec)" in printed.out
    assert printed.err.splitlines() == ["merge failed: ValueError: no room", "not measured to the end: merge"]


@pytest.mark.finding("F51")
@pytest.mark.usefixtures("english")
def test_a_role_that_may_make_no_database_is_told_what_to_name(pool_url, monkeypatch, capsys):
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    assert bench.run(argparse.Namespace(only=["decoding"], rows=40, pool=120, rounds=1)) == 1
    assert f"may not create: name a role that may by {OWNER_VARIABLE}" in capsys.readouterr().err


@pytest.mark.finding("F51")
def test_a_dag_file_that_is_not_imported_says_why(tmp_path):
    (tmp_path / "broken.py").write_text("# a DAG of airflow\nimport no_such_operators\n", encoding="utf-8")
    with pytest.raises(Unusable, match=r"are not imported: .*No module named 'no_such_operators'"):
        list(parsing(str(tmp_path), airflow_environment()))
