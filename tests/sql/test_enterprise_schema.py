"""The schema enterprise holds by itself what the files promise, whoever writes into it."""

import psycopg
import pytest

from enterprise_files import DISK, ETAX, WORDS

TAXPAYER = "INSERT INTO enterprise.taxpayer (taxpayer_no, name, channel) VALUES (%s, 'x', 'aisino')"
SCHEME = (
    "INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date, frequency) "
    "VALUES ('a', '{input_full}', '{01}', '2026-01-01', %s)"
)


@pytest.fixture
def taxpayer(pool: psycopg.Connection) -> psycopg.Connection:
    pool.execute(TAXPAYER, [DISK])
    return pool


@pytest.mark.parametrize(
    ("table", "column", "kind"),
    [
        ("taxpayer", "channel", "channel"),
        ("taxpayer", "selection_channel", "channel"),
        ("taxpayer", "company_type", "company_type"),
        ("account", "account_type", "account_type"),
        ("account", "login", "login"),
        ("scheme", "status_mode", "status_mode"),
        ("scheme", "download_types", "download_type"),
    ],
)
def test_the_codes_of_a_column_are_those_of_the_rules(pool, table, column, kind):
    """Every code of the rules, and no other, stands in the column's CHECK."""
    checks = pool.execute(
        "SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint AS c JOIN pg_attribute AS a "
        "ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) WHERE c.contype = 'c' "
        "AND c.conrelid = ('enterprise.' || %s)::regclass AND a.attname = %s",
        [table, column],
    ).fetchone()
    quoted = {part for part in checks[0].split("'")[1::2] if part}
    assert quoted == set(getattr(WORDS, kind).labels)


@pytest.mark.parametrize("number", ["123", "x" * 18, "91110000101623741k", "1" * 21])
def test_what_is_no_tax_number_is_refused(pool, number):
    with pytest.raises(psycopg.errors.CheckViolation):
        pool.execute(TAXPAYER, [number])


@pytest.mark.req("A-06")
@pytest.mark.parametrize("days", [[], [1, 2, 3, 4, 5, 6], [0], [32], [-2]])
def test_a_frequency_has_one_to_five_days_of_a_month(pool, days):
    with pytest.raises(psycopg.errors.CheckViolation):
        pool.execute(SCHEME, [days])


@pytest.mark.parametrize("days", [[-1], [1, 31], [5, 10, 15, 21, -1]])
def test_a_good_frequency_is_taken(pool, days):
    pool.execute(SCHEME, [days])


@pytest.mark.parametrize("kinds", [("receive", "receive"), ("both", "receive"), ("issue", "both")])
def test_a_taxpayer_has_one_default_account_for_each_business(taxpayer, kinds):
    statement = (
        "INSERT INTO enterprise.account (taxpayer_no, account, account_type, is_default) VALUES (%s, %s, %s, true)"
    )
    taxpayer.execute(statement, [DISK, "a", kinds[0]])
    with pytest.raises(psycopg.errors.ExclusionViolation):
        taxpayer.execute(statement, [DISK, "b", kinds[1]])


def test_two_schemes_in_use_have_two_names(pool):
    pool.execute(SCHEME, [[5]])
    with pytest.raises(psycopg.errors.UniqueViolation):
        pool.execute(SCHEME, [[6]])


@pytest.mark.req("R067")
def test_a_deleted_scheme_cannot_be_enabled(pool):
    pool.execute(SCHEME, [[5]])
    with pytest.raises(psycopg.errors.CheckViolation):
        pool.execute("UPDATE enterprise.scheme SET deleted_at = now()")


def test_an_account_belongs_to_a_taxpayer(pool):
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        pool.execute("INSERT INTO enterprise.account (taxpayer_no, account) VALUES (%s, 'a')", [ETAX])
