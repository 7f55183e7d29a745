"""Rights go by 核算组织 first and by role then; without any, everybody may do everything."""

from pathlib import Path

import pytest

from fapiao.errors import BadInput, RuleError
from fapiao.permissions.grants import read_grants
from fapiao.permissions.rules import ACTIONS, Permissions, permission_rules
from fapiao.rules.rule_file import RULES as RIGHTS
from fapiao.tables.reading import read_tables

RULES = permission_rules()


def permissions(*grants: tuple[str, str]) -> Permissions:
    return Permissions.of(grants, RULES)


@pytest.mark.req("R150", "R326")
@pytest.mark.parametrize("action", ACTIONS)
def test_an_installation_without_grants_allows_everything(action: str) -> None:
    everybody = Permissions.of(None, RULES)
    assert everybody.objection(action, None) is None
    assert everybody.organisations(action) is None


@pytest.mark.req("R150", "R326")
def test_the_organisation_is_asked_for_before_the_role() -> None:
    li = permissions(("ORG1", "auditor"))
    assert li.objection("void", "ORG2") == "no_organisation_right"
    assert li.objection("void", "ORG1") == "no_role_right"
    assert li.objection("view", "ORG1") is None


@pytest.mark.req("R150")
def test_a_role_holds_in_its_organisation_and_in_no_other() -> None:
    li = permissions(("ORG1", "manager"), ("ORG2", "auditor"))
    assert [li.objection("void", one) for one in ("ORG1", "ORG2")] == [None, "no_role_right"]
    assert (li.organisations("void"), li.organisations("view")) == (["ORG1"], ["ORG1", "ORG2"])


def test_two_roles_in_one_organisation_add_up() -> None:
    assert permissions(("ORG1", "auditor"), ("ORG1", "manager")).objection("void", "ORG1") is None


def test_a_star_covers_every_organisation_and_taxpayers_without_one() -> None:
    li = permissions(("*", "operator"))
    assert [li.objection("retry", one) for one in ("ORG1", None)] == [None, None]
    assert li.organisations("retry") is None
    assert (li.objection("void", "ORG1"), li.organisations("void")) == ("no_role_right", [])


def test_a_taxpayer_without_an_organisation_is_nobodys_but_the_stars() -> None:
    assert permissions(("ORG1", "manager")).objection("view", None) == "no_organisation_right"


def test_who_was_granted_nothing_may_do_nothing_once_rights_are_loaded() -> None:
    assert permissions().objection("view", "ORG1") == "no_organisation_right"
    assert permissions().organisations("view") == []


def test_a_role_that_the_rules_lost_gives_nothing() -> None:
    assert permissions(("ORG1", "wizard")).objection("view", "ORG1") == "no_role_right"


@pytest.mark.req("R255", "R317", "R319", "R320", "R323")
def test_the_buttons_have_the_names_of_the_manual() -> None:
    assert RULES.actions == {
        "view": "查询", "poll": "获取异步结果", "retry": "手工重试", "void": "作废任务", "export": "导出",
        "import": "导入", "select": "勾选", "download": "下载", "administer": "管理",
    }  # fmt: skip


@pytest.mark.req("R002")
def test_a_role_with_an_unknown_action_is_refused_with_its_line(tmp_path: Path) -> None:
    text = (RIGHTS / "rights.yaml").read_text(encoding="utf-8")
    (tmp_path / "rights.yaml").write_text(text.replace("actions: [view, export]", "actions: [fly]"), encoding="utf-8")
    with pytest.raises(RuleError, match=r"rights\.yaml:\d+: actions names 'fly', which is unknown"):
        permission_rules(tmp_path)


def test_grants_are_read_by_code_or_label_and_every_problem_is_said_at_once(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("actor,org_code,role\nli,ORG1,主管\nwang,*,auditor\n", encoding="utf-8")
    bad.write_text("actor,org_code,role\n,ORG9,auditor\nli,ORG1,king\nli,*,auditor\nli,*,auditor\n", encoding="utf-8")
    assert read_grants([read_tables(good)], {"ORG1"}) == [("li", "ORG1", "manager"), ("wang", "*", "auditor")]
    with pytest.raises(BadInput) as refused:
        read_grants([read_tables(bad)], {"ORG1"})
    assert [one.partition(": ")[2].split(";")[0] for one in refused.value.problems] == [
        "there is no organisation ORG9: load its taxpayers first, or write *",
        "actor is missing",
        "'king' is unknown",
        "this stands here for the second time",
    ]


def test_a_file_without_a_grant_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "none.csv"
    file.write_text("actor,org_code,role\n", encoding="utf-8")
    with pytest.raises(BadInput, match="rights clear"):
        read_grants([read_tables(file)], set())


@pytest.mark.req("R011")
def test_the_three_readers_of_the_manual_may_all_look_and_only_the_first_two_may_act() -> None:
    """财务或相关税务岗位, 部门管理人员, 公司管理层."""
    readers = ("operator", "manager", "auditor")
    roles = {code: set(RULES.roles[code].actions) for code in readers}
    assert all({"view", "export"} <= actions for actions in roles.values())
    for action in ("retry", "import"):
        assert {code for code, actions in roles.items() if action in actions} == {"operator", "manager"}
    assert {code for code, actions in roles.items() if "void" in actions} == {"manager"}
