"""Enables, disables and deletes a download scheme by its name."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date

from fapiao.enterprise.idle_schemes import idle_warnings
from fapiao.enterprise.loading import Loaded
from fapiao.enterprise.objections import account_objections
from fapiao.enterprise.overlaps import frequency_objections
from fapiao.enterprise.records import Enterprise, Scheme
from fapiao.errors import BadInput
from fapiao.nearest import nearest
from fapiao.rules.book import RuleBook
from fapiao.texts.catalogue import sentence


def switch_schemes(
    enterprise: Enterprise,
    names: Iterable[str],
    enabled: bool,
    rules: RuleBook,
    day: date,
    seen: Collection[str] | None = None,
) -> Loaded:
    """启用 or 禁用, judged on `day` in Asia/Shanghai; a disabled scheme produces no tasks (R068).

    `seen` are the schemes that the person may see, None all of them: no other is suggested to him.

    Raises BadInput for a name that nobody has, or when a scheme that shall be enabled holds a taxpayer without the
    account it needs (R076), or one that other schemes ask for too often already (A-55).
    """
    switched = {name: replace(scheme, enabled=enabled) for name, scheme in _named(enterprise, names, seen).items()}
    after = replace(enterprise, schemes={**enterprise.schemes, **switched})
    problems = list(_objections(after, switched, rules)) if enabled else []
    if problems:
        raise BadInput(problems)
    same = [name for name in switched if enterprise.schemes[name].enabled == enabled]
    if seen is not None and (hidden := [name for name in same if name not in seen]):
        raise BadInput([_unknown(name, seen) for name in hidden])  # nothing changes, so no right of his is asked for
    warnings = [_unchanged(name, enabled=enabled) for name in same]
    return Loaded(after, [], [*warnings, *idle_warnings(after, rules, switched, day)])


def _unchanged(name: str, *, enabled: bool) -> str:
    if enabled:
        return sentence("enterprise_files.enabled_already", name=name)
    return sentence("enterprise_files.disabled_already", name=name)


def _unknown(name: str, schemes: Collection[str]) -> str:
    if near := nearest(name, schemes):
        return sentence("enterprise_files.near_scheme", name=name, near=near[0])
    return sentence("enterprise_files.no_scheme", name=name)


def _objections(after: Enterprise, switched: Collection[str], rules: RuleBook) -> Iterator[str]:
    yield from account_objections(after, taxpayers=(), schemes=switched)
    yield from frequency_objections(after, rules, taxpayers=(), schemes=switched)


def delete_schemes(enterprise: Enterprise, names: Iterable[str], seen: Collection[str] | None = None) -> Loaded:
    """删除: the scheme plans nothing any more, its tasks stay in the log (R067). Raises BadInput for unknown names.

    `seen` as for switching.
    """
    gone = _named(enterprise, names, seen)
    left = {name: scheme for name, scheme in enterprise.schemes.items() if name not in gone}
    return Loaded(replace(enterprise, schemes=left), [], [])


def _named(enterprise: Enterprise, names: Iterable[str], seen: Collection[str] | None) -> dict[str, Scheme]:
    names, suggested = list(names), enterprise.schemes if seen is None else seen
    problems = [_unknown(name, suggested) for name in names if name not in enterprise.schemes]
    if problems:
        raise BadInput(problems)
    return {name: enterprise.schemes[name] for name in names}
