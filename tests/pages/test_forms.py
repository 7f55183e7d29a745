"""The forms in Airflow's own pages, in a real browser: Chinese titles, defaults, what may be sent, what comes of it.

Skipped unless FAPIAO_BROWSER names a browser. FAPIAO_SCREENSHOTS=1 makes the pictures of docs/images anew.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from airflow_pages import AirflowPages
from browser import MISSING, browser_page, browser_path
from customs_rows import customs_document, customs_documents, number
from fapiao.tasks import SHANGHAI
from launcher.airflow_env import login_password
from launcher.pool import pool_url
from launcher.sample_group import load_sample
from launcher.stack import running_stack
from simulator.sample import GROUP
from simulator.sample_gateway import FACTORY, SHARED_ACCOUNT
from temporary_postgres import ROOT, temporary_folder

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]
PICTURES = ROOT / "docs" / "images"
FORM = "key_element_sync"
PATIENCE_SECONDS = 300.0
"""How long a run's page may show nothing new on a machine that is busy with other tests."""


@pytest.fixture(scope="module")
def browser() -> str:
    """A browser of this machine."""
    return browser_path() or pytest.skip(MISSING)


@pytest.fixture(scope="module")
def organisations(browser: str) -> Iterator[dict[str, str]]:
    """The whole stack with the sample group in its pool; the 核算组织 by tax number."""
    with pytest.MonkeyPatch.context() as patch, temporary_folder() as folder:
        for name in [name for name in os.environ if name.startswith("AIRFLOW_")]:
            patch.delenv(name)
        patch.setenv("FAPIAO_HOME", str(folder))
        up = [sys.executable, ROOT / "launcher", "up"]
        started = subprocess.run(up, check=False, capture_output=True, text=True)
        assert started.returncode == 0, started.stderr
        with pool_url() as url:
            load_sample(url, datetime.now(SHANGHAI).date())
            with psycopg.connect(url) as connection:
                yield dict(connection.execute("SELECT taxpayer_no, org_code FROM enterprise.taxpayer").fetchall())


@pytest.fixture(scope="module")
def pages(browser: str, organisations: dict[str, str]) -> Iterator[AirflowPages]:
    """A tab with a person logged in."""
    stack = running_stack()
    assert stack
    with browser_page(browser) as page:
        airflow = AirflowPages(page, stack.url)
        airflow.log_in("admin", login_password())
        yield airflow


def picture(pages: AirflowPages, name: str, height: int) -> None:
    """A picture for the guides, where that is asked for."""
    if os.environ.get("FAPIAO_SCREENSHOTS") == "1":
        pages.page.picture(PICTURES / f"{name}.webp", height=height)


def tasks(run_id: str) -> list[dict[str, Any]]:
    """The rows that a run planned."""
    with pool_url() as url, psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM sync.task WHERE run_id = %s ORDER BY task_id", [run_id]).fetchall()


@pytest.mark.req("R011", "R012", "R013", "R032")
def test_the_form_asks_in_chinese_needs_the_organisation_only_and_offers_the_manuals_words(pages: AirflowPages):
    pages.open_form(FORM)
    fields = pages.fields()
    assert [field.title for field in fields] == [
        "核算组织", "税号", "票据类型", "发票类型", "抵扣状态", "发票状态", "开票日期从", "开票日期到", "日期", "标红条件",
    ]  # fmt: skip
    assert [field.title for field in fields if field.required] == ["核算组织"]
    assert {field.title: field.shown for field in fields if field.value and field.title != "标红条件"} == {
        "票据类型": "发票"
    }
    assert not pages.may_be_sent()
    assert pages.options("票据类型") == ["发票", "海关缴款书"]
    assert pages.options("抵扣状态") == ["未勾选", "已勾选或已认证抵扣", "已退税或已确认退税"]


@pytest.mark.req("R036")
def test_a_form_that_is_filled_in_runs_and_its_batch_number_stands_in_the_xcom(
    pages: AirflowPages, organisations: dict[str, str]
):
    pages.open_form(FORM)
    pages.write("核算组织", organisations[FACTORY])
    pages.choose("抵扣状态", "未勾选")
    assert pages.may_be_sent()
    picture(pages, "key_element_form", 1180)
    run = pages.send()
    assert run.state(PATIENCE_SECONDS) == "成功"
    (task,) = tasks(run.run_id)
    assert (task["taxpayer_no"], task["argument"]["authenticateFlags"]) == (FACTORY, "0")
    assert task["status"] in ("succeeded", "no_data")
    run.xcom("plan", task["batch_no"])


@pytest.mark.req("R010")
def test_a_form_for_a_company_on_leqi_is_refused_in_the_log_by_the_manuals_sentence(
    pages: AirflowPages, organisations: dict[str, str]
):
    pages.open_form(FORM)
    pages.write("核算组织", organisations[GROUP])
    run = pages.send()
    assert run.state(PATIENCE_SECONDS) == "失败"
    run.log("plan", "目前此功能不支持乐企通道使用。")
    assert tasks(run.run_id) == []


@pytest.mark.req("R250", "R251", "R269", "R270", "R271")
def test_the_form_of_history_years_tries_first_and_shows_its_plan_in_log_and_xcom(pages: AirflowPages):
    pages.open_form("history_sync")
    shown = {field.title: field for field in pages.fields()}
    assert {
        "发票数据类型",
        "下载通道",
        "企业税号",
        "开票年份",
        "开票月份",
        "发票种类",
        "预览（不提交）",
    } <= shown.keys()
    assert (shown["发票数据类型"].shown, shown["下载通道"].shown, shown["预览（不提交）"].value) == (
        "发票数据",
        "乐企",
        True,
    )
    assert [title for title, field in shown.items() if field.required] == ["预览（不提交）"]
    assert len(pages.options("发票种类")) == 6
    pages.open_form("history_sync")
    pages.write("企业税号", GROUP)
    pages.choose("开票年份", "2025")
    for chosen in ("数电票（普通发票）", "数电票（增值税专用发票）"):
        pages.choose("发票种类", chosen)
    picture(pages, "history_form", 1640)
    run = pages.send()
    assert run.state(PATIENCE_SECONDS) == "成功"
    log = run.log("plan", "预览（不提交）", "子任务 24（申请 24 个）")
    days = f"{datetime.now(SHANGHAI):%Y-%m-%d}  2025-01-01  2025-01-31"
    assert f"{days}  {GROUP}  申请  数电票（增值税专用发票）  乐企" in log
    picture(pages, "history_dry_run", 1040)
    run.xcom("plan", '"subtasks": 24')
    picture(pages, "history_dry_run_xcom", 760)
    assert tasks(run.run_id) == []


@pytest.mark.req("R269", "R270", "R271")
def test_a_form_of_history_years_that_is_left_empty_is_refused_in_the_log_by_every_sentence(pages: AirflowPages):
    pages.open_form("history_sync")
    assert pages.may_be_sent()
    run = pages.send()
    assert run.state(PATIENCE_SECONDS) == "失败"
    run.log(
        "plan",
        "开票日期：请选择年份或月份，其中至少有一天在今天之前。",
        "请至少选择一个税号。",
    )
    assert tasks(run.run_id) == []


@pytest.mark.req("R281")
def test_the_form_of_bureau_files_names_a_file_that_is_not_there(pages: AirflowPages):
    pages.open_form("import_bureau_file")
    shown = {field.title: field.shown for field in pages.fields()}
    assert {"文件路径", "税号", "进销项", "密码连接"} <= shown.keys()
    assert (shown["发票数据类型"], shown["进销项"]) == ("发票数据", "由文件内容判断")
    assert pages.options("进销项") == ["由文件内容判断", "进项", "销项"]
    pages.open_form("import_bureau_file")
    pages.write("文件路径", "没有这个文件.xlsx")
    pages.write("税号", GROUP)
    picture(pages, "import_form", 1000)
    run = pages.send()
    assert run.state(PATIENCE_SECONDS) == "失败"
    run.log("import_files", "没有这个文件.xlsx：文件不存在或不是文件。")


@pytest.fixture(scope="module")
def customs_paper(organisations: dict[str, str]) -> str:
    """A 缴款书 of the factory in the pool."""
    with pool_url() as url, psycopg.connect(url) as connection:
        customs_documents(connection, customs_document(jkdwrnsrsbh=FACTORY), owner=FACTORY)
    return number(1)


@pytest.mark.req("R152", "R176")
def test_the_form_of_selections_tries_first_and_shows_its_sheet_in_log_and_xcom(
    pages: AirflowPages, customs_paper: str
):
    pages.open_form("selection")
    shown = {field.title: field for field in pages.fields()}
    assert [title for title, field in shown.items() if field.required] == ["预览（不提交）"]
    assert (shown["操作"].shown, shown["预览（不提交）"].value) == ("不抵扣勾选", True)
    assert shown["不抵扣原因"].shown == "各缴款书已有的原因"
    assert not [title for title, field in shown.items() if "null" in field.shown]
    assert pages.options("操作") == [
        "不抵扣勾选", "撤销不抵扣勾选", "预勾选", "撤销预勾选", "生成统计表", "撤销统计表", "确认签名",
    ]  # fmt: skip
    pages.open_form("selection")
    pages.choose("操作", "不抵扣勾选")
    pages.write("缴款书号码", customs_paper)
    pages.write("税号", FACTORY)
    pages.choose("不抵扣原因", "用于集体福利或者个人消费")
    picture(pages, "selection_form", 1640)
    run = pages.send()
    assert run.state(PATIENCE_SECONDS) == "成功"
    log = run.log("submit", "预览（不提交）", FACTORY)
    line = next(line for line in log.splitlines() if FACTORY in line)
    assert line.split()[2:] == ["电子税局", "杭州市", SHARED_ACCOUNT, "开票管理+收票管理", "在线", "1", "—"]
    picture(pages, "selection_sheet", 1040)
    run.xcom("submit", SHARED_ACCOUNT, '"submissions": []')
    with pool_url() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM sync.selection").fetchone() == (0,)


@pytest.mark.finding("F57")
def test_the_log_of_a_run_says_in_chinese_what_became_of_its_rows(pages: AirflowPages, organisations: dict[str, str]):
    pages.open_form("leqi__incremental")
    pages.write("日期", datetime.now(SHANGHAI).date().isoformat())
    run = pages.send()
    run.state(PATIENCE_SECONDS)
    log = run.log("collect", "处理 ", "查看：")
    with pool_url() as url, psycopg.connect(url) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM sync.task WHERE run_id = %s", [run.run_id]).fetchone() or (
            0,
        )
    assert rows
    assert "没有到时间的任务" not in log
    picture(pages, "run_log", 480)
