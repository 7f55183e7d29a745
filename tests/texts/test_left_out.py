"""Why something was left out: each code that is written has its sentence in both languages, and none that nothing writes."""

import ast
import re

from doc_pages import ROOT
from fapiao.calendar.occurrences import EMPTY_WINDOW, SWITCHED_OFF
from fapiao.history.schedule import COMPLETE, PART_COMPLETE, TO_CALENDAR, UNDER_WAY
from fapiao.texts.catalogue import places, sentences
from fapiao.texts.language import speaking
from fapiao.texts.left_out import reason_told
from hooks.files.layout_files import _REASONS as OF_FILES
from operators.downloads.occurring import LEFT_OUT

EARLIER = {"suppressed"}
"""Written by versions before, and still read."""


def of_monthly_updates() -> set[str]:
    source = (ROOT / "plugins/fapiao/history/form.py").read_text(encoding="utf-8")
    function = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "access_objection"
    )
    return {
        one.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return)
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.startswith("history_")
    }


def test_every_reason_that_is_written_has_its_sentence_and_none_that_nobody_writes() -> None:
    written = {*LEFT_OUT, *OF_FILES, *of_monthly_updates(), "before_installation"}
    written |= {EMPTY_WINDOW, SWITCHED_OFF, COMPLETE, PART_COMPLETE, TO_CALENDAR, UNDER_WAY}
    assert {*sentences("left_out")} == written | EARLIER


def test_the_reasons_of_the_plan_are_those_of_its_statement() -> None:
    sql = (ROOT / "include/sql/plan.sql").read_text(encoding="utf-8")
    named = {*re.findall(r"THEN '([a-z_]+)'", sql), *re.findall(r", '([a-z_]+)'\n    FROM", sql)}
    assert {code for code in named if code in sentences("left_out")} == {*LEFT_OUT}


def test_a_written_reason_is_found_again_in_either_language() -> None:
    for code, row in sentences("left_out").items():
        values = dict.fromkeys(places(row.zh), "x")
        for spoken, said in (("zh", row.zh), ("en", row.en)):
            with speaking(spoken):  # type: ignore[arg-type]
                assert reason_told(code, row.zh.format(**values)) == said.format(**values)
                assert reason_told("suppressed", row.en.format(**values)) == said.format(**values)
