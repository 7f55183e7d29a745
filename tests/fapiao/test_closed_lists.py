"""A word that no closed list has is refused by its kind, with what there is and with what comes near."""

import pytest

from fapiao.closed_lists import code_of, type_of
from fapiao.errors import BadInput
from fapiao.texts.language import Language, speaking


@pytest.mark.finding("F62")
@pytest.mark.parametrize(
    ("spoken", "kind", "word", "said"),
    [
        (
            "zh",
            "document",
            "海关缴款证",
            "票据类型“海关缴款证”不存在；可选：invoice 发票、customs 海关缴款书、withholding 增值税代扣代缴完税凭证。"
            "您要的是“海关缴款书”吗？",
        ),
        (
            "en",
            "direction",
            "inptu",
            "direction 'inptu' is unknown; known are input, output; did you mean input?",
        ),
        ("zh", "void_state", "zzz", "作废状态“zzz”不存在；可选：voided 作废、terminated 终止。"),
    ],
)
def test_a_code_that_nobody_knows_is_refused_with_the_nearest(
    spoken: Language, kind: str, word: str, said: str
) -> None:
    with speaking(spoken), pytest.raises(BadInput) as refused:
        code_of(kind, word)
    assert refused.value.problems == [said]


@pytest.mark.finding("F62")
def test_an_invoice_type_that_nobody_knows_is_refused_with_names_that_come_near() -> None:
    with pytest.raises(BadInput) as refused:
        type_of("纸质专用发表")
    assert refused.value.problems[0].startswith("发票类型“纸质专用发表”不存在。您要的是“纸质专用发票")


@pytest.mark.parametrize(("kind", "word", "code"), [("direction", "销项", "output"), ("channel", "ＬＥＱＩ", "leqi")])
def test_a_known_word_is_its_code(kind: str, word: str, code: str) -> None:
    assert code_of(kind, word) == code
