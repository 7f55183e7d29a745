"""The catalogue of sentences: complete, used, and the same values in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from doc_pages import ROOT
from fapiao.errors import RuleError
from fapiao.texts.catalogue import TEXTS, areas, places, sentence, sentence_in, sentences
from fapiao.texts.language import Language, language, language_of, speaking, spoken_by_all

SPEAKERS = {"sentence": "catalogue", "sentence_in": "catalogue", "said": "said"}
"""Who asks for a sentence, and the module it comes from."""
ASKED_BY_KEY = {
    "account_business", "administration_objects", "administration_operations", "advice", "argparse", "bench_sections", "code_kinds", "codes", "columns", "examples", "exported_sheets", "files_options",
    "help", "history_columns", "history_verdicts", "left_out",
    "log_filters", "log_nothing", "log_views", "nothing_imported", "nothing_picked", "parameter_options", "placeholders",
    "pool_filters", "quota_states", "receipt_outcomes", "record_kinds", "scheme_actions", "select_actions",
    "select_filters", "submission_columns", "update_options",
}  # fmt: skip
"""Areas whose keys are put together: by the name of a command or an option, by a code, or by what argparse says."""
CHINESE = re.compile(r"[一-鿿：；，。、（）]")
"""Characters or, where a sentence is values alone, what stands between them."""


def calls() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Every call of a speaker: where it stands, the call, and what names the sentence."""
    for folder in ("plugins", "launcher", "dags", "docs"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            ours = imported(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ours:
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node, node.args[node.func.id == "sentence_in"]


def imported(tree: ast.Module) -> set[str]:
    """The speakers that a module has from the catalogue."""
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    named = {(alias.name, node.module) for node in froms for alias in node.names}
    return {name for name, module in SPEAKERS.items() if (name, f"fapiao.texts.{module}") in named}


def written() -> Iterator[tuple[str, str, ast.Call]]:
    """Those that name their sentence: where, `area.key`, the call."""
    yield from ((where, name.value, call) for where, call, name in calls() if isinstance(name, ast.Constant))


def mentioned() -> set[str]:
    """Whatever reads as the name of a sentence, as an option has its help: area and key in one string."""
    name = re.compile(rf"(?:{'|'.join(areas())})\.\w+")
    return {
        node.value
        for folder in ("plugins", "launcher")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name.fullmatch(node.value)
    }


def test_every_sentence_that_is_named_is_there():
    assert sorted(mentioned() - {f"{area}.{key}" for area in areas() for key in sentences(area)}) == []


def test_every_sentence_that_is_asked_for_is_there_and_is_given_its_values():
    wrong = []
    for where, name, call in written():
        area, _, key = name.partition(".")
        row = sentences(area).get(key) if area in areas() else None
        given = {one.arg for one in call.keywords}
        if row is None or (None not in given and places(row.zh) != given):
            wrong.append((where, name, sorted(map(str, given))))
    assert wrong == []


def test_every_sentence_is_said_somewhere():
    asked = {name for _, name, _ in written()} | mentioned()
    known = {f"{area}.{key}" for area in areas() if area not in ASKED_BY_KEY for key in sentences(area)}
    assert sorted(known - asked) == []


@pytest.mark.parametrize("area", areas())
def test_chinese_is_chinese(area: str):
    assert [key for key, row in sentences(area).items() if not CHINESE.search(row.zh)] == []


def test_a_command_line_speaks_as_its_variable_says_else_as_its_terminal_else_english():
    told: list[tuple[dict[str, str], Language]] = [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "FAPIAO_LANG": "zh"}, "zh"),
        ({"LANG": "zh_TW.UTF-8", "FAPIAO_LANG": "en"}, "en"),
        ({"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
    ]
    assert [language_of(environment) for environment, _ in told] == [spoken for _, spoken in told]


def test_chinese_is_spoken_where_nobody_says_otherwise_and_again_afterwards():
    assert language() == "zh"
    with spoken_by_all("en"):
        assert sentence("command_line.interrupted") == "Interrupted."
        with speaking("zh"):
            assert sentence("command_line.interrupted") == "已中断。"
        assert language() == "en"
    assert language() == "zh"
    assert sentence_in("en", "command_line.interrupted") == "Interrupted."


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{key: a, zh: 第 {line} 行, en: 'row {row}'}", "the places for values differ: line, row in one language only"),
        ("{key: a, zh: '第 {} 行', en: 'row {}'}", "has a value without a plain name"),
        ("{key: a, zh: '第 {line 行', en: 'row'}", "is no template"),
        ("{key: a, zh: 行}", "en is missing"),
        ("{key: a, zh: 行, en: row, fr: ligne}", "fr"),
    ],
)
def test_a_sentence_that_does_not_hold_is_refused_with_its_line(row: str, said: str, tmp_path: Path):
    row = row.replace("zh: 第 {line} 行", "zh: '第 {line} 行'")
    (tmp_path / "odd.yaml").write_text(f"texts:\n  - {row}\n", encoding="utf-8")
    with pytest.raises(RuleError) as refused:
        sentences("odd", tmp_path)
    assert "odd.yaml:2:" in str(refused.value)
    assert said in str(refused.value)


def test_a_key_stands_once(tmp_path: Path):
    (tmp_path / "odd.yaml").write_text("texts:\n" + "  - {key: a, zh: 行, en: row}\n" * 2, encoding="utf-8")
    with pytest.raises(RuleError, match=r"odd\.yaml:3: key 'a' stands here for the second time"):
        sentences("odd", tmp_path)


def test_the_catalogue_is_where_the_rules_are():
    assert TEXTS == ROOT / "include/texts"
