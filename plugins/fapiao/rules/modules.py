"""所属模块: to which menu of the manuals a task belongs, by its job (include/rules/modules.yaml)."""

from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, Text, Texts


class Module(RuleRow, frozen=True):
    """One module with the jobs whose tasks it shows; `rest` marks the one of every job that nobody names."""

    unique = ("code", "jobs")
    code: Text
    name: Text
    jobs: Texts = ()
    rest: bool = False


class Modules(RuleSections, frozen=True):
    """所属模块: which menu of the manuals a task belongs to, shown in the sync log as code and name."""

    file = "modules.yaml"
    modules: Annotated[tuple[Module, ...], Meta(min_length=1)]


@cache
def modules(folder: Path = RULES) -> tuple[Module, ...]:
    """The modules in their order. Raises RuleError when a job has two, or not exactly one takes the rest."""
    file = RuleFile(Modules, folder)
    if [module.rest for module in file.content.modules].count(True) != 1:
        raise file.refuse(file.content.modules[-1], "exactly one module must say `rest: true`")
    return file.content.modules


def modules_by_job() -> list[dict[str, str]]:
    """(job, code, name) of every job that a row names; the job '' stands for all others."""
    return [
        {"job": job, "code": module.code, "name": module.name}
        for module in modules()
        for job in (*module.jobs, *([""] if module.rest else []))
    ]
