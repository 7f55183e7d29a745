"""Why a download was left out, include/texts/left_out.yaml: told in the language of whoever reads it."""

from fapiao.texts.catalogue import places, sentences
from fapiao.texts.language import language
from fapiao.texts.written import values_of

AREA = "left_out"


def reason_told(code: str, written: str) -> str:
    """The reason of a row as it is spoken now: found again with its values, else by its code, else as it stands.

    Rows are written in Chinese; some of earlier versions are English, under the code `suppressed`.
    """
    rows, spoken = sentences(AREA), language()
    own = rows.get(code)
    for row in (*filter(None, [own]), *rows.values()):
        for template in (row.zh, row.en):
            if (values := values_of(template, written)) is not None:
                return (row.zh if spoken == "zh" else row.en).format(**values)
    return own.en if own and spoken == "en" and not places(own.en) else written
