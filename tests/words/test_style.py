"""Chinese sentences are written as Chinese is: full-width punctuation, “第 3 行”, no ASCII quotes or brackets."""

import re

import pytest

from chinese_texts import texts

HAN = r"[\u4e00-\u9fff]"
WRONG = {
    "punctuation": re.compile(rf"{HAN}[,;:?!]|[,;?!](?={HAN})|[”）]:|[\w}}]: (?={HAN})|{HAN}\.(?:$|\s)"),
    "brackets": re.compile(rf"\((?={HAN})|{HAN}[()]"),
    "quotes": re.compile(rf"['\"](?={HAN})|{HAN}['\"]|[「」]"),
    "a place": re.compile(r"第[\d{]|第 ?[\d{][\d}]*[行列]"),
}
COMMAND = re.compile(r"\./fapiao(?: [a-z-]+)+")
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]+)+\b")
"""A sentence in English may name a thing by its Chinese word."""
PATTERN_OR_STATEMENT = re.compile(r"\\|\(\?|\[:|\bCASE WHEN\b|^[A-Z_]{3,}[ :]")
MANUALS = ("invoice_types.yaml", "selection.yaml")
"""The names of types and of operations, byte for byte as a manual prints them."""
QUOTED = re.compile(r"S\d[^：|]*：[^|]*")
"""A source with its sentence, in a table of a page."""


def sentences() -> list[tuple[str, str]]:
    """Those in Chinese, with the place where they stand."""
    found = []
    for where, text in texts():
        if where.startswith(MANUALS) or ".sql" in where or PATTERN_OR_STATEMENT.search(text):
            continue
        said = QUOTED.sub("", text)
        if not ENGLISH.search(COMMAND.sub("", said)):
            found.append((where, said))
    return found


def wrong(text: str) -> list[str]:
    """What of a sentence is not as Chinese is written."""
    return [what for what, pattern in WRONG.items() if pattern.search(text)]


def test_our_chinese_sentences_are_written_as_chinese_is() -> None:
    assert [(where, wrong(text), text) for where, text in sentences() if wrong(text)] == []


def test_thousands_of_sentences_are_looked_at() -> None:
    assert len(sentences()) > 2000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("list.xlsx，工作表“引入清单”，第 4 行：必填字段缺失", []),
        ("确认提交税局通道处理？[y/N]", []),
        ("提交税局通道处理?", ["punctuation"]),
        ("list.xlsx: 文件为空", ["punctuation"]),
        ("数据不全(部分)", ["brackets"]),
        ("状态为'数据不全'的任务", ["quotes"]),
        ("第3行", ["a place"]),
        ("第{row_no}行", ["a place"]),
        ("导入 {rows} 行，耗时 {seconds:.1f} 秒", []),
    ],
)
def test_what_is_not_written_as_chinese_is_is_recognised(text: str, found: list[str]) -> None:
    assert wrong(text) == found
