"""`./fapiao doctor`: every part that work needs, what is wrong with it, and the next step; nothing is changed."""

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

import psycopg

from fapiao.bureau_kind import PoolKind
from fapiao.errors import FapiaoError
from fapiao.queries import query
from fapiao.texts.catalogue import sentence
from hooks.pool.bureau_kind import kind_of
from launcher import stack_simulator
from launcher.airflow_env import airflow_environment, metadata_is_given, metadata_is_prepared, metadata_server
from launcher.bureau import bureaus_in, bureaus_without_airflow, given_bureaus
from launcher.connections import BUREAU_VARIABLES
from launcher.doctor import pool
from launcher.doctor.airflow import airflow
from launcher.doctor.findings import ABSENT, DOUBTFUL, WELL, WRONG, Finding, absent, wrong
from launcher.doctor.machine import machine
from launcher.options import add_json
from launcher.pool import last_line
from launcher.screen import print_rows
from launcher.stack import running_stack

SHOWN = {"part": "doctor.part", "state": "doctor.state", "found": "doctor.found", "next_step": "doctor.next_step"}
PARTS = {
    "python": "doctor.part_python",
    "disk": "doctor.part_disk",
    "postgres": "doctor.part_postgres",
    "schema": "doctor.part_schema",
    "pool": "doctor.part_pool",
    "airflow": "doctor.part_airflow",
    "connections": "doctor.part_connections",
    "logins": "doctor.part_logins",
    "rights": "doctor.part_rights",
}
PARTS_OF = {"connection": "doctor.part_connection", "clock:": "doctor.part_clock"}
"""Parts of which there are several, each by a name."""
STATES = {
    WELL: "doctor.state_ok",
    DOUBTFUL: "doctor.state_warning",
    WRONG: "doctor.state_wrong",
    ABSENT: "doctor.state_absent",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """People or programs."""
    add_json(parser)


@dataclass(slots=True)
class Known:
    """What the pool says that the bureaus are asked with."""

    kind: PoolKind | None = None
    unit: str | None = None
    companies: list[tuple[str, int]] = field(default_factory=list)
    named: bool = False
    """Whether these companies may be named to who asks."""


def run(arguments: argparse.Namespace) -> int:
    """Looks at everything, whatever it finds; 1 when something is wrong, 0 when nothing is or nothing is there."""
    known = Known()
    found = [*machine(), *_pool(known), airflow(), *_bureaus(known)]
    headings = {name: sentence(heading) for name, heading in SHOWN.items()}
    print_rows(headings, [asdict(one if arguments.json else _worded(one)) for one in found], as_json=arguments.json)
    return 1 if any(one.state == WRONG for one in found) else 0


def _worded(one: Finding) -> Finding:
    """As people read it: programs know part and state by their codes."""
    kind, _, name = one.part.partition(" ")
    part = sentence(PARTS_OF[kind], name=name) if kind in PARTS_OF else sentence(PARTS[kind])
    return replace(one, part=part, state=sentence(STATES[one.state]))


def _pool(known: Known) -> Iterator[Finding]:
    try:
        with pool.looking() as connection:
            yield from pool.server(connection)
            yield (schema := pool.schema(connection))
            if schema.state != WELL:
                return
            yield from pool.contents(connection)
            known.kind, organisations = kind_of(connection), pool.open_organisations(connection)
            known.named = organisations is None
            row = connection.execute(query("doctor", "leqi_unit"), {"organisations": organisations}).fetchone()
            known.unit = row[0] if row else None
            known.companies = connection.execute(query("doctor", "etax_companies"), {"most": 20}).fetchall()
    except pool.NoPool as none:
        yield none.finding
    except psycopg.Error as refused:
        yield wrong(
            "pool", sentence("doctor.unreadable_pool", reason=last_line(refused)), sentence("doctor.give_right")
        )


def _bureaus(known: Known) -> Iterator[Finding]:
    try:
        given = _given()
    except FapiaoError as refused:
        yield wrong("connections", str(refused), sentence("doctor.correct_it"))
        return
    if not given:
        step = "doctor.enter_one" if metadata_is_given() else "doctor.rehearse"
        variables = sentence("runs.either", one=BUREAU_VARIABLES[0], other=BUREAU_VARIABLES[1])
        yield absent("connections", sentence("doctor.no_bureau"), sentence(step, variables=variables))
        return
    from launcher.doctor.bureaus import Asked, bureaus  # noqa: PLC0415 a third of a second, with httpx

    yield from bureaus(given, known.kind, known.unit, Asked(known.companies, known.named))


def _given() -> Mapping[str, str]:
    """The connections by variable: of the environment, of the stack's simulator, or as its Airflow knows them."""
    if given := bureaus_in(os.environ):
        return given
    stack = running_stack()
    if stack and stack.simulator_url:
        return stack_simulator.connections(stack.simulator_url, stack_simulator.sm4_key())
    if not metadata_is_prepared():
        return bureaus_without_airflow()
    with metadata_server():
        return given_bureaus(airflow_environment(""))
