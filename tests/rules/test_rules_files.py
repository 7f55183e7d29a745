"""The rules files themselves: every row is whole, and says byte for byte what the manuals say."""

import json

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

from fapiao.rules.book import rulebook
from fapiao.rules.rule_file import RULES

FILES = (
    "channels",
    "calendar",
    "quotas",
    "invoice_types",
    "statuses",
    "replies",
    "messages",
    "parameters",
    "follow_ups",
    "layout_files",
    "modules",
    "rights",
)
NAMES = (
    "电子专用发票、纸质专用发票、纸质普通发票、电子普通发票、普通纸质卷票、通行费电子发票、机动车销售发票、数电票（普通发票）、"
    "数电票（增值税专用发票）、纸质发票(增值税专用发票)、纸质发票(普通发票)、二手车销售发票、海关缴款书、"
    "纸质发票 （机动车销售统一发票）、增值税代扣代缴完税凭证、数电票（航空运输电子客票行程单）、"
    "数电票（铁路电子客票）、数电发票（机动车销售统一发票）、数电发票（二手车销售统一发票）、纸质发票（二手车销售统一发票）、数电发票（通行费发票）"
)


def read(name: str) -> dict[str, list[dict[str, object]]]:
    """A rules file as JSON has it: dates are texts."""
    content = yaml.safe_load((RULES / f"{name}.yaml").read_text(encoding="utf-8"))
    return json.loads(json.dumps(content, default=str))


@pytest.mark.parametrize("name", FILES)
def test_every_rules_file_fits_the_schema_that_editors_use(name: str) -> None:
    schema = json.loads((RULES / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    problems = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(read(name))
    assert [f"{problem.json_path}: {problem.message}" for problem in problems] == []


@pytest.mark.parametrize("name", FILES)
def test_every_rules_file_names_its_schema_for_editors(name: str) -> None:
    first = (RULES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=schema/{name}.json"


def test_every_rules_file_is_read_from_its_own_folder() -> None:
    assert {path.stem for path in RULES.glob("*.yaml")} >= set(FILES)
    assert rulebook() == rulebook(RULES)


@pytest.mark.req("R002")
@pytest.mark.parametrize("name", FILES)
def test_every_row_says_since_when_and_by_which_sentence_it_holds(name: str) -> None:
    rows = [row for section in read(name).values() for row in section]
    assert rows
    assert [row for row in rows if not (row.get("since") and row.get("source") and row.get("text"))] == []


@pytest.mark.req("R064", "A-37")
def test_the_21_downloadable_types_have_the_names_of_the_manual() -> None:
    names = [kind.name for kind in rulebook().invoice_types.values()]
    assert sorted(names) == sorted(NAMES.split("、"))
    assert len(names) == 21


@pytest.mark.req("R271", "A-37")
def test_the_history_sync_knows_exactly_six_types() -> None:
    six = [kind.name for kind in rulebook().invoice_types.values() if kind.history]
    assert sorted(six) == sorted(
        [
            "电子普通发票",
            "电子专用发票",
            "纸质普通发票",
            "纸质专用发票",
            "数电票（普通发票）",
            "数电票（增值税专用发票）",
        ]
    )


@pytest.mark.req("R014", "R015", "R016", "R017", "R018", "R019", "R020", "R021")
def test_invoice_statuses_of_both_tax_systems_stand_side_by_side() -> None:
    labels = rulebook().codes_of("invoice_status")
    assert labels == {
        "0": "正常",
        "1": "失控",
        "2": "作废",
        "3": "红冲",
        "4": "异常",
        "5": "非正常",
        "6": "红字发票待确认",
        "7": "部分红冲",
        "8": "全额红冲",
    }


@pytest.mark.req("R294", "R295", "R296", "R297", "R298", "R299", "R300", "R301")
def test_the_task_statuses_are_the_eight_of_the_manual_and_the_one_before_them() -> None:
    assert set(rulebook().codes_of("status").values()) == {
        "未处理",
        "进销项数据不全",
        "已下载表头",
        "下载失败",
        "下载处理中",
        "进销项下载申请失败",
        "数据已下载",
        "没有数据",
        "成功",
    }
    assert set(rulebook().codes_of("void_state").values()) == {"作废", "终止"}


@pytest.mark.req("R302")
def test_there_are_six_download_types() -> None:
    assert list(rulebook().codes_of("download_type").values()) == [
        "进项-全量",
        "销项-全量",
        "进项状态更新",
        "进项-增量",
        "未勾选数据初始化",
        "进项-数电发票文件下载",
    ]


@pytest.mark.req("R307", "R308", "R309", "R310", "R311", "R312", "R313")
def test_there_are_seven_sync_types() -> None:
    assert list(rulebook().codes_of("sync_type").values()) == [
        "进项采集",
        "当前月进销项下载",
        "历史月进销项下载",
        "当前属期进项下载",
        "手工导入",
        "历史属期进项下载",
        "当天进销项下载",
    ]


@pytest.mark.req("A-07", "A-09", "R316", "R319", "R320", "R323")
def test_a_person_may_do_with_a_task_what_its_status_allows() -> None:
    allowed = {code.code: set(code.actions) for code in rulebook().codes if code.kind == "status" and code.actions}
    assert allowed == {
        "pending": {"void", "terminate"},
        "incomplete": {"poll", "void", "terminate"},
        "headers_only": {"void"},
        "downloading": {"poll", "void", "terminate"},
        "downloaded": {"void", "terminate"},
        "download_failed": {"retry"},
        "apply_failed": {"retry"},
    }


def test_a_final_status_is_one_in_which_nothing_is_open() -> None:
    final = {code.code for code in rulebook().codes if code.kind == "status" and code.final}
    assert final == {"succeeded", "no_data", "download_failed", "apply_failed"}


@pytest.mark.req("R141", "A-18")
@pytest.mark.parametrize(
    ("key", "surface", "expected"),
    [
        (
            "small_scale_download",
            "interactive",
            "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票云企业基础资料修改。",
        ),
        (
            "small_scale_download",
            "scheduled",
            "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票服务企业基础资料修改。",
        ),
        (
            "small_scale_download",
            "retry",
            "小规模纳税人不支持抵扣类勾选数据下载，可根据企业在税局的信息，在星空发票云企业基础资料修改。",
        ),
        ("small_scale_download", "api", "小规模纳税人不支持抵扣类勾选"),
        (
            "small_scale_selection",
            "scheduled",
            "小规模纳税人不支持抵扣类勾选，可根据企业在税局的信息，在星空发票服务企业基础资料修改。",
        ),
        (
            "statistics_generated",
            "interactive",
            "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计。",
        ),
        (
            "statistics_generated",
            "import",
            "当前税款所属期统计表已生成，请撤销统计再勾选，或使用【当期抵扣勾选统计】查询更新统计",
        ),
        ("statistics_generated", "api", "当前属期统计表已生成，请先撤销再勾选或查询更新统计表。"),
        ("retry_too_soon", "retry", "相同的任务重复请求过于频繁，请3分钟后再重试。"),
    ],
)
def test_a_refusal_is_worded_byte_for_byte_as_the_manual_of_its_surface(key: str, surface: str, expected: str) -> None:
    assert rulebook().message(key, surface) == expected


def test_parameters_have_the_defaults_of_the_manuals() -> None:
    rules = rulebook()
    assert rules.parameter_default("rim_download", "open_replenish_last_month") == "0"
    assert rules.parameter_default("rim_leqi_collect", "91310000MA1FL0000X") == "0"
    assert rules.parameter_default("errorGoodsNames", "errorGoodsNames") == "详见销货清单,原价合计,折扣额合计"
    with pytest.raises(KeyError):
        rules.parameter_default("rim_download", "open_replenish_last_year")


def test_a_channel_is_found_under_every_name_the_manuals_give_it() -> None:
    aliases = {alias: code for code, row in rulebook().channels.items() for alias in (row.label, *row.aliases)}
    assert {aliases[name] for name in ("乐企", "乐企平台", "乐企自用", "乐企直连")} == {"leqi"}
    assert {aliases[name] for name in ("电子税局", "新电子发票服务平台", "电子发票服务平台", "RPA")} == {"etax"}


def test_labels_for_the_database_are_complete_and_unique() -> None:
    labels = rulebook().labels()
    assert len({(kind, code) for kind, code, _ in labels}) == len(labels)
    assert ("status", "no_data", "没有数据") in labels
    assert ("invoice_type", "8208", "数电发票（通行费发票）") in labels


def test_a_code_of_enterprise_data_is_found_by_itself_and_by_its_label() -> None:
    words = rulebook().words("download_type")
    assert words.find("进项-增量") == words.find("input_incremental") == "input_incremental"


def test_channels_of_the_status_file_are_the_channels() -> None:
    assert rulebook().codes_of("channel") == {code: row.label for code, row in rulebook().channels.items()}


def test_the_dags_of_leqi_are_the_promised_ones_at_their_hours() -> None:
    jobs = {job.dag_id: job.crons for job in rulebook().jobs(["leqi"])}
    assert jobs == {
        "leqi__incremental": ("30 8 * * *",),
        "leqi__risk_status": ("30 6 * * *", "30 18 * * *"),
        "leqi__current_month": ("0 2 * * *",),
        "leqi__history_output": ("0 3 2 * *",),
        "leqi__history_input": ("0 3 6 * *",),
        "leqi__compensation": ("0 3 10 * *",),
        "leqi__back_check": ("0 3 12 * *",),
        "leqi__unselected_init": ("0 4 1 * *",),
    }
    assert len(list(rulebook().jobs(list(rulebook().channels)))) == len({rule.dag_id for rule in rulebook().calendar})
