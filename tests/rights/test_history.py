"""What is administered is history: who, under which account, when, before and after; what was cleared stays visible."""

import json
import os
import pwd
import socket
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException

from fapiao.errors import BadInput
from hooks.enterprise.permissions import replace_grants
from hooks.pool.sessions import open_session, system_account
from launcher.connections import POOL_VARIABLE
from launcher.main import main

Pool = psycopg.Connection[Any]
ROLE = "您没有该操作的权限。"
BROKEN_LINKS = """
SELECT c.seq FROM enterprise.change AS c
LEFT JOIN enterprise.change AS before ON before.seq = c.seq - 1
WHERE c.hash IS DISTINCT FROM enterprise.change_hash(
    before.hash, c.seq, c.object, c.key, c.before, c.after, c.actor, c.account, c.at,
    c.session_role, c.client_address, c.server_time)
"""


@pytest.fixture
def fapiao(pool_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Types a command line; gives back exit code, lines and complaint."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)

    def type_(*words: object) -> tuple[int, list[str], str]:
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return type_


def history(fapiao: Any, actor: str) -> list[tuple[str, ...]]:
    """(object, key, operation, actor) of ./fapiao log --administration, oldest first."""
    told = [json.loads(line) for line in fapiao("log", "--administration", "--json", "--as", actor)[1]]
    return [(one["object"], one["key"], one["operation"], one["actor"]) for one in reversed(told)]


@pytest.mark.finding("F41")
@pytest.mark.req("A-56")
def test_cleared_rights_are_visible_afterwards_with_who_cleared_them(fapiao: Any, pool: Pool, tmp_path: Path) -> None:
    file = tmp_path / "rights.csv"
    file.write_text("actor,org_code,role\nanna,*,admin\nli,*,operator\n", encoding="utf-8")
    code, _, said = fapiao("rights", "load", file, "--as", "boss")
    assert (code, said) == (0, "note: boss may not change rights any more, but anna may\n")
    assert fapiao("rights", "clear", "--as", "li")[::2] == (1, f"{ROLE}\n")
    assert fapiao("params", "set", "fapiao", "inbox_owner", "li", "--as", "li")[::2] == (1, f"{ROLE}\n")
    assert fapiao("rights", "clear", "--as", "anna")[0] == 0
    told = history(fapiao, "whoever")
    assert {*told[:2]} == {
        ("permission", "anna * admin", "insert", "boss"), ("permission", "li * operator", "insert", "boss"),
    }  # fmt: skip
    assert {*told[2:]} == {
        ("permission", "anna * admin", "delete", "anna"), ("permission", "li * operator", "delete", "anna"),
    }  # fmt: skip
    assert pool.execute(BROKEN_LINKS).fetchall() == []


@pytest.mark.finding("F41")
def test_whoever_loads_rights_without_an_admin_is_told_so_and_keeps_the_key(fapiao: Any, tmp_path: Path) -> None:
    file = tmp_path / "rights.csv"
    file.write_text("actor,org_code,role\nli,*,manager\n", encoding="utf-8")
    _, _, said = fapiao("rights", "load", file, "--as", "boss")
    assert said == (
        "note: no record gives admin for *; until one does, boss, who loaded these rights, may change them\n"
    )
    assert fapiao("rights", "clear", "--as", "li")[0] == 1
    assert fapiao("rights", "clear", "--as", "boss")[0] == 0


@pytest.mark.finding("F41")
def test_a_parameter_says_what_it_was_and_what_it_is(fapiao: Any, pool: Pool) -> None:
    for value in ("a", "b", "b"):
        fapiao("params", "set", "fapiao", "inbox_owner", value, "--as", "zhang")
    fapiao("params", "unset", "fapiao", "inbox_owner", "--as", "li")
    found = pool.execute("SELECT actor, before ->> 'value', after ->> 'value' FROM enterprise.change ORDER BY seq")
    assert found.fetchall() == [("zhang", None, "a"), ("zhang", "a", "b"), ("li", "b", None)]


@pytest.mark.finding("F41")
def test_history_is_neither_rewritten_nor_emptied_and_an_emptied_table_leaves_its_rows(owner: Pool) -> None:
    replace_grants(owner, [("li", "*", "admin")], "boss")
    owner.execute("TRUNCATE enterprise.permission")
    (last,) = owner.execute("SELECT object, key, before, after FROM enterprise.change ORDER BY seq DESC LIMIT 1")
    assert (last[0], last[1], last[2][0]["actor"], last[3]) == ("permission", "*", "li", None)
    for statement in ("UPDATE enterprise.change SET actor = 'x'", "DELETE FROM enterprise.change"):
        with pytest.raises(RaiseException, match="append-only"), owner.transaction():
            owner.execute(statement)
    assert owner.execute(BROKEN_LINKS).fetchall() == []


@pytest.mark.finding("F41")
def test_a_change_that_a_superuser_edited_breaks_the_chain(owner: Pool) -> None:
    for grants in ([("li", "*", "admin")], []):
        replace_grants(owner, grants, "li")
    owner.execute("ALTER TABLE enterprise.change DISABLE TRIGGER append_only")
    owner.execute("UPDATE enterprise.change SET actor = 'nobody' WHERE seq = 1")
    assert owner.execute(BROKEN_LINKS).fetchall() == [(1,)]


@pytest.mark.finding("F41")
def test_who_works_with_the_pool_is_not_let_into_its_history(pool: Pool) -> None:
    replace_grants(pool, [("li", "*", "admin")], "boss")
    for statement in (
        "SELECT enterprise.note_change('permission', 'x', NULL, '{}')",
        "INSERT INTO enterprise.change (seq, object, key, after, actor, at, hash) VALUES (9, 'x', 'x', '{}', 'x', now(), '')",
    ):
        with pytest.raises(InsufficientPrivilege), pool.transaction():
            pool.execute(statement)


@pytest.mark.finding("F81")
@pytest.mark.req("A-56")
def test_the_account_of_the_system_stands_beside_a_claim_and_no_variable_changes_it(
    pool_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME", "FAPIAO_ACTOR"):
        monkeypatch.setenv(name, "somebody-else")
    expected = f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"
    assert system_account() == expected
    with open_session(pool_url, "claimed") as connection:
        connection.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('X')")
        told = connection.execute("SELECT actor, account FROM fapiao.administration_event").fetchall()
    assert told == [("claimed", expected)]


@pytest.mark.finding("F41")
def test_an_admin_of_one_organisation_changes_its_basics_and_no_others(fapiao: Any, pool: Pool, tmp_path: Path) -> None:
    for code in ("A", "B"):
        pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES (%s)", [code])
    pool.commit()
    replace_grants(pool, [("boss", "*", "admin"), ("li", "A", "admin")], "boss")
    pool.commit()
    file = tmp_path / "taxpayers.csv"
    columns = "taxpayer_no,name,org_code,channel,company_type\n"
    file.write_text(f"{columns}91330100799655058B,丙公司,A,tax_disk,general\n", encoding="utf-8")
    assert fapiao("taxpayers", "load", file, "--as", "li")[0] == 0
    file.write_text(f"{columns}91330100799655058B,丙公司,B,tax_disk,general\n", encoding="utf-8")
    assert fapiao("taxpayers", "load", file, "--as", "li")[::2] == (
        1, "91330100799655058B: 您没有该核算组织的权限。\n"
    )  # fmt: skip
    with pytest.raises(BadInput, match="权限"):
        replace_grants(pool, [], "li")


@pytest.mark.finding("F41")
@pytest.mark.req("R326")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("code", "label"), [("viewer", "查看"), ("operator", "经办"), ("manager", "主管"), ("auditor", "审计"), ("admin", "管理员")])  # fmt: skip
def test_a_role_is_loaded_by_code_or_label_and_listed_as_its_reader_calls_it(
    fapiao: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, code: str, label: str
) -> None:
    monkeypatch.setenv("FAPIAO_LANG", language)
    for number, (heading, written) in enumerate([("actor,org_code,role", code), ("用户,核算组织编码,角色", label)]):
        file = tmp_path / f"{number}.csv"
        file.write_text(f"{heading}\nboss,*,admin\nli,*,{written}\n", encoding="utf-8")
        assert fapiao("rights", "load", file, "--as", "boss")[0] == 0
        (line,) = [line for line in fapiao("rights", "list", "--as", "boss")[1] if line.startswith("li ")]
        assert line.split()[2] == {"zh": label, "en": code}[language]
        told = [json.loads(line) for line in fapiao("rights", "list", "--json", "--as", "boss")[1]]
        assert {one["role"] for one in told if one["actor"] == "li"} == {code}


@pytest.mark.finding("F62")
@pytest.mark.req("A-56")
def test_the_inbox_is_nobodys_who_may_not_import(fapiao: Any, pool: Pool) -> None:
    set_owner = ("params", "set", "fapiao", "inbox_owner")
    assert fapiao(*set_owner, "whoever", "--as", "boss")[0] == 0
    replace_grants(pool, [("boss", "*", "admin"), ("li", "A", "operator"), ("anna", "*", "auditor")], "boss")
    pool.commit()
    for name in ("stranger", "anna"):
        code, _, said = fapiao(*set_owner, name, "--as", "boss")
        assert (code, said) == (
            1,
            f"{name} may not import, so every file of the inbox would be refused: give the right with ./fapiao rights "
            "load first, or name somebody who has it\n",
        )
    assert fapiao(*set_owner, "li", "--as", "boss")[0] == 0


@pytest.mark.finding("F41")
@pytest.mark.req("A-56")
@pytest.mark.parametrize("action", ["enable", "disable", "delete"])
def test_no_scheme_of_another_organisation_is_suggested(fapiao: Any, pool: Pool, action: str) -> None:
    for code, number in (("A", "91330100799655058B"), ("B", "91310000MA1EXAMP07")):
        pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES (%s)", [code])
        pool.execute(
            "INSERT INTO enterprise.taxpayer (taxpayer_no, name, org_code, channel) VALUES (%s, '甲', %s, 'tax_disk')",
            [number, code],
        )
        pool.execute(
            "WITH made AS (INSERT INTO enterprise.scheme (name, download_types, invoice_types, start_date)"
            " VALUES (%s, '{input_full}', '{01}', '2026-01-01') RETURNING scheme_id)"
            " INSERT INTO enterprise.scheme_taxpayer SELECT scheme_id, %s FROM made",
            [f"并购{code}方案", number],
        )
    replace_grants(pool, [("boss", "*", "admin"), ("li", "A", "admin")], "boss")
    pool.commit()
    assert "并购A方案" in fapiao("schemes", action, "并购方案", "--as", "li")[2]
    assert fapiao("schemes", action, "B方案", "--as", "li")[2].count("并购B方案") == 0
    assert "并购B方案" in fapiao("schemes", action, "并购B案", "--as", "boss")[2]
