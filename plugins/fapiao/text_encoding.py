"""In which encoding a text of strangers really is: by its mark, its first bytes, its declaration, and what decodes."""

import codecs
import re

GB18030 = "gb18030"
"""Reads GB2312 and GBK too."""
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_NAMES = {
    "utf-8": ("utf8", "unicode11utf8", "cp65001", "ascii", "usascii", "utf16", "utf16le", "utf16be", "ucs2"),
    GB18030: ("gb2312", "gb231280", "gbk", "gb18030", "cp936", "ms936", "windows936", "936", "xgbk", "euccn", "cngb"),
    "big5hkscs": ("big5", "cp950", "big5hkscs"),
    "latin-1": ("iso88591", "latin1"),
    "cp1252": ("cp1252", "windows1252"),
}
"""Codecs by the names that files declare, without punctuation; 16 bits that can be read as bytes are none."""
_CODECS = {name: codec for codec, names in _NAMES.items() for name in names}
_SEVEN_BITS = ("utf7", "hz", "iso2022")
"""Encodings whose Chinese signs look like Latin letters."""
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']?\s*([\w.: -]{1,40})""", re.IGNORECASE)
_FIRST_CHINESE = "\u2e80"
_SURELY = 4
"""Chinese signs of a line that are no GB2312 by chance."""
_PRIVATE = re.compile("[\ue000-\uf8ff]")
"""Where GB18030 has no sign of its own."""


class UnreadableText(ValueError):
    """The bytes are no text of the encoding they say; the message continues a sentence."""


def wide(content: bytes) -> tuple[str, int] | None:
    """The encoding that a mark or zeros between the first letters prove, and the length of the mark; None for bytes."""
    for mark, codec in _MARKS.items():
        if content.startswith(mark):
            return codec, len(mark)
    first, second = content[:1], content[1:2]
    if b"\0" in (first, second) and first != second:
        return ("utf-16-be" if first == b"\0" else "utf-16-le"), 0
    return None


def xml_text(content: bytes) -> str:
    """The text of an XML document without mark and declaration. Raises UnreadableText.

    A mark outweighs the declaration, and so do bytes that are UTF-8 with Chinese signs in them: GBK text never is. What
    says UTF-8 and is none, is read as GB2312 where all of it is: a damaged UTF-8 text never is.
    """
    proven = wide(content)
    if proven:
        return _without_declaration(_strictly(content[proven[1] :], proven[0], proven[0].upper()))
    declared = _DECLARATION.match(content[:400])
    name = declared[1].decode("ascii", "replace").strip() if declared else "UTF-8"
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    codec = _CODECS.get(plain)
    if codec != "utf-8" and not plain.startswith(_SEVEN_BITS):
        text = _decoded(content, "utf-8")
        if text is not None and (codec is None or text.isascii() or max(text) >= _FIRST_CHINESE):
            return _without_declaration(text)
    if codec is None:
        raise UnreadableText(f"declares the encoding {name}, which is not known")
    text = _decoded(content, codec)
    if text is None and codec == "utf-8":
        text = _decoded(content, "gb2312")
    return _without_declaration(_strictly(content, codec, name) if text is None else text)


def table_text(content: bytes) -> str:
    """UTF-8 or UTF-16, else GB18030, which is what Excel writes in China. Raises UnreadableText."""
    proven = wide(content)
    if proven:
        text: str | None = _decoded(content[proven[1] :], proven[0])
    else:
        text = _decoded(content, "utf-8")
        text = _of_china(content) if text is None else text
    if text is None or "\0" in text:
        raise UnreadableText("is neither text (UTF-8, GB18030) nor a workbook")
    return text.lstrip("\ufeff")


def _of_china(content: bytes) -> str | None:
    """GB18030, None for what is none. Raises UnreadableText where that would be other signs than were written.

    Nearly all bytes are some signs of GB18030, those of UTF-8 too: a file that was put together of both is in neither.
    """
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.isascii() and _is_utf8(line):
            raise UnreadableText(f"is UTF-8 in line {number} and something else in others")
    text = _decoded(content, GB18030)
    if text is not None and (odd := _PRIVATE.search(text)):
        line_no = text.count("\n", 0, odd.start()) + 1
        raise UnreadableText(f"is in an encoding that is not known (neither UTF-8 nor GB18030, line {line_no})")
    return text


def _is_utf8(line: bytes) -> bool:
    """Whether a line is surely Chinese in UTF-8: so long, or with bytes that GB2312 does not have."""
    text = _decoded(line, "utf-8")
    chinese = [sign for sign in text or "" if not sign.isascii()]
    if not chinese or min(chinese) < _FIRST_CHINESE:
        return False
    return len(chinese) >= _SURELY or _decoded(line, "gb2312") is None


def _decoded(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except UnicodeError:
        return None


def _strictly(content: bytes, codec: str, name: str) -> str:
    try:
        return content.decode(codec)
    except UnicodeError as broken:
        raise UnreadableText(f"is not in the encoding {name} that it declares ({broken})") from broken


def _without_declaration(text: str) -> str:
    begun = text.lstrip("\ufeff \t\r\n")
    return re.sub(r"^<\?xml\s[^>]{0,400}\?>", "", begun, count=1)
