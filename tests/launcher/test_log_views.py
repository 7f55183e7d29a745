"""Every view of `./fapiao log` either keeps to a filter or refuses it, and speaks the language of its reader."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from group_rows import A, B, parameter, scheduled, scheme, taxpayer
from hooks.enterprise.permissions import replace_grants
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from operators.downloads.plan import plan_day
from task_rows import DAY, batch, put

Pool = psycopg.Connection[Any]
JUNE = date(2027, 6, 1)
VIEWS = ("rows", "counts", "batches", "attempts", "invoices", "events", "skipped", "quota", "administration", "exports")
NOWHERE = {
    "--batch": "NONE", "--channel": "航信", "--direction": "进项", "--download-type": "进项-增量", "--sync-type": "history_month",
    "--document": "海关缴款书", "--status": "没有数据", "--invoice-type": "03", "--taxpayer": "91310000MA1NOBODY1",
    "--name": "没有这家", "--org": "NONE", "--parent": "NONE", "--dag": "none", "--error": "NONE", "--module": "F18010",
    "--from": "2099-01-01", "--to": "2017-01-01", "--created-from": "2099-01-01", "--created-to": "2017-01-01",
    "--voided": None,
}  # fmt: skip
"""Each filter with a word that fits no row."""


@pytest.fixture
def log(pool_url: str, pool: Pool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:  # fmt: skip
    """Types `./fapiao log …`; gives back exit code, lines and complaint."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)

    def type_(*words: object, command: str = "log") -> tuple[int, list[str], str]:
        pool.commit()
        capsys.readouterr()
        code = main([command, *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return type_


@pytest.fixture
def filled(pool: Pool, log: Any, tmp_path: Path) -> None:
    """A row for every view."""
    taxpayer(pool, A)
    scheme(pool, "81", start=date(2027, 6, 1), downloads=["output_full"])
    plan_day(pool, scheduled("history_output", date(2027, 6, 2)), "leqi", "history_output")
    plan_day(pool, scheduled("compensation", DAY), "leqi", "compensation")
    batch(pool, "PLAN", "run-9")
    task = put(pool, "succeeded", batch_no="B1", parent_batch_no="PLAN", taxpayer_no=A)
    pool.execute("INSERT INTO sync.part (task_id, part_no, argument, done) VALUES (%s, 1, %s, true)", [task, Jsonb({})])
    pool.execute(
        "INSERT INTO pool.rejected_row (batch_no, document_key, fate, reason, payload) VALUES ('B1', 'K', 'failed', 'x', '{}')"
    )
    pool.execute(
        "INSERT INTO sync.quota_slot (taxpayer_no, channel, counter, direction, document, invoice_type, issue_month, day,"
        " state, task_id, settled_at) VALUES (%s, 'leqi', 'full', 'output', 'invoice', '81', %s, %s, 'consumed', %s, now())",
        [A, JUNE, DAY, task],
    )
    assert log("--xlsx", tmp_path / "log.xlsx")[0] == 0


def asked(view: str, *words: object) -> list[object]:
    """The words that ask for a view; one of a task names it where nothing else does."""
    of_a_task = [] if view not in ("attempts", "invoices", "events") or "--batch" in words else ["--batch", "B1"]
    return [*([] if view == "rows" else [f"--{view}"]), *of_a_task, *words]


@pytest.mark.req("R302", "R303")
@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("view", VIEWS)
def test_a_filter_that_fits_nothing_leaves_nothing_of_any_view_or_is_refused_by_name(log: Any, view: str) -> None:
    assert log(*asked(view), "--json")[1], "there is a row without a filter"
    for flag, word in NOWHERE.items():
        code, lines, complaint = log(*asked(view, flag, *([word] if word else [])), "--json")
        if code == 0:
            assert lines == [], flag
        else:
            assert (code, lines) == (1, [])
            assert complaint.startswith(f"--{view} cannot be filtered by {flag}; it takes --"), flag


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("batches", ["--batch", "PLAN", "--taxpayer", A, "--created-from", "2020-01-01"]),
        ("attempts", ["--batch", "PLAN", "--taxpayer", A]),
        ("invoices", ["--batch", "PLAN", "--taxpayer", A]),
        ("events", ["--batch", "B1", "--taxpayer", A]),
        ("skipped", ["--taxpayer", A, "--channel", "乐企", "--direction", "销项", "--document", "发票"]),
        (
            "skipped",
            ["--dag", "leqi__history_output", "--from", "2027-05-01", "--to", "2027-05-31", "--invoice-type", "81"],
        ),
        ("quota", ["--taxpayer", A, "--channel", "乐企", "--direction", "销项", "--invoice-type", "81"]),
        ("administration", ["--taxpayer", A, "--created-from", "2020-01-01"]),
        ("exports", ["--created-from", "2020-01-01"]),
    ],
)
def test_a_filter_that_fits_keeps_the_row(log: Any, view: str, words: list[object]) -> None:
    assert log(*asked(view, *words), "--json")[1]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("view", VIEWS)
def test_the_limit_is_kept_by_every_view(log: Any, pool: Pool, view: str) -> None:
    put(pool, "no_data", batch_no="B2", parent_batch_no="PLAN", taxpayer_no=A, invoice_type="82")
    words = ["--batch", "PLAN"] if view in ("attempts", "invoices") else []
    assert len(log(*asked(view, *words), "--limit", 1, "--json")[1]) == 1


@pytest.mark.usefixtures("filled")
def test_one_reply_takes_no_filter_and_an_export_refuses_as_its_view_does(log: Any, tmp_path: Path) -> None:
    assert log("--reply", 1, "--channel", "乐企") == (1, [], "--reply takes no filter: leave out --channel\n")
    file = tmp_path / "skipped.xlsx"
    refused = log("log", "--view", "skipped", "--status", "成功", "--out", file, command="export")
    assert refused[2].startswith("--view skipped cannot be filtered by --status; it takes --batch")
    assert log("log", "--view", "events", "--out", file, command="export")[2].startswith("--view events needs --batch")
    assert not file.exists()


@pytest.mark.finding("F58")
def test_what_two_schemes_asked_for_is_left_out_twice_and_each_row_names_its_own(log: Any, pool: Pool) -> None:
    taxpayer(pool, A)
    taxpayer(pool, B, channel="etax")
    for name, over in (("一", [A]), ("二", [A]), ("三", [B])):
        scheme(pool, "81", name=name, over=over, downloads=["output_full"])
    plan_day(pool, scheduled("compensation", DAY), "leqi", "compensation")
    rows = [json.loads(line) for line in log("--skipped", "--json")[1]]
    assert sorted((one["scheme"], one["reason_code"]) for one in rows) == [
        ("一", "switched_off"),
        ("二", "switched_off"),
    ]
    heading, _, line, _ = log("--skipped")[1]
    assert dict(zip(heading.split(), line.split(), strict=False))["scheme"] in ("一", "二")
    assert log("--skipped", "--taxpayer", B, "--json")[1] == []
    assert len(log("--skipped", "--taxpayer", A, "--json")[1]) == 2


@pytest.mark.finding("F58")
@pytest.mark.parametrize(
    ("language", "code", "written", "said"),
    [
        ("zh", "switched_off", "未启用：参数 a.b 不为 1", "未启用：参数 a.b 不为 1"),
        ("en", "switched_off", "未启用：参数 a.b 不为 1", "switched off: parameter a.b is not 1"),
        ("zh", "suppressed", "switched off: parameter a.b is not 1", "未启用：参数 a.b 不为 1"),
        ("en", "suppressed", "empty window: [1, T-1] has no day on 2027-06-01", "empty window: [1, T-1] has no day on 2027-06-01"),
        ("en", "history_leqi", "必须开通乐企归集能力", "monthly update: the tax number is not on the channel leqi; change that in its table and load it again"),
        ("zh", "history_leqi", "必须开通乐企归集能力", "必须开通乐企归集能力"),
    ],
)  # fmt: skip
def test_the_reason_is_told_in_the_language_of_its_reader(
    log: Any, pool: Pool, monkeypatch: pytest.MonkeyPatch, language: str, code: str, written: str, said: str
) -> None:
    monkeypatch.setenv("FAPIAO_LANG", language)
    batch(pool, "PLAN", "run-9")
    pool.execute(
        "INSERT INTO sync.skip (parent_batch_no, dag_id, rule, tick, channel, direction, document, reason_code, reason)"
        " VALUES ('PLAN', 'd', 'r', 't', 'leqi', 'output', 'invoice', %s, %s)",
        [code, written],
    )
    assert log("--skipped")[1][-1].endswith(f"  {said}")


@pytest.mark.finding("F41")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ["参数  fapiao inbox_owner  修改  配置项值：a → b", "权限  li * viewer  新增  用户：li；核算组织编码：*；角色：查看"]),
        ("en", ["parameter  fapiao inbox_owner  update  value: a → b", "permission  li * viewer  insert  actor: li; org_code: *; role: viewer"]),
    ],
)  # fmt: skip
def test_a_change_is_read_field_by_field_before_and_after(
    log: Any, pool: Pool, monkeypatch: pytest.MonkeyPatch, language: str, said: list[str]
) -> None:
    monkeypatch.setenv("FAPIAO_LANG", language)
    parameter(pool, "fapiao", "inbox_owner", "a")
    pool.execute("UPDATE enterprise.parameter SET value = 'b'")
    replace_grants(pool, [("ming", "*", "admin"), ("li", "*", "viewer")], "ming")
    lines = log("--administration", "--as", "ming")[1]
    told = ["  ".join(line.split("  ")).replace("  ", " ").split() for line in lines]
    for one in said:
        assert any(line[-len(one.split()) :] == one.split() for line in told), (one, lines)
    assert not [line for line in lines if "{" in line]
    assert json.loads(log("--administration", "--json", "--as", "ming")[1][-1])["after"]["value"] == "a"


@pytest.mark.finding("F41")
def test_an_emptied_table_says_how_many_rows_went(log: Any, owner: Pool) -> None:
    parameter(owner, "fapiao", "inbox_owner", "a")
    owner.execute("TRUNCATE enterprise.parameter")
    owner.commit()
    assert log("--administration")[1][2].endswith("delete     all 1 rows")


@pytest.mark.req("A-56", "R326")
@pytest.mark.parametrize("view", ["rows", "quota", "skipped", "counts", "batches"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_sees_one_organisation_alone_is_told_so_where_it_has_nothing(
    log: Any, pool: Pool, filled: None, monkeypatch: pytest.MonkeyPatch, view: str, language: str
) -> None:
    monkeypatch.setenv("FAPIAO_LANG", language)
    pool.execute("INSERT INTO enterprise.organisation (org_code) VALUES ('0200')")
    replace_grants(pool, [("ming", "*", "admin"), ("li", "0200", "viewer")], "ming")
    code, (nothing, scope), _ = log(*asked(view), "--as", "li")
    assert code == 0
    assert "./fapiao" in nothing
    assert scope == {
        "zh": "li 只能查看核算组织 0200 的数据，其他组织的不显示；需要查看其他组织时，请管理员用 ./fapiao rights load 授权。",
        "en": "li may see 0200 alone, and nothing of other organisations is shown; an admin gives more with ./fapiao rights load.",
    }[language]  # fmt: skip
    assert len(log(*asked(view), "--as", "ming")[1]) > 1
