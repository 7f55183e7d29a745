"""Every command × every role × own and foreign organisation: what may not be done is refused in the manual's words."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from bureau_workbooks import OWNER
from customs_rows import number
from fapiao.errors import BadInput, Unusable
from fapiao.permissions.entrances import entrances
from fapiao.permissions.rules import Entrance, permission_rules
from hooks.enterprise.permissions import enter, permissions_of
from launcher.admission import ways_of
from launcher.airflow_env import METADATA
from launcher.connections import BUREAU_VARIABLES, POOL_VARIABLE
from launcher.entrance import CommandLine
from launcher.main import COMMANDS, HIDDEN, main, module_of, parser_of
from pool_rows import KEY
from walked_pool import BOSS, FOREIGN, OWN, furnish, person, write_files

ORGANISATION, ROLE = "您没有该核算组织的权限。", "您没有该操作的权限。"
RULES = permission_rules()
LINES: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("command_lines.yaml").read_text(encoding="utf-8")
)
pytestmark = pytest.mark.xdist_group("walk of rights")
PLACES = {"company": OWNER, "customs": number(1), "invoice": KEY, "waiting": "waiting", "failed": "failed"}


def leaves(parser: argparse.ArgumentParser, words: str) -> Iterator[str]:
    """Every way in which the words of a command can go on, by subparsers or by a place with a closed list."""
    for action in parser._actions:
        if action.option_strings or action.choices is None:
            continue
        if action.nargs == "?":
            yield words
        for word in action.choices:
            deeper = action.choices[word] if isinstance(action, argparse._SubParsersAction) else None
            yield from leaves(deeper, f"{words} {word}") if deeper else [f"{words} {word}"]
        return
    yield words


def commands() -> set[str]:
    """All that can be typed."""
    return {leaf for name in COMMANDS + HIDDEN for leaf in leaves(parser_of(name, module_of(name)), name)}


def declared(name: str) -> Entrance:
    """The row of rights.yaml behind a line of command_lines.yaml; a DAG is asked in place of `run`."""
    if name.startswith("run "):
        return RULES.entrances["dag", "CHANNEL__JOB"]
    return RULES.entrances["command", name]


@pytest.mark.finding("F41")
def test_every_command_says_what_it_takes_and_nothing_else_does() -> None:
    """A new command without a row among the entrances ends here, and so does a row of a command that is gone."""
    names = {name for kind, name in RULES.entrances if kind == "command"}
    assert {name for name in names if " --" not in name} == commands()


@pytest.mark.finding("F41")
def test_every_command_that_takes_a_right_is_walked_below() -> None:
    asked = {name for (kind, name), row in RULES.entrances.items() if kind == "command" and row.action}
    assert asked | {"run leqi__incremental", "rights list"} == {*LINES}


@pytest.fixture(scope="module")
def walked(postgres: Any, template: str, maintenance: psycopg.Connection) -> Iterator[str]:
    """URL of the pool that all lines of this file share."""
    maintenance.execute(f"CREATE DATABASE walked_rights TEMPLATE {template} STRATEGY FILE_COPY")
    with psycopg.connect(postgres.url("walked_rights")) as pool:
        furnish(pool)
    yield postgres.url("walked_rights")
    maintenance.execute("DROP DATABASE walked_rights WITH (FORCE)")


@pytest.fixture
def pool(walked: str) -> Iterator[psycopg.Connection]:
    """A session for the test's own questions."""
    with psycopg.connect(walked, autocommit=True) as connection:
        yield connection


def closed(connection: psycopg.Connection, ways: list[Entrance], actor: str) -> bool:
    """Whether the gate of the command, or that of a row of ORG1, is closed to him."""
    try:
        enter(connection, actor, ways)
    except BadInput:
        return True
    permissions = permissions_of(connection, actor)
    return any(one.action and permissions.objection(one.action, OWN) for one in ways)


@pytest.mark.finding("F41", "F40")
@pytest.mark.req("A-56", "R150", "R326")
def test_a_gate_is_open_to_whom_the_role_and_the_organisation_let_in_and_to_nobody_else(
    pool: psycopg.Connection,
) -> None:
    """Every way in × every role × own and foreign organisation, and nobody's."""
    wrong = []
    for (kind, name), row in RULES.entrances.items():
        for role in RULES.roles.values():
            for organisation in (OWN, FOREIGN):
                may = row.action is None or (
                    row.action in role.actions and organisation == OWN and not (row.everywhere)
                )
                if closed(pool, [row], person(role.code, organisation)) == may:
                    wrong.append((kind, name, role.code, organisation))
        assert not closed(pool, [row], BOSS), name
        assert closed(pool, [row], "nobody") == (row.action is not None), name
    assert wrong == []


class Typing:
    """Types the lines of the walk as somebody."""

    def __init__(self, pool: psycopg.Connection, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.pool, self.folder, self.capsys = pool, folder, capsys

    def places(self) -> dict[str, str]:
        """What the lines name, as far as it is there."""
        (history,) = self.pool.execute("SELECT max(batch_no) FROM sync.history_batch").fetchone() or ("",)
        (request,) = self.pool.execute("SELECT max(batch_no) FROM sync.selection").fetchone() or ("",)
        return PLACES | {"folder": str(self.folder), "history": history or "none", "request": request or "none"}

    def __call__(self, line: str, actor: str) -> tuple[int, str]:
        """The exit code, and what comes out and is complained of."""
        self.capsys.readouterr()
        code = main([word.format(**self.places()) for word in line.split()] + ["--as", actor])
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err


@pytest.fixture
def type_(walked: str, pool: psycopg.Connection, tmp_path: Path, monkeypatch: Any, capsys: Any) -> Typing:
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FAPIAO_FILES", str(tmp_path / "files"))
    monkeypatch.setenv(POOL_VARIABLE, walked)
    for name in (*BUREAU_VARIABLES, METADATA):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin", None)
    write_files(tmp_path)
    return Typing(pool, tmp_path, capsys)


def without(action: str) -> str:
    """Somebody of ORG1 who may look there and not do this; for looking, somebody who may do nothing."""
    roles = [role.code for role in RULES.roles.values() if action not in role.actions]
    return person(roles[0], OWN) if roles else "nobody"


def with_right(row: Entrance) -> tuple[str, str]:
    """Who may, and who may the same in another organisation alone."""
    (role, *_) = RULES.roles_with(row.action or "view")
    return BOSS if row.everywhere else person(role, OWN), person(role, FOREIGN)


@pytest.mark.finding("F41", "F43")
@pytest.mark.req("A-56", "R150", "R326")
@pytest.mark.parametrize("name", [name for name, line in LINES.items() if "line" in line])
def test_a_command_is_refused_or_done_by_role_and_organisation(type_: Typing, name: str) -> None:
    """In the order of the file: what one line makes, another needs."""
    row, line = RULES.entrances["command", name], LINES[name]
    allowed, foreign = with_right(row)
    refusals = (ORGANISATION, ROLE)
    if row.rows and not line.get("anybody"):  # the others are the gate's, which is asked above
        _, said = type_(line["line"], without(row.action or "view"))
        assert any(one in said for one in refusals) or (
            "sees" in line and line["sees"].format(**type_.places()) not in said
        )
    _, elsewhere = type_(line["line"], foreign)
    code, own = type_(line["line"], allowed)
    assert not any(one in own for one in refusals), own
    assert (code, line.get("ends", "") in own) == (int("ends" in line), True), own
    if seen := line.get("sees"):
        word = seen.format(**type_.places())
        assert (word in own, word in elsewhere) == (True, False), own
    else:
        assert any(one in elsewhere for one in refusals) != bool(line.get("anybody")), elsewhere


@pytest.mark.finding("F41", "F42", "F81")
@pytest.mark.req("A-56")
def test_what_the_walk_did_names_its_person_and_the_account_of_the_system(pool: psycopg.Connection) -> None:
    """After the lines above: whatever was changed, planned, acted on or taken out."""
    people = {person("admin", OWN), BOSS}
    changed = pool.execute(
        "SELECT DISTINCT object, actor FROM fapiao.administration_event WHERE account IS NOT NULL AND object <> 'entry'"
    ).fetchall()
    assert {actor for _, actor in changed} <= {*people, person("operator", OWN)}
    assert {"taxpayer", "scheme", "parameter", "history_auto_update"} <= {name for name, _ in changed}
    entries = pool.execute(
        "SELECT DISTINCT actor, account LIKE '%@%' FROM fapiao.administration_event WHERE object = 'entry'"
    )
    assert entries.fetchall() == [(person("operator", OWN), True)]
    doers = pool.execute(
        "SELECT DISTINCT actor FROM sync.task_event WHERE account LIKE '%@%'"
        " UNION SELECT DISTINCT actor FROM sync.selection_event WHERE account LIKE '%@%'"
        " UNION SELECT actor FROM fapiao.export_event WHERE sha256 IS NOT NULL AND account LIKE '%@%'"
    ).fetchall()
    roles = {person(role, organisation) for role in RULES.roles for organisation in (OWN, FOREIGN)}
    assert {actor for (actor,) in doers} <= roles
    assert len(doers) >= 2
    makers = pool.execute("SELECT DISTINCT created_by FROM sync.batch").fetchall()
    assert {maker for (maker,) in makers} - {"test"} <= roles  # who furnished the pool is `test`


def test_a_line_of_run_comes_in_by_its_dag() -> None:
    arguments = argparse.Namespace(dag_id="sweep_results", conf='{"batches": ["B"]}')
    assert [one.name for one in ways_of(CommandLine("run", arguments))] == ["run", "sweep_results batches"]
    assert [one.name for one in ways_of(CommandLine("run", argparse.Namespace(dag_id="none", conf="{")))] == ["run"]


def test_what_no_rule_speaks_of_is_refused() -> None:
    with pytest.raises(Unusable, match="command fly has no row among the entrances"):
        entrances("command", "fly", {})
