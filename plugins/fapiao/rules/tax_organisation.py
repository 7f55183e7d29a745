"""What a type says of its documents: 是否可抵扣, and whether the 税务组织 is the buyer's (include/rules)."""

from functools import cache
from pathlib import Path

from fapiao.paths import RULES
from fapiao.rules.book import RuleBook, rulebook
from fapiao.rules.readers import rule_rows


@cache
def types_by_buyer(folder: Path = RULES) -> tuple[str, ...]:
    """The input types of tax_organisation.yaml (R170). Raises RuleError with file and line, for one named twice too."""
    known, found = rulebook().invoice_types, list[str]()
    for row in rule_rows(folder / "tax_organisation.yaml", "by_buyer", ("types",), ()):
        for type_ in row.some_of("types", known):
            if type_ in found:
                raise row.refuse(f"type {type_} stands here for the second time", "types")
            found.append(type_)
    return tuple(found)


def type_rules(rules: RuleBook) -> list[dict[str, str | bool]]:
    """One row per type for the database; 可抵扣 is what the bureau lets be selected for deduction (R167)."""
    by_buyer = types_by_buyer()
    return [
        {"type": code, "deductible": kind.deductible, "tax_org_of_buyer": code in by_buyer}
        for code, kind in rules.invoice_types.items()
    ]
