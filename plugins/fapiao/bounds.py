"""How large, deep or long what comes from outside may be: include/rules/bounds.yaml as records."""

import string
from collections.abc import Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from fapiao.rules.refusals import RowError
from fapiao.rules.rule_file import RULES, Least1, RuleFile, RuleRow, RuleSections, Text

_SAYS = {"value", "found"}


class Bound(RuleRow, frozen=True):
    """One bound by its name; the name says its unit."""

    unique = ("name",)
    every = "name"
    name: Text
    value: Least1
    sentence: Annotated[Text, Meta(description="Said when it is passed; {value} is the bound, {found} what came")]

    def __post_init__(self) -> None:
        named = {name for _, name, _, _ in string.Formatter().parse(self.sentence) if name is not None}
        if named - _SAYS:
            raise RowError(f"sentence names {', '.join(sorted(named - _SAYS))}; it may name found, value", "sentence")

    def said(self, found: object = "") -> str:
        """The sentence, with what came."""
        return self.sentence.format(value=self.value, found=found)


class AnswerBound(Bound, frozen=True):
    """Of what a bureau sends."""

    name: Literal[
        "answer_bytes",
        "answer_encodings",
        "answer_patiences",
        "retry_after_seconds",
        "unpacked_bytes",
        "json_values",
        "json_depth",
        "announced_packages",
        "announced_rows",
        "package_rows",
        "question_pages",
        "kept_answers",
        "holdings_pages",
        "layout_file_bytes",
    ]


class WorkbookBound(Bound, frozen=True):
    """Of workbooks and the ZIPs they come in."""

    name: Literal[
        "zip_files",
        "zip_entries",
        "bad_members",
        "zip_growth",
        "zip_mebibytes",
        "unpacked_mebibytes",
        "unpacked_ratio",
        "directory_mebibytes",
        "directory_entries",
        "sheets",
        "cell_formats",
        "shared_texts",
        "text_run_mebibytes",
        "room_mebibytes",
        "growth",
        "odd_mebibytes",
        "formula_cells",
        "error_cells",
        "merged_ranges",
        "list_mebibytes",
        "own_cells",
        "most_cells",
        "room",
        "spread",
        "text_mebibytes",
        "trial_mebibytes",
        "trial_seconds",
    ]


class DocumentBound(Bound, frozen=True):
    """Of XML, OFD, YAML and CSV."""

    name: Literal[
        "xml_bytes",
        "xml_tag_bytes",
        "xml_elements",
        "xml_attributes",
        "xml_depth",
        "ofd_entries",
        "ofd_unpacked_bytes",
        "ofd_pages",
        "ofd_elements",
        "ofd_signs",
        "apart_seconds",
        "apart_mebibytes",
        "table_bytes",
        "table_text_bytes",
        "table_cells",
        "table_nodes",
        "table_depth",
        "table_columns",
        "table_cell_signs",
        "table_value_signs",
        "table_problems",
    ]


class SessionBound(Bound, frozen=True):
    """Of how long something is waited for."""

    name: Literal[
        "silent_seconds",
        "lock_seconds",
        "person_seconds",
        "start_seconds",
        "statement_minutes",
        "transaction_minutes",
        "patience_hours",
        "task_hours",
        "run_hours",
        "missed_minutes",
        "missed_days",
    ]


class BoundRules(RuleSections, frozen=True):
    """How large, deep or long what comes from outside may be, looked at before memory is taken."""

    file = "bounds.yaml"
    answers: tuple[AnswerBound, ...]
    workbooks: tuple[WorkbookBound, ...]
    documents: tuple[DocumentBound, ...]
    sessions: tuple[SessionBound, ...]


@cache
def bounds(folder: Path = RULES) -> Mapping[str, Bound]:
    """Every bound by its name. Raises RuleError with file and line."""
    found = RuleFile(BoundRules, folder).content
    return {row.name: row for row in chain(found.answers, found.workbooks, found.documents, found.sessions)}


def bound(name: str) -> Bound:
    """The bound of that name."""
    return bounds()[name]
