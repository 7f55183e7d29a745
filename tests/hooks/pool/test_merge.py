"""What a merge promises to whoever calls it: counts that balance, repeats that write nothing, two at once, evidence."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from fapiao.errors import MergeError
from fapiao.payloads.staged import Staged
from fapiao.payloads.translation import translate
from fapiao.pool_columns.reading import staged_columns
from hooks.pool.merge import MergeContext, MergeCounts, StagedMerge
from pool_rows import KEY, OBSERVED, OWNER, SELLER, changes, context, counts, digital, document, line, merge, on, stage

Pool = psycopg.Connection[Any]


def versions(pool: Pool) -> list[tuple[Any, ...]]:
    """Row versions of everything a merge may write to."""
    return pool.execute(
        """SELECT 'document', document_key, xmin::text, updated_at::text FROM pool.document
        UNION ALL SELECT 'line', document_key || line_no, xmin::text, NULL FROM pool.line ORDER BY 1, 2"""
    ).fetchall()


@pytest.mark.req("R106", "G3")
def test_the_same_reply_again_writes_no_row_and_leaves_one_sighting_each(pool: Pool):
    rows = [digital(fpmx=[line(1), line(2)]), digital(fphm="2" * 20)]
    merge(pool, "digital", rows)
    pool.commit()
    before = versions(pool)
    for later in range(1, 4):
        result = merge(pool, "digital", rows, context(OBSERVED + timedelta(days=later)), f"B{later + 1}")
        assert (result.unchanged, result.updated, result.inserted) == (2, 0, 0)
        pool.commit()
    assert versions(pool) == before
    assert changes(pool) == []
    assert pool.execute("SELECT count(*), sum(cardinality(document_keys)) FROM pool.sighting").fetchone() == (4, 8)


@pytest.mark.req("R048")
def test_a_booked_document_keeps_its_row_version(pool: Pool):
    merge(pool, "digital", [digital()])
    merge(pool, "usage", [{"fphm": KEY, "rzzt": "02"}], context(on("2027-01-06")))
    pool.commit()
    before = versions(pool)
    result = merge(pool, "usage", [{"fphm": KEY, "rzzt": "02"}], context(on("2027-01-07")))
    pool.commit()
    assert (result.unchanged, versions(pool)) == (1, before)


@pytest.mark.finding("F08")
@pytest.mark.req("R048")
def test_a_booked_document_gets_everything_but_its_entry_columns(pool: Pool):
    merge(pool, "digital", [digital()])
    merge(pool, "usage", [{"fphm": KEY, "rzzt": "02", "fpyt": "0", "fpzt": "0"}], context(on("2027-01-06")))
    before = len(changes(pool))
    merge(pool, "usage", [{"fphm": KEY, "rzzt": "02", "fpyt": "1", "fpzt": "7"}], context(on("2027-01-07")))
    assert [row[:3] for row in changes(pool)[before:]] == [("status", "0", "7"), ("vat_usage", "0", "1")]


@pytest.mark.req("R305", "A-48")
def test_the_counts_balance_and_the_sums_are_of_distinct_documents(pool: Pool):
    merge(pool, "digital", [digital(fphm="1" * 20), digital(fphm="2" * 20)])
    rows = [
        digital(fphm="1" * 20),
        digital(fphm="2" * 20, bz="changed"),
        digital(fphm="3" * 20),
        digital(fphm="3" * 20),
        digital(fphm=""),
    ]
    result = merge(pool, "digital", rows, context(on("2027-01-06")))
    assert counts(result) == {"downloaded": 5, "inserted": 1, "updated": 1, "unchanged": 1, "ignored": 1, "failed": 1}
    assert (result.amount_sum, result.tax_sum) == (Decimal("300.00"), Decimal("39.00"))


def test_documents_that_are_mostly_new_are_stored_in_the_order_of_their_keys(pool: Pool):
    """So that neighbours meet in the same pages of the indexes; what the pool holds is walked as it came."""
    keys = [f"{number * 7919 % 100_000:020d}" for number in range(5_000)]
    result = merge(pool, "digital", [digital(fphm=key) for key in keys])
    stored = [key for (key,) in pool.execute("SELECT document_key FROM pool.document ORDER BY ctid").fetchall()]
    assert (result.inserted, stored) == (5_000, sorted(keys))
    again = merge(pool, "digital", [digital(fphm=key, bz="changed") for key in keys], context(on("2027-01-06")), "B2")
    logged = [key for (key,) in pool.execute("SELECT document_key FROM pool.change ORDER BY change_id").fetchall()]
    assert (again.updated, logged) == (5_000, keys)


def test_a_row_that_cannot_be_stored_is_kept_with_its_reason(pool: Pool):
    merge(pool, "digital", [digital(), {"hjje": "1", "x\x00": "a\x00b"}], batch_no="B7")
    row = pool.execute("SELECT batch_no, row_no, document_key, reason, payload FROM pool.rejected_row").fetchone()
    assert row == ("B7", 2, None, "发票号码 (fphm) is missing: without it the document cannot be told from others.",
                   {"hjje": "1", "x": "ab"})  # fmt: skip


def test_a_reply_may_come_in_packages(pool: Pool):
    made = stage(pool, "digital", [digital(fphm=f"1{number:019d}") for number in range(3)])
    for package in (1, 2):
        rows = [digital(fphm=f"{package + 1}{number:019d}", fpmx=[line()]) for number in range(3)]
        made.load(translate("digital", rows, context()), reply_id=10_000 + package)
    assert made.merge().inserted == 9
    assert pool.execute("SELECT count(*) FROM pool.line").fetchone() == (6,)


def test_one_document_is_input_of_one_company_and_output_of_another(pool: Pool):
    merge(pool, "digital", [digital()])
    result = merge(pool, "digital", [digital()], context(direction="output", taxpayer_no=SELLER))
    assert result.inserted == 1
    owners = pool.execute("SELECT direction, taxpayer_no FROM fapiao.invoice ORDER BY 1").fetchall()
    assert owners == [("input", OWNER), ("output", SELLER)]


def test_rows_for_another_target_are_refused(pool: Pool):
    made = StagedMerge(pool, "status", MergeContext("B1", "leqi", "input", OWNER))
    with pytest.raises(ValueError, match="rows for documents cannot be merged as status"):
        made.load(translate("digital", [digital()], context()), 1)


def test_the_callers_row_factory_does_not_matter(pool: Pool):
    pool.row_factory = dict_row  # type: ignore[assignment]
    assert merge(pool, "digital", [digital()]).inserted == 1


def test_a_failed_check_stops_the_merge_and_names_the_document(pool: Pool, owner: Pool):
    merge(pool, "digital", [digital(fpmx=[line(1), line(2)])])
    pool.commit()
    owner.execute("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    owner.execute("CREATE TRIGGER keep BEFORE DELETE ON pool.line FOR EACH ROW EXECUTE FUNCTION keep()")
    owner.commit()
    with pytest.raises(MergeError, match=f"nothing is stored. changed lines are those that came: not so for {KEY}"):
        merge(pool, "digital", [digital(fpmx=[line(1, je="99.00")])], context(on("2027-01-06")))


def test_lines_of_new_and_changed_documents_are_merged_side_by_side(pool: Pool):
    merge(pool, "digital", [digital(fpmx=[line(1)]), digital(fphm="2" * 20, fpmx=[line(1)])])
    rows = [
        digital(fpmx=[line(1)]),
        digital(fphm="2" * 20, fpmx=[line(1), line(2)]),
        digital(fphm="3" * 20, fpmx=[line(4)]),
    ]
    merge(pool, "digital", rows, context(on("2027-01-06")))
    found = pool.execute("SELECT document_key, array_agg(line_no ORDER BY line_no) FROM pool.line GROUP BY 1")
    assert dict(found.fetchall()) == {KEY: [1], "2" * 20: [1, 2], "3" * 20: [4]}


def test_a_doubtful_document_is_stored_with_a_warning(pool: Pool):
    made = stage(pool, "digital", [digital(jshj="999.00", gmfnsrsbh=SELLER)])
    assert made.merge().inserted == 1
    assert [warning.split(":")[0] for warning in made.warnings] == [
        "amount and tax make the total",
        "owner is the party of the direction",
    ]


def test_the_planner_settings_of_the_caller_are_put_back(pool: Pool):
    pool.execute("SET enable_hashjoin = off")
    merge(pool, "digital", [digital()])
    assert pool.execute(
        "SELECT current_setting('enable_hashjoin'), current_setting('enable_mergejoin')"
    ).fetchone() == (
        "off",
        "on",
    )


def test_a_rolled_back_merge_leaves_nothing(pool: Pool):
    merge(pool, "digital", [digital()])
    pool.rollback()
    assert pool.execute("SELECT count(*) FROM pool.document").fetchone() == (0,)
    assert pool.execute("SELECT count(*) FROM pool.sighting").fetchone() == (0,)
    assert merge(pool, "digital", [digital()]).inserted == 1


def test_the_change_log_is_append_only(pool: Pool, owner: Pool):
    merge(pool, "digital", [digital()])
    merge(pool, "digital", [digital(bz="x")], context(on("2027-01-06")))
    pool.commit()
    for statement in ("UPDATE pool.change SET new_value = 'y'", "DELETE FROM pool.change", "TRUNCATE pool.change"):
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"), owner.transaction():
            owner.execute(statement)  # type: ignore[arg-type]


def test_a_change_names_its_task_channel_and_instant(pool: Pool):
    merge(pool, "digital", [digital()])
    merge(pool, "digital", [digital(bz="x")], context(on("2027-01-06")), "B2")
    row = pool.execute(
        "SELECT document_key, column_name, new_value, batch_no, channel, observed_at FROM fapiao.invoice_change"
    )
    assert row.fetchall() == [(KEY, "remark", "x", "B2", "leqi", on("2027-01-06"))]


def test_a_status_that_waited_keeps_the_task_it_came_from(pool: Pool):
    merge(pool, "risk", [{"fphm": KEY, "fpzt": "7"}], context(on("2027-01-06")), "RISK1")
    merge(pool, "risk", [{"fphm": KEY, "fpzt": "8"}], context(on("2027-01-07")), "RISK2")
    merge(pool, "digital", [digital()], context(on("2027-01-08")), "FULL")
    assert changes(pool) == [("status", None, "8", "RISK2")]
    assert document(pool)["batch_no"] == "RISK2"


@pytest.mark.req("A-36")
def test_a_usage_answer_is_not_older_because_a_risk_answer_came_between(pool: Pool):
    merge(pool, "digital", [digital()])
    merge(pool, "risk", [{"fphm": KEY, "fpzt": "8"}], context(on("2027-01-07")))
    merge(pool, "usage", [{"fphm": KEY, "fpzt": "0", "fpyt": "1"}], context(on("2027-01-06")))
    found = document(pool)
    assert (found["status"], found["vat_usage"]) == ("8", "1")


def _merge_alone(url: str, keys: list[str], remark: str, day: int) -> MergeCounts:
    with psycopg.connect(url) as connection:
        rows = [digital(fphm=key, bz=remark, fpmx=[line(1, xmmc=remark)]) for key in keys]
        return merge(connection, "digital", rows, context(on(f"2027-01-{day:02d}")))


def _wait_for_the_second(pool: Pool) -> None:
    for _ in range(1000):
        if pool.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is not None:
            return
        time.sleep(0.01)
    raise AssertionError("the second merge does not wait for the first")


@pytest.mark.parametrize(("first", "second", "stays"), [(6, 7, "second"), (7, 6, "first")])
def test_two_merges_of_the_same_documents_at_once_neither_fail_nor_lose(pool_url, pool: Pool, first, second, stays):
    keys = [f"{number:020d}" for number in range(50)]
    with ThreadPoolExecutor(1) as thread, psycopg.connect(pool_url) as connection:
        rows = [digital(fphm=key, bz="first", fpmx=[line(1, xmmc="first")]) for key in keys]
        assert merge(connection, "digital", rows, context(on(f"2027-01-{first:02d}"))).inserted == 50
        other = thread.submit(_merge_alone, pool_url, keys[::-1], "second", second)
        _wait_for_the_second(pool)
        connection.commit()
        assert other.result(timeout=60).inserted == 0
    assert pool.execute("SELECT remark, count(*) FROM pool.document GROUP BY 1").fetchall() == [(stays, 50)]
    assert pool.execute("SELECT goods_name, count(*) FROM pool.line GROUP BY 1").fetchall() == [(stays, 50)]


@pytest.mark.req("R093")
def test_blank_text_does_not_overwrite_even_if_a_translation_let_it_through(pool: Pool):
    merge(pool, "digital", [digital()])
    staged = translate("digital", [digital(bz="note")], context(on("2027-01-06")))
    names = staged_columns("digital")
    blank = {"seller_name": "   ", "buyer_name": ""}
    row = tuple(blank.get(name, value) for name, value in zip(names, staged.documents[0], strict=True))
    made = StagedMerge(pool, "documents", MergeContext("B2", "leqi", "input", OWNER))
    made.load(Staged("digital", "documents", [row]), 99_999)
    assert made.merge().updated == 1
    found = document(pool)
    assert (found["seller_name"], found["buyer_name"], found["remark"]) == (
        "北京某某科技有限公司",
        "深圳某某贸易有限公司",
        "note",
    )


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(["digital", "risk", "usage"]),
        st.integers(min_value=1, max_value=28),
        st.sampled_from(["1", "2"]),
        st.sampled_from([None, "0", "2", "7", "8"]),
        st.sampled_from([None, "", "甲", "乙"]),
        st.sampled_from([None, "01", "02", "03"]),
    ),
    min_size=1,
    max_size=8,
)


def _payload(kind: str, key: str, status: str | None, words: str | None, entry: str | None) -> dict[str, object]:
    if kind == "digital":
        return digital(fphm=key * 20, bz=words, fjysxx={"note": words})
    return {"fphm": key * 20, "fpzt": status, "rzzt": entry if kind == "usage" else None}


@given(ANSWERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_pool_of_any_past_instant_can_be_had_again(pool: Pool, answers):
    pool.rollback()
    snapshots = []
    for kind, day, key, status, words, entry in answers:
        merge(pool, kind, [_payload(kind, key, status, words, entry)], context(on(f"2027-01-{day:02d}")))
        snapshots.append(
            pool.execute("SELECT clock_timestamp(), array_agg(i ORDER BY document_key) FROM fapiao.invoice AS i")
        )
    for moment, rows in [snapshot.fetchone() or () for snapshot in snapshots]:
        again = pool.execute("SELECT array_agg(i ORDER BY document_key) FROM fapiao.invoice_as_of(%s) AS i", [moment])
        assert again.fetchone() == (rows,)


@given(ANSWERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_merged_twice_changes_nothing_the_second_time(pool: Pool, answers):
    pool.rollback()
    for kind, day, key, status, words, entry in answers:
        said = kind, [_payload(kind, key, status, words, entry)], context(on(f"2027-01-{day:02d}"))
        merge(pool, *said)
        assert merge(pool, *said).updated == 0


def test_a_pool_that_statistics_call_empty_is_not_scanned_once_per_document(pool: Pool, pool_url: str):
    """A first merge that was rolled back leaves such statistics behind; scanning would cost the square of the rows."""
    with psycopg.connect(pool_url, autocommit=True) as cleaner:
        cleaner.execute("VACUUM pool.document, pool.line")
    scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE schemaname = 'pool' AND relname = 'document'"
    rows = [digital(fphm=f"{number:020d}", fpmx=[line(1)]) for number in range(200)]

    merge(pool, "digital", rows)

    (scanned,) = pool.execute(scans).fetchone() or (0,)
    assert scanned < 20
