"""权限: who may do what with tasks, by 核算组织 first and by role then (R150, R223, R326)."""

from collections.abc import Collection, Iterable, Mapping
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
Action = Literal["view", "poll", "retry", "void", "export", "import", "select", "download", "administer"]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""Those over tasks that are there, 导入, 勾选 and 下载, which make new ones, and 管理 of what all of it goes by."""
ADMINISTER: Action = "administer"


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


class Entrance(RuleRow, frozen=True):
    """A way in: a command or a DAG by its name, or such with an option or a field filled in, and what it takes.

    Without an action nobody is asked. `everywhere`: the action is needed for every 核算组织; else for one at least, and
    what is behind the entrance asks for those of the rows. `rows`: only they are asked, so that a refusal names them.
    """

    unique = (("kind", "name"),)
    kind: Literal["command", "dag"]
    name: Text
    action: Action | None = None
    everywhere: bool = False
    rows: bool = False


class PermissionSections(RuleSections, frozen=True):
    """权限: what can be done, which role may do it, and what each command and DAG takes."""

    file = "rights.yaml"
    actions: tuple[LabelledAction, ...]
    roles: tuple[Role, ...]
    entrances: tuple[Entrance, ...]


@dataclass(frozen=True, slots=True)
class PermissionRules:
    """include/rules/rights.yaml: the labels of the actions, the roles by code, the entrances by kind and name."""

    actions: Mapping[str, str]
    roles: Mapping[str, Role]
    entrances: Mapping[tuple[str, str], Entrance]

    def roles_with(self, action: str) -> list[str]:
        """The codes of the roles that may do it."""
        return [role.code for role in self.roles.values() if action in role.actions]


@cache
def permission_rules(folder: Path = RULES) -> PermissionRules:
    """Reads and checks the file once. Raises RuleError with file and line."""
    found = RuleFile(PermissionSections, folder).content
    return PermissionRules(
        {row.code: row.label for row in found.actions},
        {role.code: role for role in found.roles},
        {(row.kind, row.name): row for row in found.entrances},
    )


def role_labels() -> dict[str, str]:
    """What each role is called, by its code."""
    return {role.code: role.label for role in permission_rules().roles.values()}


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one actor may do: for each 核算组织 the actions of his roles; None where nobody was granted anything.

    `founder`: he loaded rights that name nobody who may administer, and may therefore change them.
    """

    granted: Mapping[str, frozenset[str]] | None
    founder: bool = False

    @classmethod
    def of(
        cls, grants: Collection[tuple[str, str]] | None, rules: PermissionRules, *, founder: bool = False
    ) -> "Permissions":
        """Out of (organisation, role); a role that the rules do not know gives nothing."""
        if grants is None:
            return cls(None)
        found: dict[str, frozenset[str]] = {}
        for organisation, role in grants:
            actions = rules.roles[role].actions if role in rules.roles else ()
            found[organisation] = found.get(organisation, frozenset()) | frozenset(actions)
        return cls(found, founder)

    def objection(self, action: str, organisation: str | None) -> str | None:
        """None where it is allowed, else the key of the sentence: the organisation is checked first, then the role."""
        if self.granted is None or self._as_founder(action):
            return None
        reached = [self.granted[name] for name in (organisation or "", EVERY_ORGANISATION) if name in self.granted]
        if not reached:
            return "no_organisation_right"
        return None if any(action in actions for actions in reached) else "no_role_right"

    def any_objection(self, action: str, organisations: Iterable[str | None]) -> str | None:
        """What speaks against it in one of them: whoever may not touch a part may not touch the whole."""
        return next((key for one in organisations if (key := self.objection(action, one))), None)

    def organisations(self, action: str) -> list[str] | None:
        """The organisations in which an action is allowed; None is all of them, taxpayers without one included."""
        if self.granted is None or self._as_founder(action) or action in self.granted.get(EVERY_ORGANISATION, ()):
            return None
        return sorted(name for name, actions in self.granted.items() if action in actions)

    def entrance_objection(self, action: str, *, everywhere: bool = False) -> str | None:
        """None where the action is allowed for one organisation at least, or for every one; else the sentence's key."""
        allowed = self.organisations(action)
        if allowed is None or (allowed and not everywhere):
            return None
        return "no_organisation_right" if allowed or not self.granted else "no_role_right"

    def _as_founder(self, action: str) -> bool:
        return self.founder and action == ADMINISTER
