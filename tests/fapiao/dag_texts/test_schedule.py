"""A schedule in words says what the crons say."""

import pytest

from fapiao.dag_texts.schedule import schedule_in_english, schedule_in_words


@pytest.mark.finding("F58")
@pytest.mark.parametrize(
    ("crons", "words", "english"),
    [
        ((), "由人填写表单启动", "started by a person with its form"),
        (("*/10 * * * *",), "每10分钟", "every 10 minutes"),
        (("30 8 * * *",), "每天 08:30（北京时间）", "daily at 08:30 (Asia/Shanghai)"),
        (("30 6 * * *", "30 18 * * *"), "每天 06:30、18:30（北京时间）", "daily at 06:30, 18:30 (Asia/Shanghai)"),
        (("0 3 2 * *",), "每月2号 03:00（北京时间）", "on day 2 of the month at 03:00 (Asia/Shanghai)"),
        (("0 1 2,5 * *",), "每月2、5号 01:00（北京时间）", "on day 2, 5 of the month at 01:00 (Asia/Shanghai)"),
        (
            ("45 1 1,4,7,10 * *",),
            "每月1号起每3天（到10号） 01:45（北京时间）",
            "on day 1, 4, 7, 10 of the month at 01:45 (Asia/Shanghai)",
        ),
        (("0 1-3 * * *",), "0 1-3 * * *（北京时间）", "0 1-3 * * * (Asia/Shanghai)"),
        (("0 7 1-5 * *",), "0 7 1-5 * *（北京时间）", "0 7 1-5 * * (Asia/Shanghai)"),
        (("0 7 * * 1", "0 8 * * *"), "0 7 * * 1、0 8 * * *（北京时间）", "0 7 * * 1, 0 8 * * * (Asia/Shanghai)"),
        (
            ("0 7 5 * *", "0 8 * * *"),
            "每月5号 07:00；每天 08:00（北京时间）",
            "on day 5 of the month at 07:00; daily at 08:00 (Asia/Shanghai)",
        ),
    ],
)
def test_crons_in_words(crons: tuple[str, ...], words: str, english: str):
    assert (schedule_in_words(crons), schedule_in_english(crons)) == (words, english)
