"""What a type says of its documents: 是否可抵扣, and whether the 税务组织 is the buyer's (include/rules)."""

from functools import cache
from pathlib import Path

from fapiao.rules.book import RuleBook, rulebook
from fapiao.rules.rule_file import RULES, RuleFile, RuleRow, RuleSections, SomeTexts


class TypesByBuyer(RuleRow, frozen=True):
    """Input types whose 税务组织 is the organisation with the buyer's tax number (R170)."""

    unique = ("types",)
    types: SomeTexts


class TaxOrganisation(RuleSections, frozen=True):
    """税务组织: of which input types it is the organisation whose 统一社会信用代码 is the tax number of the buyer."""

    file = "tax_organisation.yaml"
    by_buyer: tuple[TypesByBuyer, ...]


@cache
def types_by_buyer(folder: Path = RULES) -> tuple[str, ...]:
    """The input types of tax_organisation.yaml (R170). Raises RuleError with file and line, for one named twice too."""
    file = RuleFile(TaxOrganisation, folder)
    file.known(file.content.by_buyer, "types", rulebook().invoice_types)
    return tuple(type_ for row in file.content.by_buyer for type_ in row.types)


def type_rules(rules: RuleBook) -> list[dict[str, str | bool]]:
    """One row per type for the database; 可抵扣 is what the bureau lets be selected for deduction (R167)."""
    by_buyer = types_by_buyer()
    return [
        {"type": code, "deductible": kind.deductible, "tax_org_of_buyer": code in by_buyer}
        for code, kind in rules.invoice_types.items()
    ]
