"""Codes of ours: what each means and what to do about it, include/texts/codes.yaml and advice.yaml.

A code with a part of its own, as GATEWAY_HTTP_503, has the words of its family. An advice under `CODE_variant` is
another one for the same code, one in small letters alone is said of any code.
"""

from fapiao.texts.catalogue import sentence, sentences
from fapiao.texts.language import language
from fapiao.texts.written import values_of


def known_code(code: str) -> str | None:
    """The code or the family of it that the catalogue knows; None for one that is not ours."""
    while code and code not in sentences("codes"):
        code = code.rpartition("_")[0]
    return code or None


def meaning(code: str) -> str:
    """What a code means, in the language that is spoken; the code itself where it is not ours."""
    known = known_code(code)
    return sentence(f"codes.{known}") if known else code


def advice(code: str) -> str:
    """What to do about a code, in the language that is spoken; nothing where it is not ours."""
    known = known_code(code)
    return sentence(f"advice.{known}") if known in sentences("advice") else ""


def message_told(code: str | None, written: str | None) -> str:
    """The message of a row, which is Chinese, as it is spoken now.

    A sentence of ours is found again with its values; words of the bureau stay, behind what their code means.
    """
    if language() == "zh" or not written:
        return written or ""
    known = known_code(code or "")
    own = sentences("codes").get(known or "")
    for row in (*filter(None, [own]), *sentences("errors").values()):
        if (values := values_of(row.zh, written)) is not None:
            return row.en.format(**values)
    return sentence("log_command.in_its_words", meaning=own.en, words=written) if own else written


def advice_told(code: str | None, written: str | None) -> str:
    """The advice of a row, which is Chinese, as it is spoken now: found again with its values, else by the code."""
    if language() == "zh" or not written:
        return written or ""
    own = sentences("advice").get(known_code(code or "") or "")
    for row in (*filter(None, [own]), *sentences("advice").values()):
        if (values := values_of(row.zh, written)) is not None:
            return row.en.format(**values)
    return own.en if own else written
