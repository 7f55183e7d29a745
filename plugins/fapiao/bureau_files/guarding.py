"""The guarded opening of any workbook that people hand in: looked into before it is read."""

from fapiao.boundary import boundary
from fapiao.bureau_files.looked import Looked
from fapiao.bureau_files.new_workbook import check_new_workbook
from fapiao.bureau_files.old_workbook import check_old_workbook
from fapiao.bureau_files.records import FileRefusal
from fapiao.bureau_files.sniffing import REFUSED, Format
from fapiao.bureau_files.zip_directory import refuse_crowded


def look_into(content: bytes, kind: Format, where: str) -> Looked:
    """What the reader of a workbook does not tell. Raises FileRefusal for what is none or must not be opened."""
    if kind == "xlsx":
        return check_new_workbook(content, where)
    if kind == "xls":
        return check_old_workbook(content, where)
    refusal = FileRefusal(REFUSED.get(kind, REFUSED["unknown"]), where)
    if kind == "damaged":
        with boundary(lambda _: refusal):
            refuse_crowded(content, where)
    raise refusal
