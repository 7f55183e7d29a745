"""Rights are checked where the action is, not on a page: by 核算组织 first, then by role."""

from collections.abc import Callable
from typing import Any

import pytest

from acted_rows import NOW, Pool, failed, grant
from fapiao.errors import BadInput
from fapiao.permissions.task_actions import ActionOutcome
from hooks.enterprise.permissions import permissions_of, replace_grants
from operators.downloads.actions import buttons, poll_now, retry, visible_actions, void
from task_rows import put

ORGANISATION, ROLE = "您没有该核算组织的权限。", "您没有该操作的权限。"


@pytest.fixture
def pool(untouched: Pool) -> Pool:
    put(untouched, "downloading", batch_no="one", org_code="ORG1")
    put(untouched, "downloading", batch_no="two", org_code="ORG2", invoice_type="82")
    failed(untouched, "failed", org_code="ORG1", invoice_type="01")
    return untouched


ACTIONS: list[Callable[[Pool, str, Any], list[ActionOutcome]]] = [
    poll_now,
    lambda pool, actor, batches: void(pool, actor, batches, "why"),
]


@pytest.mark.req("R150", "R326")
@pytest.mark.parametrize("act", ACTIONS)
def test_without_any_rights_loaded_everybody_may(pool: Pool, act: Any) -> None:
    assert len(act(pool, "anybody", ["one", "two"])) == 2


@pytest.mark.req("R150", "R326")
@pytest.mark.parametrize("act", ACTIONS)
def test_another_organisation_is_refused_before_the_role_is_looked_at(pool: Pool, act: Any) -> None:
    grant(pool, ("li", "ORG1", "auditor"))
    with pytest.raises(BadInput) as refused:
        act(pool, "li", ["one", "two"])
    assert refused.value.problems == [f"one: {ROLE}", f"two: {ORGANISATION}"]


@pytest.mark.req("R150")
def test_what_one_may_not_touch_is_not_explained_further(pool: Pool) -> None:
    grant(pool, ("li", "ORG2", "manager"))
    with pytest.raises(BadInput) as refused:
        retry(pool, "li", ["failed", "two"])
    assert refused.value.problems[0].startswith("two: ")
    assert refused.value.problems[-1] == f"failed: {ORGANISATION}"


@pytest.mark.req("R150")
def test_an_operator_fetches_and_retries_and_does_not_void(pool: Pool) -> None:
    grant(pool, ("li", "ORG1", "operator"))
    assert len(poll_now(pool, "li", ["one"])) == len(retry(pool, "li", ["failed"], now=NOW)) == 1
    with pytest.raises(BadInput, match=ROLE):
        void(pool, "li", ["one"], "why")


def shown_to(pool: Pool, actor: str, *batches: str) -> dict[str, tuple[str, ...]]:
    return {button.label: button.refusals for button in visible_actions(pool, actor, batches)}


@pytest.mark.req("R223", "R326", "R150")
def test_with_the_parameter_off_a_button_without_a_right_is_shown_and_says_so(pool: Pool) -> None:
    grant(pool, ("li", "ORG1", "operator"))
    shown = shown_to(pool, "li", "one")
    assert shown == {"查询": (), "获取异步结果": (), "手工重试": (), "作废任务": (ROLE,), "导出": ()}
    assert set(shown_to(pool, "li", "one", "two").values()) == {(ORGANISATION,), (ORGANISATION, ROLE)}


@pytest.mark.req("R223", "R326", "R150")
def test_with_the_parameter_on_a_button_without_a_right_is_hidden(pool: Pool) -> None:
    pool.execute(
        "INSERT INTO enterprise.parameter (type, key, value) VALUES ('base_service', 'hide_forbidden_buttons', '1')"
    )
    grant(pool, ("li", "ORG1", "operator"))
    assert list(shown_to(pool, "li", "one")) == ["查询", "获取异步结果", "手工重试", "导出"]
    assert shown_to(pool, "li", "two") == {}
    assert len(shown_to(pool, "nobody", "one")) == 0


@pytest.mark.req("R223", "R150")
@pytest.mark.parametrize(
    ("hide", "actor", "organisations", "expected"),
    [
        ("0", "li", {"ORG1"}, {"勾选": ()}),
        ("0", "li", {"ORG1", "ORG2"}, {"勾选": (ORGANISATION,)}),
        ("0", "sun", {"ORG1"}, {"勾选": (ROLE,)}),
        ("1", "li", {"ORG1"}, {"勾选": ()}),
        ("1", "li", {"ORG1", "ORG2"}, {}),
        ("1", "sun", {"ORG1"}, {}),
    ],
)
def test_selecting_is_a_button_that_is_hidden_or_says_why(
    pool: Pool, hide: str, actor: str, organisations: set[str | None], expected: dict[str, tuple[str, ...]]
) -> None:
    pool.execute(
        "INSERT INTO enterprise.parameter (type, key, value) VALUES ('base_service', 'hide_forbidden_buttons', %s)",
        [hide],
    )
    grant(pool, ("li", "ORG1", "operator"), ("sun", "ORG1", "auditor"))
    found = buttons(pool, actor, organisations, ["select"])
    assert {one.label: one.refusals for one in found} == expected


def test_a_file_replaces_the_rights_before_it(pool: Pool) -> None:
    assert replace_grants(pool, [("li", "*", "manager"), ("wang", "ORG1", "auditor")], "root") == (2, 0)
    assert replace_grants(pool, [("li", "*", "manager"), ("zhao", "ORG1", "auditor")], "root") == (1, 1)
    assert permissions_of(pool, "wang").granted == {}


def test_a_dry_run_saves_nothing(pool: Pool) -> None:
    assert replace_grants(pool, [("li", "*", "manager")], "root", dry_run=True) == (1, 0)
    assert permissions_of(pool, "anybody").granted is None
