"""批次号: 17 digits of the Shanghai clock, six characters of a scrambled serial number, never the same twice."""

import math
import re
from datetime import datetime
from typing import Any

import psycopg
import pytest

from fapiao.tasks import SHANGHAI
from task_rows import batch, put

Pool = psycopg.Connection[Any]
pytestmark = pytest.mark.req("A-39")


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    return untouched


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Lima"])
def test_a_batch_number_is_the_instant_in_shanghai_and_six_characters(pool: Pool, zone: str) -> None:
    pool.execute("SELECT set_config('timezone', %s, false)", [zone])
    found = pool.execute("SELECT sync.new_batch_no(7), clock_timestamp()").fetchone()
    assert found
    number, now = found
    assert re.fullmatch(r"\d{17}[0-9A-Z]{6}", number)
    made = datetime.strptime(number[:17] + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=SHANGHAI)
    assert 0 <= (now - made).total_seconds() < 60


def test_the_characters_of_fifty_thousand_serials_are_all_different(pool: Pool) -> None:
    assert pool.execute("""
        SELECT count(DISTINCT substr(sync.new_batch_no(serial), 18)), min(length(sync.new_batch_no(serial)))
        FROM generate_series(1, 50000) AS serial""").fetchone() == (50_000, 23)


def test_the_scrambling_meets_no_number_twice_before_all_two_thousand_million_are_used(pool: Pool) -> None:
    """serial → serial × a + b (mod 36⁶) is a bijection when a shares no divisor with 36."""
    found = pool.execute("SELECT prosrc FROM pg_proc WHERE oid = 'sync.digit'::regproc").fetchone()
    assert found
    multiplier, modulus = (int(number) for number in re.findall(r"\* (\d+) .*?% (\d+)", found[0].replace("\n", " "))[0])
    assert (math.gcd(multiplier, 36), modulus) == (1, 36**6)


def test_large_serials_do_not_overflow(pool: Pool) -> None:
    found = pool.execute("SELECT sync.new_batch_no(6000000000)").fetchone()
    assert found
    assert len(found[0]) == 23


def test_the_same_number_is_refused_when_it_comes_again(pool: Pool) -> None:
    put(pool, batch_no="20270610090000000ABCDEF")
    with pytest.raises(psycopg.errors.UniqueViolation):
        put(pool, batch_no="20270610090000000ABCDEF", invoice_type="82")


def test_plannings_and_tasks_draw_from_one_series(pool: Pool) -> None:
    found = pool.execute(
        "INSERT INTO sync.batch (dag_id, run_id, day, created_by) VALUES ('d', 'r', '2027-06-10', 'x')"
        " RETURNING batch_no, currval('sync.serial')"
    ).fetchone()
    assert found
    number, serial = found
    assert number[17:] == (pool.execute("SELECT substr(sync.new_batch_no(%s), 18)", [serial]).fetchone() or ())[0]
    assert put(pool, parent_batch_no=batch(pool)) == serial + 1
