"""selection.yaml: the manual's nineteen task types byte for byte, and what each of them is."""

import pytest

from fapiao.errors import BadInput
from fapiao.selection.rules import selection_rules

NINETEEN = [
    "抵扣勾选",
    "撤销抵扣勾选",
    "不抵扣勾选",
    "撤销不抵扣勾选",
    "预勾选",
    "撤销预勾选",
    "旅客运输抵扣",
    "生成统计表",
    "撤销统计表",
    "确认签名",
    "批量认证",
    "确认退税勾选统计表",
    "退税勾选",
    "撤销退税勾选",
    "农产品处理(属于自产)",
    "农产品处理(不属于自产)",
    "农产品处理(部分属于自产)",
    "农产品处理(按票面金额和基础扣除率)",
    "农产品处理(按票面税额)",
]


@pytest.mark.req("R220")
def test_the_nineteen_task_types_stand_in_the_manuals_order_and_a_retry_of_each_looks_at_small_scale() -> None:
    types = selection_rules().types.values()
    assert [one.label for one in types] == NINETEEN
    assert all(one.retry_checks_small_scale for one in types)


@pytest.mark.req("A-45")
def test_the_malformed_nineteenth_is_understood_and_never_shown() -> None:
    found = selection_rules().task_type("农产品处理(农产品处理(按票面税额)")
    assert found.label == "农产品处理(按票面税额)"
    assert selection_rules().task_type("农产品处理(按票面税额)") == found


def test_an_unknown_task_type_is_refused_with_what_there_is() -> None:
    with pytest.raises(BadInput, match="不抵扣勾选"):
        selection_rules().task_type("随便勾选")


@pytest.mark.req("R154")
def test_the_operations_of_this_project_say_where_they_lead() -> None:
    rules = selection_rules()
    moves = {code: (one.from_statuses, one.to_status) for code, one in rules.types.items() if one.to_status}
    assert moves == {
        "not_deduct": (("0", "4"), "1"),
        "undo_not_deduct": (("1",), "0"),
        "preselect": (("0",), "4"),
        "undo_preselect": (("4",), "0"),
    }
    with pytest.raises(KeyError):
        rules.of("deduct")


@pytest.mark.req("R151", "R184", "R189")
def test_the_limits_are_those_of_the_manual() -> None:
    rules = selection_rules()
    assert (rules.request_documents, rules.statistics_seconds) == (2000, 1800)
    assert rules.documents == {("customs", "customs")}
    assert rules.compared == {"leqi"}
