"""One thing, one word: what people read keeps to words.yaml; what manuals and the bureau print is theirs."""

import pytest

from chinese_texts import texts
from fapiao.rules.words import misnamed, words


def test_nothing_of_ours_is_called_by_a_word_that_is_not_used() -> None:
    assert [(where, wrong, text) for where, text in texts() for wrong in misnamed(text)] == []


def test_no_word_that_is_used_for_one_thing_is_refused_for_another() -> None:
    used = {one.word for one in words()}
    assert [one.word for one in words() if {*one.not_used, *one.no_label} & used] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("票据种类", ["票据种类 → 票据类型"]),
        ("发票用途状态", []),
        ("税局返回的发票用途", ["发票用途 → 发票用途状态"]),
        ("下载日程", []),
        ("留给日程", ["日程 → 下载日程"]),
        ("重复", ["重复 → 跳过"]),
        ("存在重复行", []),
    ],
)
def test_a_word_is_recognised_within_and_without_the_one_that_is_used(text: str, wrong: list[str]) -> None:
    assert list(misnamed(text)) == wrong
