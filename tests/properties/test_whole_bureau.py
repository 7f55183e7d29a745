"""The proof that takes minutes: a bureau of 17,000 documents on 乐企 and of 1,200 at the gateway, every DAG, row by row.

It runs where FAPIAO_PROOF is set: `FAPIAO_PROOF=1 ./fapiao test tests/properties/test_whole_bureau.py`. Its value is the
number of documents on 乐企 in thousands (1: the 17,000 of the proof).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import count
from random import Random

import pytest

from independent_bureau import IndependentBureau, listed
from truth import (
    KINDS,
    MAY_BE_DEDUCTED,
    Document,
    Party,
    Row,
    differences,
    not_selected,
    on_gateway,
    place,
    pool_rows,
    usage,
)
from truth_made import document
from truth_room import PROOF, NewRoom, Room, snapshot, unexplained

DOCUMENTS_ON_LEQI, DOCUMENTS_AT_GATEWAY = 17_000, 1_200
ON_LEQI = [Party("91310000MA1EXAMP07", "示例公司"), Party("91310000MA1EXAMPAA", "示例公司二")]
ON_ETAX, BY_CERTIFICATE = Party("91310000MA1EXAMPBB", "示例公司三"), Party("91310000MA1EXAMPCC", "示例公司四")
LEQI_RUNS = (
    ("leqi__history_output", "2027-02-02"),
    ("leqi__current_month", "2027-02-05"),
    ("leqi__history_input", "2027-02-06"),
    ("leqi__incremental", "2027-02-08"),
    ("leqi__risk_status", "2027-02-08"),
    ("leqi__unselected_init", "2027-03-01"),
    ("leqi__history_output", "2027-03-02"),
    ("leqi__history_input", "2027-03-06"),
    ("leqi__back_check", "2027-03-12"),
)
GATEWAY_RUNS = (
    ("etax__history_output", "2027-02-02"),
    ("soft_certificate__history_output", "2027-02-02"),
    ("etax__history_input", "2027-02-06"),
    ("soft_certificate__history_input", "2027-02-06"),
    ("soft_certificate__current_month", "2027-02-27"),
    ("soft_certificate__status_update", "2027-02-27"),
    ("etax__current_month", "2027-02-28"),
    ("etax__status_update", "2027-02-28"),
    ("etax__history_output", "2027-03-02"),
    ("etax__history_input", "2027-03-06"),
    ("soft_certificate__history_output", "2027-03-02"),
    ("soft_certificate__history_input", "2027-03-06"),
    ("etax__back_check", "2027-03-12"),
    ("soft_certificate__full_last_month", "2027-03-12"),
)
pytestmark = pytest.mark.skipif(PROOF is None, reason="FAPIAO_PROOF is not set")


def documents_of(owners: Sequence[Party], kinds: Sequence[str], wanted: int, seed: int) -> list[Document]:
    """January and February documents of every kind and direction; 缴款书 are the first owner's, as 软证书 knows none."""
    dice, numbers = Random(seed), count(seed * 1_000_000)  # noqa: S311
    return [_one(dice, owners, kinds[number % len(kinds)], next(numbers)) for number in range(wanted)]


def _one(dice: Random, owners: Sequence[Party], kind: str, number: int) -> Document:
    bought_only = kind in ("customs", "withholding")
    owner = owners[0] if kind == "customs" else dice.choice(owners)
    direction = "input" if bought_only or dice.random() < 0.6 else "output"
    made = document(dice, kind, dice.choice(("2027-01", "2027-02")), owner, direction, number)
    return replace(made, state=_state(dice, made)) if direction == "input" else made


def _state(dice: Random, made: Document) -> dict[str, str]:
    """What was used, entered or found out about a purchase; most of it nothing."""
    if made.document != "invoice" or dice.random() < 0.6:
        return {}
    used = {"fpyt": dice.choice(("1", "6")), "skssq": "202702"} if dice.random() < 0.5 else {}
    found = dice.random() < 0.2 and made.kind in MAY_BE_DEDUCTED and made.issued < datetime(2027, 2, 6)  # noqa: DTZ001
    told = {"recognised": f"2027-02-0{dice.randint(5, 7)} 10:00:00"} if found else {}
    return {"rzzt": dice.choice(("01", "02", "03")), "xfsyt": dice.choice(("00", "01")), **used, **told}


@pytest.fixture
def wanted() -> int:
    """How many documents lie on 乐企; FAPIAO_PROOF=0.1 is a tenth, to try the proof out."""
    return int(DOCUMENTS_ON_LEQI * float(PROOF or 1))


def run_all(room: Room, runs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Real DAG runs in order; yields a sentence per row that did not end well."""
    for dag_id, day in runs:
        room.run(dag_id, day)
    yield from (f"{row['batch_no']} {row['job']}: {row['status']} {row['error_code']} {row['error_message']}"
                for row in room.log() if row["status"] not in ("succeeded", "no_data"))  # fmt: skip


def states_wrong(room: Room, documents: Iterable[Document], wanted: Iterable[tuple[str, Row]]) -> list[str]:
    """Columns beyond the face that differ."""
    rows = pool_rows(room.pool)
    found = []
    for made, (what, columns) in zip(documents, wanted, strict=True):
        if place(made) in rows and (wrong := differences(rows[place(made)], columns)):
            found.append(f"{what} {made.kind} {made.key}: {wrong}")
    return found


def leqi_states(made: Document) -> Row:
    """What usage, unselected list and risk say of a purchase."""
    return usage(made) | (not_selected(made) if listed(made) else {})


def check_second_time(room: Room, runs: Iterable[tuple[str, str]], again: Iterable[tuple[str, str]]) -> None:
    """Neither the same runs nor fresh downloads of the same months change anything."""
    before = snapshot(room)
    for dag_id, day in (*runs, *again):
        room.run(dag_id, day)
    assert snapshot(room) == before


@pytest.mark.slow
@pytest.mark.req("R088", "R114", "A-25")
def test_the_pool_is_the_truth_of_a_large_bureau_on_leqi(
    new_room: NewRoom, airflow_metadata: None, wanted: int
) -> None:
    documents = documents_of(ON_LEQI, KINDS, wanted, seed=11)
    with new_room(IndependentBureau(date(2027, 2, 1), documents, package_rows=500)) as room:
        for party in ON_LEQI:
            room.company(party)
        room.scheme(ON_LEQI, KINDS)

        assert list(run_all(room, LEQI_RUNS)) == []

        assert unexplained(room, documents, KINDS) == []
        assert pool_rows(room.pool).keys() == {place(made) for made in documents}
        assert states_wrong(room, documents, (("乐企", leqi_states(made)) for made in documents)) == []
        assert room.ledger() == room.counted()
        check_second_time(
            room, LEQI_RUNS, [("leqi__history_output", "2027-03-13"), ("leqi__history_input", "2027-03-13")]
        )
        assert room.ledger() == room.counted()


@pytest.mark.slow
@pytest.mark.finding("F01")
def test_the_pool_is_the_truth_of_a_bureau_at_the_gateway(
    new_room: NewRoom, airflow_metadata: None, wanted: int
) -> None:
    kinds = [kind for kind in KINDS if kind != "withholding"]
    documents = documents_of(
        [ON_ETAX, BY_CERTIFICATE], kinds, wanted * DOCUMENTS_AT_GATEWAY // DOCUMENTS_ON_LEQI, seed=12
    )
    documents = [replace(made, state={}) for made in documents]
    with new_room(IndependentBureau(date(2027, 2, 1), documents)) as room:
        room.company(ON_ETAX, "etax")
        room.company(BY_CERTIFICATE, "soft_certificate")
        room.scheme([ON_ETAX, BY_CERTIFICATE], kinds)

        assert list(run_all(room, GATEWAY_RUNS)) == []

        assert unexplained(room, documents, kinds) == []
        assert pool_rows(room.pool).keys() == {place(made) for made in documents}
        assert states_wrong(room, documents, (("网关", on_gateway(made)) for made in documents)) == []
        check_second_time(room, GATEWAY_RUNS, [("etax__history_input", "2027-03-13")])
