"""`./fapiao key-elements`, as a person types it."""

import psycopg
import pytest

from key_element_forms import GROUP
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main


@pytest.fixture
def pool(monkeypatch, pool_url, tmp_path):
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.delenv(LEQI_VARIABLE, raising=False)
    (tmp_path / "group.yaml").write_text(GROUP, encoding="utf-8")
    assert main(["taxpayers", "load", str(tmp_path / "group.yaml")]) == 0
    with psycopg.connect(pool_url, autocommit=True) as connection:
        yield connection


@pytest.mark.req("R036", "R039")
def test_it_plans_and_says_under_which_batch_number_the_sync_log_has_it(pool, capsys):
    words = [
        "key-elements",
        "--org",
        "E",
        "--invoice-types",
        "81,01",
        "--date-from",
        "2027-03-01",
        "--date",
        "2027-03-20",
    ]
    assert main(words) == 0
    printed = capsys.readouterr().out.splitlines()
    logged = pool.execute(
        "SELECT batch_no, status, dag_id, window_start::text, window_end::text FROM fapiao.sync_log ORDER BY 1"
    ).fetchall()
    assert [row[1:] for row in logged] == [("pending", "key_element_sync", "2027-03-01", "2027-03-20")] * 2
    assert {row[0] for row in logged} <= set(printed)


@pytest.mark.req("R041", "R037")
def test_a_refusal_is_every_sentence_and_1_and_plans_nothing(pool, capsys):
    capsys.readouterr()
    assert main(["key-elements", "--org", "K", "--document", "bill"]) == 1
    complaints = capsys.readouterr().err.splitlines()
    assert complaints[-1] == "小规模纳税人不支持抵扣类勾选"
    assert any("bill" in complaint for complaint in complaints)
    assert pool.execute("SELECT count(*) FROM sync.task").fetchone() == (0,)


@pytest.mark.req("R032")
def test_reset_shows_the_default_conditions_and_asks_for_nothing(pool, capsys):
    capsys.readouterr()
    assert main(["key-elements", "--org", "E", "--reset", "--date", "2027-03-20"]) == 0
    shown = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert shown == {
        "--document": "invoice",
        "--invoice-types": "all",
        "--deduction-statuses": "all",
        "--invoice-statuses": "all",
        "--date-from": "2027-03-01",
        "--date-to": "2027-03-20",
    }
    assert pool.execute("SELECT count(*) FROM sync.task").fetchone() == (0,)
