"""`./fapiao receive`, as a person or a business system types it."""

import io
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from customs_rows import organisation
from fapiao.exports.templates import templates
from launcher.connections import POOL_VARIABLE
from launcher.main import main
from pool_rows import OWNER

pytestmark = pytest.mark.usefixtures("chinese")

DIGITAL = "27442000000000000001"
GOOD = {"taxpayer_no": OWNER, "invoice_type": "81", "invoice_no": DIGITAL, "issue_date": "2027-01-03",
        "total_amount": "113.00"}  # fmt: skip


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, pool: psycopg.Connection, pool_url: str, tmp_path: Path) -> Path:
    """A folder of files, and a pool with one company."""
    monkeypatch.setenv("FAPIAO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(POOL_VARIABLE, pool_url)
    organisation(pool, "ORG1", OWNER)
    pool.commit()
    return tmp_path


def written(place: Path, *records: dict[str, str]) -> str:
    """The path of a JSON file."""
    file = place / "received.json"
    file.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return str(file)


def receive(*words: str) -> int:
    """The command on a day on which the invoices of these tests are issued."""
    return main(["receive", *words, "--date", "2027-01-05"])


def queue(pool: psycopg.Connection) -> list[tuple[Any, ...]]:
    """What waits for 查验."""
    return pool.execute("SELECT document_key, reason, created_by FROM sync.verification ORDER BY 1").fetchall()


@pytest.mark.req("R129")
def test_a_queued_receipt_names_who_handed_it_in_and_is_queued_once(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert receive(written(place, GOOD), "--as", "li") == 0
        assert "1 份：已验 0，缓存 0，排队 1，退回 0" in capsys.readouterr().out
        assert queue(pool) == [(DIGITAL, "received", "li")]


def test_a_dry_run_queues_nothing(place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert receive(written(place, GOOD), "--dry-run") == 0
    assert capsys.readouterr().out.endswith("预览（不提交）：没有保存。\n")
    assert queue(pool) == []


def test_a_pipe_is_read_and_answered_in_json(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps([GOOD]).encode())))
    assert receive("-", "--json") == 0
    (verdict,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (verdict["document_key"], verdict["outcome"]) == (DIGITAL, "queued")
    assert len(queue(pool)) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"invoice_no": "2744200000000000001"}, "“2744200000000000001”：数电发票号码为 20 位数字"),
        ({"invoice_no": ""}, "缺少票据的号码：数电发票填 20 位数电发票号码"),
        ({"invoice_type": "04", "invoice_code": "044001900111", "invoice_no": "123"}, "发票号码为 8 位数字"),
        ({"invoice_type": "海关缴款书"}, "发票类型“海关缴款书”不支持查验"),
        ({"invoice_type": "专家票"}, "无法识别发票类型“专家票”"),
        ({"issue_date": "3.1.2027x"}, "“3.1.2027x”不是日期"),
        ({"issue_date": "2027-01-06"}, "“issue_date”：开票日期 2027-01-06 晚于导入日期 2027-01-05，请核对。"),
        pytest.param({"total_amount": "113,00"}, "不是金额；请写成 1234.56", marks=pytest.mark.finding("F14")),
        pytest.param({"total_amount": "1.130,00"}, "不是金额；请写成 1234.56", marks=pytest.mark.finding("F14")),
        pytest.param({"total_amount": "NaN"}, "不是金额；请写成 1234.56", marks=pytest.mark.finding("F14")),
        ({"total_amount": "一百"}, "不是金额；请写成 1234.56"),
        ({"total_amount": ""}, "查验要素不全"),
        ({"taxpayer_no": "91110000802100433B"}, "没有税号为 91110000802100433B 的企业"),
        ({"direction": "sideways"}, "无法识别“sideways”；可填：进项、销项"),
    ],
)
@pytest.mark.req("R129")
def test_a_wrong_record_is_refused_with_its_place_and_the_others_are_taken(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str], wrong: dict[str, str], sentence: str
) -> None:
    other = GOOD | {"invoice_no": "27442000000000000002"}
    assert receive(written(place, GOOD | wrong, other)) == 1
    refused, taken, total, _ = capsys.readouterr().out.splitlines()
    assert refused.startswith("退回 received.json，第 1 行")
    assert sentence in refused
    assert taken.startswith("排队")
    assert total == "2 份：已验 0，缓存 0，排队 1，退回 1"
    assert [key for key, *_ in queue(pool)] == [other["invoice_no"]]


@pytest.mark.parametrize(
    "again", [GOOD, GOOD | {"invoice_type": "数电票（增值税专用发票）", "issue_date": "2027年1月3日"}]
)
def test_a_record_that_stands_there_again_is_told_as_a_repetition_and_is_no_second_invoice(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str], again: dict[str, str]
) -> None:
    other = GOOD | {"invoice_no": "27442000000000000002"}
    assert receive(written(place, GOOD, other, again)) == 0
    first, _, repeated, total, _ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"排队 {OWNER} {DIGITAL}")
    assert repeated == (f"跳过 {OWNER} {DIGITAL}：与本次前面的一条记录相同，只处理一次：received.json，第 1 行")
    assert total == "2 份：已验 0，缓存 0，排队 2，退回 0；跳过 1 条"
    assert len(queue(pool)) == 2


def test_a_program_reads_which_record_is_repeated(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert receive(written(place, GOOD, GOOD), "--json") == 0
    assert [json.loads(line)["outcome"] for line in capsys.readouterr().out.splitlines()] == ["queued", "repeated"]


def test_without_a_day_an_invoice_must_be_issued_by_today(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["receive", written(place, GOOD | {"issue_date": "2999-01-01"})]) == 1
    assert "开票日期 2999-01-01 晚于导入日期" in capsys.readouterr().out
    assert main(["receive", written(place, GOOD | {"issue_date": "2026-01-03"})]) == 0
    assert len(queue(pool)) == 1


def test_a_document_that_stands_there_twice_must_say_the_same(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert receive(written(place, GOOD, GOOD)) == 0
    assert receive(written(place, GOOD, GOOD | {"total_amount": "114.00"})) == 1
    assert "重复出现，且内容不同；首次出现在 received.json，第 1 行" in capsys.readouterr().out
    assert pool.execute("SELECT total_amount::text FROM sync.verification").fetchall() == [("113.00",)]


def test_a_file_with_an_unknown_column_or_no_record_saves_nothing(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert receive(written(place, GOOD | {"totalamount": "1"})) == 1
    assert "您要的是“total_amount”吗？" in capsys.readouterr().err
    assert receive(written(place)) == 1
    assert "文件中没有数据行" in capsys.readouterr().err
    assert queue(pool) == []


@pytest.mark.req("R129", "R150")
def test_who_may_not_import_for_the_organisation_is_refused(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    pool.execute("INSERT INTO enterprise.permission (actor, org_code, role, granted_by) VALUES"
                 " ('li', 'ORG1', 'operator', 'x'), ('wang', 'ORG1', 'auditor', 'x')")  # fmt: skip
    pool.commit()
    for actor, sentence in (("wang", "您没有该操作的权限。"), ("zhao", "您没有该核算组织的权限。")):
        assert receive(written(place, GOOD), "--as", actor) == 1
        assert sentence in capsys.readouterr().out
    assert queue(pool) == []
    assert receive(written(place, GOOD), "--as", "li") == 0


def test_the_template_is_a_file_that_it_reads(
    place: Path, pool: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place / "received.xlsx"
    assert main(["template", "received", "--out", str(file)]) == 0
    assert f"./fapiao receive {file}" in capsys.readouterr().out
    assert receive(str(file)) == 1
    assert "文件中没有数据行" in capsys.readouterr().err
    assert templates()["received"].columns("received")[0].name == "taxpayer_no"
