"""Codes of ours: each that can be written is explained in both languages, and a row is written in Chinese."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

from doc_pages import ROOT
from fapiao import errors
from fapiao.errors import BureauError, QuotaSpent, Refused, error_columns
from fapiao.rules.book import SILENT, rulebook
from fapiao.selection.result_codes import result_codes
from fapiao.texts.catalogue import places, sentences
from fapiao.texts.codes import advice, advice_told, known_code, meaning
from fapiao.texts.language import speaking, spoken_by_all
from fapiao.texts.said import said

FAMILY = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, BureauError)}
CODE = re.compile(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)*")
VARIANT = re.compile(r"(?P<code>[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*)_[a-z]+|[a-z_]+")
LETTERS = re.compile(r"[A-Za-z一-鿿]")
CODED = {"Objection": 1, "aside": 1, "Settled": 2, "PollResult": 2, "SeriesChanged": 0}
"""Who else takes a code, and at which place."""
OF_SINGLE_ROWS = {"OTHER_TYPE", "OUTSIDE_WINDOW"}
"""Codes that no task ends with: a row of an answer is left out with them, and says why in a sentence of the rules."""


@cache
def modules() -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "plugins").rglob("*.py"))}


def named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call) and named(node) in names)


def literals(node: ast.AST, tree: ast.Module) -> Iterator[str]:
    """What an expression says by itself: its constants, those of an f-string, and those that a name was given."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.Name):
        for given in ast.walk(tree):
            if isinstance(given, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == node.id for one in given.targets
            ):
                yield from literals(given.value, tree)
    elif isinstance(node, ast.BoolOp | ast.IfExp | ast.BinOp):
        for child in ast.iter_child_nodes(node):
            yield from literals(child, tree)


@pytest.mark.finding("F58")
def test_no_error_of_a_bureau_is_raised_with_a_sentence_or_an_advice_of_its_own():
    found = []
    for file, tree in modules().items():
        for call in calls(tree, FAMILY):
            given = [*call.args[1:3], *(one.value for one in call.keywords if one.arg in ("said", "advised"))]
            spoken = [text for one in given for text in literals(one, tree) if LETTERS.search(text)]
            found += [(f"{file.relative_to(ROOT)}:{call.lineno}", text) for text in spoken]
    assert found == []


def written_by_python() -> Iterator[str]:
    for tree in modules().values():
        for call in calls(tree, FAMILY | {*CODED}):
            for given in call.args[(at := CODED.get(named(call), 0)) : at + 1]:
                yield from (text.rstrip("_") for text in literals(given, tree) if CODE.fullmatch(text.rstrip("_")))
        yield from (node.value for node in ast.walk(tree) if is_code_given_by_name(node))


def is_code_given_by_name(node: ast.AST) -> TypeGuard[ast.Constant]:
    """A code under a name, as a class or a module has it, or an answer of a function that names the code."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in sentences("codes")


def written_by_rules() -> set[str]:
    replies = {row.code for row in rulebook().replies if row.kind not in SILENT}
    causes = {row.cause for row in result_codes().results} | {one.cause for one in result_codes().tables.values()}
    return replies | {cause for cause in causes if cause}


def written_by_sql() -> set[str]:
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "include/sql").glob("*.sql")]
    return {
        code for text in texts for code in re.findall(r"(?:error_code = |result_code = |THEN )'([A-Z]+_[A-Z_]+)'", text)
    }


def test_every_code_that_can_be_written_is_explained_and_none_that_nothing_writes():
    written = {*written_by_python(), *written_by_rules(), *written_by_sql()}
    families = {
        known
        for plane in ("LEQI", "GATEWAY")
        if (known := known_code(rulebook().reply_outcome(plane.lower(), "", "0", "").code))
    }
    unknown = {code for code in written if known_code(code) is None} - OF_SINGLE_ROWS
    assert (sorted(unknown), sorted({*sentences("codes")} - written - families)) == ([], [])


def test_every_code_has_an_advice_without_values_and_says_whether_it_goes_on():
    codes, advices = sentences("codes"), sentences("advice")
    assert sorted({*codes} - {*advices}) == []
    assert [code for code in codes if places(advices[code].zh) or codes[code].goes_on is None] == []


def test_an_advice_is_a_codes_or_a_variant_that_something_names():
    source = "".join(file.read_text(encoding="utf-8") for file in modules())
    rules = {row.advice for row in rulebook().replies}
    for key in sentences("advice").keys() - sentences("codes").keys():
        variant = VARIANT.fullmatch(key)
        assert variant and (variant["code"] is None or variant["code"] in sentences("codes")), key
        assert key in rules or f'"advice.{key}"' in source or f'_{key.rpartition("_")[2]}"' in source, key


def test_only_codes_say_whether_they_go_on():
    assert {row.goes_on for area in ("advice", "errors", "help") for row in sentences(area).values()} == {None}


def test_an_error_is_spoken_when_it_is_read_and_written_into_a_row_in_chinese():
    error = QuotaSpent("LEQI_QUOTA")
    with speaking("en"):
        assert str(error).startswith("[LEQI_QUOTA] the application quota of 乐企 is used up — The quota")
        assert error_columns(error) == {
            "code": "LEQI_QUOTA",
            "message": "乐企申请次数已用完",
            "advice": "乐企申请次数已用完，系统将在下一个可申请日自动重新申请",
        }
    assert error.advice == "乐企申请次数已用完，系统将在下一个可申请日自动重新申请"


def test_a_sentence_within_a_sentence_speaks_the_same_language():
    inner = said("errors.no_token")
    with speaking("en"):
        assert str(said("errors.signing_in", why=inner)) == "signing in: no token was given"
    assert str(said("errors.signing_in", why=inner)) == "登录网关：未返回令牌"


def test_a_code_with_a_part_of_its_own_has_the_words_of_its_family():
    assert (meaning("GATEWAY_HTTP_503"), advice("GATEWAY_HTTP_503")) == (
        meaning("GATEWAY_HTTP"),
        advice("GATEWAY_HTTP"),
    )
    assert (meaning("NOBODY_S"), advice("NOBODY_S")) == ("NOBODY_S", "")


@pytest.mark.parametrize(
    ("code", "advised", "told"),
    [
        ("LEQI_QUOTA", "", "The quota of 乐企 is used up; the row applies again by itself on the next allowed day."),
        ("QUOTA_DAY", said("advice.room_on", day="2027-03-11"), "There is room again on 2027-03-11; the row applies by itself."),
        ("LEQI_HTTP_503", said("advice.LEQI_HTTP_busy"), "The bureau asks for patience; it is asked again by itself after that."),
        ("03", said("advice.ALL_FAILED"), "Clerk: see the ledger (税局用票台账) for each document, then retry."),
    ],
)  # fmt: skip
def test_the_advice_of_a_row_is_told_in_english_with_its_values(code: str, advised: str, told: str):
    written = error_columns(Refused(code, "x", advised))["advice"]
    assert advice_told(code, written) == written
    with spoken_by_all("en"):
        assert advice_told(code, written) == told


def test_an_advice_that_was_written_before_is_told_by_its_code_else_as_it_stands():
    with spoken_by_all("en"):
        assert advice_told("LEQI_BUSY", "请稍后").startswith("The bureau's system failed")
        assert advice_told("X", "请稍后") == "请稍后"
        assert advice_told(None, None) == ""
