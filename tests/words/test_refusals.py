"""What refuses somebody says what is wrong and what to do here, in Chinese, by the labels that the screen shows."""

import re

import pytest

from fapiao.errors import BadInput
from fapiao.rules.book import rulebook
from fapiao.rules.templates import template_file
from fapiao.selection.rendering import refusal_lines
from fapiao.selection.submission import NotSubmitted
from fapiao.texts.catalogue import sentence_in
from launcher import main

BOOK = rulebook()
OURS = [row for row in BOOK.messages.values() if row.assumed]
HAN = re.compile(r"[\u4e00-\u9fff]")
COMMAND = re.compile(r"\./fapiao \w+(?: \w+)?")
ENGLISH = re.compile(r"\b[a-z]{3,}(?: [a-z]{2,})+\b", re.IGNORECASE)
MENU_OF_THE_PRODUCT = re.compile("企业基础资料(?:修改|配置)|发票云基础资料")


def said(key: str, surface: str = "interactive") -> str:
    """A sentence of the catalogue."""
    return BOOK.message(key, surface)


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row.key}-{row.surface}")
def test_a_sentence_of_ours_holds_no_english_words_and_no_note_of_a_developer(row) -> None:
    assert HAN.search(row.message)
    assert not ENGLISH.search(COMMAND.sub("", row.message))
    assert not re.search("手册|本系统提示", row.message)


def test_what_leqi_cannot_bring_and_what_is_complete_is_said_in_chinese() -> None:
    assert said("not_obtainable", "scheduled").startswith("乐企无法获取：该月份早于乐企授权日期")
    assert sentence_in("zh", "left_out.already_complete") == "该期间的全量数据已下载成功，不再生成下载任务"


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row.key}-{row.surface}")
def test_a_sentence_of_ours_is_no_caption_of_a_field(row) -> None:
    fields = "发票数据类型|下载通道|企业名称|开票年份|开票月份|发票类型|发票种类"
    assert not re.match(f"(?:{fields})：", row.message)
    assert not re.match("可(?:选择|下载|多选|上传)", row.message)


def test_a_sentence_calls_a_status_and_a_channel_as_the_screen_does() -> None:
    labels = set(BOOK.codes_of("status").values())
    for key, surface in (("poll_status", "interactive"), ("retry_status", "retry"), ("void_status", "interactive")):
        quoted = re.findall("“([^”]+)”", said(key, surface)) or re.findall("（(.+)）", said(key, surface))[0].split(
            "、"
        )
        assert quoted and set(quoted) <= labels, key
    assert "电子税局（RPA）通道" in said("retry_channel", "retry")


def test_every_sentence_on_a_menu_that_is_not_here_says_where_it_is_here() -> None:
    columns = {row.label for row in template_file().content.columns if row.table == "taxpayers"}
    named = [row for row in BOOK.messages.values() if MENU_OF_THE_PRODUCT.search(row.message)]
    assert len(named) > 8
    for row in named:
        column = re.fullmatch("（本系统：企业信息表的“(.+)”列，修改后重新导入）", row.here or "")
        assert column and column[1] in columns, row.key
        assert BOOK.as_told(f"B: {row.message}\nC: x") == f"B: {row.message}{row.here}\nC: x"


@pytest.mark.req("R260")
def test_other_sentences_are_told_as_they_are() -> None:
    assert BOOK.as_told(said("history_account")) == said("history_account")


def test_a_submission_and_a_command_tell_it_so_too(monkeypatch, capsys) -> None:
    sentence, here = said("small_scale_selection"), BOOK.messages["small_scale_selection", "interactive"].here
    (line,) = refusal_lines([NotSubmitted("T", None, "SMALL_SCALE", sentence)])
    assert line == f"T：{sentence}{here}"

    def refuse(_arguments: object) -> int:
        raise BadInput([f"T: {sentence}"])

    monkeypatch.setattr(main.module_of("calendar"), "run", refuse)
    assert main.main(["calendar", "--from", "2027-03-01", "--to", "2027-03-02"]) == 1
    assert capsys.readouterr().err == f"T: {sentence}{here}\n"
