"""所属模块: to which menu of the manuals a task belongs, by its job (include/rules/modules.yaml)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fapiao.errors import RuleError
from fapiao.paths import RULES
from fapiao.rules.readers import rule_rows


@dataclass(frozen=True, slots=True)
class Module:
    """One module with the jobs whose tasks it shows; `rest` marks the one of every job that nobody names."""

    code: str
    name: str
    jobs: tuple[str, ...]
    rest: bool


@cache
def modules(folder: Path = RULES) -> tuple[Module, ...]:
    """The modules in their order. Raises RuleError when a job has two, or not exactly one takes the rest."""
    path = folder / "modules.yaml"
    found: list[Module] = []
    taken: set[str] = set()
    for row in rule_rows(path, "modules", ("code", "name", "jobs", "rest"), "code"):
        module = Module(row.text("code"), row.text("name"), row.texts("jobs"), row.flag("rest"))
        if twice := taken & set(module.jobs):
            raise row.refuse(f"job {min(twice)} belongs to another module already", "jobs")
        taken |= set(module.jobs)
        found.append(module)
    if [module.rest for module in found].count(True) != 1:
        raise RuleError(f"include/rules/{path.name}: exactly one module must say `rest: true`")
    return tuple(found)


def modules_by_job() -> list[dict[str, str]]:
    """(job, code, name) of every job that a row names; the job '' stands for all others."""
    return [
        {"job": job, "code": module.code, "name": module.name}
        for module in modules()
        for job in (*module.jobs, *([""] if module.rest else []))
    ]
