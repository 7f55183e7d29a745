"""Names and values in plain texts without the secrets: forms, headers, addresses, sentences, values Python prints."""

import re

from fapiao.masking.names import HIDDEN, NOTHING, Hides, hides, names, without_account
from fapiao.masking.wrapped import unquoted

_NAME = re.compile(r"""(?<![\w.%\-])([\w.%\-]{1,120})\\*["']?[ \t]*(?:=>|[=:：＝])[ \t]*""")
_VALUE = re.compile(
    r"""(?P<open>\\+["'])(?:(?!(?P=open)).)*(?:(?P=open))?|b?"(?:[^"\\]|\\.)*"?|b?'(?:[^'\\]|\\.)*'?"""
    r"""|(?:Bearer|Basic|Digest)\s+[^\s,;&"'<>]+|[\[{(][^\])}]*[\])}]?|(?:[^\s,;&"'<>{}\[\]()\\]|\\(?!\\*["']))+""",
    re.IGNORECASE | re.DOTALL,
)
_HEADERS = re.compile(
    r"^([ \t]*(?:proxy-)?(?:set-cookie|cookie|authorization)[ \t]*:[ \t]*)(?!\*\*\*)[^\s<][^<\r\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_USER = re.compile(r"""(://[^\s/?#:@"'<>]*:)(?!\d{1,5}[/?#])(?:[^\s?#"'<>]{0,400}|[^\s"'<>@]{0,400})@""")
_LOOSE = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=bearer )(?!\*)[\w.~+/=-]{8,}", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text without the values behind secret names, passwords of addresses, and tokens that name themselves."""
    text = _HEADERS.sub(rf"\1{HIDDEN}", text)
    text = _USER.sub(rf"\1{HIDDEN}@", text)
    text = "".join(_pieces(text))
    return _LOOSE.sub(HIDDEN, _told_in_chinese(text))


def _pieces(text: str) -> list[str]:
    found, at, seen = [], 0, 0
    while name := _NAME.search(text, seen):
        seen = name.end()
        what = hides(unquoted(name[1]))
        if what and (value := _VALUE.match(text, seen)):
            found += [text[at:seen], _hidden(name[1], value[0], what)]
            at = seen = value.end()
    return [*found, text[at:]]


def _hidden(name: str, value: str, what: Hides) -> str:
    """The value as it may be read. Behind a Chinese name words may follow: a value has a letter or digit of ASCII."""
    if value.lower() in NOTHING or not (name.isascii() or re.search(r"[0-9A-Za-z]", value)):
        return value
    if what == "account":
        return without_account(value)
    quotes = re.match(r"""\\*["']""", value)
    if quotes:
        return f"{quotes[0]}{HIDDEN}{quotes[0]}"
    return HIDDEN + value[len(value.rstrip("\\")) :]


def _told_in_chinese(text: str) -> str:
    if text.isascii():
        return text
    told = "|".join(names().chinese)
    return re.sub(rf"((?:{told})(?:为|是|[:：\s])*)(?!\*\*\*)[0-9A-Za-z][!-~]{{3,}}", rf"\1{HIDDEN}", text)
