"""Opens a file and reads its tables; what kind of file it is, its content says, never its name."""

import re
from pathlib import Path

from fapiao.errors import BadInput
from fapiao.tables.csv_lines import read_csv
from fapiao.tables.lines import Table
from fapiao.tables.workbook_lines import read_workbook
from fapiao.tables.yaml_lines import read_yaml

LARGEST_BYTES = 64 * 2**20
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
_YAML = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*(?:---|- |-\n|\[|\{|\w+[ \t]*:(?:\s|$))")
_HTML = re.compile(r"\s*<(?:!doctype|html|\?xml|table)", re.IGNORECASE)


def read_tables(path: Path) -> list[Table]:
    """The tables of a YAML, CSV, .xlsx or .xls file. Raises BadInput when it is none of these or cannot be opened."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _too_large(str(path))
        return tables_of(path.name, path.read_bytes())
    except OSError as refused:
        raise BadInput([f"{path} cannot be read: {refused.strerror or refused}"]) from refused


def tables_of(name: str, content: bytes) -> list[Table]:
    """The tables of what a file or a pipe held; `name` is how complaints call it. Raises BadInput as `read_tables`."""
    if len(content) > LARGEST_BYTES:
        raise _too_large(name)
    if content.startswith((ZIP, OLE)):
        return read_workbook(name, content)
    text = _text(name, content)
    if not text.strip():
        raise BadInput([f"{name} is empty: put a heading line and at least one record into it"])
    if _HTML.match(text):
        raise BadInput([f"{name} is a web page, whatever its name says: save it as .xlsx, CSV or YAML"])
    return read_yaml(name, text) if _YAML.match(text) else [read_csv(name, text)]


def _too_large(name: str) -> BadInput:
    return BadInput([f"{name} is larger than {LARGEST_BYTES >> 20} MB: split it"])


def _text(name: str, content: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else GB18030, which is what Excel writes in China."""
    marked = next((encoding for mark, encoding in _BOMS.items() if content.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput([f"{name} is neither text (UTF-8, GB18030) nor a workbook: save it as .xlsx, CSV or YAML"])
