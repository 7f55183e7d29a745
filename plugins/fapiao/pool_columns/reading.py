"""The columns of the pool as fields.yaml has them: source fields, types, merge policies, refused changes."""

from collections.abc import Collection
from functools import cache
from pathlib import Path

from fapiao.pool_columns.records import OBSERVED_GROUPS, WORKED_OUT, Fields, FieldSections, Kind
from fapiao.rules.rule_file import RULES, RuleFile


@cache
def staged_columns(kind: str) -> tuple[str, ...]:
    """The columns of a staged row of a payload kind, in COPY order: key, instant of the observation, what it offers."""
    fields = load_fields()
    target = fields.kinds[kind].target
    worked_out = WORKED_OUT[target] | _worked_out_for(fields.kinds[kind], fields)
    offered = [
        column.name
        for column in fields.of_target(target)
        if column.name in worked_out or kind in column.sources or kind in column.constants
    ]
    return ("document_key", "observed_at", *(("status_default",) if target == "documents" else ()), *offered)


def _worked_out_for(kind: Kind, fields: Fields) -> set[str]:
    rules = [rule for rule in fields.tax_bureau_totals if set(rule.invoice_types) & set(kind.invoice_types)]
    return {part for rule in rules for part in rule.parts} | ({"blue_invoice"} if kind.target == "documents" else set())


@cache
def observed_groups(kind: str) -> tuple[str, ...]:
    """The groups of columns that an answer of this kind speaks about, even where it says nothing new."""
    fields = load_fields()
    if fields.kinds[kind].observes:
        return fields.kinds[kind].observes
    if fields.kinds[kind].target == "documents":
        return ("face", "anomaly")
    groups = {fields.by_name[name].group for name in staged_columns(kind) if name in fields.by_name}
    return tuple(group for group in OBSERVED_GROUPS if group in groups and group != "face")


@cache
def load_fields(folder: Path = RULES) -> Fields:
    """Read and check fields.yaml; raises RuleError with file and line for whatever is unknown, missing or doubled."""
    file = RuleFile(FieldSections, folder)
    found = file.content
    owners: dict[str, str] = {group: row.owner for row in found.owners for group in row.groups}
    by_name = {column.name: column for column in found.fields}
    _check_names(file, by_name)
    for column in found.fields:
        if owners[column.group] != "bureau" and (column.sources or column.constants):
            raise file.refuse(column, f"{column.name} is not the bureau's (A-35): no payload may offer it", "from")
    return Fields(
        kinds={kind.name: kind for kind in found.kinds},
        columns=found.fields,
        lines=found.lines,
        backwards=found.backwards,
        tax_bureau_totals=found.tax_bureau_total,
        translations=found.translations,
        swapped_parties=found.swapped_parties,
        verified_first=tuple(code for row in found.verified_first for code in row.invoice_types),
        line_filter=found.line_filter[0],
        owners=owners,
        by_name=by_name,
    )


def _check_names(file: RuleFile[FieldSections], columns: Collection[str]) -> None:
    """Raises RuleError for a payload kind or a column that the file does not have."""
    found, kinds = file.content, [kind.name for kind in file.content.kinds]
    file.known(
        [*found.backwards, *found.tax_bureau_total, *found.translations, *found.swapped_parties], "column", columns
    )
    file.known(found.tax_bureau_total, "parts", columns)
    file.known([*found.fields, *found.lines], "from", kinds)
    file.known(found.fields, "constant", kinds)
    file.known([*found.translations, *found.swapped_parties], "kinds", kinds)
