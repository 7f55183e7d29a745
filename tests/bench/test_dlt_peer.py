"""dlt is measured in an environment of its own, and says why when it is not; the others are measured all the same."""

import hashlib
import sys
from pathlib import Path

import psycopg
import pytest

from bench import peers
from bench.dlt_peer import DATASET, Dlt, DltFailed, _prepare
from bench.filled_pool import fill
from bench.peer_environment import LOCK, STAMP, NoPeers, peer_python
from bench.rows import staged_documents
from bench.setting import Setting

PRINTS_SECONDS = """
import json, sys
order = json.load(sys.stdin)
assert order["key"] and order["url"].startswith("postgresql://")
assert len(open(order["rows"]).read().splitlines()) == 40
print("what dlt says")
print(order["write_disposition"].get("skip_unchanged_rows") and 2.5 or 4.0)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, and no index that could be asked."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path))
    for variable in ("PIP_NO_INDEX", "UV_NO_INDEX", "UV_OFFLINE"):
        monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    return tmp_path


@pytest.fixture
def setting(owner_url: str) -> Setting:
    return Setting(owner_url, rows=40, pool=120, rounds=1)


def test_the_product_does_not_import_the_peer():
    assert "\ndlt==" in LOCK.read_text()
    assert "\ndlt==" not in (LOCK.parents[1] / "requirements.txt").read_text()
    assert "dlt" not in sys.modules


def test_every_peer_is_locked_with_its_hash():
    text = LOCK.read_text()
    locked = [entry for entry in text.split("\n") if "==" in entry and not entry.startswith("#")]
    assert len(locked) > 10
    assert all(entry.endswith("\\") for entry in locked)
    assert "--index-url" not in text


def test_without_an_index_the_reason_is_one_sentence_and_nothing_is_stamped(home: Path):
    with pytest.raises(NoPeers, match="could not be installed") as reason:
        peer_python()
    assert "\n" not in str(reason.value)
    assert not (home / "peers" / STAMP).exists()


def test_an_environment_that_was_stamped_is_used_as_it_is(home: Path):
    python = home / "peers" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    (home / "peers" / STAMP).write_text(wanted)
    assert peer_python() == python
    (home / "peers" / STAMP).write_text("of an older lock")
    with pytest.raises(NoPeers):
        peer_python()


def test_an_empty_lock_makes_an_environment_once(home: Path):
    lock = home / "none.txt"
    lock.write_text("# nobody\n")
    python = peer_python(lock)
    assert python.exists()
    made = (home / "peers" / STAMP).stat().st_mtime_ns
    assert peer_python(lock) == python
    assert (home / "peers" / STAMP).stat().st_mtime_ns == made


def test_the_bench_goes_on_without_dlt(home: Path, setting: Setting):
    rows = dict(peers.peers(setting))
    assert rows["dlt merge"].startswith("not measured: the locked peers could not be installed")
    assert "× ours" in rows["SQLAlchemy executemany upsert"]


def test_what_dlt_dies_of_is_told_in_a_sentence(tmp_path: Path):
    dying = Dlt(Path(sys.executable), "postgresql://nowhere", peers.KEY, ["a"], tmp_path)
    with pytest.raises(DltFailed, match=r"dlt failed \(ModuleNotFoundError: No module named 'dlt'\)"):
        dying.merge("upsert")


def test_the_fastest_strategy_is_named(setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    child = tmp_path / "child.py"
    child.write_text(PRINTS_SECONDS)
    monkeypatch.setattr("bench.dlt_peer._CHILD", child)
    monkeypatch.setattr("bench.dlt_peer._prepare", lambda connection, _: connection.execute(
        f"CREATE SCHEMA {DATASET}; CREATE TABLE {DATASET}.document ()"))  # fmt: skip
    monkeypatch.setattr(peers, "peer_python", lambda: Path(sys.executable))
    what, figures = peers._dlt(setting.url, list(staged_documents(0, 40)), 0.25)
    assert (what, figures) == ("dlt merge (upsert, skip_unchanged_rows)", "2.50 s = 10.0 × ours, goal ≥ 5 ×")


def test_dlt_gets_the_rows_and_the_indexes_of_the_pool(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Whatever table dlt has made of its first row."""
    with psycopg.connect(setting.url, autocommit=True) as connection:
        connection.autocommit = False
        fill(connection, setting.rows, setting.pool)
        connection.autocommit = True
        made = (
            f"CREATE SCHEMA {DATASET}; CREATE TABLE {DATASET}.document (direction varchar, taxpayer_no varchar,"
            " document_key varchar, invoice_type varchar, issue_date varchar, invoice_no varchar, invoice_code varchar,"
            " seller_tax_no varchar, issued_at timestamptz, amount varchar, _dlt_load_id varchar, _dlt_id varchar)"
        )
        monkeypatch.setattr(Dlt, "merge", lambda *_, **__: connection.execute(made) and 0.0)
        _prepare(connection, Dlt(Path(), setting.url, peers.KEY, [], tmp_path))
        indexes = (
            "SELECT count(*) FROM pg_indexes"
            " WHERE schemaname = %s AND tablename = 'document' AND indexdef NOT LIKE '%% WHERE %%'"
        )
        assert connection.execute(indexes, [DATASET]).fetchone() == connection.execute(indexes, ["pool"]).fetchone()
        same = f"SELECT count(*) FROM {DATASET}.document JOIN pool.document AS d USING (document_key, issued_at)"
        assert connection.execute(same).fetchone() == (120,)
