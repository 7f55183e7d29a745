"""Rules pick documents by themselves once somebody has switched them on; a document goes to the first that it meets."""

from datetime import date
from typing import Any

import psycopg
import pytest

from customs_rows import customs_document, customs_documents, number, organisation, set_columns
from enterprise_files import WORDS
from fapiao.enterprise.loading import LoadCounts
from fapiao.errors import BadInput
from fapiao.selection.chosen import RequestedDocument, SelectionRequest
from fapiao.tables.yaml_lines import read_yaml
from hooks.selection_lists.auto_rules import auto_matches, auto_requests, auto_rules, load_auto_rules
from pool_rows import OWNER, SELLER, digital, merge

Pool = psycopg.Connection[Any]
DAY = date(2026, 11, 21)
RULE = {"name": "集体福利", "action": "勾选", "enabled": "是", "reason": "用于集体福利或者个人消费"}


@pytest.fixture
def pool(pool: Pool) -> Pool:
    """Documents 1 to 4 of ORG1 over 100 to 400 yuan of tax, issued on the days 1 to 4, and document 5 of ORG2."""
    organisation(pool, "ORG1", OWNER)
    organisation(pool, "ORG2", SELLER)
    customs_documents(
        pool, *(customs_document(n, tfrq=f"2026-11-0{n} 00:00:00", skje=f"{n}00.00") for n in range(1, 5))
    )
    customs_documents(pool, customs_document(5, tfrq="2026-11-05 00:00:00", skje="500.00"), owner=SELLER)
    return pool


def load(pool: Pool, *rules: dict[str, object], **more: Any) -> LoadCounts:
    """One file with these rules, by li."""
    text = "\n".join("- {" + ", ".join(f"{k}: {v}" for k, v in rule.items()) + "}" for rule in rules) or "[]"
    return load_auto_rules(pool, [read_yaml("rules.yaml", text)], WORDS, actor="li", **more)


def picked(pool: Pool, *tried: str) -> dict[str, list[int]]:
    """The documents of every rule."""
    found: dict[str, list[int]] = {}
    for match in auto_matches(pool, DAY, tried):
        found.setdefault(match.rule, []).append(int(match.document_key[9:18]))
    return found


@pytest.mark.req("R222")
def test_a_rule_is_off_until_somebody_switches_it_on_and_can_be_tried_before(pool: Pool) -> None:
    load(pool, {key: value for key, value in RULE.items() if key != "enabled"})
    assert auto_requests(pool, DAY) == []
    assert picked(pool) == {}
    assert picked(pool, "集体福利") == {"集体福利": [5, 1, 2, 3, 4]}
    load(pool, RULE)
    (request,) = auto_requests(pool, DAY)
    assert (request.operation, request.surface, len(request.chosen)) == ("not_deduct", "scheduled", 5)


@pytest.mark.req("R222")
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"organisations": "ORG2"}, [5]),
        ({"organisations": "[ORG1, ORG2]"}, [5, 1, 2, 3, 4]),
        ({"reasons": "用于免税项目"}, [2]),
        ({"amount_from": "200", "amount_to": "300.00"}, [2, 3]),
        ({"issued_from": "2026-11-03"}, [5, 3, 4]),
        ({"issued_to": "2026-11-02"}, [1, 2]),
        ({"invoice_types": "海关缴款书"}, [5, 1, 2, 3, 4]),
        ({"organisations": "ORG1", "issued_from": "2026-11-04", "amount_to": "399"}, []),
    ],
)
def test_a_document_is_picked_where_every_condition_holds(
    pool: Pool, condition: dict[str, object], found: list[int]
) -> None:
    set_columns(pool, number(2), not_deductible_type="2")
    load(pool, RULE | condition)
    assert picked(pool).get("集体福利", []) == found


@pytest.mark.req("R222", "R173", "R174")
def test_only_what_could_be_selected_by_hand_is_picked(pool: Pool) -> None:
    merge(pool, "digital", [digital()])
    customs_documents(
        pool, customs_document(8, hgjkshm=number(8, "Y")), customs_document(9, tfrq="2026-11-22 00:00:00")
    )
    set_columns(pool, number(1), selection_status="1")
    set_columns(pool, number(2), deduction_purpose="1")
    set_columns(pool, number(3), risk_status="02")
    pool.execute("UPDATE pool.document SET deductible = false WHERE document_key = %s", [number(4)])
    load(pool, RULE)
    assert picked(pool) == {"集体福利": [5]}


@pytest.mark.req("R222")
def test_a_document_goes_to_its_first_rule_by_priority_and_to_no_other_later(pool: Pool) -> None:
    small = {"name": "小额", "action": "预勾选", "enabled": "是", "priority": 1, "amount_to": 200}
    load(pool, RULE, small)
    assert picked(pool) == {"小额": [1, 2], "集体福利": [5, 3, 4]}
    first, second = auto_requests(pool, DAY)
    assert first == SelectionRequest(
        "preselect", "scheduled", (RequestedDocument(OWNER, number(1)), RequestedDocument(OWNER, number(2)))
    )
    assert (second.operation, second.chosen[0]) == ("not_deduct", RequestedDocument(SELLER, number(5), "3"))
    set_columns(pool, number(1), selection_status="4")
    assert picked(pool) == {"小额": [2], "集体福利": [5, 3, 4]}


@pytest.mark.req("R222")
def test_a_document_keeps_its_own_reason_and_is_given_the_rules_where_it_has_none(pool: Pool) -> None:
    set_columns(pool, number(1), not_deductible_type="5", not_deductible_reason="样品")
    load(pool, RULE | {"organisations": "ORG1", "issued_to": "2026-11-02"})
    (request,) = auto_requests(pool, DAY)
    assert request.chosen == (
        RequestedDocument(OWNER, number(1), "5", "样品"),
        RequestedDocument(OWNER, number(2), "3"),
    )


@pytest.mark.req("R222")
def test_a_file_replaces_the_rules_before_it(pool: Pool) -> None:
    other = {"name": "其他", "action": "预勾选"}
    assert str(load(pool, RULE, other)) == "自动勾选规则：新增 2，修改 0，无变化 0"
    assert str(load(pool, RULE, other)) == "自动勾选规则：新增 0，修改 0，无变化 2"
    assert str(load(pool, RULE | {"priority": 3})) == "自动勾选规则：新增 0，修改 2，无变化 0"
    assert [(rule["name"], rule["priority"], rule["changed_by"]) for rule in auto_rules(pool)] == [
        ("集体福利", 3, "li")
    ]
    load(pool, dry_run=True)
    assert len(auto_rules(pool)) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": "''"}, "勾选需要不抵扣原因"),
        ({"reason": "其他"}, "不抵扣原因为“其他”时，须填写其他原因说明"),
        ({"reason": "好玩"}, "无法识别“好玩”；可填：用于非应税项目、"),
        ({"action": "删除"}, "无法识别“删除”；可填：预勾选、勾选"),
        ({"organisations": "ORG9"}, "没有核算组织 ORG9；请先导入其企业信息"),
        ({"invoice_types": "电子普通发票"}, "电子普通发票：不可勾选的发票类型。"),
        ({"invoice_types": "废纸"}, "无法识别发票类型“废纸”"),
        ({"amount_from": "much"}, "“much”不是金额"),
        ({"amount_from": "2", "amount_to": "1"}, "1 小于“amount_from” 2"),
        ({"issued_from": "2026-02-01", "issued_to": "2026-01-01"}, "2026-01-01 早于“issued_from” 2026-02-01"),
        ({"priority": "first"}, "“first”不是整数"),
        ({"sum": "1"}, "无法识别该列"),
    ],
)
def test_a_wrong_rule_is_refused_and_nothing_is_saved(pool: Pool, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(pool, RULE | change)
    assert sentence in str(refused.value)
    assert auto_rules(pool) == []
