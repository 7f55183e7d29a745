"""Opens a file and reads its tables; what kind of file it is, its content says, never its name."""

import re
from pathlib import Path

from fapiao.bounds import bound
from fapiao.errors import BadInput
from fapiao.tables.csv_lines import read_csv
from fapiao.tables.lines import Table
from fapiao.tables.workbook_lines import read_workbook
from fapiao.tables.yaml_lines import read_yaml
from fapiao.text_encoding import UnreadableText, table_text
from fapiao.texts.catalogue import sentence
from fapiao.whole_file import read_whole

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_YAML = re.compile(r"(?:[^\S\n]*+(?:#[^\n]*+)?\n)*+\s*+(?:---|- |-\n|\[|\{|\w+[ \t]*:(?:\s|$))")
"""After blank lines and comments, none of which is looked at twice."""
_HTML = re.compile(r"\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)


def read_tables(path: Path, *, within: Path | None = None) -> list[Table]:
    """The tables of a YAML, CSV, .xlsx or .xls file. Raises BadInput when it is none of these or cannot be opened.

    `within` as fapiao.whole_file.read_whole has it.
    """
    try:
        content = read_whole(path, bound("table_bytes").value, within=within)
    except BadInput as refused:
        raise BadInput(
            [sentence("tables.unreadable", file=path, problem=problem) for problem in refused.problems]
        ) from refused
    return tables_of(path.name, content)


def tables_of(name: str, content: bytes) -> list[Table]:
    """The tables of what a file or a pipe held; `name` is how complaints call it. Raises BadInput as `read_tables`."""
    is_workbook = content.startswith((ZIP, OLE))
    if len(content) > (most := bound("table_bytes" if is_workbook else "table_text_bytes")).value:
        raise BadInput([sentence("tables.too_large", file=name, bound=most.said())])
    if is_workbook:
        return read_workbook(name, content)
    try:
        text = table_text(content)
    except UnreadableText as unreadable:
        raise BadInput([sentence("tables.not_text", file=name, why=unreadable)]) from unreadable
    if not text.strip():
        raise BadInput([sentence("tables.empty", file=name)])
    if _HTML.match(text):
        raise BadInput([sentence("tables.web_page", file=name)])
    return read_yaml(name, text) if _YAML.match(text) else [read_csv(name, text)]
