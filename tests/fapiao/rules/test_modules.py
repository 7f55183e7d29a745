"""Every task belongs to a module of the manuals (所属模块)."""

from pathlib import Path

import pytest

from fapiao.errors import RuleError
from fapiao.rules.book import rulebook
from fapiao.rules.modules import modules, modules_by_job
from fapiao.rules.rule_file import RULES

TEXT = (RULES / "modules.yaml").read_text(encoding="utf-8")


@pytest.mark.req("R007", "R058", "R153", "R229", "R292")
def test_the_modules_have_the_codes_and_names_of_the_manuals() -> None:
    assert {module.code: module.name for module in modules()} == {
        "F18010": "进项发票关键要素同步",
        "F18011": "发票数据下载设置（全量发票数据同步）",
        "F18006": "抵扣勾选",
        "F17029": "历史发票导入",
        "F18012": "发票数据同步",
    }


@pytest.mark.req("R007", "R058", "R153", "R229")
@pytest.mark.parametrize(
    ("job", "code"),
    [("key_element_sync", "F18010"), ("layout_files", "F18011"), ("selection", "F18006"), ("history_sync", "F17029")],
)
def test_a_job_belongs_to_its_module(job: str, code: str) -> None:
    assert {row["job"]: row["code"] for row in modules_by_job()}[job] == code


@pytest.mark.req("R058")
def test_whatever_the_calendar_plans_belongs_to_the_download_schemes() -> None:
    codes = {row["job"]: row["code"] for row in modules_by_job()}
    assert {codes[rule.job] for rule in rulebook().calendar} == {"F18011"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("jobs: [selection]", "jobs: [history_sync, selection]", "jobs 'history_sync' stands here for the second time"),
        ("    rest: true\n", "", "exactly one module must say `rest: true`"),
        ("code: F18006", "code: F18010", "stands here for the second time"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    (tmp_path / "modules.yaml").write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(RuleError, match=sentence):
        modules(tmp_path)
