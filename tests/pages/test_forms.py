"""The forms in Airflow's own pages, in a real browser: Chinese titles, defaults, what may be sent, what comes of it.

Skipped where there is no browser. FAPIAO_SCREENSHOTS=1 makes the pictures of docs/images anew.
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
from fapiao.tasks import SHANGHAI
from launcher.airflow import login_password
from launcher.pool import pool_url
from launcher.sample_group import load_sample
from launcher.stack import running_stack
from simulator.sample import GROUP
from simulator.sample_gateway import FACTORY
from temporary_postgres import ROOT, temporary_folder

pytestmark = pytest.mark.slow
PICTURES = ROOT / "docs" / "images"
FORM = "key_element_sync"


@pytest.fixture(scope="module")
def browser() -> str:
    """A browser of this machine."""
    return browser_path() or pytest.skip(MISSING)


@pytest.fixture(scope="module")
def organisations(browser: str) -> Iterator[dict[str, str]]:
    """The whole stack with the sample group in its pool; the 核算组织 by tax number."""
    with pytest.MonkeyPatch.context() as patch, temporary_folder() as folder:
        for name in [name for name in os.environ if name.startswith("AIRFLOW_CONN_")]:
            patch.delenv(name)
        patch.setenv("FAPIAO_HOME", str(folder))
        started = subprocess.run([sys.executable, ROOT / "launcher", "up"], check=False, capture_output=True, text=True)
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
        pages.page.picture(PICTURES / f"{name}.png", height=height)


def tasks(run_id: str) -> list[dict[str, Any]]:
    """The rows that a run planned."""
    with pool_url() as url, psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM sync.task WHERE run_id = %s ORDER BY task_id", [run_id]).fetchall()


@pytest.mark.req("R011", "R012", "R013", "R032")
def test_the_form_asks_in_chinese_needs_the_organisation_only_and_offers_the_manuals_words(pages: AirflowPages):
    pages.open_form(FORM)
    fields = pages.fields()
    assert [field.title for field in fields] == [
        "核算组织", "税号", "票据类型", "发票类型", "抵扣状态", "发票状态", "开票日期从", "开票日期到", "日期",
    ]  # fmt: skip
    assert [field.title for field in fields if field.required] == ["核算组织"]
    assert {field.title: field.shown for field in fields if field.value} == {"票据类型": "发票"}
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
    assert run.state(180) == "成功"
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
    assert run.state(120) == "失败"
    run.log("plan", "目前此功能不支持乐企通道使用。")
    picture(pages, "key_element_refused", 800)
    assert tasks(run.run_id) == []
