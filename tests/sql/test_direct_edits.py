"""An edit of the pool by hand leaves who changed what; what the product writes leaves its own rows, once."""

import psycopg
import pytest

from pool_rows import DIGITAL, KEY, OWNER, changes, line, merge

EDITS = "SELECT column_name, old_value, new_value, channel FROM fapiao.invoice_change WHERE batch_no = %s ORDER BY change_id"


@pytest.fixture
def by_hand(pool: psycopg.Connection) -> str:
    """A document in the pool, and what a direct edit is called from now on."""
    merge(pool, "digital", [DIGITAL | {"fpmx": [line()]}])
    pool.commit()
    assert changes(pool) == []
    (user,) = pool.execute("SELECT session_user").fetchone()
    return f"direct edit by {user}"


@pytest.mark.finding("F18")
@pytest.mark.req("R027")
def test_a_direct_edit_leaves_the_database_user_and_both_values(pool: psycopg.Connection, by_hand: str):
    pool.execute("UPDATE pool.document SET seller_name = 'x', amount = 1, remark = remark")
    pool.execute("UPDATE pool.line SET amount = 7, details = '{\"a\": 1}'")
    assert pool.execute(EDITS, [by_hand]).fetchall() == [
        ("amount", "100.00", "1", ""),
        ("seller_name", "北京某某科技有限公司", "x", ""),
        ("line 1 amount", "100.00", "7", ""),
        ("line 1 details", None, '{"a": 1}', ""),
    ]
    assert len(changes(pool)) == 4


@pytest.mark.finding("F18")
def test_a_row_that_is_made_or_removed_by_hand_is_seen_whole(owner: psycopg.Connection, by_hand: str):
    owner.execute("DELETE FROM pool.line")
    owner.execute("DELETE FROM pool.document")
    owner.execute(
        "INSERT INTO pool.document (direction, taxpayer_no, document_key, document, invoice_type, detail_level,"
        " first_collected_at, channel, batch_no) VALUES ('input', %s, '1', 'invoice', '81', 'header', now(), 'leqi', 'B')",
        [OWNER],
    )
    made = owner.execute(EDITS, ["direct edit by fapiao"]).fetchall()
    assert [(name, old is None, new is None) for name, old, new, _ in made] == [
        ("line 1 *", False, True), ("*", False, True), ("*", True, False)]  # fmt: skip
    assert f'"document_key": "{KEY}"' in made[1][1]


@pytest.mark.finding("F18")
def test_what_the_merge_writes_is_logged_by_the_merge_alone(pool: psycopg.Connection, by_hand: str):
    merge(pool, "digital", [DIGITAL | {"bz": "new", "fpmx": [line(je="7.00"), line(2)]}], batch_no="B2")
    pool.commit()
    assert {batch for *_, batch in changes(pool)} == {"B2"}
    pool.execute("UPDATE pool.document SET remark = 'by hand'")
    assert pool.execute(EDITS, [by_hand]).fetchall() == [("remark", "new", "by hand", "")]


@pytest.mark.finding("F18")
@pytest.mark.parametrize("table", ["document", "line"])
def test_the_pool_is_never_emptied(owner: psycopg.Connection, table: str):
    with pytest.raises(psycopg.errors.RaiseException, match="never emptied"):
        owner.execute(f"TRUNCATE pool.{table} CASCADE")
