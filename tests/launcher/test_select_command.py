"""`./fapiao select`, as a person types it, on 电子税局."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from openpyxl import load_workbook

from customs_rows import set_columns
from enterprise_files import workbook
from hooks.enterprise.permissions import replace_grants
from launcher.airflow_env import METADATA
from launcher.connections import GATEWAY_VARIABLE, LEQI_VARIABLE, POOL_VARIABLE
from launcher.main import main
from launcher.selections import submit
from selection_room import SelectionRoom
from selection_stands import KINDS, SelectionStand, selecting

pytestmark = pytest.mark.usefixtures("chinese")

OWNER = "91310000MA1EXAMP07"
ACCOUNT = "receiver@example"
(ETAX,) = [kind for kind in KINDS if kind.channel == "etax"]


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch, pool_url: str, tmp_path: Path) -> Iterator[SelectionStand]:
    """The gateway, and a pool that the command finds by its variable."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    for name in (LEQI_VARIABLE, METADATA):
        monkeypatch.delenv(name, raising=False)
    with selecting(ETAX, monkeypatch) as found:
        yield found


@pytest.fixture
def room(stand: SelectionStand, pool_url: str) -> Iterator[SelectionRoom]:
    """A company on 电子税局; its papers are the stand's."""
    found = SelectionRoom(pool_url, stand.hook)
    found.company(OWNER, "etax", account=ACCOUNT)
    yield found
    found.close()


@pytest.fixture
def keys(stand: SelectionStand, room: SelectionRoom) -> list[str]:
    """Three documents, at the bureau and in the pool."""
    documents = stand.seed(3)
    return room.documents(*(one.document_key for one in documents), issue_date=documents[0].issue_date)


def settled(stand: SelectionStand, room: SelectionRoom) -> None:
    """Ten minutes later every task is due again."""
    stand.minutes(10)
    room.wait_over()


@pytest.mark.req("R172", "R176", "R218")
def test_from_the_list_to_the_bureaus_answer_and_back(
    stand: SelectionStand, room: SelectionRoom, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["select", "list"]) == 0
    assert "共 3 份" in capsys.readouterr().out

    assert main(["select", "select", *keys[:2], "--reason", "3", "--dry-run"]) == 0
    sheet = capsys.readouterr().out
    assert [word in sheet for word in (OWNER, "电子税局", "上海", ACCOUNT, "在线")] == [True] * 5
    assert room.rows() == []

    assert main(["select", "select", *keys[:2], "--reason", "3"]) == 0
    assert "处理中" in capsys.readouterr().out
    assert main(["select", "show", keys[0]]) == 0
    assert "前往日志列表，登录税局获取任务结果" in capsys.readouterr().out
    settled(stand, room)
    batch_no = room.row()["batch_no"]
    assert main(["select", "fetch", batch_no]) == 0
    assert capsys.readouterr().out == f"{batch_no}：任务处理中\n"
    settled(stand, room)
    assert main(["select", "fetch", batch_no]) == 0
    assert f"{batch_no}：处理成功" in capsys.readouterr().out
    assert set(stand.holdings()) == {*keys[:2]}

    assert main(["select", "list", "--status", "已勾选", "--json"]) == 0
    assert {json.loads(line)["customs_no"] for line in capsys.readouterr().out.splitlines()} == {*keys[:2]}
    assert main(["select", "log", "--ledger", "--number", keys[0]]) == 0
    assert "不抵扣勾选" in capsys.readouterr().out

    assert main(["select", "withdraw", keys[0], "--later"]) == 0
    assert "未处理" in capsys.readouterr().out


@pytest.mark.finding("F62")
@pytest.mark.req("R217", "R193", "R221", "R183")
def test_what_is_refused_is_said_and_what_is_local_is_done_at_once(
    room: SelectionRoom, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["select", "show", keys[0]]) == 1
    assert capsys.readouterr().err == "未查到该发票在星空的税局用票台账\n"
    assert main(["select", "withdraw", keys[0], "--go"]) == 1
    assert "没有提交任何任务" in capsys.readouterr().err
    assert main(["select", "select", "123", "--reason", "x"]) == 1
    assert "不抵扣原因“x”不存在" in capsys.readouterr().err
    assert main(["select", "select", "123", "--reason", "1"]) == 1
    assert "123：发票不存在，请先从税局下载或是上传" in capsys.readouterr().err

    room.documents("27442000000000000009", invoice_type="81")
    room.pool.execute("UPDATE pool.document SET document = 'invoice' WHERE invoice_type = '81'")
    assert main(["select", "select", "27442000000000000009", "--reason", "1", "--go"]) == 1
    assert "包含不可勾选的发票类型" in capsys.readouterr().out

    assert main(["select", "preselect", keys[0]]) == 0
    assert room.statuses()[keys[0]] == "4"
    assert main(["select", "undo-preselect", keys[0]]) == 0
    assert room.statuses()[keys[0]] == "0"


@pytest.mark.req("R179")
def test_a_tax_number_removed_from_the_sheet_submits_nothing(
    room: SelectionRoom, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["select", "select", *keys, "--reason", "1", "--without", OWNER, "--go"]) == 1
    assert "没有提交任何任务" in capsys.readouterr().err
    assert room.rows() == []


@pytest.mark.req("R195", "R172")
def test_a_list_is_checked_its_result_is_a_workbook_and_its_good_rows_are_submitted(
    room: SelectionRoom, keys: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [["勾选", keys[0], "用于免税项目"], ["勾选", "1" * 22, "用于免税项目"], ["撤销勾选", keys[1], ""]]
    headings = ["是否勾选", "缴款书号码", "不抵扣原因"]
    list_file, result = workbook(tmp_path / "list.xlsx", 引入清单=[headings, *rows]), tmp_path / "result.xlsx"

    assert main(["select", "import", str(list_file), "--result", str(result), "--go"]) == 1

    said = capsys.readouterr().out
    assert "引入 3 行：校验通过 1，处理失败 2。" in said
    told = [row[8:10] for row in load_workbook(result).active.iter_rows(values_only=True)]
    assert ("处理失败", "发票不存在，请先从税局下载或是上传") in told
    assert [(row["operation"], row["surface"]) for row in room.rows()] == [("not_deduct", "import")]


@pytest.mark.req("R177", "R178", "R224", "R228")
def test_login_tax_period_and_statistics_are_asked_now(
    stand: SelectionStand, room: SelectionRoom, capsys: pytest.CaptureFixture[str]
) -> None:
    room.add_account(OWNER, "other@example", "both")
    assert main(["select", "login", OWNER]) == 0
    said = capsys.readouterr().out
    assert "在线" in said
    assert f"可用账号 {ACCOUNT} 收票管理（默认）" in said
    assert "可用账号 other@example 开票管理+收票管理" in said
    assert main(["select", "period", OWNER]) == 0
    assert "202612" in capsys.readouterr().out
    assert main(["select", "period", OWNER, "--change", "202611"]) == 0
    assert "202611" in capsys.readouterr().out
    assert main(["select", "statistics", OWNER]) == 0
    assert "税款所属期 202611，统计表：未生成" in capsys.readouterr().out


@pytest.mark.req("R192", "R220")
def test_what_failed_is_retried_with_every_check_again(
    stand: SelectionStand, room: SelectionRoom, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    stand.fault(ETAX.upload, {"kind": "error_code", "code": "P4001"}, times=1)
    assert main(["select", "select", keys[0], "--reason", "1", "--go"]) == 1
    (failed,) = room.rows(status="failed")
    capsys.readouterr()
    set_columns(room.pool, keys[0], selection_status="1")
    assert main(["select", "retry", failed["batch_no"]]) == 1
    set_columns(room.pool, keys[0], selection_status="0")
    assert main(["select", "retry", failed["batch_no"]]) == 0
    assert "处理中" in capsys.readouterr().out
    assert main(["select", "retry", failed["batch_no"]]) == 1


@pytest.mark.req("R222")
def test_rules_are_loaded_off_and_tried_before_they_are_switched_on(
    room: SelectionRoom, keys: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rules.csv"
    file.write_text("name,action,reason\n福利,preselect,3\n", encoding="utf-8")
    assert main(["select", "auto", "--load", str(file)]) == 0
    said = capsys.readouterr().out
    assert [word in said for word in ("福利", "预勾选", "用于集体福利或者个人消费", "否")] == [True] * 4
    assert main(["select", "auto", "--try", "福利费"]) == 1
    assert capsys.readouterr().err == "没有规则“福利费”；已有：福利。您要的是“福利”吗？\n"
    assert main(["select", "auto", "--picks", "--json", "--date", "2027-01-20"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["select", "auto", "--try", "福利", "--json", "--date", "2027-01-20"]) == 0
    assert {json.loads(line)["document_key"] for line in capsys.readouterr().out.splitlines()} == {*keys}


@pytest.mark.req("R172")
def test_the_list_as_a_workbook_holds_long_numbers_as_text(
    room: SelectionRoom, keys: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["select", "export", "--out", str(tmp_path / "list.xlsx")]) == 0
    cells = {str(cell) for row in load_workbook(tmp_path / "list.xlsx").active.values for cell in row}
    assert {*keys} <= cells


def test_without_the_channels_connection_nothing_is_submitted(
    room: SelectionRoom, keys: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(GATEWAY_VARIABLE)
    assert main(["select", "select", keys[0], "--reason", "1", "--go"]) == 1
    assert f"请用 {GATEWAY_VARIABLE} 设置连接" in capsys.readouterr().err
    assert room.rows() == []


@pytest.mark.req("R152")
def test_who_waits_is_told_how_far_the_tasks_are_until_they_are_settled(
    stand: SelectionStand, room: SelectionRoom, keys: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(submit.time, "sleep", lambda _: settled(stand, room))
    assert main(["select", "select", *keys, "--reason", "1", "--go", "--wait"]) == 0
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "0/3 份：成功 0，失败 0；任务：处理中 1 个",
        "3/3 份：成功 3，失败 0；任务：处理成功 1 个",
    ]
    assert "处理成功" in told.out


@pytest.mark.finding("F91")
def test_who_waits_for_what_only_a_person_can_set_going_is_told_so_and_not_kept(
    room: SelectionRoom, keys: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def set_aside(_: float) -> None:
        room.pool.execute("UPDATE sync.selection SET not_before = 'infinity', error_code = 'SET_ASIDE'")

    monkeypatch.setattr(submit.time, "sleep", set_aside)
    main(["select", "select", *keys, "--reason", "1", "--go", "--wait"])
    assert "剩下的任务已搁置，或其通道在此没有连接" in capsys.readouterr().err


@pytest.mark.req("R150", "R223")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["period", OWNER, "--change", "202611"], "您没有该操作的权限。"),
        (["make", OWNER, "--go"], "您没有该操作的权限。"),
        (["login", OWNER], "您没有该操作的权限。"),
        (["period", OWNER], None),
    ],
)
def test_an_auditor_looks_and_changes_nothing(
    room: SelectionRoom, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str | None
) -> None:
    replace_grants(room.pool, [("eve", "ORG1", "auditor")], "x")
    assert main(["select", *words, "--as", "eve"]) == (1 if sentence else 0)
    assert sentence is None or sentence in capsys.readouterr().err
    assert room.rows() == []


@pytest.mark.req("R150")
def test_whoever_may_not_select_for_an_organisation_is_told_so(
    room: SelectionRoom, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(room.url) as connection:
        connection.execute(
            "INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES ('eve', 'ORG1', 'auditor', 'x')"
        )
    assert main(["select", "select", keys[0], "--reason", "1", "--as", "eve"]) == 1
    assert capsys.readouterr().err == "您没有该操作的权限。\n"
    assert room.rows() == []
