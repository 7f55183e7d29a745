"""The verification queue holds by itself what its states promise, whoever writes into it."""

from typing import Any

import psycopg
import pytest

from fapiao.rules.book import rulebook

Pool = psycopg.Connection[Any]
ROW = {
    "direction": "input",
    "taxpayer_no": "91310000MA1EXAMP07",
    "document_key": "K1",
    "invoice_type": "81",
    "invoice_no": "K1",
    "reason": "received",
}


def put(pool: Pool, **values: Any) -> int:
    """One row of the queue."""
    row = ROW | values
    names, places = ", ".join(row), ", ".join(f"%({name})s" for name in row)
    found = pool.execute(
        f"INSERT INTO sync.verification ({names}) VALUES ({places}) RETURNING verification_id", row
    ).fetchone()
    assert found
    return int(found[0])


def test_the_states_are_those_of_the_labels(untouched: Pool) -> None:
    (text,) = untouched.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'verification_state_check'"
    ).fetchone()  # type: ignore[misc]
    assert set(text.split("'")[1::2]) == rulebook().codes_of("verification_state").keys()


def test_a_document_waits_only_once_at_a_time(untouched: Pool) -> None:
    put(untouched)
    put(untouched, document_key="K2")
    put(untouched, taxpayer_no="91310000MA1EXAMPAA")
    with pytest.raises(psycopg.errors.UniqueViolation):
        put(untouched, reason="status_update")


@pytest.mark.parametrize(
    "values",
    [
        {"state": "verified"},
        {"state": "waiting", "finished_at": "2027-01-05"},
        {"state": "failed", "finished_at": "2027-01-05"},
        {"state": "limit", "result_code": "X", "result_text": "x"},
        {"state": "asleep"},
        {"reason": "mood"},
        {"goal": "bin"},
    ],
)
def test_a_state_without_its_evidence_is_refused(untouched: Pool, values: dict[str, Any]) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        put(untouched, **values)


def test_a_call_has_an_instant_when_it_has_an_answer(untouched: Pool) -> None:
    number = put(untouched)
    with pytest.raises(psycopg.errors.CheckViolation):
        untouched.execute(
            "INSERT INTO sync.verification_call (verification_id, document_key, day, question, body)"
            " VALUES (%s, 'K1', '2027-01-05', '{}', 'x')",
            [number],
        )


def test_calls_and_replies_share_their_numbers_so_a_raw_answer_is_found_by_its_number_alone(untouched: Pool) -> None:
    number = put(untouched)
    call = (
        "INSERT INTO sync.verification_call (verification_id, document_key, day, question)"
        " VALUES (%s, 'K1', '2027-01-05', '{}') RETURNING reply_id"
    )
    first, second = (untouched.execute(call, [number]).fetchone() for _ in range(2))
    (last,) = untouched.execute("SELECT last_value FROM sync.reply_reply_id_seq").fetchone()  # type: ignore[misc]
    assert first and second
    assert (second[0], last) == (first[0] + 1, second[0])


def test_an_organisation_is_not_above_itself_and_its_parent_is_known(untouched: Pool) -> None:
    untouched.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('A')")
    with pytest.raises(psycopg.errors.CheckViolation), untouched.transaction():
        untouched.execute("UPDATE enterprise.organisation SET parent_org_code = 'A'")
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        untouched.execute("UPDATE enterprise.organisation SET parent_org_code = 'B'")
