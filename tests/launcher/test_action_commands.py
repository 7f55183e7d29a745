"""`./fapiao fetch`, `retry`, `void` and `rights`, as a person types them."""

import getpass
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from acted_rows import Pool, failed, grant, row, slot
from launcher.airflow_env import METADATA
from launcher.connections import LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main
from task_rows import put

LONG_AGO = "2026-01-05 09:00+08"


@pytest.fixture
def fapiao(pool_url: str, pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # fmt: skip
    """Types a command line; gives back exit code, lines and complaint."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    monkeypatch.delenv(LEQI_VARIABLE, raising=False)
    monkeypatch.delenv("FAPIAO_ACTOR", raising=False)

    def type_(*words: object) -> tuple[int, list[str], str]:
        pool.commit()
        capsys.readouterr()
        code = main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return type_


@pytest.mark.req("R320")
def test_a_retry_names_the_new_task(fapiao: Any, pool: Pool) -> None:
    failed(pool, "B", applied_at=LONG_AGO, finished_at=LONG_AGO)
    code, (line,), _ = fapiao("retry", "B", "--as", "li", "--json")
    done = json.loads(line)
    assert (code, done["batch_no"], done["message"]) == (0, "B", "手工重试")
    new = row(pool, done["new_batch_no"])
    assert (new["retry_of_batch_no"], new["created_by"]) == ("B", "li")


@pytest.mark.req("R321", "G16")
def test_a_retry_too_soon_is_the_sentence_and_1(fapiao: Any, pool: Pool) -> None:
    failed(pool, "B", applied_at="2100-01-01 00:00+08", finished_at="2100-01-01 00:00+08")
    assert fapiao("retry", "B") == (1, [], "B: 相同的任务重复请求过于频繁，请3分钟后再重试。\n")


@pytest.mark.req("R323")
@pytest.mark.usefixtures("chinese")
def test_a_void_says_what_it_costs_of_the_quota(fapiao: Any, pool: Pool) -> None:
    slot(pool, put(pool, "downloading", batch_no="B"), "consumed")
    put(pool, "downloading", batch_no="C", invoice_type="82")
    assert fapiao("void", "B", "C", "--reason", "重复", "--as", "li")[:2] == (
        0,
        ["B：作废；申请次数：已占用，不退还 1", "C：作废；申请次数：未占用"],
    )
    assert (row(pool, "B")["voided_by"], row(pool, "B")["void_reason"]) == ("li", "重复")


@pytest.mark.parametrize(
    ("words", "variable", "expected"),
    [(("--as", "li"), "wang", "li"), ((), "wang", "wang"), ((), None, getpass.getuser()), (("--as", " "), " ", getpass.getuser())],
)  # fmt: skip
def test_the_actor_is_the_named_one_else_the_environments_else_the_account(
    fapiao: Any, pool: Pool, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], variable: str | None, expected: str
) -> None:  # fmt: skip
    if variable is not None:
        monkeypatch.setenv("FAPIAO_ACTOR", variable)
    put(pool, "downloading", batch_no="B")
    fapiao("void", "B", "--reason", "why", *words)
    assert row(pool, "B")["voided_by"] == expected


@pytest.mark.req("R319")
def test_a_fetch_for_later_only_makes_the_task_due(fapiao: Any, pool: Pool) -> None:
    put(pool, "downloading", batch_no="B", not_before="2100-01-01 00:00+08")
    assert fapiao("fetch", "B", "--later")[:2] == (0, ["B: 任务处理中"])
    assert pool.execute("SELECT not_before <= now() FROM sync.task").fetchone() == (True,)


@pytest.mark.usefixtures("chinese")
def test_a_fetch_finds_the_queue_of_a_row_and_refuses_all_where_it_refuses_one(fapiao: Any, pool: Pool) -> None:
    put(
        pool,
        "downloading",
        batch_no="F",
        job="bureau_file",
        not_before="infinity",
        error_code="SET_ASIDE",
        error_message="x",
    )
    put(pool, "succeeded", batch_no="D")
    pool.execute(
        "INSERT INTO sync.verification (batch_no, direction, taxpayer_no, document_key, invoice_type, invoice_no, reason,"
        " not_before) VALUES ('V', 'input', 'x', 'K', '81', 'K', 'received', 'infinity')"
    )
    assert fapiao("fetch", "F", "V", "D", "Z", "--later") == (
        1, [], "Z: 没有这个批次号的任务。\nD: 仅支持对状态为“进销项数据不全”或“下载处理中”的任务获取异步结果。\n",
    )  # fmt: skip
    assert pool.execute("SELECT count(*) FROM sync.task WHERE not_before = 'infinity'").fetchone() == (1,)
    assert fapiao("fetch", "F", "V", "--later")[:2] == (0, ["F：任务处理中", "V：任务处理中"])
    due = "SELECT (SELECT not_before <= now() FROM sync.task WHERE batch_no = 'F'), not_before <= now() FROM sync.verification"
    assert pool.execute(due).fetchone() == (True, True)
    assert fapiao("void", "F", "V", "--reason", "重复", "--as", "li")[:2] == (
        0,
        ["F：作废；申请次数：未占用", "V：作废"],
    )
    assert fapiao("void", "V", "--reason", "重复") == (
        1,
        [],
        "V: 仅可作废或终止尚未结束的任务，如状态为“未处理”或“下载处理中”的任务。\n",
    )


def test_a_fetch_without_a_bureau_changes_nothing_and_says_what_to_do(
    fapiao: Any, pool: Pool, monkeypatch: Any
) -> None:
    monkeypatch.setattr("launcher.commands.fetch.metadata_server", lambda: psycopg.connect(pool.info.dsn, password=pool.info.password))  # fmt: skip
    monkeypatch.delenv(METADATA)
    put(pool, "downloading", batch_no="B", not_before="2100-01-01 00:00+08")
    code, lines, complaint = fapiao("fetch", "B")
    assert (code, lines) == (1, [])
    assert complaint.startswith("There is no bureau for sweep_results to talk to")
    assert pool.execute("SELECT not_before <= now() FROM sync.task").fetchone() == (False,)


@pytest.mark.req("R150", "R326")
def test_rights_are_loaded_listed_kept_and_cleared(fapiao: Any, pool: Pool, tmp_path: Path) -> None:
    pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('ORG1')")
    put(pool, "downloading", batch_no="B", org_code="ORG1")
    file = tmp_path / "rights.yaml"
    file.write_text("- {actor: li, org_code: ORG1, role: 经办}\n- {actor: zhao, org_code: '*', role: manager}\n")
    assert fapiao("rights", "load", file)[:2] == (0, ["rights: 2 new, 0 taken back, 0 unchanged"])
    assert fapiao("rights", "load", file)[1] == ["rights: 0 new, 0 taken back, 2 unchanged"]
    listed = [json.loads(line) for line in fapiao("rights", "list", "--json")[1]]
    assert [(one["actor"], one["org_code"], one["role"]) for one in listed] == [
        ("li", "ORG1", "operator"), ("zhao", "*", "manager"),
    ]  # fmt: skip
    assert fapiao("void", "B", "--reason", "why", "--as", "li") == (1, [], "B: 您没有该操作的权限。\n")
    assert fapiao("void", "B", "--reason", "why", "--as", "wang") == (1, [], "B: 您没有该核算组织的权限。\n")
    assert fapiao("rights", "clear", "--dry-run")[1][-1] == "dry run: nothing was saved"
    counted, told = fapiao("rights", "clear")[1]
    assert counted == "rights: 0 new, 2 taken back, 0 unchanged"
    assert told.startswith("No right is given: everybody may do everything.")
    assert fapiao("void", "B", "--reason", "why", "--as", "wang")[0] == 0


@pytest.mark.req("R150")
def test_one_sees_and_takes_out_only_what_one_has_a_right_to(fapiao: Any, pool: Pool, tmp_path: Path) -> None:
    put(pool, "downloading", batch_no="mine", org_code="ORG1")
    put(pool, "downloading", batch_no="theirs", org_code="ORG2", invoice_type="82")
    put(pool, "downloading", batch_no="nobodys", invoice_type="01")
    grant(pool, ("li", "ORG1", "auditor"))

    def seen(*words: object) -> set[str]:
        return {json.loads(line)["batch_no"] for line in fapiao("log", "--json", *words)[1]}

    assert seen("--as", "li") == {"mine"}
    assert seen("--as", "li", "--batch", "mine", "--batch", "theirs", "--attempts") == {"mine"}
    assert seen("--as", "li", "--batch", "theirs", "--events") == set()
    assert fapiao("log", "--as", "li", "--xlsx", tmp_path / "l.xlsx")[1][0].startswith("1 rows written")
    assert fapiao("log", "--as", "wang") == (1, [], "您没有该核算组织的权限。\n")
