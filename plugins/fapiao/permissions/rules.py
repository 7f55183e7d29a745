"""权限: who may do what with tasks, by 核算组织 first and by role then (R150, R223, R326)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text

EVERY_ORGANISATION = "*"
"""A grant for every 核算组织, and the only one that covers tasks of taxpayers without one."""
OVER_TASKS = ("view", "poll", "retry", "void", "export")
"""查询 · 获取异步结果 · 手工重试 · 作废任务 · 导出"""
Action = Literal["view", "poll", "retry", "void", "export", "import", "select"]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""Those over tasks that are there, and 导入 and 勾选, which make new ones."""


class LabelledAction(RuleRow, frozen=True):
    """What an action is called."""

    unique = ("code",)
    code: Action
    label: Text


class Role(RuleRow, frozen=True):
    """What a role is called, and what it may do."""

    unique = ("code",)
    code: Text
    label: Text
    actions: Annotated[tuple[Action, ...], Meta(min_length=1)]


class PermissionSections(RuleSections, frozen=True):
    """权限: what can be done with tasks, who may make new ones by 导入, and which role may do it."""

    file = "rights.yaml"
    actions: tuple[LabelledAction, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class PermissionRules:
    """include/rules/rights.yaml: the labels of the actions, and the roles by code."""

    actions: Mapping[str, str]
    roles: Mapping[str, Role]


@cache
def permission_rules(folder: Path = RULES) -> PermissionRules:
    """Reads and checks the file once. Raises RuleError with file and line."""
    found = RuleFile(PermissionSections, folder).content
    return PermissionRules({row.code: row.label for row in found.actions}, {role.code: role for role in found.roles})


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one actor may do: for each 核算组织 the actions of his roles; None where nobody was granted anything."""

    granted: Mapping[str, frozenset[str]] | None

    @classmethod
    def of(cls, grants: Collection[tuple[str, str]] | None, rules: PermissionRules) -> "Permissions":
        """Out of (organisation, role); a role that the rules do not know gives nothing."""
        if grants is None:
            return cls(None)
        found: dict[str, frozenset[str]] = {}
        for organisation, role in grants:
            actions = rules.roles[role].actions if role in rules.roles else ()
            found[organisation] = found.get(organisation, frozenset()) | frozenset(actions)
        return cls(found)

    def objection(self, action: str, organisation: str | None) -> str | None:
        """None where it is allowed, else the key of the sentence: the organisation is checked first, then the role."""
        if self.granted is None:
            return None
        reached = [self.granted[name] for name in (organisation or "", EVERY_ORGANISATION) if name in self.granted]
        if not reached:
            return "no_organisation_right"
        return None if any(action in actions for actions in reached) else "no_role_right"

    def organisations(self, action: str) -> list[str] | None:
        """The organisations in which an action is allowed; None is all of them, taxpayers without one included."""
        if self.granted is None or action in self.granted.get(EVERY_ORGANISATION, ()):
            return None
        return sorted(name for name, actions in self.granted.items() if action in actions)
