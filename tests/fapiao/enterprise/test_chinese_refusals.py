"""An admin is answered in Chinese: the sheet, the row, the heading as the template has it, and what to do."""

from collections.abc import Iterator
from datetime import date

import pytest

from enterprise_files import DAY, ETAX, LEQI, WORDS, group, workbook
from fapiao.enterprise.loading import load_schemes, load_taxpayers
from fapiao.enterprise.records import Enterprise
from fapiao.errors import BadInput
from fapiao.tables.reading import read_tables, tables_of
from fapiao.texts.language import speaking

TAXPAYERS = ["企业税号", "企业名称", "收票通道", "企业性质", "核算组织编码", "核算组织名称"]
SCHEME = ["方案名称", "适用组织", "下载类型", "发票类型", "下载开始日期", "下载结束日期"]
ROW = ["华北", "0100", "进项-全量", "数电专票", "2026-01-05", ""]


@pytest.fixture(autouse=True)
def _in_chinese(_in_english: None) -> Iterator[None]:
    with speaking("zh"):
        yield


def taxpayers(tmp_path, *rows):
    file = workbook(tmp_path / "企业.xlsx", 企业信息=[TAXPAYERS, *rows])
    return load_taxpayers(Enterprise(), [read_tables(file)], WORDS, has_leqi_default=False)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ([ETAX, "乙公司", "火车"], "C 列“收票通道”：无法识别“火车”；可填：电子税局、乐企、软证书、税盘、航信"),
        (["12", "乙公司", "税盘"], "A 列“企业税号”：“12”不是税号；税号为 15 至 20 位数字和大写字母"),
        ([ETAX, "", "税盘"], "B 列“企业名称”：未填写“企业名称”"),
        ([ETAX, "乙公司", "税盘", "个体户"], "D 列“企业性质”：无法识别“个体户”；可填：一般纳税人、小规模纳税人"),
        ([ETAX, "乙公司", "税盘", "", "", "北京"], "F 列“核算组织名称”：须同时填写“核算组织编码”"),
        (
            [LEQI, "甲公司", "乐企"],
            f"“乐企使用单位编号”：{LEQI} 甲公司 使用乐企下载，缺少乐企使用单位编号、乐企授权日期：切换乐企通道的，需在【企业信息】功能处配置乐企ID等信息；"
            "请在企业信息表中填写，或在 leqi 连接中填写 sydwptbh",
        ),
    ],
)
def test_a_company_is_refused_by_sheet_row_and_heading(row, sentence, tmp_path):
    with pytest.raises(BadInput) as refused:
        taxpayers(tmp_path, row)
    place = "企业.xlsx，工作表“企业信息”，第 2 行"
    assert [problem.replace(f"{place} ", place) for problem in refused.value.problems] == [f"{place}{sentence}"]


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("下载开始日期", "2024-01-01", "2024-01-01 过早，仅支持下载最近一年的发票：2026-11-21 最早可填 2025-11-21"),
        ("下载开始日期", "", "未填写“下载开始日期”：从哪一天的开票日期开始下载？"),
        ("下载开始日期", "2027-01-01", "2027-01-01 晚于 2026-11-21，还没有可下载的发票"),
        ("下载开始日期", "明天", "“明天”不是日期；请写成 2026-01-05"),
        ("下载结束日期", "2026-01-01", "2026-01-01 早于下载开始日期 2026-01-05"),
        ("适用组织", "9999", "没有税号或核算组织编码“9999”；请先用 ./fapiao taxpayers load 导入"),
        ("发票类型", "废纸", "无法识别发票类型“废纸”"),
        ("下载类型", "进项全量", "无法识别“进项全量”；可填：进项-全量、销项-全量"),
    ],
)
def test_a_scheme_is_refused_by_its_line_and_heading(column, value, sentence):
    cells = dict(zip(SCHEME, ROW, strict=True)) | {column: value}
    file = tables_of("方案.csv", "\n".join((",".join(cells), ",".join(cells.values()))).encode())
    with pytest.raises(BadInput) as refused:
        load_schemes(group(), [file], WORDS, DAY)
    (problem,) = refused.value.problems
    assert problem.startswith(f"方案.csv，第 2 行“{column}”：{sentence}")


def test_headings_of_both_languages_are_refused_by_the_sheet_and_its_row(tmp_path):
    file = workbook(tmp_path / "a.xlsx", 企业信息=[["企业税号", "name"], [ETAX, "乙公司"]])
    with pytest.raises(BadInput) as refused:
        load_taxpayers(Enterprise(), [read_tables(file)], WORDS, has_leqi_default=False)
    assert refused.value.problems == [
        "a.xlsx，工作表“企业信息”，第 1 行：列名中英文混用（“企业税号”和“name”）；请统一使用中文列名，或统一使用英文列名"
    ]


def test_what_a_file_brings_is_counted_in_chinese(tmp_path):
    loaded = taxpayers(tmp_path, [ETAX, "乙公司", "税盘"])
    assert [str(tally) for tally in loaded.tallies if tally.new] == ["企业：新增 1，修改 0，无变化 0"]
    assert loaded.warnings == ["企业.xlsx，工作表“企业信息”，第 2 行 D 列“企业性质”：未填写企业性质，按一般纳税人处理"]


def test_a_day_that_excel_keeps_as_a_day_is_one(tmp_path):
    rows = [["企业税号", "企业名称", "收票通道", "乐企授权日期"], [ETAX, "乙公司", "税盘", date(2026, 1, 5)]]
    loaded = load_taxpayers(Enterprise(), [read_tables(workbook(tmp_path / "a.xlsx", 企业信息=rows))], WORDS, False)
    assert loaded.enterprise.taxpayers[ETAX].leqi_authorised_on == date(2026, 1, 5)
