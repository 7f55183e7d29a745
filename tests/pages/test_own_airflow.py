"""Pages of an ordinary Airflow in a real browser: the list of DAGs in Chinese, our connections, and 测试连接.

Skipped unless FAPIAO_BROWSER names a browser. FAPIAO_SCREENSHOTS=1 makes the pictures of docs/images anew.
"""

import os
from collections.abc import Iterator

import pytest

from airflow_pages import AirflowPages
from asked_of_leqi import UNIT, order
from browser import MISSING, Page, browser_page, browser_path
from connection_pages import ConnectionPages
from own_airflow import OwnAirflow, own_airflow
from rehearsal import DIRECT_UNIT, GENERAL, KEY
from simulator.bureau import Bureau
from simulator.clock import Clock
from simulator.running import RunningSimulator
from temporary_postgres import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack"), pytest.mark.finding("F61")]
STANDARD = {"host": "https://lqpt.chinatax.gov.cn:8443", "login": DIRECT_UNIT, "password": KEY}
IN_CHINESE = "localStorage.setItem('i18nextLng', 'zh-CN')"


@pytest.fixture(scope="module")
def bureau() -> Iterator[RunningSimulator]:
    """A bureau that knows one company."""
    with RunningSimulator(Bureau(Clock(), bytes.fromhex(KEY))) as simulator:
        known = {"nsrsbh": GENERAL, "jrdwptbh": DIRECT_UNIT, "sydwptbh": UNIT, "authorised_on": "2020-01-01"}
        order(simulator, "seed", companies=[known], documents=[])
        yield simulator


@pytest.fixture(scope="module")
def airflow(bureau: RunningSimulator) -> Iterator[OwnAirflow]:
    """Somebody's Airflow, which lets everybody in; the DAG files have been read."""
    browser_path() or pytest.skip(MISSING)
    with own_airflow() as airflow:
        code, told = airflow.run("dags", "reserialize")
        assert code == 0, told
        with airflow.serving():
            yield airflow


@pytest.fixture(scope="module")
def page(airflow: OwnAirflow) -> Iterator[Page]:
    """A tab at it, in Chinese."""
    with browser_page(str(browser_path())) as page:
        page.size(1280, 1000)
        page.open(airflow.url)
        page.until("document.readyState === 'complete'")
        page.value(IN_CHINESE)
        yield page


@pytest.fixture
def pages(page: Page, airflow: OwnAirflow) -> ConnectionPages:
    """The page of connections."""
    return ConnectionPages(page, airflow.url)


def picture(page: Page, name: str, height: int) -> None:
    """A picture for the guides, where that is asked for."""
    if os.environ.get("FAPIAO_SCREENSHOTS") == "1":
        page.picture(ROOT / "docs" / "images" / f"{name}.webp", height=height)


@pytest.mark.finding("F58")
def test_the_list_of_dags_shows_to_who_knows_no_english_what_each_is_and_whom_it_is_for(
    page: Page, airflow: OwnAirflow
) -> None:
    shown = AirflowPages(page, airflow.url).list_of_dags("乐企·进项-增量", "电子税局·当前月进销项全量")
    assert {"乐企", "定时下载", "管理员"} <= set(shown.replace(",", " ").split())
    assert "leqi__" not in shown
    picture(page, "dag_list", 1160)


def test_leqi_is_filled_in_saved_and_tested_by_somebody_who_reads_chinese(
    pages: ConnectionPages, bureau: RunningSimulator
) -> None:
    shown = pages.open_form("leqi", "乐企")
    assert all(label in shown for label in ("接口地址", "直连单位乐企ID", "SM4 密钥", "额外字段"))
    assert not any(label in shown for label in ("端口", "Port", "Schema", "模式"))
    pages.write(STANDARD)
    picture(pages.page, "connection_form", 900)
    shown = pages.unfold("额外字段")
    assert all(
        label in shown for label in ("使用单位乐企ID", "轮询间隔", "并发数", "企业资料里没有填写 leqi_id 的企业")
    )
    pages.write({"element_sydwptbh": UNIT})
    picture(pages.page, "connection_form_extra", 1240)
    pages.unfold("标准字段")
    pages.write({"host": bureau.url})
    pages.save("leqi")
    assert f"连接正常：乐企已应答，直连单位、使用单位 {UNIT} 和密钥有效" in pages.test("leqi")
    picture(pages.page, "connection_tested", 420)


def test_the_gateway_says_what_the_bureau_refuses(pages: ConnectionPages, bureau: RunningSimulator) -> None:
    shown = pages.open_form("bureau_gateway", "税局网关")
    assert all(label in shown for label in ("网关地址", "应用 ID", "应用密钥"))
    pages.write({"host": bureau.url, "login": "nobody", "password": "not-the-secret"})
    pages.save("bureau_gateway")
    told = pages.test("bureau_gateway")
    assert "连接失败：[GATEWAY_LOGIN] P0401" in told
    assert "not-the-secret" not in told
