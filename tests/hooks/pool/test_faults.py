"""Whose fault an error is stands in its SQLSTATE: every class of Postgres is judged, and what is unknown is the row's."""

import psycopg
import pytest
from psycopg import errors

from hooks.pool.faults import FAULTS, Fault, fault_of, fault_of_state

STATES = sorted(
    {
        kind.sqlstate
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, psycopg.Error) and kind.sqlstate
    }
)
_JUDGED = {
    Fault.DATABASE: {"25006", "28000", "28P01", "3D000", "42501", "53100", "53300", "58000", "58030", "58P01", "58P02"},
    Fault.SESSION: {
        "08000", "08001", "08003", "08004", "08006", "08007", "08P01", "25P03", "25P04",
        "57P01", "57P02", "57P03", "57P04", "57P05",
    },
    Fault.LOCK: {"55P03"},
    Fault.MOMENT: {"40000", "40001", "40003", "40P01", "53000", "53200", "55006", "57000", "57014"},
}  # fmt: skip
"""Every state that is not the row's, written down by hand from appendix A."""


@pytest.mark.finding("F20")
def test_every_class_of_postgres_is_judged() -> None:
    assert {state[:2] for state in STATES} - {begin[:2] for begin in FAULTS} == set()


@pytest.mark.finding("F20")
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_whose_it_is_written_down_to_be(state: str) -> None:
    expected = next((fault for fault, states in _JUDGED.items() if state in states), Fault.ROW)
    assert fault_of(errors.lookup(state)("x")) is expected


@pytest.mark.parametrize("state", ["ZZ999", "54XYZ", "", "5"])
def test_a_state_that_nobody_knows_is_the_rows(state: str) -> None:
    assert fault_of_state(state) is Fault.ROW


@pytest.mark.finding("F20")
@pytest.mark.parametrize(
    "statement",
    ["SELECT " + ", ".join(["%s"] * 70_000), "SELECT %s || chr(0)", "SELECT 'infinity'::date"],
    ids=["too many parameters", "NUL", "infinity"],
)
def test_what_the_client_refuses_of_a_row_is_the_rows(pool: psycopg.Connection, statement: str) -> None:
    values = ["\x00"] * statement.count("%s")
    with pytest.raises(psycopg.Error) as refused:
        pool.execute(statement, values).fetchall()
    assert refused.value.sqlstate is None or refused.value.sqlstate.startswith(("22", "54"))
    assert fault_of(refused.value, pool) is Fault.ROW


@pytest.mark.finding("F20")
def test_a_lost_connection_is_the_sessions(pool_url: str) -> None:
    pool = psycopg.connect(pool_url)
    with pytest.raises(psycopg.OperationalError) as ended:
        pool.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert fault_of(ended.value, pool) is Fault.SESSION
    with pytest.raises(psycopg.OperationalError) as closed:
        pool.execute("SELECT 1")
    assert (closed.value.sqlstate, fault_of(closed.value, pool)) == (None, Fault.SESSION)
    assert fault_of(KeyError("x"), pool) is Fault.ROW
